"""A loop like the one ``watch`` runs, and a desktop of our own: X server, session bus, notification service."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.bells.words import Ack

LIMIT = 30.0  # seconds: generous, for a loaded machine


class Loop:
    """Readers and a wait, single-threaded."""

    def __init__(self) -> None:
        self.readers: dict[int, Callable[[], None]] = {}
        self.acks: list[Ack] = []
        self.refused = 0

    def add(self, fd: int, callback: Callable[[], None]) -> None:
        assert fd not in self.readers
        self.readers[fd] = callback

    def remove(self, fd: int) -> None:
        del self.readers[fd]

    def refuse(self) -> None:
        self.refused += 1

    def turn(self, wait: float = 0.02) -> None:
        ready, _, _ = select.select(list(self.readers), [], [], wait)
        for fd in ready:
            if fd in self.readers:
                self.readers[fd]()

    def until(self, condition: Callable[[], object], limit: float = LIMIT) -> bool:
        """Turn until the condition holds; False when it does not within the limit."""
        end = time.monotonic() + limit
        while not condition():
            if time.monotonic() > end:
                return False
            self.turn()
        return True

    def rope(self, path: Path, group: str = "") -> Rope:
        rope = Rope(path, group, self.add, self.remove, self.refuse)
        rope.on_ack = self.acks.append
        return rope


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def rope(loop: Loop, tmp_path: Path) -> Iterator[Rope]:
    made = loop.rope(tmp_path / "bell.sock")
    made.open()
    yield made
    made.close()
    assert loop.readers == {}


#: The service itself says whether what it shows is urgent and transient: it runs ``seen`` for such a one only.
DUNST = """[global]
stack_duplicates = no
[urgent]
appname = Bureau
msg_urgency = critical
match_transient = yes
category = x-bureau.bell
script = {folder}/seen
"""


@dataclass
class Desktop:
    """A session with a screen nobody looks at."""

    environment: dict[str, str]
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def bus(self) -> subprocess.Popen[bytes]:
        """The session bus, ready."""
        process = self.start("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--nopidfile")
        end = time.monotonic() + LIMIT
        while True:
            with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
                probe.connect(str(self.folder / "bus"))
                return process
            assert time.monotonic() < end, "the session bus did not start"
            time.sleep(0.02)

    def dunst(self) -> subprocess.Popen[bytes]:
        """The notification service, ready."""
        (self.folder / "dunstrc").write_text(DUNST.format(folder=self.folder))
        seen = self.folder / "seen"
        seen.write_text(f"#!/bin/sh\ntouch {seen}.new && mv {seen}.new {seen}.critical\n")
        seen.chmod(0o755)
        process = self.start("dunst", "-config", str(self.folder / "dunstrc"))
        end = time.monotonic() + LIMIT
        while self.dunstctl("count", "displayed") is None:
            assert process.poll() is None, "dunst did not start"
            assert time.monotonic() < end, "dunst did not get ready"
            time.sleep(0.05)
        return process

    def dunstctl(self, *words: str) -> str | None:
        done = subprocess.run(["dunstctl", *words], env=self.environment, capture_output=True, timeout=LIMIT)
        return done.stdout.decode().strip() if done.returncode == 0 and not done.stderr else None

    def displayed(self) -> int:
        return int(self.dunstctl("count", "displayed") or 0)

    def history(self) -> list[dict[str, dict[str, object]]]:
        return [entry for group in json.loads(self.dunstctl("history") or "")["data"] for entry in group]

    def bell(self, path: Path, url: str = "https://127.0.0.1:8420/", role: str = "all") -> subprocess.Popen[bytes]:
        program = "import pathlib,sys; from hwc_school_agent.bells.desktop import at, main; "
        program += "from hwc_school_agent.bells.words import Whose; "
        program += "sys.exit(main(at(pathlib.Path(sys.argv[1]), Whose(sys.argv[3])), sys.argv[2]))"
        return self.start(sys.executable, "-c", program, str(path), url, role)


def end(process: subprocess.Popen[bytes], *, by_itself: bool = False) -> int:
    """SIGTERM (also to a stopped process), unless it ends by itself; then its exit code."""
    if not by_itself and process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(LIMIT)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A free display number, chosen by the X server itself."""
    if not all(map(shutil.which, ("Xvfb", "dbus-daemon", "dunst", "dunstctl"))):
        pytest.skip("needs Xvfb, dbus-daemon and dunst")
    mine, theirs = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[theirs], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    with os.fdopen(mine) as answer:
        ready, _, _ = select.select([answer], [], [], LIMIT)
        number = answer.readline().strip() if ready else ""
    try:
        assert number, "the X server did not start"
        yield f":{number}"
    finally:
        end(server)


BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen>{services}
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""


@pytest.fixture
def desktop(display: str, tmp_path: Path) -> Iterator[Desktop]:
    """A session bus of our own on the X server; no notification service yet.

    ``$BROWSER`` is a script that writes the address it was given into ``opened``.
    """
    folder = tmp_path / "session"
    (folder / "services").mkdir(parents=True)
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {folder}/opened.new && mv {folder}/opened.new {folder}/opened\n')
    browser.chmod(0o755)
    (folder / "bus.conf").write_text(
        BUS.format(socket=folder / "bus", services=f"<servicedir>{folder}/services</servicedir>")
    )
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "COVERAGE_PROCESS_START")}
    session = Desktop(
        keep | {
            "DISPLAY": display, "HOME": str(folder), "BROWSER": str(browser),
            "XDG_RUNTIME_DIR": str(folder), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/bus",
        },
        folder,
    )  # fmt: skip
    try:
        session.bus()
        yield session
    finally:
        for process in reversed(session.processes):
            end(process)
