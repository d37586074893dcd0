"""The bell in a person's own session: ``hwc-school-agent bell``.

A service cannot reach anybody's desktop, and should not: the bell runs as the person, connects to the agent (on the
same machine: ``rope``; over the network: ``poll``), and shows a notification when it is rung. It never ends by
itself: without the agent it tries again, without a notification service it says so.
"""

from __future__ import annotations

import select
import signal
import socket as sockets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hwc_school_agent.bells.fallback import Plyer
from hwc_school_agent.bells.screen import screen
from hwc_school_agent.bells.way import NoBus, Occasion
from hwc_school_agent.bells.words import Ack, Call, Garbage, Reader, Whose, line

Connect = Callable[[], sockets.socket]
_CONNECT = 2.0  # seconds
_NO_SIGNAL = getattr(sockets, "MSG_NOSIGNAL", 0)  # Linux; Python ignores SIGPIPE everywhere
#: What a word means for a way to ring: ``look`` is said on days with and without a signal alike.
_OCCASIONS = {Call.RING: Occasion.ANY, Call.LOOK: Occasion.ALIKE}
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0  # seconds between two tries to connect
_STEADY = 60.0  # seconds after which a connection counts as a good one


def at(path: Path, whose: Whose) -> Connect:
    """How to connect to the rope of an agent on this machine, and say whose bell this is."""

    def connect() -> sockets.socket:
        agent = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
        agent.settimeout(_CONNECT)
        try:
            agent.connect(str(path))
            agent.sendall(line(whose))
        except OSError:
            agent.close()
            raise
        return agent

    return connect


def main(connect: Connect, url: str) -> int:
    """Ring in this session whenever the agent says so; a click opens ``url``, the desk's address.

    ``connect``: ``at`` or ``poll.over``. Returns 0 after SIGTERM or SIGINT, and never otherwise.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    bell = _Bell(connect, url)
    try:
        while True:
            bell.turn()
    except _Ended:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        bell.notification.hush()


class _Ended(BaseException):
    """SIGTERM or SIGINT came."""


def _end(number: int, frame: FrameType | None) -> None:
    raise _Ended


class _Bell:
    def __init__(self, connect: Connect, url: str) -> None:
        self.notification = screen(self._answered, time.monotonic)
        self._plyer = Plyer()
        self._dial = connect
        self._url = url
        self._agent: sockets.socket | None = None
        self._reader = Reader(Call)
        self._connected = 0.0  # when, monotonic
        self._try_at = 0.0
        self._wait = _FIRST_WAIT
        self._browsers: list[subprocess.Popen[bytes]] = []

    def turn(self) -> None:
        """Wait for the next thing to happen, and do what it asks."""
        now = time.monotonic()
        if self._agent is None and now >= self._try_at:
            self._connect(now)
        readers: list[sockets.socket | int] = [] if self._agent is None else [self._agent]
        bus = self.notification.fileno()
        if bus is not None:
            readers.append(bus)
        moments = [self.notification.deadline, self._try_at if self._agent is None else None]
        waits = [max(0.0, moment - now) for moment in moments if moment is not None]
        wait = min(waits, default=None)
        if not readers:  # Windows cannot select nothing
            time.sleep(wait or 0.0)
            return
        ready, _, _ = select.select(readers, [], [], wait)
        if bus in ready:
            self.notification.read()
        self.notification.tick(time.monotonic())
        if self._agent in ready:
            self._read()
        self._browsers = [browser for browser in self._browsers if browser.poll() is None]

    def _connect(self, now: float) -> None:
        try:
            agent = self._dial()
        except OSError:  # no agent, or no right to connect: either may change
            self._later(now)
            return
        agent.setblocking(False)
        self._agent, self._reader, self._connected = agent, Reader(Call), now

    def _later(self, now: float) -> None:
        self._try_at = now + self._wait
        self._wait = min(2 * self._wait, _LONGEST_WAIT)

    def _hang_up(self) -> None:
        if self._agent is None:
            return
        self._agent.close()
        self._agent = None
        now = time.monotonic()
        if now - self._connected > _STEADY:
            self._wait = _FIRST_WAIT
        self._later(now)

    def _read(self) -> None:
        if self._agent is None:
            return
        try:
            data = self._agent.recv(256)
            calls = self._reader.feed(data)
        except BlockingIOError:
            return
        except (OSError, Garbage):
            self._hang_up()
            return
        if not data:
            self._hang_up()
        for call in calls:
            self._follow(call)

    def _follow(self, call: Call) -> None:
        match call:
            case Call.PING:
                self._say(Ack.HERE)
            case Call.HUSH:
                self.notification.hush()
            case Call.RING | Call.LOOK:
                try:
                    self.notification.ring(_OCCASIONS[call])
                except NoBus:
                    self._plyer.ring(_OCCASIONS[call])
                    self._say(Ack.FAILED)

    def _answered(self, ack: Ack) -> None:
        self._say(ack)
        if ack is Ack.OPENED:
            self.notification.hush()  # some services leave it on the screen
            self._open()

    def _open(self) -> None:
        # a process of its own: some browsers keep ``webbrowser`` waiting until they are closed
        command = [sys.executable, "-I", "-m", "webbrowser", "-t", self._url]
        quiet = subprocess.DEVNULL
        try:
            self._browsers.append(
                subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
            )
        except OSError:
            pass  # the person sees that nothing opens; the notification says where to go

    def _say(self, ack: Ack) -> None:
        if self._agent is None:
            return
        data = line(ack)
        try:
            whole = self._agent.send(data, _NO_SIGNAL) == len(data)
        except OSError:
            whole = False
        if not whole:
            self._hang_up()
