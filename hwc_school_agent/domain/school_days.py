"""School days. The calendar may silence a bell, never a look into the mailbox; an unknown day is a school day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Calendar:
    """``weekdays``: Monday is 0. ``closed``: first and last day of each closed period."""

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    closed: tuple[tuple[date, date], ...] = ()


def is_school_day(day: date, calendar: Calendar) -> bool:
    """Whether somebody is expected at school on ``day``."""
    if day.weekday() not in calendar.weekdays:
        return False
    return not any(first <= day <= last for first, last in calendar.closed)
