"""Whatever stands in the file: settings or faults come out, nothing else. And every line number is right."""

from __future__ import annotations

import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hwc_school_agent.settings import Settings
from hwc_school_agent.settings_lines import lines_of
from hwc_school_agent.settings_reader import SettingsFaults, explain, read
from hwc_school_agent.settings_words import SECTIONS
from tests.settings.conftest import GOOD

SECTION = st.sampled_from([*SECTIONS, "x", "_env_file", "toml", "credentials", "model_config", "self", "a b", ""])
KEY = st.one_of(
    st.sampled_from(sorted({key for keys in SECTIONS.values() for key in keys})),
    st.sampled_from(["password", "sender", "_case_sensitive", "hoost", "\x1b[31m", "é"]),
    st.text(max_size=5),
)
TEXT = st.one_of(
    st.sampled_from(["", "07:00", "07:00-08:30", "2026-12-19/2027-01-03", "@a.example", "none", "::1", "[::1]:1"]),
    st.text(max_size=12),
)
LEAF = st.one_of(TEXT, st.integers(-10, 70000), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
VALUE = st.one_of(LEAF, st.lists(LEAF, max_size=3), st.lists(st.lists(TEXT, max_size=2), max_size=2))


def toml_value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[ " + ",\n  ".join(toml_value(v) for v in value) + " ]"
    return repr(value)


@st.composite
def toml(draw: st.DrawFn) -> str:
    parts = []
    for section in draw(st.lists(SECTION, max_size=5, unique=True)):
        parts.append(f"[{json.dumps(section)}]")
        parts += [
            f"{json.dumps(key)} = {toml_value(value)}"
            for key, value in draw(st.dictionaries(KEY, VALUE, max_size=4)).items()
        ]
    return "\n".join(parts)


def outcome(data: bytes) -> Settings | SettingsFaults:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_bytes(data)
        try:
            return read(config, None)
        except SettingsFaults as wrong:
            return wrong


@settings(max_examples=300, deadline=None)
@given(toml())
@example("[mailbox]\nhost = {a = {b = 1}}\n[[hours.again]]\nx = 1\n")
@example("[mailbox.host]\nx = 1\n[senders]\nallowed = [{a = 1}]\n")
@example('"toml" = {}\n"credentials" = 1\n"_env_file" = "x"\n')
def test_any_toml(text: str) -> None:
    wrong = outcome(text.encode("utf-8", "surrogatepass"))
    assert isinstance(wrong, SettingsFaults), "there is no password"
    last = text.count("\n") + 1
    assert all(f.line is None or 1 <= f.line <= last for f in wrong.faults)
    assert all(line.isprintable() for line in explain(wrong).split("\n"))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="[]{}=\"'\\\n#,. \tab1-:T\r", max_size=60).map(str.encode)))
def test_any_bytes(data: bytes) -> None:
    assert isinstance(outcome(data), SettingsFaults)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, GOOD.count("\n")), st.binary(max_size=8))
def test_a_good_file_spoilt(line: int, data: bytes) -> None:
    rows = GOOD.encode().split(b"\n")
    outcome(b"\n".join([*rows[:line], data, *rows[line:]]))


def paths(tree: Any, above: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return {above, *(path for key, value in inside for path in paths(value, (*above, key)))} - {()}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]{}=\"'\\\n#,. ab1", max_size=50))
@example('a.b = 1\n[[c]]\nx = """\n"a""""\n[[c]]\ny = [ # [\n "]", {z = \'\'\'\n\'\'\'}\n]\n"d.e" = 1')
@example("a = ''''b''''\nc = \"\\\"\" # x\nd = 1")
@example("[[a]]\n[[a]]\n[a.b]\nx=1\n[[a.c]]\n[[a.c]]\n")
@example("[a]\n[a.b]\nx=1\n['q w']\n\"k\" . m = [[1,\n2],\n[3]]")
def test_every_key_has_a_line(text: str) -> None:
    """The scanner finds exactly the keys that ``tomllib`` finds."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = set(lines_of(text))
    assert paths(tree) - found == set()
    assert found - paths(tree) == set()


def test_the_lines_are_right() -> None:
    text = (
        'a.b = 1\n\n[c]\nx = """\n\n[not]\ny = 2"""\nz = [\n  1, # ],\n  "]",\n  [2]\n]\n'
        "[[d]]\nq = {r = 1, s = 2}\n[[d]]\nq = 1\n"
    )
    assert lines_of(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("c",): 3,
        ("c", "x"): 4,
        ("c", "z"): 8,
        ("c", "z", 0): 9,
        ("c", "z", 1): 10,
        ("c", "z", 2): 11,
        ("c", "z", 2, 0): 11,
        ("d",): 13,
        ("d", 0): 13,
        ("d", 0, "q"): 14,
        ("d", 0, "q", "r"): 14,
        ("d", 0, "q", "s"): 14,
        ("d", 1): 15,
        ("d", 1, "q"): 16,
    }
