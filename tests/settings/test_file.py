"""The file itself: not there, not readable, not TOML."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hwc_school_agent.settings_reader import Fault, SettingsFaults, explain, read
from tests.settings.conftest import GOOD, Faults


def faults_in(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(SettingsFaults) as caught:
        read(path, None)
    assert len(caught.value.faults) == 1, "what follows from an unreadable file is not worth a word"
    return caught.value.faults


def test_no_file(tmp_path: Path) -> None:
    (fault,) = faults_in(tmp_path / "config.toml")
    assert fault.sentence == "There is no such file."
    assert "--config" in fault.remedy
    assert fault.file == str(tmp_path / "config.toml")


def test_a_directory(tmp_path: Path) -> None:
    assert "Is a directory" in faults_in(tmp_path)[0].sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_not_allowed_to_read_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(GOOD)
    config.chmod(0o600)
    os.seteuid(65534)
    try:
        assert "Permission denied" in faults_in(config)[0].sentence
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[school]\nname = Regenboog\n", 2),
        ('[school]\nname = "x"\n[hours]\nlook = 07:45\n', 4),
        ('[school]\nname = "x"\nname = "y"\n', 3),
        ("[school\n", 1),
        ('\n\n[state]\ndirectory = "C:\\data"\n', 4),
        ("\n[school]\r\nname = \r\n", 3),
        ("x = 2026-13-45\n", 1),
        ('x = "\x00"\n', 1),
    ],
)
def test_not_toml(text: str, line: int, faults_of: Faults) -> None:
    (fault,) = faults_of(text)
    assert fault.sentence == "This is not valid TOML."
    assert fault.line == line
    assert "double quotes" in fault.remedy


@pytest.mark.parametrize("text", ['x = """never ends', "x = " + "[" * 100_000, "x = " + "9" * 10_000])
def test_not_toml_and_no_line(text: str, faults_of: Faults) -> None:
    (fault,) = faults_of(text)
    assert fault.sentence.startswith("This is not valid TOML")


def test_not_utf8(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(b'[school]\n# caf\xc3\xa9\nname = "Caf\xe9"\n')
    (fault,) = faults_in(config)
    assert (fault.line, fault.sentence) == (3, "This is not UTF-8 text.")


def test_endless() -> None:
    assert "larger than 1 MB" in faults_in(Path("/dev/zero"))[0].sentence


def test_a_name_that_cannot_be_one() -> None:
    assert faults_in(Path("a\0b"))[0].file == "a?b"


def test_explain(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(GOOD.replace("[mailbox]", "[mailbox]\nport = 70000"))
    with pytest.raises(SettingsFaults) as caught:
        read(config, None, need_passwords=False)
    assert explain(caught.value) == (
        f"The configuration has 1 fault:\n  {config}:5  mailbox.port  This number is too large. Use 65535 or less."
    )
