"""Changing a configuration: only what was asked, and everything else as it stood."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from hwc_school_agent.calendar_closures import Closure, read_closure
from hwc_school_agent.calendar_file import Unfit, closures_in, example, put, with_closures, with_value

ROWS = [read_closure("2026-10-10/2026-10-18 Herfstvakantie"), read_closure("2027-04-27")]


def test_the_example_is_found_and_filled_in_place() -> None:
    text = with_closures(with_value(example(), "school", "name", 'De "Regenboog" \\ é'), ROWS)
    tree = tomllib.loads(text)
    assert tree["school"]["name"] == 'De "Regenboog" \\ é'
    assert tree["calendar"]["closed"] == ["2026-10-10/2026-10-18", "2027-04-27"]
    assert '"2026-10-10/2026-10-18",  # Herfstvakantie' in text
    assert "#closed = []" not in text
    kept = [row for row in example().splitlines() if row.startswith("# ")]
    assert [row for row in text.splitlines() if row.startswith("# ")] == kept


def test_the_names_come_back() -> None:
    text = with_closures(example(), ROWS)
    assert list(closures_in(text)) == ROWS
    more = [*ROWS, Closure(ROWS[1].first.replace(day=28), ROWS[1].first.replace(day=28), "Studiedag # 2")]
    assert list(closures_in(with_closures(text, more))) == more
    assert with_closures(text, ROWS) == text


@pytest.mark.parametrize(
    "text",
    [
        "[calendar]\nclosed = [ # lijst\n  '2026-01-02', # oud\n]\n# blijft\nweekdays = ['mon']\n[desk]\nnames = []\n",
        "[calendar]\nclosed=[]\nweekdays = ['mon']\n[desk]\nnames = []",
        "[calendar] # dagen\nweekdays = ['mon']\n\n[desk]\nnames = []\n",
        "[desk]\nnames = []\n[calendar]\nweekdays = ['mon']",
        "calendar.weekdays = ['mon']\ncalendar.closed = []\ndesk.names = []\n",
    ],
)
def test_only_what_was_asked_changes(text: str) -> None:
    try:
        changed = with_closures(text, ROWS)
    except Unfit:
        assert text.startswith("calendar.")  # a style that is not touched
        return
    before, after = tomllib.loads(text), tomllib.loads(changed)
    assert after["calendar"].pop("closed") == [c.entry for c in ROWS]
    before["calendar"].pop("closed", None)
    assert before == after
    assert ("# blijft" in text) == ("# blijft" in changed)


def test_a_missing_section_is_begun() -> None:
    assert tomllib.loads(with_value("[school]\nname = 'x'\n", "calendar", "region", "zuid")) == {
        "school": {"name": "x"}, "calendar": {"region": "zuid"},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["calendar = { closed = [] }\n", "[calendar]\nclosed = ['x']\n"])
def test_what_is_not_understood_is_not_touched(text: str) -> None:
    with pytest.raises(Unfit):
        with_closures(text, [*closures_in(text), *ROWS])


def test_put_keeps_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert put(path, "a = 1\n") is None
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    first, second = put(path, "a = 2\n"), put(path, "a = 3\n")
    assert path.stat().st_mode & 0o777 == 0o640
    if os.geteuid() == 0:
        assert path.stat().st_uid == 65534
    assert first is not None
    assert second is not None
    assert first != second
    assert [p.read_text() for p in (first, second, path)] == ["a = 1\n", "a = 2\n", "a = 3\n"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.toml", "config.toml.old", "config.toml.old2"]
