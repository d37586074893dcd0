"""``config``, ``bell``, ``demo``, and how every verb ends when something goes wrong."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hwc_school_agent import cli
from hwc_school_agent.bells import desktop
from hwc_school_agent.demo import main as demo
from tests.cli.conftest import Hwc
from tests.settings.conftest import GOOD, credential


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(GOOD)
    return path


def test_config_validate(config: Path, tmp_path: Path, hwc: Hwc) -> None:
    ended = hwc("--config", config, "config", "validate")
    assert ended.code == 0
    assert "The passwords were not looked at" in ended.out
    empty = tmp_path / "credentials"
    empty.mkdir()
    wrong = hwc("--config", config, "--credentials", empty, "config", "validate")
    assert (wrong.code, wrong.out) == (78, "")
    assert f"{config}  mailbox.password  The password is missing" in wrong.err
    credential(empty, "mailbox__password", "x")
    assert hwc("--config", config, "--credentials", empty, "config", "validate").out == "The configuration is valid.\n"


def test_config_show(config: Path, tmp_path: Path, hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HWC_CONFIG", str(config))
    credential(tmp_path, "mailbox__password", "Hemelsblauw-7-paraplu")
    ended = hwc("--credentials", tmp_path, "config", "show")
    assert ended.code == 0
    assert '[hours]\nmorning = "07:00-08:30"\n' in ended.out
    assert "# password: ********** (credential mailbox__password)" in ended.out
    assert "paraplu" not in ended.out + ended.err


def test_config_faults(config: Path, hwc: Hwc) -> None:
    config.write_text(GOOD.replace("[mailbox]", "[mailbox]\nhoost = 1\nport = 0"))
    for verb in (("config", "show"), ("config", "validate"), ("check",), ("close",), ("staff", "list")):
        ended = hwc("--config", config, *verb)
        assert (ended.code, ended.out) == (78, ""), verb
        assert f"{config}:5  mailbox.hoost  " in ended.err
        assert f"{config}:6  mailbox.port  " in ended.err


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, str]]:
    """What the bell was told; the bell itself has its own tests."""
    calls: list[tuple[Path, str]] = []

    def main(socket: tuple[Path, str], url: str) -> int:
        calls.append((socket[0], url))
        roles.append(socket[1])
        return 5

    roles: list[str] = []
    monkeypatch.setattr(desktop, "at", lambda path, whose: (path, whose.value))
    monkeypatch.setattr(desktop, "main", main)
    return calls


@pytest.mark.parametrize(
    ("more", "socket", "url"),
    [
        ("", "/run/hwc-school-agent/bell.sock", "http://localhost:8420/"),
        ('[desk]\nlisten = "[::1]:99"\n', "/run/hwc-school-agent/bell.sock", "http://localhost:99/"),
        (
            '[desk]\nlisten = "0.0.0.0:443"\ncertificate = "c"\nkey = "k"\nnames = ["bureau.school.example"]\n'
            '[state]\nruntime_directory = "/run/x"\n',
            "/run/x/bell.sock",
            "https://bureau.school.example:443/",
        ),
        (
            '[desk]\nlisten = "[2001:db8::1]:443"\ncertificate = "c"\nkey = "k"\n',
            "/run/hwc-school-agent/bell.sock",
            "https://[2001:db8::1]:443/",
        ),
        ("[desk]\nlisten = 3\n", "/run/hwc-school-agent/bell.sock", "http://localhost:8420/"),
        ("desk = 3\n[", "/run/hwc-school-agent/bell.sock", "http://localhost:8420/"),
    ],
)
def test_bell_takes_its_address_from_the_configuration(
    more: str, socket: str, url: str, config: Path, hwc: Hwc, rung: list[tuple[Path, str]]
) -> None:
    config.write_text(GOOD + more)
    assert hwc("--config", config, "bell").code == 5
    assert rung == [(Path(socket), url)]


def test_bell_needs_no_configuration(tmp_path: Path, hwc: Hwc, rung: list[tuple[Path, str]]) -> None:
    hwc("--config", tmp_path / "none", "bell", "--socket", "s", "--url", "https://bureau/")
    hwc("--config", tmp_path / "none", "bell", "--url", "https://bureau/")
    assert rung == [(Path("s"), "https://bureau/"), (Path("/run/hwc-school-agent/bell.sock"), "https://bureau/")]


def test_bell_says_whose_it_is(tmp_path: Path, hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(desktop, "at", lambda _path, whose: said.append(whose.value))
    monkeypatch.setattr(desktop, "main", lambda _connect, _url: 0)
    words = ("--config", tmp_path / "none", "bell")
    hwc(*words)
    hwc(*words, "--role", "backup")
    monkeypatch.setenv("HWC_BELL_ROLE", "head")
    hwc(*words)
    assert said == ["all", "backup", "head"]
    assert hwc(*words, "--role", "teacher").code == 2


def test_bell_of_another_machine(tmp_path: Path, hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop, "main", lambda _connect, url: 0 if url == "https://bureau.school.example" else 1)
    token = tmp_path / "token"
    words = ("bell", "--desk", "https://bureau.school.example")
    assert hwc(*words).code == 2
    assert "cannot be read" in hwc(*words, "--token-file", token).err
    token.write_text("\n")
    assert "no token in the token file" in hwc(*words, "--token-file", token).err
    token.write_text("x" * 43 + "\n")
    assert hwc(*words, "--token-file", token).code == 0
    assert "PEM" in hwc(*words, "--token-file", token, "--ca-file", token).err
    for wrong in ("http://bureau.school.example", "bureau.school.example", "https://[x"):
        assert "not an address of a desk" in hwc("bell", "--desk", wrong, "--token-file", token).err


def test_bell_tokens(config: Path, tmp_path: Path, hwc: Hwc) -> None:
    config.write_text(GOOD + '[state]\ndirectory = "state"\n')
    verb = ("--config", config, "bell-token")
    assert "No machine" in hwc(*verb, "list").err
    added = hwc(*verb, "add", "--role", "backup", "--name", "laptop-3")
    assert (added.code, len(added.out)) == (0, 44)
    assert "already" in hwc(*verb, "add", "--role", "head", "--name", "laptop-3").err
    assert "printable" in hwc(*verb, "add", "--role", "head", "--name", " ").err
    assert hwc(*verb, "list").out == "backup   laptop-3\n"
    kept = tmp_path / "state" / "bells.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert added.out.strip() not in kept.read_text()
    assert [p.name for p in kept.parent.iterdir()] == ["bells.json"]
    assert hwc(*verb, "remove", "--name", "laptop-3").out == "Removed.\n"
    assert "No bell has this name" in hwc(*verb, "remove", "--name", "laptop-3").err
    kept.write_text("{")
    assert "damaged" in hwc(*verb, "list").err


def test_demo(hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[bool, str]] = []
    monkeypatch.setattr(demo, "main", lambda *how: shown.append(how) or 0)
    assert (hwc("demo").code, hwc("demo", "--once", "--language", "en").code) == (0, 0)
    assert shown == [(False, "nl"), (True, "en")]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Anna Jansen, 3-2-2006"),
        OSError(5, "Anna Jansen"),
        KeyError("Anna Jansen"),
    ],
)
def test_a_fault_of_ours_is_one_line_without_its_text(
    error: Exception, hwc: Hwc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_how: object) -> int:
        raise error

    monkeypatch.setattr(demo, "main", fail)
    ended = hwc("demo")
    assert ended.code == 1
    assert ended.err.startswith(f"A fault in this program: {type(error).__name__} at test_verbs.py:")
    assert ended.err.count("\n") == 1
    assert "Anna" not in ended.err


def test_stopped_by_hand(hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_how: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "main", stop)
    ended = hwc("demo")
    assert (ended.code, ended.err.strip()) == (1, "Stopped.")


def test_a_reader_that_went_away(config: Path) -> None:
    """``hwc-school-agent config show | head -0``"""
    read, write = os.pipe()
    os.close(read)
    said = subprocess.run(
        [sys.executable, "-m", "hwc_school_agent", "--config", str(config), "config", "show"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert (said.returncode, said.stderr) == (1, "")


@pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")
def test_nobody_to_answer_the_question(config: Path, hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(GOOD + '[state]\ndirectory = "state"\n')
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    ended = hwc("--config", config, "staff", "reset", "--name", "x")
    assert ended.code == 1
    assert cli.PROGRAM not in ended.out
