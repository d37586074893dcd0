"""What the clock asks for: one pure function from the time and what was done to what to do now.

The ring depends on the morning *look*, never on a signal: every school day the bells ring the same words at the
same time. State follows from ``now``, never from "the 07:45 job ran", so a machine that slept or whose clock
jumped does the right thing at its next tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum

MORNING_PACE = 60.0  # seconds between two looks into the mailbox during the morning watch
DAY_PACE = 300.0  # and at any other time


@dataclass(frozen=True, slots=True)
class Hours:
    """Local wall times of a school day."""

    morning_begin: time = time(7, 0)
    morning_end: time = time(8, 30)
    look: time = time(7, 45)
    again: tuple[time, ...] = (time(8, 0), time(8, 10), time(12, 30))
    day_end: time = time(17, 0)
    close: time = time(17, 0)


class Ring(Enum):
    """Why the bells ring by the clock."""

    LOOK = "the morning look"
    AGAIN = "nobody has looked yet"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done today (local date): reset at midnight, lost at a restart, both harmless."""

    rung: frozenset[time] = frozenset()  # times of ``look`` and ``again`` that were taken care of
    looked: bool = False  # a logged-in person has opened the page since the morning watch began
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What to do now. ``settled``: times that are taken care of once this duty is done."""

    ring: Ring | None
    settled: frozenset[time]
    close: bool
    ring_arrivals: bool  # a signal that comes now rings at once on bells that leave no trace
    morning: bool  # the morning watch is on
    pace: float  # seconds between two looks


def duty(now: datetime, hours: Hours, *, school_day: bool, done: Done) -> Duty:
    """What the clock asks for at ``now`` (aware, local).

    Several missed times ring once. After ``day_end`` nothing rings until the next school morning.
    """
    clock = now.time().replace(tzinfo=None)
    in_day = school_day and clock < hours.day_end
    due = frozenset(t for t in (hours.look, *hours.again) if t <= clock) - done.rung
    ring: Ring | None = None
    if in_day and due:
        if hours.look in due:
            ring = Ring.LOOK
        elif not done.looked:
            ring = Ring.AGAIN
    morning = school_day and hours.morning_begin <= clock < hours.morning_end
    return Duty(
        ring=ring,
        settled=due if in_day else frozenset(),
        close=clock >= hours.close and not done.closed,
        ring_arrivals=in_day and (done.looked or clock >= hours.look),
        morning=morning,
        pace=MORNING_PACE if morning else DAY_PACE,
    )
