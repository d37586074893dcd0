"""The report of the month: looked for at a fixed time, frozen at a fixed time, whatever waits in the mailbox.

On the first school day of a month, from 05:00 on, a worker with the mailbox says what it saw (``workers/inspect.py``);
half an hour later a worker without one freezes the report from those words and the ledger (``workers/freeze.py``).
A machine that was off then does the same once it is on. Nothing here depends on a signal (promise P5), and nobody can
ask for a report: one made right after a bad night would tell of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from hwc_school_agent.domain.job import FreezeJob, InspectJob
from hwc_school_agent.domain.outcome import Folders, Frozen
from hwc_school_agent.domain.school_days import report_due
from hwc_school_agent.domain.state_files import report_name
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.settings import Secret, Settings
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop

BEGINS = time(5)  # local wall time
LOOKS = 3  # at most: the later ones only while not everything could be established
LOOK_AGAIN = 600.0  # seconds from one to the next, and from the last one to the freeze
INSPECT_SECONDS = 300.0
FREEZE_SECONDS = 180.0


class Monthly:
    """Looks and freezes. Holds closed words only."""

    def __init__(self, settings: Settings, clock: Clock, loop: Loop, unfinished: Callable[[], bool]) -> None:
        """``unfinished``: whether something was confirmed at the desk that is not out of the mailbox yet."""
        self._settings, self._clock, self._loop, self._unfinished = settings, clock, loop, unfinished
        self._hands = Hands(loop)
        self._words: tuple[str, ...] = ()
        self._scheduled = False
        self._done: date | None = None  # the month that is taken care of
        self._told: date | None = None

    def stop(self) -> None:
        """Kill what runs."""
        self._hands.stop()

    def tick(self, now: datetime) -> None:
        """``now``: local. Ticks come at any moment, also with mail; what is due begins with the next full minute."""
        if self._scheduled or now.time().replace(tzinfo=None) < BEGINS:
            return
        month = report_due(now.date(), self._settings.calendar)
        if month is None or month == self._done:
            return
        if (self._settings.state.directory / report_name(month, "json")).exists():
            self._done = month
            return
        self._scheduled, self._words = True, ()
        begin = 60.0 - self._clock.now() % 60.0
        for number in range(LOOKS):
            self._loop.call_later(begin + number * LOOK_AGAIN, self._look)
        self._loop.call_later(begin + LOOKS * LOOK_AGAIN, lambda: self._freeze(month))

    def _look(self) -> None:
        if self._words.count(Folders.CLEAR.value) == 2:
            return  # nothing better can be seen
        said: list[str] = []

        def on_end(_well: bool) -> None:
            self._words = tuple(said)

        job = InspectJob(self._unfinished())
        self._hands.start(Worker.INSPECT, (self._settings, job), INSPECT_SECONDS, said.append, on_end)

    def _freeze(self, month: date) -> None:
        today = local(self._clock.now(), self._settings.school.timezone).date()
        said: list[str] = []

        def on_end(_well: bool) -> None:
            self._scheduled = False
            if Frozen.DONE.value in said:
                log(Event.FROZEN)
            elif Frozen.NOT_YET.value not in said:
                if self._told != today:
                    log(Event.FREEZE_FAILED)
                self._told = today
                return  # the next tick begins anew
            self._done = month

        job = FreezeJob(month, today, self._words)
        self._hands.start(Worker.FREEZE, (_without_mailbox(self._settings), job), FREEZE_SECONDS, said.append, on_end)


def _without_mailbox(settings: Settings) -> Settings:
    none = Secret("")
    return replace(
        settings,
        mailbox=replace(settings.mailbox, password=none),
        submission=replace(settings.submission, password=none),
    )
