"""``staff``: who may use the desk."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hwc_school_agent.domain.staff import CODE_HOURS, Passkey, Role
from hwc_school_agent.staff_file import Code, add_passkey, people, reset, verify
from tests.cli.conftest import Hwc
from tests.settings.conftest import GOOD

PHRASE = "vier woorden op een rij"


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.toml"
    path.write_text(GOOD + '[state]\ndirectory = "state"\n')
    return str(path)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_a_life_on_the_list(config: str, hwc: Hwc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    assert hwc("--config", config, "staff", "list").out == ""

    typed(monkeypatch, PHRASE + "\nsecond line\n")
    added = hwc("--config", config, "staff", "add", "--role", "contact", "--name", "juf Anna", "--passphrase-file", "-")
    assert (added.code, added.out) == (0, "Added: juf Anna (contact).\n")
    phrases = tmp_path / "phrase"
    phrases.write_text(PHRASE + " twee\r\n")
    hwc("--config", config, "staff", "add", "--role", "backup", "--name", "achterwacht", "--passphrase-file", phrases)
    listed = hwc("--config", config, "staff", "list").out
    assert listed == "contact  juf Anna     pass phrase\nbackup   achterwacht  pass phrase\n"
    anna, other = people(state)
    assert (anna.role, other.role) == (Role.CONTACT, Role.BACKUP)
    assert verify(anna.hash, PHRASE)
    assert verify(other.hash, PHRASE + " twee")

    typed(monkeypatch, "een heel nieuwe zin\n")
    assert hwc("--config", config, "staff", "reset", "--name", "Juf anna", "--passphrase-file", "-").code == 0
    assert verify(people(state)[0].hash, "een heel nieuwe zin")

    assert hwc("--config", config, "staff", "role", "--name", "juf anna", "--role", "head").code == 0
    assert people(state)[0].role is Role.HEAD

    assert hwc("--config", config, "staff", "remove", "--name", "achterwacht").code == 0
    assert [p.name for p in people(state)] == ["juf Anna"]


def test_a_one_time_code(config: str, hwc: Hwc, tmp_path: Path) -> None:
    state = tmp_path / "state"
    added = hwc("--config", config, "staff", "add", "--role", "contact", "--name", "anouk", "--passkey")
    assert added.code == 0
    code = re.search(r"One-time code: (\w{4}-\w{4}-\w{4})\n", added.out)
    assert code
    assert "http://localhost:8420/" in added.out, "on an address that is a number browsers make no passkeys"
    [anouk] = people(state)
    assert anouk.code_until is not None
    assert 0 < anouk.code_until - time.time() <= CODE_HOURS * 3600
    assert verify(anouk.hash, anouk.typed(code[1]))
    for kept in state.iterdir():
        assert code[1].replace("-", "").encode() not in kept.read_bytes().replace(b"-", b"")

    assert "anouk  code until 20" in hwc("--config", config, "staff", "list").out
    add_passkey(state, "anouk", anouk.stamp, Passkey("aWQ", "a2V5", "dXNlcg", "localhost"))
    assert hwc("--config", config, "staff", "list").out == "contact  anouk  passkey (localhost)\n"
    again = hwc("--config", config, "staff", "reset", "--name", "anouk", "--passkey")
    assert "One-time code: " in again.out
    assert code[1] not in again.out
    assert people(state)[0].passkeys == ()
    reset(state, "anouk", Code("ABCD2345WXYZ", 0.0))
    assert hwc("--config", config, "staff", "list").out == "contact  anouk  code expired\n"


def test_where_no_passkey_can_be_made(config: str, hwc: Hwc, tmp_path: Path) -> None:
    add = ("--config", config, "staff", "add", "--role", "contact", "--name", "anouk", "--passkey")
    assert hwc(*add, "--passphrase-file", config).code == 2
    for desk, address in (
        ('listen = "192.0.2.1:8420"\ncertificate = "c"\nkey = "k"', ""),
        ('names = ["192.0.2.1"]\nlisten = "192.0.2.1:8420"\ncertificate = "c"\nkey = "k"', ""),
        ('names = ["bureau.example"]\ncertificate = "c"\nkey = "k"', "https://bureau.example:8420/"),
        ('names = ["bureau.example"]', "https://bureau.example/"),
        ('listen = "bureau.example:443"\ncertificate = "c"\nkey = "k"', "https://bureau.example:443/"),
    ):
        Path(config).write_text(GOOD + f'[state]\ndirectory = "state"\n[desk]\n{desk}\n')
        ended = hwc(*add)
        if address:
            assert address in ended.out
            assert hwc("--config", config, "staff", "remove", "--name", "anouk").code == 0
        else:
            assert ended.code == 1
            assert "[desk] names" in ended.err
            assert people(tmp_path / "state") == ()


def test_what_cannot_be_done_is_said(config: str, hwc: Hwc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "kort\n")
    short = hwc("--config", config, "staff", "add", "--role", "head", "--name", "a", "--passphrase-file", "-")
    assert short.code == 1
    assert short.err.startswith("A pass phrase has at least")
    assert "kort" not in short.err
    assert hwc("--config", config, "staff", "remove", "--name", "nobody").code == 1
    assert hwc("--config", config, "staff", "add", "--role", "pupil", "--name", "a").code == 2
    assert hwc("--config", config, "staff", "add", "--name", "a").code == 2
    missing = hwc("--config", config, "staff", "reset", "--name", "a", "--passphrase-file", tmp_path / "none")
    assert missing.code == 2
    (tmp_path / "latin1").write_bytes(b"caf\xe9 caf\xe9 caf\xe9\n")
    latin = hwc("--config", config, "staff", "reset", "--name", "a", "--passphrase-file", tmp_path / "latin1")
    assert (latin.code, latin.err) == (1, "The pass phrase is not UTF-8 text.\n")
    (tmp_path / "state").rmdir() if (tmp_path / "state").is_dir() else None
    (tmp_path / "state").write_text("")
    blocked = hwc("--config", config, "staff", "list")
    assert blocked.code == 1
    assert "Not a directory" in blocked.err


def test_asked_twice_and_never_shown(config: str, tmp_path: Path) -> None:
    """On a terminal: two hidden questions; what differs is asked again."""
    words = [sys.executable, "-m", "hwc_school_agent", "--config", config, "staff", "add", "--role=head", "--name=dir"]
    ours, theirs = pty.openpty()
    program = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    screen = b""

    def until(text: bytes, count: int) -> None:
        nonlocal screen
        while screen.count(text) < count:
            screen += os.read(ours, 1024)

    until(b"Pass phrase:", 1)
    os.write(ours, PHRASE.encode() + b"\n")
    until(b"again:", 1)
    os.write(ours, b"something else\n")
    until(b"Pass phrase:", 2)
    os.write(ours, PHRASE.encode() + b"\n")
    until(b"again:", 2)
    os.write(ours, PHRASE.encode() + b"\n")
    until(b"Added: dir (head).", 1)
    assert program.wait(30) == 0
    os.close(ours)
    assert PHRASE.encode() not in screen
    assert b"something else" not in screen
    assert verify(people(tmp_path / "state")[0].hash, PHRASE)
