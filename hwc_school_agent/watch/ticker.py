"""APScheduler's clock in our loop: a scheduler without a thread, woken by the loop's timer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import STATE_RUNNING, BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hwc_school_agent.domain.duty import TICK_SECONDS
from hwc_school_agent.watch.loop import Loop, Timer


class LoopScheduler(BaseScheduler):  # type: ignore[misc]
    """Runs due jobs in the loop's own thread.

    APScheduler asks the wall clock, and a job that stands 15 s away stands an hour away once that is set back by an
    hour. The loop's timers are of the steady clock: when one has run out, what it stood for is due.
    """

    def __init__(self, loop: Loop, **options: Any) -> None:
        self._loop = loop
        self._timer: Timer | None = None
        self._next: datetime | None = None  # when the next job is due, by the wall clock
        self._wait = float(TICK_SECONDS)
        super().__init__(**options)

    def _create_default_executor(self) -> DebugExecutor:
        return DebugExecutor()

    def wakeup(self) -> None:
        """Called by APScheduler when its jobs changed."""
        if self._timer:
            self._timer.cancel()
        if self.state == STATE_RUNNING:
            wait = self._process_jobs()
            self._wait = TICK_SECONDS if wait is None else wait
            self._next = min((job.next_run_time for job in self.get_jobs()), default=None)
            self._timer = self._loop.call_later(min(self._wait, TICK_SECONDS), self._time_is_up)

    def _time_is_up(self) -> None:
        waited_for = self._next
        self.wakeup()
        if self._next is not None and self._next == waited_for:  # nothing ran: the wall clock holds it back
            early = timedelta(seconds=self._wait)
            for job in self.get_jobs():
                job.modify(next_run_time=job.next_run_time - early)

    def start(self, paused: bool = False) -> None:
        """Start, in this thread."""
        super().start(paused)
        self.wakeup()

    def shutdown(self, wait: bool = True) -> None:
        """Stop for good."""
        super().shutdown(wait)
        if self._timer:
            self._timer.cancel()


def _raise(fault: Exception) -> None:
    raise fault


def tick_every_15_seconds(loop: Loop, tick: Callable[[], None], timezone: str) -> LoopScheduler:
    """Call ``tick`` now and every 15 seconds of the steady clock, beginning on a whole quarter of the minute: so what
    is due at a full minute is done there, and never some seconds sooner because a message caused a tick. What is due
    follows from the wall clock inside ``tick``, so that a late or missed call loses nothing (APScheduler drops a job
    that is one second late by default: not here). What ``tick`` raises, the loop raises."""

    def guarded() -> None:
        # APScheduler would write the traceback into the log and go on as if what was due had been done
        try:
            tick()
        except Exception as fault:
            loop.call_later(0.0, partial(_raise, fault))

    scheduler = LoopScheduler(loop, timezone=timezone)
    # the trigger itself, not its name: names are plug-ins, which are not looked for (watch/lean.py)
    grid = IntervalTrigger(seconds=TICK_SECONDS, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=timezone)
    scheduler.add_job(guarded, grid, coalesce=True, max_instances=1, misfire_grace_time=None)
    scheduler.start()
    tick()
    return scheduler
