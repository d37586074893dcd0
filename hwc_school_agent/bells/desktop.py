"""The bell in a person's own session: ``hwc-school-agent bell``.

A service cannot reach anybody's desktop, and should not: the bell runs as the person, connects to the agent's
socket, and shows a notification when it is rung. It never ends by itself: without the agent it tries again,
without a notification service it says so.
"""

from __future__ import annotations

import select
import signal
import socket as sockets
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from hwc_school_agent.bells import fallback, notification
from hwc_school_agent.bells.notification import NoBus, Notification
from hwc_school_agent.bells.words import Ack, Call, Garbage, Reader, line

_CONNECT = 2.0  # seconds
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0  # seconds between two tries to connect
_STEADY = 60.0  # seconds after which a connection counts as a good one


def main(socket: Path, url: str) -> int:
    """Ring in this session whenever the agent behind ``socket`` says so; a click opens ``url``, the desk's address.

    Returns 0 after SIGTERM or SIGINT, and never otherwise.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    bell = _Bell(socket, url)
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
    def __init__(self, path: Path, url: str) -> None:
        self.notification = Notification(self._answered)
        self._path = path
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
        ready, _, _ = select.select(readers, [], [], min(waits, default=None))
        if bus in ready:
            self.notification.read()
        self.notification.tick(time.monotonic())
        if self._agent in ready:
            self._read()
        self._browsers = [browser for browser in self._browsers if browser.poll() is None]

    def _connect(self, now: float) -> None:
        agent = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
        agent.settimeout(_CONNECT)
        try:
            agent.connect(str(self._path))
        except OSError:  # no agent, or no right to connect: either may change
            agent.close()
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
                    if notification.TRACE.may(call):
                        self.notification.show(time.monotonic())
                except NoBus:
                    if fallback.TRACE.may(call):
                        fallback.show()
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
            whole = self._agent.send(data, sockets.MSG_NOSIGNAL) == len(data)
        except OSError:
            whole = False
        if not whole:
            self._hang_up()
