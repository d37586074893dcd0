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

    def main(socket: Path, url: str) -> int:
        calls.append((socket, url))
        return 5

    monkeypatch.setattr(desktop, "main", main)
    return calls


@pytest.mark.parametrize(
    ("more", "socket", "url"),
    [
        ("", "/run/hwc-school-agent/bell.sock", "http://127.0.0.1:8420/"),
        ('[desk]\nlisten = "[::1]:99"\n', "/run/hwc-school-agent/bell.sock", "http://[::1]:99/"),
        (
            '[desk]\nlisten = "0.0.0.0:443"\ncertificate = "c"\nkey = "k"\nnames = ["bureau.school.example"]\n'
            '[state]\nruntime_directory = "/run/x"\n',
            "/run/x/bell.sock",
            "https://bureau.school.example:443/",
        ),
        ("[desk]\nlisten = 3\n", "/run/hwc-school-agent/bell.sock", "http://127.0.0.1:8420/"),
        ("desk = 3\n[", "/run/hwc-school-agent/bell.sock", "http://127.0.0.1:8420/"),
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


def test_demo(hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[bool] = []
    monkeypatch.setattr(demo, "main", lambda once: shown.append(once) or 0)
    assert (hwc("demo").code, hwc("demo", "--once").code, shown) == (0, 0, [False, True])


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
    def fail(once: bool) -> int:
        raise error

    monkeypatch.setattr(demo, "main", fail)
    ended = hwc("demo")
    assert ended.code == 1
    assert ended.err.startswith(f"A fault in this program: {type(error).__name__} at test_verbs.py:")
    assert ended.err.count("\n") == 1
    assert "Anna" not in ended.err


def test_stopped_by_hand(hwc: Hwc, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(once: bool) -> int:
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
