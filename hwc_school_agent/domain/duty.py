"""What the clock asks for: one pure function from the time and what was done to what to do now.

Two ladders, both stopped for all the moment one person has looked:

* the **morning look**: every school day at the same times, whatever is in the mailbox. It depends on the *look*,
  never on a signal, so it leaves no dated trace of one;
* an **arrival** after people have looked: at once, and on bells that leave no trace only.

State follows from ``now``, never from "the 07:45 job ran": a machine that slept, or whose clock jumped ahead, does the
right thing at its next tick. What is remembered with a time moves along when the clock is set back (``set_back``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import Enum

from hwc_school_agent.domain.school_days import Calendar, is_school_day, school_ends
from hwc_school_agent.domain.staff import Role

TICK_SECONDS = 15  # between two ticks of the clock
MORNING_PACE = 60.0  # seconds between two looks into the mailbox during the morning watch
DAY_PACE = 300.0  # and at any other time
STEP = timedelta(minutes=5)  # between two rings for an arrival
REST = timedelta(minutes=10)  # after a look, before what still waits rings again
TROUBLE_AFTER = timedelta(minutes=3)


#: who is rung at each step of a ladder; the last one repeats
LADDER: tuple[frozenset[Role], ...] = (
    frozenset({Role.CONTACT}),
    frozenset({Role.CONTACT, Role.BACKUP}),
    frozenset(Role),
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Local wall times of a school day."""

    morning_begin: time = time(7, 0)
    morning_end: time = time(8, 30)
    look: time = time(7, 45)
    again: tuple[time, ...] = (time(8, 0), time(8, 10), time(12, 30))
    day_end: time = time(17, 0)
    close: time = time(17, 0)


class Why(Enum):
    """Why the bells ring."""

    LOOK = "the morning look"
    AGAIN = "nobody has looked yet"
    HANDED_OVER = "somebody said: I cannot"
    ARRIVAL = "something came after people had looked"
    TROUBLE = "the mailbox cannot be looked into"


