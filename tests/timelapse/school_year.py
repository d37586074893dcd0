"""The school year 2026-2027 as a script: who looks when, what comes when, what breaks when. Data, and nothing else.

Region Midden. People who look are part of the script, so that a year with signals and a year without one differ in
the signals only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from hwc_school_agent.domain.school_days import Calendar, is_school_day

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST, LAST = date(2026, 8, 31), date(2027, 7, 16)
#: holidays and public holidays as ``init`` proposes them for this region, then what the school added
CLOSED = (
    ("2026-10-17", "2026-10-25"), ("2026-12-19", "2027-01-03"), ("2027-02-20", "2027-02-28"),
    ("2027-03-29", "2027-03-29"), ("2027-04-24", "2027-05-02"), ("2027-05-06", "2027-05-06"),
    ("2027-05-17", "2027-05-17"), ("2027-07-17", "2027-08-29"),
    ("2027-03-26", "2027-03-26"), ("2027-05-03", "2027-05-05"), ("2027-05-07", "2027-05-07"),  # around its holidays
    ("2026-09-23", "2026-09-23"), ("2026-11-09", "2026-11-09"), ("2026-12-07", "2026-12-07"),  # study days
    ("2027-01-26", "2027-01-26"), ("2027-03-11", "2027-03-11"), ("2027-04-14", "2027-04-14"),
    ("2027-06-21", "2027-06-21"),
)  # fmt: skip
HALF_DAYS = (("2026-12-18", "12:00"), ("2027-04-23", "12:00"), ("2027-07-16", "12:00"))
CALENDAR = Calendar(
    closed=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in CLOSED),
    half_days=tuple((date.fromisoformat(day), time.fromisoformat(at)) for day, at in HALF_DAYS),
)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
SCHOOL_DAYS = [day for day in DAYS if is_school_day(day, CALENDAR)]

#: 40 signals: in the school day after and before people looked, in evenings, nights, weekends, holidays, on half days,
#: on study days, in the night of both clock changes, two at once, and behind what is broken
SIGNALS = (
    "2026-09-02 07:50", "2026-09-08 14:00", "2026-09-11 19:30", "2026-09-13 09:15", "2026-09-17 08:10",
    "2026-09-23 10:00", "2026-09-29 23:50", "2026-10-01 07:44", "2026-10-07 06:58", "2026-10-13 10:10",
    "2026-10-16 21:05", "2026-10-20 11:11", "2026-10-25 02:30", "2026-11-03 07:44:30", "2026-11-11 08:00",
    "2026-11-12 16:58", "2026-11-18 17:05", "2026-11-24 07:50", "2026-11-24 07:50", "2026-12-02 12:31",
    "2026-12-10 00:00", "2026-12-18 11:50", "2026-12-18 12:30", "2026-12-25 20:00", "2027-01-07 08:10",
    "2027-01-19 14:00", "2027-01-19 14:00", "2027-01-30 15:45", "2027-02-10 07:46:30", "2027-02-24 03:10",
    "2027-03-09 03:10", "2027-03-18 13:13", "2027-03-28 02:30", "2027-04-13 08:29", "2027-05-09 18:00",
    "2027-05-20 14:00", "2027-06-01 09:00", "2027-06-08 14:00", "2027-06-25 07:01", "2027-07-09 08:15",
)  # fmt: skip

#: visits beside those of every morning: mostly somebody who comes when the bell rings
EXTRA_VISITS = (
    ("2026-09-02 07:53", "anouk"), ("2026-09-08 14:12", "bram"), ("2026-09-17 08:13", "anouk"),
    ("2026-09-23 16:00", "bram"),  # a study day: somebody who happens to be there
    ("2026-10-01 07:55", "anouk"), ("2026-10-13 10:34", "anouk"), ("2026-11-11 08:24", "anouk"),
    ("2026-11-12 16:59:30", "anouk"), ("2026-11-24 07:54", "bram"), ("2026-12-02 12:36", "anouk"),
    ("2026-12-18 11:56", "anouk"), ("2027-01-07 08:14", "anouk"), ("2027-01-19 14:04", "karin"),
    ("2027-02-10 07:49", "anouk"), ("2027-03-18 13:16", "anouk"), ("2027-04-13 08:31", "anouk"),
    ("2027-05-20 15:05", "anouk"), ("2027-06-01 09:02", "bram"), ("2027-06-08 14:10", "anouk"),
    ("2027-07-09 08:20", "bram"), ("2026-09-15 07:15", "anouk"), ("2027-01-12 07:58", "bram"),
)  # fmt: skip


class Broken(Enum):
    """How the mailbox cannot be reached."""

    DOWN = "the server is down"
    DROPPED = "the link swallows everything"
    REFUSED = "the server refuses the password"


#: ten outages: over the morning look, over a signal, over the closing, at night
OUTAGES = (
    ("2026-09-15 07:10", "2026-09-15 07:20", Broken.DOWN), ("2026-10-01 07:43", "2026-10-01 07:50", Broken.DROPPED),
    ("2026-10-13 10:00", "2026-10-13 10:30", Broken.REFUSED), ("2026-11-05 16:50", "2026-11-05 17:21", Broken.DOWN),
    ("2026-11-20 22:00", "2026-11-20 23:00", Broken.DOWN), ("2027-01-12 07:50", "2027-01-12 08:05", Broken.REFUSED),
    ("2027-02-03 12:00", "2027-02-03 12:20", Broken.DROPPED), ("2027-03-09 03:00", "2027-03-09 03:20", Broken.DROPPED),
    ("2027-04-06 08:20", "2027-04-06 08:26", Broken.REFUSED), ("2027-06-08 13:55", "2027-06-08 14:05", Broken.REFUSED),
)  # fmt: skip

#: two suspends: over the morning look, and over a signal
SUSPENDS = (("2026-11-11 07:30", "2026-11-11 08:20"), ("2027-05-20 13:00", "2027-05-20 15:00"))


def moment(text: str) -> datetime:
    """Local time, aware. Of the hour that comes twice, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens the page."""

    at: datetime
    who: str


def morning_visits(day: date, number: int) -> list[Visit]:
    """Who looks on the ``number``-th school day without being called for a signal.

    Most days the contact after the bell; some days before it; some the backup after the second ring; some the head
    after the third; and on one in 19 nobody at all.
    """
    if number % 19 == 7:
        return []
    clock, who = {3: ("07:20", "anouk"), 8: ("08:04", "bram"), 14: ("08:12", "karin")}.get(
        number % 19, ("07:46", "anouk")
    )
    return [Visit(moment(f"{day} {clock}"), who)]


VISITS = sorted(
    [
        *(v for number, day in enumerate(SCHOOL_DAYS) for v in morning_visits(day, number)),
        *(Visit(moment(at), who) for at, who in EXTRA_VISITS),
    ],
    key=lambda visit: visit.at,
)
