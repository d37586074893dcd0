"""config.example.toml: every key, its real default, and valid once the REQUIRED values are filled in."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from hwc_school_agent.settings import Mailbox, School, Settings, Submission
from hwc_school_agent.settings_reader import SettingsFaults, read
from hwc_school_agent.settings_text import tree
from hwc_school_agent.settings_words import SECTIONS
from tests.settings.conftest import Read

TEXT = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
IN_FULL = re.sub(r"^#(?=[a-z_]+ = )", "", TEXT, flags=re.MULTILINE)
REQUIRED = {"school.name", "mailbox.host", "mailbox.user", "submission.host", "submission.from"}


def test_every_key_with_its_default() -> None:
    assert tomllib.loads(IN_FULL) == tree(Settings(School(""), Mailbox("", ""), Submission("", "")))
    assert {name: set(keys) for name, keys in tomllib.loads(IN_FULL).items()} == {
        name: set(keys) for name, keys in SECTIONS.items()
    }


def test_only_what_is_required_is_in_force() -> None:
    given = tomllib.loads(TEXT)
    assert {f"{section}.{key}" for section, keys in given.items() for key in keys} == REQUIRED
    assert TEXT.count("# REQUIRED.") == len(REQUIRED) == 5
    assert "fill in the five values" in TEXT


def test_as_it_is_it_asks_for_the_required_values(tmp_path: Path) -> None:
    with pytest.raises(SettingsFaults) as caught:
        read(Path(__file__).parents[2] / "config.example.toml", None, need_passwords=False)
    rows = TEXT.splitlines()
    assert {f.key for f in caught.value.faults} == REQUIRED
    for fault in caught.value.faults:
        assert fault.line
        assert "# REQUIRED." in rows[fault.line - 2]


@pytest.mark.parametrize("text", [TEXT, IN_FULL])
def test_valid_when_filled_in(text: str, settings_of: Read) -> None:
    for row in ("name", "host", "user", "from"):
        text = re.sub(
            rf'(# REQUIRED\..*\n{row} = )""', r'\1"hwc@school.example"' if row == "from" else r'\1"hwc"', text
        )
    assert settings_of(text).mailbox.user == "hwc"


def test_every_key_is_explained() -> None:
    """A comment stands above each key, and no line is wider than a terminal of 120."""
    rows = TEXT.splitlines()
    for number, row in enumerate(rows):
        assert len(row) <= 120
        if re.match(r"#?[a-z_]+ = ", row) and row != '#key = ""':
            assert rows[number - 1].startswith("# "), row
