"""School days. The calendar may silence a bell, never a look into the mailbox; an unknown day is a school day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

FARTHEST = 120  # days; a list of closed days that leaves no school day for longer is not believed
WARN_DAYS = 60  # how long before its end a list asks for the next one


@dataclass(frozen=True, slots=True)
class Calendar:
    """``weekdays``: Monday is 0. ``closed``: first and last day of each closed period.

    ``half_days``: days on which school ends early, and when (local wall time). ``known_until``: the last day that the
    list was made for (``None``: nobody said). ``region``: what was proposed to the school; no rule reads it.
    """

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    closed: tuple[tuple[date, date], ...] = ()
    half_days: tuple[tuple[date, time], ...] = ()
    known_until: date | None = None
    region: str = ""


def is_school_day(day: date, calendar: Calendar) -> bool:
    """Whether somebody is expected at school on ``day``. A day after ``known_until`` that nobody closed is one."""
    if day.weekday() not in calendar.weekdays:
        return False
    return not any(first <= day <= last for first, last in calendar.closed)


def first_of_month(day: date, calendar: Calendar) -> bool:
    """Whether ``day`` is the first school day of its month."""
    earlier = (day.replace(day=1) + timedelta(days=n) for n in range(day.day - 1))
    return is_school_day(day, calendar) and not any(is_school_day(each, calendar) for each in earlier)


def report_due(today: date, calendar: Calendar) -> date | None:
    """The month (its first day) that the newest report has to be about: the one before this, from the first school
    day of this month on. ``None``: this month has had no school day yet."""
    first = today.replace(day=1)
    if not any(is_school_day(first + timedelta(days=n), calendar) for n in range(today.day)):
        return None
    return (first - timedelta(days=1)).replace(day=1)


def next_report(today: date, calendar: Calendar) -> date:
    """The first day after ``today`` that is the first school day of its month."""
    day = next_school_day(today, calendar)
    while not first_of_month(day, calendar):
        day = next_school_day(day, calendar)
    return day


def school_ends(day: date, calendar: Calendar) -> time | None:
    """When school ends early on ``day``: from then on the bells are silent. ``None``: at the usual time."""
    return min((at for half, at in calendar.half_days if half == day), default=None)


def next_school_day(day: date, calendar: Calendar) -> date:
    """The first school day after ``day``.

    After ``FARTHEST`` days without one the closed days are not believed any more, and the next day of the school week
    is taken.
    """
    coming = [day + timedelta(days=n) for n in range(1, FARTHEST + 8)]
    believed = (each for each in coming[:FARTHEST] if is_school_day(each, calendar))
    at_last = (each for each in coming[FARTHEST:] if each.weekday() in calendar.weekdays)
    return next(believed, None) or next(at_last, coming[FARTHEST])


def held_over_till(now: datetime, day_end: time, calendar: Calendar) -> date | None:
    """The first school day, for a message that comes while nobody is expected before a day without school is over.

    That is: on such a day, or on the evening before one. ``None``: somebody looks today, or tomorrow morning.
    ``now``: local; ``day_end``: local wall time, as usual; a half day ends earlier.
    """
    day = now.date()
    if is_school_day(day, calendar):
        ended = now.time().replace(tzinfo=None) >= min(day_end, school_ends(day, calendar) or day_end)
        if not ended or is_school_day(day + timedelta(days=1), calendar):
            return None
    return next_school_day(day, calendar)


def ends_within(today: date, calendar: Calendar, days: int = WARN_DAYS) -> date | None:
    """The last day of the list when that is at most ``days`` away, or past; else, or when nobody said, ``None``."""
    until = calendar.known_until
    return until if until is not None and until - today <= timedelta(days=days) else None


def expired(arrived: datetime, now: datetime, calendar: Calendar, limit: int) -> bool:
    """Whether ``limit`` whole school days have gone by since a message came. 0: never.

    Both times are aware; days are those of ``now``'s time zone. Neither the day of arrival nor today counts. A day
    after ``known_until`` does not count either: it may be a holiday, and this rule lets mail be deleted.
    """
    if limit <= 0:
        return False
    day, today, whole = arrived.astimezone(now.tzinfo).date() + timedelta(days=1), now.date(), 0
    if calendar.known_until is not None:
        today = min(today, calendar.known_until + timedelta(days=1))
    while day < today and whole < limit:
        whole += is_school_day(day, calendar)
        day += timedelta(days=1)
    return whole >= limit
