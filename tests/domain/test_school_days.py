"""School days: which day is one, when it ends, which comes next, and when a list or a message runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.domain.school_days import (
    FARTHEST,
    Calendar,
    ends_within,
    expired,
    first_of_month,
    is_school_day,
    next_school_day,
    school_ends,
)

HERE = ZoneInfo("Europe/Amsterdam")
YEAR = Calendar(
    closed=(
        (date(2026, 10, 10), date(2026, 10, 18)),
        (date(2026, 12, 19), date(2027, 1, 3)),
        (date(2027, 3, 29), date(2027, 3, 29)),
        (date(2027, 7, 10), date(2027, 8, 22)),
    ),
    half_days=((date(2026, 12, 18), time(12, 0)), (date(2026, 12, 18), time(11, 30))),
    known_until=date(2027, 8, 22),
    region="noord",
)

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
PERIODS = st.tuples(DAYS, st.integers(0, 99)).map(lambda p: (p[0], p[0] + timedelta(days=p[1])))
CALENDARS = st.builds(
    Calendar,
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda s: tuple(sorted(s))),
    closed=st.lists(PERIODS, max_size=12).map(tuple),
    known_until=st.none() | DAYS,
)


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 10, 9), True), (date(2026, 10, 10), False), (date(2026, 10, 12), False),
        (date(2026, 10, 16), False), (date(2026, 10, 19), True),
        (date(2027, 3, 27), False), (date(2027, 3, 29), False), (date(2027, 3, 30), True),
        (date(2026, 12, 18), True),  # a half day is a school day
        (date(2028, 7, 20), True),  # unknown: an ordinary Thursday in a summer that nobody wrote down
        (date(2028, 7, 22), False),  # a Saturday stays one
    ],
)  # fmt: skip
def test_school_days(day: date, is_one: bool) -> None:
    assert is_school_day(day, YEAR) is is_one


def test_first_of_month() -> None:
    assert first_of_month(date(2027, 1, 4), YEAR)
    assert not first_of_month(date(2027, 1, 1), YEAR)
    assert not first_of_month(date(2027, 1, 5), YEAR)


def test_when_school_ends() -> None:
    assert school_ends(date(2026, 12, 18), YEAR) == time(11, 30)
    assert school_ends(date(2026, 12, 17), YEAR) is None


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 10, 8), date(2026, 10, 9)),
        (date(2026, 10, 9), date(2026, 10, 19)),  # Friday before the autumn break
        (date(2026, 10, 14), date(2026, 10, 19)),
        (date(2027, 3, 26), date(2027, 3, 30)),  # over Easter Monday
        (date(2027, 7, 9), date(2027, 8, 23)),  # six weeks
        (date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_next_school_day(day: date, following: date) -> None:
    assert next_school_day(day, YEAR) == following


def test_a_list_without_school_days_is_not_believed() -> None:
    day = date(2026, 9, 1)
    never = Calendar(weekdays=(2,), closed=((date(2026, 1, 1), date(2029, 1, 1)),))
    found = next_school_day(day, never)
    assert found.weekday() == 2
    assert timedelta(days=FARTHEST) < found - day <= timedelta(days=FARTHEST + 7)


@given(DAYS, CALENDARS)
def test_next_school_day_always_answers(day: date, calendar: Calendar) -> None:
    found = next_school_day(day, calendar)
    assert day < found <= day + timedelta(days=FARTHEST + 7)
    assert found.weekday() in calendar.weekdays
    between = [day + timedelta(days=n) for n in range(1, (found - day).days)][:FARTHEST]
    assert not any(is_school_day(each, calendar) for each in between)


@pytest.mark.parametrize(
    ("today", "ends"),
    [
        (date(2027, 6, 22), None), (date(2027, 6, 23), date(2027, 8, 22)), (date(2027, 8, 22), date(2027, 8, 22)),
        (date(2028, 1, 1), date(2027, 8, 22)),
    ],
)  # fmt: skip
def test_the_end_of_the_list(today: date, ends: date | None) -> None:
    assert ends_within(today, YEAR) == ends
    assert ends_within(today, replace(YEAR, known_until=None)) is None


def at(day: int, hour: int = 12, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=HERE)


@pytest.mark.parametrize(
    ("arrived", "now", "limit", "is_over"),
    [
        (at(5), at(6, 23), 1, False),  # Monday; Tuesday is not over
        (at(5), at(7, 0), 1, True),
        (at(5, 0), at(6, 23), 1, False),  # the day of arrival never counts, however early
        (at(8), at(12), 1, True),  # Thursday; Friday was whole
        (at(9), at(18, 23), 1, False),  # Friday before the autumn break: no school day has gone by
        (at(9), at(19, 23), 1, False),
        (at(9), at(20, 0), 1, True),
        (at(9), at(23, 23), 5, False),
        (at(9), at(24, 0), 5, True),
        (at(5), at(5, 13), 0, False),
        (at(5), at(30), 0, False),  # 0: never
        (at(5), at(1), 1, False),  # from the future: a clock is wrong, and nothing goes
    ],
)
def test_expiry(arrived: datetime, now: datetime, limit: int, is_over: bool) -> None:
    assert expired(arrived, now, YEAR, limit) is is_over
    assert expired(arrived.astimezone(UTC), now, YEAR, limit) is is_over


def test_the_day_of_arrival_is_a_local_one() -> None:
    """23:30 UTC on Monday is Tuesday at school."""
    late = datetime(2026, 10, 5, 23, 30, tzinfo=UTC)
    assert not expired(late, at(7, 9), YEAR, 1)
    assert expired(late, at(8, 9), YEAR, 1)


def test_an_unknown_day_deletes_nothing() -> None:
    """It rings like a school day, but may be a holiday: mail is not deleted for it."""
    short = replace(YEAR, known_until=date(2026, 10, 7))
    assert not expired(at(6), at(30), short, 2)
    assert expired(at(6), at(30), short, 1)
    assert expired(at(6), at(30), replace(short, known_until=None), 2)


@given(DAYS, st.integers(0, 300), st.integers(1, 20), CALENDARS)
def test_expiry_only_ever_comes(day: date, days: int, limit: int, calendar: Calendar) -> None:
    """Never before ``limit`` school days, and once over it stays over."""
    arrived = datetime.combine(day, time(12), HERE)
    now = arrived + timedelta(days=days)
    whole = sum(is_school_day(day + timedelta(days=n), calendar) for n in range(1, days))
    if expired(arrived, now, calendar, limit):
        assert whole >= limit
        assert expired(arrived, now + timedelta(days=1), calendar, limit)
    elif calendar.known_until is None:
        assert whole < limit
