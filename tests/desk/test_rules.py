"""Sessions, attempts, hosts, words: the small rules."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.desk import attempts
from hwc_school_agent.desk.guard import hosts
from hwc_school_agent.desk.people import People
from hwc_school_agent.desk.sessions import MOST, MOST_PER_NAME, Table, key_of, until
from hwc_school_agent.desk.words import clock, day
from hwc_school_agent.domain.board import Attempts, Board, Health, Order, OrderWord, Session
from hwc_school_agent.settings import Desk, Hours

ZONE = "Europe/Amsterdam"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-23T06:10", "2026-11-23T08:30"),
        ("2026-11-23T08:29", "2026-11-23T08:30"),
        ("2026-11-23T08:30", "2026-11-23T17:00"),
        ("2026-11-23T16:59", "2026-11-23T17:00"),
        ("2026-11-23T17:00", "2026-11-23T17:30"),
        ("2026-11-23T23:45", "2026-11-24T00:00"),
        ("2026-10-25T00:30", "2026-10-25T08:30"),  # the night in which the clock goes back
        ("2026-03-29T01:30", "2026-03-29T08:30"),  # and forward
    ],
)
def test_a_session_ends_with_the_watch_the_day_or_after_half_an_hour(begins: str, ends: str) -> None:
    assert until(at(begins), Hours(), ZONE) == at(ends)


def test_only_the_hash_of_a_cookie_is_kept() -> None:
    table = Table(())
    token, session = table.begin("contactpersoon", "contact", 100.0, 0.0)
    assert len(bytes.fromhex(token)) == 32
    assert session.key == key_of(token) != token
    assert token not in repr(table.rows)
    assert table.find(token, 99.0) == session
    assert table.find(token, 100.0) is None
    assert table.find("", 0.0) is None


def test_a_rotated_cookie_is_worth_nothing() -> None:
    table = Table(())
    old, session = table.begin("contactpersoon", "contact", 100.0, 0.0)
    new, _ = table.rotate(session)
    assert table.find(old, 0.0) is None
    assert table.find(new, 0.0) is not None


def test_the_table_of_sessions_does_not_grow() -> None:
    table = Table(())
    for n in range(100):
        table.begin("contactpersoon", "contact", 1000.0, float(n))
    assert len(table.rows) == MOST_PER_NAME
    for n in range(100):
        table.begin(f"name{n}", "contact", 1000.0, 0.0)
    assert len(table.rows) == MOST


def test_five_failures_then_longer_and_longer() -> None:
    table: tuple[Attempts, ...] = ()
    waits = []
    now = 1000.0
    for _ in range(14):
        table = attempts.failed(table, "k", now)
        waits.append(attempts.wait(table, "k", now))
        now += 1000.0 if waits[-1] else 10.0
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900]
    assert attempts.wait(attempts.succeeded(table, "k"), "k", now) == 0


def test_many_names_brake_everybody_but_never_for_long() -> None:
    table: tuple[Attempts, ...] = ()
    for n in range(31):
        table = attempts.failed(table, f"k{n}", 1000.0)
    assert 0 < attempts.wait(table, "new", 1000.0) <= attempts.ALL_STEP
    assert attempts.wait(table, "new", 1003.0) == 0


def test_a_clock_set_back_locks_nobody_out() -> None:
    table: tuple[Attempts, ...] = ()
    for n in range(40):
        table = attempts.failed(table, "k", 10_000.0 + n / 10)
    assert attempts.wait(table, "k", 10_004.0) > 0
    assert attempts.wait(table, "new", 10_004.0) > 0
    assert attempts.wait(table, "k", 6_000.0) == attempts.wait(table, "new", 6_000.0) == 0
    assert attempts.wait(attempts.failed(table, "k", 6_000.0), "new", 6_001.0) == 0


@pytest.mark.parametrize(
    ("second", "told"),
    [(0.0, 1), (59.0, 1), (60.0, 2), (-1.0, 2), (-3600.0, 2)],
)
def test_a_look_counts_once_a_minute_and_at_once_after_the_clock_was_set_back(second: float, told: int) -> None:
    said: list[Order] = []
    link = SimpleNamespace(board=Board(now=0.0, health=Health.OK), send=said.append)
    clock = SimpleNamespace(now=lambda: 1e9)
    people = People(*(None,) * 4, link, clock)  # type: ignore[arg-type]
    session = Session("key", "contactpersoon", "contact", 2e9)
    people.looked(session)
    clock.now = lambda: 1e9 + second
    people.looked(session)
    assert [order.word for order in said] == [OrderWord.LOOKED] * told


def test_the_table_of_attempts_does_not_grow_and_forgets() -> None:
    table: tuple[Attempts, ...] = ()
    for n in range(500):
        table = attempts.failed(table, f"k{n}", 1000.0 + n * 3)
    assert len(table) <= attempts.MOST
    assert len(attempts.failed(table, "k", 1e6)) == 2


def test_a_typed_name_is_kept_only_as_a_keyed_hash() -> None:
    one = attempts.name_key(b"k", "Contactpersoon")
    assert one == attempts.name_key(b"k", " contactpersoon ")
    assert one != attempts.name_key(b"other", "Contactpersoon")
    assert "contact" not in one


@pytest.mark.parametrize(
    ("desk", "known", "unknown"),
    [
        (Desk(), ("127.0.0.1:8420", "localhost:8420", "[::1]:8420"), ("localhost", "localhost:80", "evil:8420")),
        (Desk(host="10.0.0.5", port=443, certificate="c"), ("10.0.0.5", "10.0.0.5:443"), ("10.0.0.6",)),
        (Desk(host="0.0.0.0"), ("127.0.0.1:8420",), ("0.0.0.0:8420",)),
        (Desk(host="::1"), ("[::1]:8420",), ("::1:8420",)),
        (Desk(names=("Bureau.Example",)), ("bureau.example", "bureau.example:8420"), ("example",)),
    ],
)
def test_hosts(desk: Desk, known: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    assert set(known) <= hosts(desk)
    assert not set(unknown) & hosts(desk)


def test_dutch_dates_and_times() -> None:
    assert day(date(2017, 5, 3)) == "3 mei 2017"
    assert clock(at("2026-11-23T07:54"), ZONE) == "07.54"
