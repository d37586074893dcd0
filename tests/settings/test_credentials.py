"""Passwords come from files of their own, which nobody else may read, and show themselves nowhere."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from hwc_school_agent.settings_reader import Fault, SettingsFaults, as_text, explain, read
from tests.settings.conftest import GOOD, PASSWORD, credential, having

Look = Callable[..., tuple[Fault, ...]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """The faults of a configuration with a directory of credentials."""

    def look(directory: Path | None, text: str = GOOD) -> tuple[Fault, ...]:
        config = tmp_path / "config.toml"
        config.write_text(text)
        try:
            read(config, directory)
        except SettingsFaults as wrong:
            return wrong.faults
        return ()

    return look


def test_no_directory(look: Look) -> None:
    (fault,) = look(None)
    assert fault.key == "mailbox.password"
    assert "--credentials DIR" in fault.remedy


def test_a_directory_that_is_not_there(look: Look, tmp_path: Path) -> None:
    (fault,) = look(tmp_path / "nowhere")
    assert (fault.key, fault.file) == ("credentials", str(tmp_path / "nowhere"))
    assert "No such file" in fault.sentence


def test_no_file(look: Look, credentials: Path) -> None:
    (credentials / "mailbox__password").unlink()
    (fault,) = look(credentials)
    assert fault.key == "mailbox.password"
    assert str(credentials / "mailbox__password") in fault.remedy


def test_a_file_that_is_nearly_called_so(look: Look, credentials: Path) -> None:
    (credentials / "mailbox__password").rename(credentials / "mailbox_password")
    (fault,) = look(credentials)
    assert "Rename mailbox_password to mailbox__password" in fault.remedy


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o610, 0o777])
def test_others_may_read_it(mode: int, look: Look, credentials: Path) -> None:
    path = credentials / "mailbox__password"
    path.chmod(mode)
    (fault,) = look(credentials)
    assert (fault.key, fault.file) == ("mailbox.password", str(path))
    assert f"chmod 600 {path}" in fault.remedy


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_only_we_may_read_it(mode: int, look: Look, credentials: Path) -> None:
    (credentials / "mailbox__password").chmod(mode)
    assert look(credentials) == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_else_owns_it(look: Look, credentials: Path) -> None:
    os.chown(credentials / "mailbox__password", 65534, 65534)
    assert "another account" in look(credentials)[0].sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_we_may_not_read_it() -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        (directory / "config.toml").write_text(GOOD)
        path = credential(directory, "mailbox__password", PASSWORD)
        os.seteuid(65534)
        try:
            with pytest.raises(SettingsFaults) as caught:
                read(directory / "config.toml", directory)
        finally:
            os.seteuid(0)
        (fault,) = caught.value.faults
        assert (fault.key, fault.file) == ("mailbox.password", str(path))
        assert "Permission denied" in fault.sentence


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_what_systemd_makes(mode: int, look: Look, credentials: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd gives the account access with an ACL, whose mask shows as the group's bits (0440)."""
    (credentials / "mailbox__password").chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert look(None) == ()
    assert look(credentials) == (), "the unit may also name it: --credentials %d"
    (credentials / "mailbox__password").chmod(0o444)
    assert "Others" in look(None)[0].sentence


def test_the_option_goes_before_systemd(
    look: Look, credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(other))
    assert look(credentials) == ()
    assert look(None)[0].key == "mailbox.password"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("geheim\n", "geheim"),
        ("geheim", "geheim"),
        ("geheim\r\n", "geheim"),
        (" ge heim \n", " ge heim "),
        ("gehéim€", "gehéim€"),
    ],
)
def test_exactly_the_line(text: str, kept: str, credentials: Path, tmp_path: Path) -> None:
    path = credential(credentials, "mailbox__password", "")
    path.write_bytes(text.encode())
    (tmp_path / "config.toml").write_text(GOOD)
    assert read(tmp_path / "config.toml", credentials).mailbox.password.reveal() == kept


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb\n", b"a\0b", b"\xff\xfe", b"x" * 70_000])
def test_no_line_of_text(data: bytes, look: Look, credentials: Path) -> None:
    (credentials / "mailbox__password").write_bytes(data)
    (fault,) = look(credentials)
    assert fault.key == "mailbox.password"
    assert fault.file.endswith("mailbox__password")


def test_not_a_file(look: Look, credentials: Path) -> None:
    path = credentials / "mailbox__password"
    path.unlink()
    os.mkfifo(path, 0o600)
    assert "not a file" in look(credentials)[0].sentence


def test_submission_needs_both_or_none(look: Look, credentials: Path) -> None:
    named = having("submission", 'user = "out"')
    assert [f.key for f in look(credentials, named)] == ["submission.password"]
    credential(credentials, "submission__password", "x")
    assert look(credentials, named) == ()
    assert [f.key for f in look(credentials)] == ["submission.user"]


def test_other_files_in_the_directory_are_nobodys_business(look: Look, credentials: Path) -> None:
    credential(credentials, "desk__key", "x", 0o644)
    credential(credentials, "mailbox__host", "elsewhere.example")
    assert look(credentials) == ()


def test_without_a_need_for_passwords(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(having("submission", 'user = "out"'))
    assert not read(tmp_path / "config.toml", None, need_passwords=False).mailbox.password


def test_a_password_is_never_shown(tmp_path: Path, credentials: Path) -> None:
    """Wherever it stands: in its credential, or by mistake under any key of the file."""
    config = tmp_path / "config.toml"
    config.write_text(GOOD)
    settings = read(config, credentials)
    shown = [repr(settings), str(settings), as_text(settings), f"{settings.mailbox.password!r:>30}"]
    places = [
        ("mailbox", "password = '{}'"),
        ("mailbox", "port = '{}'"),
        ("mailbox", "tls = '{}'"),
        ("mailbox", "auth = '{}'"),
        ("mailbox", "host = '{} x'"),
        ("mailbox", "user = {}"),
        ("mailbox", 'user = "\\{}"'),
        ("hours", "look = '{}'"),
        ("senders", "allowed = ['{} x']"),
        ("calendar", "closed = ['{}']"),
        ("desk", "listen = '{}'"),
        ("school", "timezone = '{}'"),
        ("submission", "from = '{}'"),
        ("rehearsal", "enabled = '{}'"),
    ]
    for section, row in places:
        config.write_text(having(section, row.format(PASSWORD)))
        with pytest.raises(SettingsFaults) as caught:
            read(config, credentials)
        wrong = caught.value
        shown += [explain(wrong), repr(wrong), repr(wrong.faults), "".join(traceback.format_exception(wrong))]
    (credentials / "mailbox__password").write_text(PASSWORD + "\n" + PASSWORD)
    with pytest.raises(SettingsFaults) as caught:
        read(config, credentials)
    shown += [explain(caught.value), "".join(traceback.format_exception(caught.value))]
    leaks = [number for number, text in enumerate(shown) if PASSWORD in text]
    assert leaks == []
