"""A ledger with some days in it, from fixed keys."""

from __future__ import annotations

from datetime import date, timedelta

from hwc_school_agent.domain.ledger_entry import DayEntry, DayState
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.proof.keys import SigningKey
from hwc_school_agent.proof.ledger import Ledger, begun

OLD, NEW, OTHER = (SigningKey.of(bytes([n]) * 32) for n in (1, 2, 3))
MONDAY = date(2026, 11, 23)
CALENDAR = Calendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),))
WORDS = tuple(DayState)


def entry(day: date, rehearsal: DayState = DayState.OK, close: DayState = DayState.OK) -> DayEntry:
    return DayEntry(day, rehearsal, close)


def some_days(key: SigningKey = OLD, days: int = 4) -> Ledger:
    """From a Monday on, with every word in it."""
    ledger = begun(key, MONDAY)
    for n in range(days):
        day = entry(MONDAY + timedelta(days=n), WORDS[n % 3], WORDS[n // 3 % 3])
        ledger = ledger.written(day, CALENDAR, key)
    return ledger


def rich() -> Ledger:
    """Everything that a ledger can hold: two keys that vouch for each other, and a second part."""
    ledger = some_days().rotated(OLD, NEW)
    ledger = ledger.written(entry(MONDAY + timedelta(days=7)), CALENDAR, NEW)
    ledger = ledger.begun_anew(OTHER, MONDAY + timedelta(days=8))
    return ledger.written(entry(MONDAY + timedelta(days=9)), CALENDAR, OTHER)
