"""Today, as the clock has it: what was done, what the rules ask for now, and a clock that is set back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hwc_school_agent.domain.duty import Done, Duty, cannot, duty, looked, set_back
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import Clock, SetBack, local
from hwc_school_agent.settings import Settings


class Day:
    """Keeps what was done on one local date."""

    def __init__(
        self, settings: Settings, clock: Clock, on_new: Callable[[], None], on_set_back: Callable[[int], None]
    ) -> None:
        """``on_new``: another date began. ``on_set_back``: the clock was set back by so many seconds."""
        self._settings, self._clock, self._on_new, self._on_set_back = settings, clock, on_new, on_set_back
        self._set_back = SetBack(clock)
        self._date: date | None = None
        self._done = Done()

    def now(self) -> datetime:
        """Local time."""
        return local(self._clock.now(), self._settings.school.timezone)

    def mind_the_clock(self) -> None:
        """What is remembered with a time moves along with a clock that was set back, and the date with any clock."""
        now, hours = self.now(), self._settings.hours
        if seconds := self._set_back.seconds():
            self._done = set_back(self._done, now, timedelta(seconds=seconds), hours)
            self._on_set_back(seconds)
        if now.date() != self._date:
            begun = now if self._date is None else None
            self._date, self._done = now.date(), Done(begun=begun)
            self._on_new()

    def ask(self, waits_since: float | None, trouble_since: float | None, *, by_clock: bool) -> Duty:
        """What is to be done now; counts as done. Arguments as for ``duty``, in epoch seconds; call
        ``mind_the_clock`` before they are read."""
        waits, trouble = (
            None if at is None else local(at, self._settings.school.timezone) for at in (waits_since, trouble_since)
        )
        hours, calendar = self._settings.hours, self._settings.calendar
        todo = duty(
            self.now(), hours, calendar, self._done, waits_since=waits, trouble_since=trouble, by_clock=by_clock
        )
        self._done = replace(todo.done, closed=todo.done.closed or todo.close)
        return todo

    def looked(self) -> None:
        """Somebody has looked; before the morning watch that stops nothing."""
        if (now := self.now()).time().replace(tzinfo=None) >= self._settings.hours.morning_begin:
            self._done = looked(self._done, now)

    def cannot(self, role: Role) -> None:
        """Somebody said "Ik kan niet"."""
        self._done = cannot(self._done, role)
