"""What is uncovered: read once, kept for as long as somebody looks at it, and never wiped by hand.

A language runtime leaves copies of every text it touched. So nothing here is "erased": when the first thing that was
shown is over, the process ends, and the operating system takes all of its memory back.
"""

from __future__ import annotations

import asyncio

from hwc_school_agent.desk import child
from hwc_school_agent.desk.life import Life
from hwc_school_agent.desk.pages import covers_at
from hwc_school_agent.desk.sessions import Table
from hwc_school_agent.domain.board import Waiting
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.settings import Settings

LOOK_SECONDS = 5.0  # the wall clock may jump: look at it this often


class Content:
    """By handle: what was read, and what could not be."""

    def __init__(self, settings: Settings, table: Table, life: Life, time: Clock) -> None:
        self.unreadable: frozenset[str] = frozenset()
        self.action = asyncio.Lock()  # whoever ends this process must not cut off somebody else's confirmation
        self._settings, self._table, self._life, self._time = settings, table, life, time
        self._shown: dict[str, Shown] = {}
        self._reading = asyncio.Lock()

    def of(self, handle: str) -> Shown | None:
        """What was read of a message, if it was."""
        return self._shown.get(handle)

    def try_again(self, handle: str) -> None:
        """Forget that a message could not be read."""
        self.unreadable -= {handle}

    async def fetch(self, signal: Waiting) -> None:
        """Have a message read, once for everybody who looks at it. Returns early when this process ends."""
        async with self._reading:
            if signal.handle in self._shown or self._life.leaving:
                return
            today = local(self._time.now(), self._settings.school.timezone).date()
            reading = asyncio.ensure_future(child.read(self._settings, signal.place, today))
            leaving = asyncio.ensure_future(self._life.left.wait())
            await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not reading.done():
                reading.cancel()
                return
            shown = reading.result()
            if shown is None:
                self.unreadable |= {signal.handle}
                return
            self._shown[signal.handle] = shown
        self._cover_in_time()

    def over(self, handle: str | None) -> None:
        """What was on the screen is over: this process and its memory end."""
        if handle is not None and handle in self._shown:
            self._life.leave()

    def _cover_in_time(self) -> None:
        now = self._time.now()
        ends = [covers_at(s) for s in self._table.rows if s.viewing in self._shown]
        wait = min(ends) - now if ends else 0.0
        loop = asyncio.get_running_loop()
        if wait > 0:
            loop.call_later(min(wait, LOOK_SECONDS), self._cover_in_time)
        else:
            self._leaving = loop.create_task(self._leave())

    async def _leave(self) -> None:
        async with self.action:
            self._life.leave()
