"""The school's clock, as a table of days: who is rung when, and when nobody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.domain.duty import (
    DAY_PACE,
    INDEPENDENT,
    LADDER,
    MORNING_PACE,
    Done,
    Hours,
    Ring,
    Why,
    cannot,
    duty,
    looked,
    set_back,
)
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.domain.staff import Role

ZONE = ZoneInfo("Europe/Amsterdam")
HOURS = Hours()
CALENDAR = Calendar(closed=((date(2026, 12, 19), date(2027, 1, 3)), (date(2026, 11, 26), date(2026, 11, 26))))
MONDAY = date(2026, 11, 23)
CONTACT, BACKUP, HEAD = Role.CONTACT, Role.BACKUP, Role.HEAD


def at(text: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), ZONE)


class Day:
    """Ticks through a day as ``watch`` does, and writes down who is rung when."""

    def __init__(self, day: date = MONDAY, begun: str | None = None) -> None:
        self.day = day
        self.done = Done(begun=at(begun, day) if begun else None)
        self.rung: list[tuple[str, Why, frozenset[Role]]] = []
        self.waits_since: datetime | None = None
        self.trouble_since: datetime | None = None

    def tick(self, clock: str) -> None:
        self.tick_at(at(clock, self.day))

    def tick_at(self, now: datetime) -> None:
        d = duty(now, HOURS, CALENDAR, self.done, waits_since=self.waits_since, trouble_since=self.trouble_since)
        self.done = replace(d.done, closed=d.done.closed or d.close)
        self.rung += [(f"{now:%H:%M}", r.why, r.roles) for r in d.rings]

    def run(self, begin: str, end: str, step: float = 15.0) -> None:
        now, last = at(begin, self.day), at(end, self.day)
        while now <= last:
            self.tick_at(now)
            now = (now.astimezone(ZoneInfo("UTC")) + timedelta(seconds=step)).astimezone(ZONE)

    def look(self, clock: str) -> None:
        self.done = looked(self.done, at(clock, self.day))

    def set_back(self, from_: str, to: str) -> None:
        """As ``watch`` does when somebody sets the clock back, with all that it knows."""
        by = at(from_, self.day) - at(to, self.day)
        self.done = set_back(self.done, at(to, self.day), by, HOURS)
        self.waits_since = self.waits_since and self.waits_since - by
        self.trouble_since = self.trouble_since and self.trouble_since - by

    def times(self) -> list[tuple[str, Why]]:
        return [(clock, why) for clock, why, _ in self.rung]


def test_a_morning_in_which_nobody_looks() -> None:
    day = Day()
    day.run("06:30", "17:30")
    assert day.rung == [
        ("07:45", Why.LOOK, frozenset({CONTACT})),
        ("08:00", Why.AGAIN, frozenset({CONTACT, BACKUP})),
        ("08:10", Why.AGAIN, frozenset(Role)),
        ("12:30", Why.AGAIN, frozenset(Role)),
    ]
    assert day.done.closed


def test_the_phone_card_comes_with_the_head() -> None:
    done = Done(rung=frozenset({HOURS.look, time(8, 0)}))
    assert duty(at("08:10"), HOURS, CALENDAR, done).rings == (Ring(Why.AGAIN, frozenset(Role), phone_card=True),)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("07:20", ["07:45"]),
        ("07:46", ["07:45"]),
        ("08:04", ["07:45", "08:00"]),
        ("08:12", ["07:45", "08:00", "08:10"]),
        ("12:40", ["07:45", "08:00", "08:10", "12:30"]),
    ],
)
def test_one_look_stops_the_ringing_for_all(clock: str, expected: list[str]) -> None:
    day = Day()
    day.run("06:30", clock)
    day.look(clock)
    day.run(clock, "17:30")
    assert [c for c, _ in day.times()] == expected


def test_the_ring_of_the_morning_does_not_depend_on_a_signal() -> None:
    """The same day with and without a signal before the look rings the same (promise P5)."""
    quiet, busy = Day(), Day()
    busy.waits_since = at("05:10")
    for day in (quiet, busy):
        day.run("05:00", "07:50")
        day.look("07:50")
        day.waits_since = None
        day.run("07:50", "17:30")
    assert quiet.rung == busy.rung == [("07:45", Why.LOOK, frozenset({CONTACT}))]


@pytest.mark.parametrize("clock", ["07:50", "08:10", "14:00"])
def test_what_comes_after_a_look_rings_at_once_and_climbs(clock: str) -> None:
    day = Day()
    day.run("07:00", "07:46")
    day.look("07:46")
    day.run("07:46", clock)
    day.rung.clear()
    day.waits_since = at(clock)
    begin = at(clock)
    day.run(clock, f"{begin + timedelta(minutes=16):%H:%M}")
    expected = [(begin + timedelta(minutes=m), LADDER[min(n, 2)]) for n, m in enumerate((0, 5, 10, 15))]
    assert day.rung == [(f"{t:%H:%M}", Why.ARRIVAL, roles) for t, roles in expected]
    now = begin + timedelta(minutes=17)
    day.look(f"{now:%H:%M}")
    day.waits_since = None
    day.rung.clear()
    day.run(f"{now:%H:%M}", "14:30")
    assert all(why is not Why.ARRIVAL for _, why, _ in day.rung)


def test_a_second_signal_rings_at_once_while_the_first_still_waits() -> None:
    day = Day()
    day.run("07:00", "07:46")
    day.look("07:46")
    day.waits_since = at("09:00")
    day.run("09:00", "09:01")
    day.waits_since = at("09:02")
    day.run("09:02", "09:03")
    assert day.times()[1:] == [("09:00", Why.ARRIVAL), ("09:02", Why.ARRIVAL)]


def test_a_signal_that_is_looked_at_and_left_lying_rings_again() -> None:
    day = Day()
    day.run("07:00", "07:46")
    day.waits_since = at("07:40")
    day.look("07:46")
    day.run("07:46", "08:02")
    assert day.times()[1:] == [("07:56", Why.ARRIVAL), ("08:01", Why.ARRIVAL)]


def test_a_signal_that_nobody_comes_for_rings_on_after_the_ladder_of_the_look() -> None:
    day = Day()
    day.waits_since = at("05:10")
    day.run("05:00", "08:26")
    assert day.times() == [
        ("07:45", Why.LOOK), ("08:00", Why.AGAIN), ("08:10", Why.AGAIN),
        ("08:15", Why.ARRIVAL), ("08:20", Why.ARRIVAL), ("08:25", Why.ARRIVAL),
    ]  # fmt: skip


def test_a_late_signal_stays_silent_after_the_day_and_rings_the_next_morning() -> None:
    day = Day()
    day.look("07:46")
    day.waits_since = at("17:05")
    day.run("17:00", "23:59")
    assert day.rung == []
    tuesday = Day(date(2026, 11, 24))
    tuesday.waits_since = at("17:05")
    tuesday.run("00:00", "07:46")
    assert tuesday.times() == [("07:45", Why.LOOK)]


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2026, 11, 21), id="Saturday"),
        pytest.param(date(2026, 11, 22), id="Sunday"),
        pytest.param(date(2026, 11, 26), id="study day"),
        pytest.param(date(2026, 12, 24), id="holiday"),
    ],
)
def test_a_closed_day_silences_bells_and_nothing_else(day: date) -> None:
    closed = Day(day)
    closed.waits_since = at("07:10", day)
    closed.trouble_since = at("07:00", day)
    closed.run("00:00", "23:59", step=60)
    assert closed.rung == []
    assert closed.done.closed, "the day is closed all the same"
    assert duty(at("07:30", day), HOURS, CALENDAR, Done()).pace == DAY_PACE


def test_after_noon_on_a_half_day_nothing_rings() -> None:
    half = Calendar(half_days=((MONDAY, time(12)),))
    done, rung = Done(), []
    for clock in ("07:45", "08:00", "12:01", "12:31", "14:00"):
        d = duty(at(clock), HOURS, half, done, waits_since=at("12:00") if clock > "12:00" else None)
        done = d.done
        rung += [clock] if d.rings else []
    assert rung == ["07:45", "08:00"]


def test_friday_evening_to_monday_and_six_weeks_of_summer() -> None:
    summer = Calendar(closed=((date(2027, 7, 10), date(2027, 8, 22)),))
    rung: list[date] = []
    day = date(2027, 7, 9)
    came = at("19:00", day)
    while day <= date(2027, 8, 23):
        done = Done()
        for clock in ("07:00", "07:45", "08:00", "16:00"):
            d = duty(at(clock, day), HOURS, summer, done, waits_since=came if at(clock, day) > came else None)
            done = d.done
            rung += [day] if d.rings else []
            done = looked(done, at(clock, day)) if d.rings else done
        day += timedelta(days=1)
    assert sorted(set(rung)) == [date(2027, 7, 9), date(2027, 8, 23)]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 30), date(2026, 10, 26)])
def test_the_clock_changes_ring_once_at_the_same_wall_time(day: date) -> None:
    every_day = Calendar(weekdays=tuple(range(7)))
    done, rung = Done(), []
    now = datetime.combine(day, time(0), ZONE).astimezone(ZoneInfo("UTC"))
    for _ in range(26 * 60):
        local = now.astimezone(ZONE)
        if local.date() == day:
            d = duty(local, HOURS, every_day, done)
            done = d.done
            rung += [f"{local:%H:%M}" for _ in d.rings]
        now += timedelta(minutes=1)
    assert rung == ["07:45", "08:00", "08:10", "12:30"]


def test_a_resume_after_hours_of_suspend_rings_once_and_as_loud_as_the_latest() -> None:
    day = Day()
    day.tick("03:00")
    day.tick("09:20")
    assert day.rung == [("09:20", Why.LOOK, frozenset(Role))]
    day.tick("09:21")
    assert len(day.rung) == 1


def test_a_clock_set_back_does_not_ring_twice_for_who_has_looked() -> None:
    day = Day()
    day.run("07:40", "07:50")
    day.look("07:50")
    day.run("07:50", "08:01")
    day.set_back("08:01", "07:44")
    day.run("07:44", "12:31")
    assert day.times() == [("07:45", Why.LOOK)]


def test_after_a_clock_set_back_the_ladder_that_nobody_stopped_begins_again() -> None:
    """What rang at 07:45 and 08:00 by a clock that was wrong may have rung before anybody was there."""
    day = Day()
    day.run("07:40", "09:00")
    day.set_back("09:00", "07:30")
    day.run("07:30", "12:31")
    assert day.times()[3:] == [("07:45", Why.LOOK), *((t, Why.AGAIN) for t in ("08:00", "08:10", "12:30"))]


def test_a_look_by_a_wrong_clock_before_the_morning_watch_is_none() -> None:
    day = Day()
    day.run("07:00", "07:50")
    day.look("07:50")
    day.set_back("07:50", "06:50")
    day.run("06:50", "08:01")
    assert day.times()[1:] == [("07:45", Why.LOOK), ("08:00", Why.AGAIN)]


@pytest.mark.parametrize(
    ("looks", "rung"),
    [
        ((), ["10:02", "09:02", "09:07", "09:12"]),  # five minutes after the ring before
        (("10:04",), ["10:02", "09:09", "09:14"]),  # looked at and left lying: ten minutes after the look
    ],
)
def test_after_a_clock_set_back_what_waits_rings_as_soon_as_before(looks: tuple[str, ...], rung: list[str]) -> None:
    """Set back by an hour five minutes after it came: it does not wait until it is 10:05 once more."""
    day = Day()
    day.tick("07:45")
    day.look("08:46")
    day.rung.clear()
    day.waits_since = at("10:02")
    day.run("10:02", "10:05")
    for clock in looks:
        day.look(clock)
    day.set_back("10:05", "09:00")
    day.run("09:00", "09:16")
    assert day.times() == [(clock, Why.ARRIVAL) for clock in rung]


def test_a_second_signal_after_a_clock_set_back_rings_at_once() -> None:
    day = Day()
    day.run("07:40", "07:46")
    day.look("07:46")
    day.waits_since = at("10:00")
    day.run("10:00", "10:01")
    day.look("10:01")
    day.set_back("10:01", "09:01")
    day.run("09:01", "09:03")
    day.waits_since = at("09:03")
    day.run("09:03", "09:04")
    assert [clock for clock, _ in day.times()] == ["07:45", "10:00", "09:03"]


def test_after_a_clock_set_back_trouble_rings_as_soon_as_before() -> None:
    day = Day()
    day.tick("08:10")
    day.rung.clear()
    day.look("08:10")
    day.trouble_since = at("08:20")
    day.run("08:20", "08:22")
    day.set_back("08:22", "07:22")
    day.run("07:22", "07:40")
    assert day.times() == [("07:23", Why.TROUBLE), ("07:33", Why.TROUBLE)]


@pytest.mark.parametrize(
    ("begun", "rung"),
    [
        ("07:50", [("07:50", frozenset({CONTACT})), ("08:00", frozenset({CONTACT, BACKUP})), ("08:10", frozenset(Role)),
                   ("12:30", frozenset(Role))]),
        ("08:20", [("08:20", frozenset(Role)), ("12:30", frozenset(Role))]),
        ("14:00", [("14:00", frozenset({CONTACT}))]),
        ("18:00", []),
    ],
)  # fmt: skip
def test_a_restart_asks_again_and_after_the_morning_only_the_contact(
    begun: str, rung: list[tuple[str, frozenset[Role]]]
) -> None:
    day = Day(begun=begun)
    day.run(begun, "18:30")
    assert [(clock, roles) for clock, _, roles in day.rung] == rung


def test_i_cannot_hands_over_at_once_and_goes_on_up() -> None:
    day = Day()
    day.run("07:44", "07:46")
    day.look("07:46")  # who presses it has the page open
    day.done = cannot(day.done, CONTACT)
    day.tick("07:47")
    assert day.rung[-1] == ("07:47", Why.HANDED_OVER, frozenset({BACKUP}))
    day.tick("07:48")
    assert len(day.rung) == 2
    day.run("07:49", "08:11")
    # it is pressed beside a signal: a ring that is logged, or that a bell keeps, would tell of one
    assert day.rung[2:] == [
        ("08:00", Why.HANDED_OVER, frozenset({BACKUP})),
        ("08:10", Why.HANDED_OVER, frozenset({BACKUP, HEAD})),
    ]
    day.done = cannot(day.done, BACKUP)
    day.tick("08:12")
    assert day.rung[-1] == ("08:12", Why.HANDED_OVER, frozenset({HEAD}))
    day.done = cannot(day.done, HEAD)
    day.tick("08:13")
    assert day.rung[-1][1] is Why.HANDED_OVER, "if nobody can, somebody is rung all the same"


def test_trouble_rings_after_three_minutes_in_the_morning_watch_only() -> None:
    day = Day()
    day.look("07:01")
    day.trouble_since = at("07:02")
    day.run("07:02", "07:16")
    assert day.times() == [("07:05", Why.TROUBLE), ("07:15", Why.TROUBLE)]
    day.trouble_since = None
    day.run("07:16", "08:29")
    day.rung.clear()
    day.trouble_since = at("08:31")
    day.run("08:31", "12:29")
    assert day.rung == []


def test_which_reasons_depend_on_a_signal() -> None:
    assert set(Why) - INDEPENDENT == {Why.ARRIVAL, Why.HANDED_OVER}


def test_the_pace() -> None:
    assert duty(at("06:59"), HOURS, CALENDAR, Done()).pace == DAY_PACE
    assert duty(at("07:00"), HOURS, CALENDAR, Done()).pace == MORNING_PACE
    assert duty(at("08:30"), HOURS, CALENDAR, Done()).pace == DAY_PACE


@given(
    st.lists(st.integers(0, 24 * 60 - 1), min_size=1, max_size=60).map(sorted),
    st.none() | st.integers(0, 24 * 60 - 1),
    st.none() | st.integers(0, 24 * 60 - 1),
)
def test_whatever_the_ticks_the_look_is_rung_and_nothing_rings_outside_the_day(
    minutes: list[int], came: int | None, looks: int | None
) -> None:
    day = Day()
    for minute in minutes:
        now = at(f"{minute // 60:02}:{minute % 60:02}")
        if looks is not None and looks <= minute:
            day.done = looked(day.done, now)
            looks = None
        day.waits_since = now if came is not None and came <= minute else None
        day.tick_at(now)
    in_day = [m for m in minutes if 7 * 60 + 45 <= m < 17 * 60]
    looks_rung = [c for c, why in day.times() if why is Why.LOOK]
    assert len(looks_rung) == (1 if in_day else 0)
    assert all("07:45" <= c < "17:00" or (why is Why.ARRIVAL and c >= "00:00") for c, why in day.times())
    assert all(c < "17:00" for c, _ in day.times())


def test_a_message_brings_forward_nothing_that_the_clock_owes() -> None:
    """A look that is due is rung and logged by the clock's own tick: else its second would tell of the message."""
    due = Done()
    came = at("07:45")
    asked = duty(at("07:46"), HOURS, CALENDAR, due, waits_since=came, trouble_since=at("07:30"), by_clock=False)
    assert (asked.rings, asked.close) == ((), False)
    assert duty(at("17:01"), HOURS, CALENDAR, due, by_clock=False).close is False
    ticked = duty(at("07:46:10"), HOURS, CALENDAR, asked.done, waits_since=came, trouble_since=at("07:30"))
    assert [ring.why for ring in ticked.rings] == [Why.LOOK, Why.TROUBLE]
    after_a_look = looked(ticked.done, at("07:47"))
    rings = duty(at("07:48"), HOURS, CALENDAR, after_a_look, waits_since=at("07:48"), by_clock=False).rings
    assert [ring.why for ring in rings] == [Why.ARRIVAL]
