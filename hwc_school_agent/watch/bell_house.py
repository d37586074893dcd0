"""Starts the process in which the bells of other machines hang (``bells/house.py``), and starts it again when it ends.

It runs whenever ``[bell] listen`` is set, on every day and at every hour: nothing about it depends on a signal.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from hwc_school_agent.host.child import Child, begin
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.door import listen
from hwc_school_agent.watch.loop import Loop, Timer

MODULE = "hwc_school_agent.bells.house"
LONGEST_WAIT = 60.0  # seconds between two starts; the first wait is one second
STEADY = 60.0  # seconds after which it counts as having started well


class BellHouse:
    """The socket, and at most one process that serves it."""

    def __init__(self, settings: Settings, loop: Loop, rope: Path) -> None:
        self._settings, self._loop, self._rope = settings, loop, rope
        self._listening: socket.socket | None = None
        self._child: Child | None = None
        self._failures = 0
        self._steady: Timer | None = None
        self._again: Timer | None = None

    def open(self) -> None:
        """Listen and start, if it is asked for. Raises ``OSError``."""
        bell = self._settings.bell
        if bell.host:
            self._listening = listen(bell.host, bell.port)
            self._start()

    def close(self) -> None:
        """End it."""
        for timer in (self._steady, self._again):
            if timer is not None:
                timer.cancel()
        if self._child is not None:
            self._reap(self._child)
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _start(self) -> None:
        if self._listening is None:
            return
        listening = self._listening.fileno()
        desk = self._settings.desk
        paths = [desk.certificate, desk.key, str(self._settings.state.directory), str(self._rope)]
        self._child = begin(MODULE, [str(listening), *paths], keep=(listening,))
        self._loop.add_reader(self._child.fd, self._hear)
        self._steady = self._loop.call_later(STEADY, self._well)

    def _well(self) -> None:
        self._failures = 0

    def _hear(self) -> None:
        if self._child is None:
            return
        if os.read(self._child.fd, 64):  # it knows one word
            log(Event.BELL_REFUSED)
        else:
            self._reap(self._child)
            self._failures += 1
            log(Event.BELL_HOUSE_FAILED, self._failures)
            wait = min(LONGEST_WAIT, 2.0 ** (self._failures - 1))
            self._again = self._loop.call_later(wait, self._start)

    def _reap(self, child: Child) -> None:
        if self._steady is not None:
            self._steady.cancel()
        self._loop.remove_reader(child.fd)
        child.kill()
        child.reap()
        self._child = None
