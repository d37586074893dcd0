"""The bell where neither D-Bus nor anything of Unix is to be had, as on Windows; and ``bell --test``.

A stand-in: no Windows runs here. What Python lacks there is taken away from a real Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.bells.conftest import Desktop, Loop, Rope
from tests.helpers import PATIENCE, eventually

#: What is not there on Windows.
WITHOUT = """
import os, signal, socket, sys
for name in ("jeepney", "fcntl", "resource", "grp", "pwd", "termios"):
    sys.modules[name] = None
for module, names in ((os, ("fork", "killpg", "getuid", "geteuid", "getppid")), (socket, ("MSG_NOSIGNAL",))):
    for name in names:
        delattr(module, name)
"""
BELL = """
from hwc_school_agent.bells import desktop, poll, fallback
from hwc_school_agent.bells.words import Call, line
theirs, mine = socket.socketpair()
theirs.sendall(line(Call.PING) + line(Call.RING) + line(Call.LOOK))
import threading
def hear():
    heard = b""
    while heard.count(b"\\n") < 3:
        heard += theirs.recv(64)
    print(heard.decode().split(), flush=True)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
threading.Thread(target=hear, daemon=True).start()
sys.exit(desktop.main(lambda: mine, "https://bureau.school.example"))
"""


@pytest.fixture
def notifier(tmp_path: Path) -> dict[str, str]:
    """What plyer calls here: keeps what it was told."""
    tool = tmp_path / "notify-send"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/sent\n')
    tool.chmod(0o755)
    return os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def test_the_bell_needs_nothing_of_unix(notifier: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + BELL], env=notifier, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['here', 'failed', 'failed']\n", "what plyer did never counts as rung"
    sent = (tmp_path / "sent").read_text()
    assert sent.count("Open het bureau.") == 1, "at the look, not because something came"


def trial(desktop: Desktop, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hwc_school_agent", "--config", "/nonexistent", "bell", "--test"]
    return subprocess.run(
        [*command, "--socket", str(path)],
        env=desktop.environment,
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
    )  # fmt: skip


def test_the_trial_of_a_bell_that_works(loop: Loop, rope: Rope, desktop: Desktop, tmp_path: Path) -> None:
    desktop.dunst()
    ended: list[subprocess.CompletedProcess[str]] = []
    thread = threading.Thread(target=lambda: ended.append(trial(desktop, tmp_path / "bell.sock")), daemon=True)
    thread.start()
    assert loop.until(lambda: not thread.is_alive(), 60 * PATIENCE)
    assert (ended[0].returncode, ended[0].stderr) == (0, "")
    assert ended[0].stdout == "De agent kent deze bel.\nDe melding stond op het scherm.\n"
    assert eventually(lambda: desktop.displayed() == 0)


def test_the_trial_of_a_bell_without_agent_and_without_service(desktop: Desktop, tmp_path: Path) -> None:
    ended = trial(desktop, tmp_path / "none.sock")
    assert ended.returncode == 5
    assert "niet te bereiken" in ended.stderr
    assert "kon de melding niet tonen" in ended.stderr
