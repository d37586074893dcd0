"""The calendar: how long its lists go on, and whether they leave a school day at all."""

from __future__ import annotations

from datetime import date, timedelta

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.school_days import FARTHEST, Calendar, ends_within, is_school_day

_YEAR = timedelta(days=365)


def judge(calendar: Calendar, today: date) -> list[Finding]:
    """What is to be said about it on ``today`` (local)."""
    findings = [_end(calendar, today)]
    soon = [last for first, last in calendar.closed if last >= today and first <= today + _YEAR]
    findings.append((well if soon else found)(Check.NO_CLOSED_DAYS))
    coming = (today + timedelta(days=n) for n in range(1, FARTHEST + 1))
    first = next((day for day in coming if is_school_day(day, calendar)), None)
    findings.append(well(Check.NO_SCHOOL_DAY, day=first) if first else found(Check.NO_SCHOOL_DAY, days=FARTHEST))
    return findings


def _end(calendar: Calendar, today: date) -> Finding:
    until = calendar.known_until
    if until is None:
        return found(Check.CALENDAR_UNKNOWN)
    if until < today:
        return found(Check.CALENDAR_ENDED, day=until)
    return (found if ends_within(today, calendar) else well)(Check.CALENDAR_ENDS, day=until)
