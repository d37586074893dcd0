"""A school's configuration on disk, complete and right, for tests to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hwc_school_agent.settings import Settings
from hwc_school_agent.settings_reader import Fault, SettingsFaults, read

GOOD = """\
[school]
name = "De Regenboog"

[mailbox]
host = "mail.school.example"
user = "hwc@school.example"

[submission]
host = "smtp.school.example"
from = "hwc@school.example"
"""
PASSWORD = "Hemelsblauw-7-paraplu"

Read = Callable[[str], Settings]
Faults = Callable[[str], tuple[Fault, ...]]


@pytest.fixture(autouse=True)
def _no_credentials_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """A directory with the mailbox's password."""
    directory = tmp_path / "credentials"
    directory.mkdir(mode=0o700)
    credential(directory, "mailbox__password", PASSWORD + "\n")
    return directory


def credential(directory: Path, name: str, text: str, mode: int = 0o600) -> Path:
    """Write one credential file."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture
def settings_of(tmp_path: Path, credentials: Path) -> Read:
    """Read a text as config.toml, with the credentials."""

    def settings_of(text: str) -> Settings:
        config = tmp_path / "config.toml"
        config.write_text(text, encoding="utf-8")
        return read(config, credentials)

    return settings_of


@pytest.fixture
def faults_of(settings_of: Read) -> Faults:
    """The faults in a text; none when it is right."""

    def faults_of(text: str) -> tuple[Fault, ...]:
        try:
            settings_of(text)
        except SettingsFaults as wrong:
            return wrong.faults
        return ()

    return faults_of


def having(section: str, row: str, text: str = GOOD) -> str:
    """``text`` with one more line in a section; a key that stood there is replaced."""
    key = row.partition("=")[0].strip()
    lines = text.splitlines()
    if f"[{section}]" not in lines:
        lines += ["", f"[{section}]"]
    at = lines.index(f"[{section}]") + 1
    end = next((n for n in range(at, len(lines)) if lines[n].startswith("[")), len(lines))
    kept = [line for line in lines[at:end] if line.partition("=")[0].strip() != key]
    return "\n".join([*lines[:at], row, *kept, *lines[end:]]) + "\n"
