"""The real agent on a steered clock:  python -m tests.timelapse.agent --config F --credentials D run

A build of the tests' own: the program itself has no way to be told another time. It replaces ``SystemClock``,
APScheduler's idea of the time, and the selector of the loop of ``watch``, and writes down (``notes``) what is logged,
rung and told to the service manager, with the steered time. Everything else is the program as it is.

``HWC_TIMELAPSE`` names the directory with the clock. ``HWC_TIMELAPSE_WARM=0`` leaves out the imports that are made
once before the forks instead of once in every child: they make children quick, and change nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from apscheduler.schedulers import base
from apscheduler.triggers import interval

from hwc_school_agent.host import clock as clocks
from hwc_school_agent.host import event_log, service
from tests.timelapse.steered import STEER, SteeredClock, note

HERE = Path(os.environ["HWC_TIMELAPSE"])
CLOCK = SteeredClock(HERE)
WARM = (
    *(f"workers.{name}" for name in ("triage", "finish", "close", "closed_notice", "rehearsal", "rehearsal_scan")),
    "workers.parser_box",
    "desk.main",
)
TOO_LONG = 120.0  # real seconds after which a machine that does not settle is a fault


class Selector(selectors.EpollSelector):
    """Waits for sockets in real time, for timers in steered time; obeys the test between two rounds of the loop.

    Words, one a line, each answered with one line once it is done:

    ``set WALL`` ``jump SECONDS`` ``run SPEED`` ``silent 0|1``
        at once. ``silent``: no answer from the mail server is waited for (it has been made to hang).
    ``hung N``
        from now on so many bells may owe an answer.
    ``poke``
        looks into the mailbox now, as when the server tells of new mail.
    ``looks`` ``bells`` ``lines`` ``hears``
        answered with how often the mailbox was looked into; with how many bells, and lines to the mail server, are
        connected; with 1 when a push would be heard now.
    ``settle``
        answered when nothing is under way: no worker, no question to the mail server, no bell that owes an answer.
    ``advance WALL``
        goes on from one timer to the next, each at its time and each settled, until the wall clock is there.
    """

    watch: Any = None
    looks = 0

    def __init__(self) -> None:
        super().__init__()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            (HERE / STEER).unlink()
        self._listener.bind(str(HERE / STEER))
        self._listener.listen(1)
        self._peer: socket.socket | None = None
        self._heard = b""
        self._goal: float | None = None  # wall time, or None
        self._settling = False
        self._silent = False
        self._hung = 0  # so many bells may owe an answer
        self._moved = False  # the clock was changed since the loop looked at it
        self._since = 0.0  # real time at which we began to wait for what is under way
        self.register(self._listener, selectors.EVENT_READ, None)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        while True:
            found = self._look(0)
            if found or timeout == 0 or self._moved:
                self._moved = False  # the loop counts anew how long it may wait
                return found
            if self._goal is None and not self._settling:
                speed = CLOCK.speed
                found = self._look(timeout / speed if speed and timeout is not None else None)
                if found or speed:
                    return found
                continue  # a word of the test
            if why := self._busy():
                self._since = self._since or time.monotonic()
                if time.monotonic() - self._since > TOO_LONG:
                    self._since = 0.0
                    self._done(f"not settled: {why}")
                elif found := self._look(0.05):
                    return found
                continue
            self._since = 0.0
            left = 0.0 if self._goal is None else self._goal - CLOCK.now()
            if left <= 1e-6:
                self._done("done")
                continue
            CLOCK.forward(left if timeout is None else min(left, timeout))
            return []

    def _look(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        found = []
        for key, events in super().select(timeout):
            if key.fileobj is self._listener:
                if self._peer is not None:
                    self.unregister(self._peer)
                    self._peer.close()
                self._peer, _ = self._listener.accept()
                self._heard = b""
                self.register(self._peer, selectors.EVENT_READ, None)
            elif key.fileobj is self._peer:
                self._hear()
            else:
                found.append((key, events))
        return found

    def _hear(self) -> None:
        assert self._peer is not None
        piece = self._peer.recv(4096)
        if not piece:
            self.unregister(self._peer)
            self._peer.close()
            self._peer = None
            return
        *lines, self._heard = (self._heard + piece).split(b"\n")
        for line in lines:
            self._obey(*line.decode().split())

    def _obey(self, word: str, value: str = "") -> None:
        match word:
            case "settle":
                self._settling = True
                return
            case "advance":
                self._goal = float(value)
                return
            case "set":
                self._moved = True
                CLOCK.set(wall=float(value))
            case "jump":
                self._moved = True
                CLOCK.forward(float(value))
            case "run":
                self._moved = True
                CLOCK.set(speed=float(value))
            case "silent":
                self._silent = value == "1"
            case "hung":
                self._hung = int(value)
            case "poke":
                self.watch._ear.poke()
            case "looks":
                self._done(str(self.looks))
                return
            case "bells":
                self._done(str(self.watch._bells._rope.connected))
                return
            case "hears":
                rests = self.watch._ear._line._wait
                self._done(str(int(rests is not None and rests.idle)))
                return
            case "lines":
                lines = (self.watch._ear._line, self.watch._spare._line)
                self._done(str(sum(line._socket is not None for line in lines)))
                return
        self._done("done")

    def _done(self, answer: str) -> None:
        self._goal, self._settling = None, False
        if self._peer is not None:
            with contextlib.suppress(OSError):
                self._peer.sendall(answer.encode() + b"\n")

    def _busy(self) -> str:
        """What is under way, or nothing."""
        watch = self.watch
        desk = watch._door._child
        me = os.getpid()
        children = Path(f"/proc/{me}/task/{threading.get_native_id()}/children").read_text().split()
        staying = {child.pid for child in (desk, watch._bells._house._child) if child is not None}
        if [pid for pid in children if int(pid) not in staying]:
            return "a child"
        if sum(bool(bell.pings or bell.rings) for bell in watch._bells._rope._bells) > self._hung:
            return "a bell"
        if self._silent:
            return ""
        for line in (watch._ear._line, watch._spare._line):
            if line._socket is not None and not (line._wait is not None and line._wait.idle):
                return "a question to the mail server"
        return ""


def _steer() -> None:
    """Put the steered parts in place, before anything that uses them is imported."""
    clocks.SystemClock = lambda: CLOCK  # type: ignore[assignment,misc]
    write, tell = event_log.log, service.notify

    def log(event: event_log.Event, *numbers: int) -> None:
        note(HERE, CLOCK, "log", " ".join([event.name, *map(str, numbers)]))
        write(event, *numbers)

    def notify(state: str) -> None:
        note(HERE, CLOCK, "notify", state.replace("\n", " | "))
        tell(state)

    event_log.log, service.notify = log, notify

    from hwc_school_agent.watch import loop, ticker, watch

    class Steered(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(CLOCK.now(), tz)

    base.datetime = interval.datetime = Steered
    assert ticker.LoopScheduler.__mro__[1] is base.BaseScheduler, "the one whose clock was replaced"

    loop.selectors = SimpleNamespace(  # type: ignore[assignment]
        DefaultSelector=Selector, EVENT_READ=selectors.EVENT_READ, EVENT_WRITE=selectors.EVENT_WRITE
    )
    begin, ring, looked = watch.Watch.__init__, watch.Watch._ring, watch.Watch._on_look

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        Selector.watch = self
        begin(self, *arguments, **named)

    def rung(self: Any, what: Any) -> None:
        roles = ",".join(sorted(role.value for role in what.roles))
        note(HERE, CLOCK, "ring", f"{what.why.name} {roles} {'card' if what.phone_card else '-'}")
        ring(self, what)

    def look(self: Any, what: Any) -> None:
        looked(self, what)
        Selector.looks += 1

    watch.Watch.__init__, watch.Watch._ring, watch.Watch._on_look = init, rung, look  # type: ignore[method-assign]


def main(change: Callable[[], None] = lambda: None) -> int:
    """Run the command line on the steered clock. ``change``: what a build of another test alters first."""
    _steer()
    change()
    from hwc_school_agent import __main__

    if sys.argv[-1] == "run" and os.environ.get("HWC_TIMELAPSE_WARM") != "0":
        for name in WARM:
            importlib.import_module(f"hwc_school_agent.{name}")
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