#: reasons that are the same on a day with and without a signal ("Ik kan niet" is pressed beside one): only for these
#: may a bell ring that leaves a trace
INDEPENDENT = frozenset({Why.LOOK, Why.AGAIN, Why.TROUBLE})


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the bells of these roles. ``phone_card``: nobody has reacted, the page shows whom to telephone.

    Raises ``ValueError`` for a phone card because something came: it would say so to everybody.
    """

    why: Why
    roles: frozenset[Role]
    phone_card: bool = False

    def __post_init__(self) -> None:
        if self.phone_card and self.why not in INDEPENDENT:
            raise ValueError("the phone card depends on the look, never on a signal")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done on one local date. Kept in memory: lost at a restart, which rings at worst once more."""

    begun: datetime | None = None  # when this process (or this date) began
    rung: frozenset[time] = frozenset()  # times of ``look`` and ``again`` that are taken care of
    looked: datetime | None = None  # last time a logged-in person opened the page in or after the morning watch
    seen: bool = False  # somebody has looked on this date, also if it was handed over since
    cannot: frozenset[Role] = frozenset()  # roles that handed over since the last look
    handed_over: bool = True  # the latest hand-over was rung
    arrivals: int = 0  # rings for what came after the last look
    rang_for: datetime | None = None  # the arrival that these were for; a newer one begins the ladder anew
    troubles: int = 0  # rings for the trouble that goes on now
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What to do now, and what to remember once it is done."""

    rings: tuple[Ring, ...]
    done: Done
    close: bool
    morning: bool  # the morning watch is on
    school_day: bool
    pace: float  # seconds between two looks into the mailbox


def duty(
    now: datetime,
    hours: Hours,
    calendar: Calendar,
    done: Done,
    *,
    waits_since: datetime | None = None,
    trouble_since: datetime | None = None,
    by_clock: bool = True,
) -> Duty:
    """What is to be done at ``now`` (aware, local).

    ``waits_since``: when the newest message that now waits for a person was seen. ``trouble_since``: since when the
    mailbox cannot be looked into. ``by_clock``: it is a tick of the clock that asks; else a message or a person does,
    and then only what is theirs rings. The look, trouble and the closing wait for the clock's own tick: they are
    logged, and a line between two ticks would tell that a message came just then (promise P5).

    After the end of the day (on a half day: of school), and on days without school, nothing rings; looks go on.
    """
    clock = now.time().replace(tzinfo=None)
    school_day = is_school_day(now.date(), calendar)
    morning = school_day and hours.morning_begin <= clock < hours.morning_end
    rings: list[Ring] = []
    end = min(hours.day_end, school_ends(now.date(), calendar) or hours.day_end)
    if school_day and clock < end:
        done, ladder = _morning_look(now, clock, hours, done) if by_clock else (done, None)
        done, handed = _handed_over(done)
        done, arrival = _arrival(now, hours, done, waits_since)
        rings = [r for r in (ladder, handed, arrival) if r is not None]
    if by_clock:
        done, trouble = _trouble(now, done, trouble_since if morning else None)
        rings += [] if trouble is None else [trouble]
    close = by_clock and clock >= hours.close and not done.closed
    return Duty(tuple(rings), done, close, morning, school_day, MORNING_PACE if morning else DAY_PACE)


def looked(done: Done, now: datetime) -> Done:
    """Somebody has looked: every ladder stops, for all."""
    return replace(done, looked=now, seen=True, cannot=frozenset(), handed_over=True, arrivals=0)


def cannot(done: Done, role: Role) -> Done:
    """Somebody said "Ik kan niet": the others are rung at once, and nobody counts as having looked."""
    return replace(done, looked=None, cannot=done.cannot | {role}, handed_over=False)


def set_back(done: Done, now: datetime, by: timedelta, hours: Hours) -> Done:
    """What was done, once the clock was set back ``by`` to ``now`` on the same date: each moment moves along, so that
    as much time has gone by since as before. Else the next ring would wait until the clock is where it was.

    Without a look, times of the ladder that lie ahead again are owed again: it may not have been morning when they
    rang. A ring too many is better than none. A look that turns out to have been before the morning watch is none.
    """

    def moved(at: datetime | None) -> datetime | None:
        return None if at is None else at - by

    look = moved(done.looked)
    if look is not None and look.time().replace(tzinfo=None) < hours.morning_begin:
        look = None
    seen = done.seen and (look is not None or done.looked is None)
    rung = done.rung if look else frozenset(t for t in done.rung if t <= now.time().replace(tzinfo=None))
    return replace(done, begun=moved(done.begun), looked=look, seen=seen, rang_for=moved(done.rang_for), rung=rung)


def _morning_look(now: datetime, clock: time, hours: Hours, done: Done) -> tuple[Done, Ring | None]:
    steps = (hours.look, *sorted(hours.again))
    due = [n for n, at in enumerate(steps) if at <= clock and at not in done.rung]
    if not due:
        return done, None
    done = replace(done, rung=done.rung | {steps[n] for n in due})
    step = max(due)  # several missed times ring once, as loud as the latest
    begun_late = done.begun is not None and done.begun.time().replace(tzinfo=None) >= hours.morning_end
    if begun_late and 0 in due:
        step = 0  # started after the morning: whether somebody looked is not known, so the contact is asked
    if 0 in due:
        return done, Ring(Why.LOOK, _able(LADDER[min(step, 2)], done), step >= 2)
    if done.looked is not None:
        return done, None
    if done.seen:
        # it was handed over, and that is done beside a signal: the ladder goes on, but without a trace (promise P5)
        return done, Ring(Why.HANDED_OVER, _able(LADDER[min(step, 2)], done))
    return done, Ring(Why.AGAIN, _able(LADDER[min(step, 2)], done), step >= 2)


def _handed_over(done: Done) -> tuple[Done, Ring | None]:
    if done.handed_over:
        return done, None
    next_one = Role.HEAD if {Role.CONTACT, Role.BACKUP} <= done.cannot else Role.BACKUP
    if next_one in done.cannot:
        next_one = Role.CONTACT if Role.CONTACT not in done.cannot else Role.HEAD
    return replace(done, handed_over=True), Ring(Why.HANDED_OVER, frozenset({next_one}))


def _arrival(now: datetime, hours: Hours, done: Done, since: datetime | None) -> tuple[Done, Ring | None]:
    if since is None:
        return replace(done, arrivals=0), None
    if since != done.rang_for:
        done = replace(done, arrivals=0, rang_for=since)
    if done.looked is not None and done.looked >= since:
        since = done.looked + REST  # somebody knows; it rings again only if it is left lying
    elif done.looked is None:
        # the morning look has a ladder of its own; what it leaves lying is rung from then on
        last = max([hours.look, *(t for t in hours.again if t < hours.morning_end)])
        since = max(since, datetime.combine(now.date(), last, now.tzinfo) + STEP)
    if now < since + STEP * done.arrivals:
        return done, None
    roles = _able(LADDER[min(done.arrivals, 2)], done)
    # one ring now, however many steps were missed in between
    steps = max(done.arrivals, int((now - since) / STEP)) + 1
    return replace(done, arrivals=steps), Ring(Why.ARRIVAL, roles)


def _trouble(now: datetime, done: Done, since: datetime | None) -> tuple[Done, Ring | None]:
    if since is None:
        return replace(done, troubles=0), None
    if now < since + TROUBLE_AFTER + REST * done.troubles:
        return done, None
    steps = max(done.troubles, int((now - since - TROUBLE_AFTER) / REST)) + 1
    return replace(done, troubles=steps), Ring(Why.TROUBLE, frozenset(Role), phone_card=True)


def _able(roles: frozenset[Role], done: Done) -> frozenset[Role]:
    """Those who have not said that they cannot; if nobody is left, everybody."""
    return roles - done.cannot or frozenset(Role)
