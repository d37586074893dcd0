"""The ledger writer in a child, as ``watch`` starts it: one line, one word, and no way out."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from hwc_school_agent.domain.ledger_entry import DayEntry, DayState
from hwc_school_agent.domain.outcome import Entered
from hwc_school_agent.host import child, process
from hwc_school_agent.proof import beginning, keys, ledger
from hwc_school_agent.proof.damage import Damage
from hwc_school_agent.settings import Secret
from hwc_school_agent.watch import ledger_day
from hwc_school_agent.workers import ledger as worker
from tests.proof.scene import CALENDAR, MONDAY, OTHER, entry, some_days

STAMP = 1_795_800_600.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    beginning.ensure(tmp_path, "", MONDAY)
    return tmp_path


def writes(state: Path, one: DayEntry, secret: str = "", before: Callable[[], object] = lambda: None) -> list[str]:
    """Every word of a writer, in a child like that of ``watch``."""

    def task(say: child.Say) -> None:
        before()
        worker.run(state, Secret(secret), one, CALENDAR, STAMP, lambda word: say(word.value))

    code, said = child.collect(child.fork(task))
    assert code == 0
    return said.decode().split()


def test_one_entry_a_day(state: Path) -> None:
    assert writes(state, entry(MONDAY)) == ["written"]
    data = (state / "ledger").read_bytes()
    assert writes(state, entry(MONDAY, DayState.OFF)) == ["kept"]
    assert (state / "ledger").read_bytes() == data
    assert sorted(os.listdir(state)) == ["ledger", "ledger.key"]


def test_missed_days_are_filled_and_the_time_is_the_nominal_one(state: Path) -> None:
    writes(state, entry(MONDAY))
    assert writes(state, entry(MONDAY + timedelta(days=8), close=DayState.DEGRADED)) == ["written"]
    days = ledger.read(state).days
    assert [d.day.day for d in days] == [23, 24, 25, 26, 27, 30, 1]
    assert {(d.rehearsal, d.close) for d in days[1:-1]} == {(DayState.OFF, DayState.OFF)}
    assert (state / "ledger").stat().st_mtime == STAMP


def test_with_an_encrypted_key(tmp_path: Path) -> None:
    beginning.ensure(tmp_path, "geheim", MONDAY)
    assert writes(tmp_path, entry(MONDAY), "geheim") == ["written"]
    assert writes(tmp_path, entry(MONDAY + timedelta(days=1)), "") == ["key_locked"]


@pytest.mark.parametrize(
    ("break_it", "word"),
    [
        (lambda d: (d / "ledger").unlink(), "missing"),
        (lambda d: (d / "ledger.key").unlink(), "key_missing"),
        (lambda d: (d / "ledger.key").write_bytes(b"x"), "key_broken"),
        (lambda d: keys.write_keys(d, (OTHER,), "ander"), "key_locked"),
        (lambda d: keys.write_keys(d, (OTHER,), ""), "other_key"),
        (lambda d: (d / "ledger").write_bytes((d / "ledger").read_bytes()[:-1]), "torn"),
        (lambda d: (d / "ledger").write_bytes(some_days().data().replace(b"26 ok", b"27 ok")), "changed"),
        (lambda d: (d / "ledger").write_bytes(ledger.begun(*keys.read_keys(d, ""), date(2029, 1, 1)).data()), "clock"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    state: Path, break_it: Callable[[Path], object], word: str
) -> None:
    break_it(state)
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in state.iterdir()}
    assert writes(state, entry(MONDAY)) == [word]
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in state.iterdir()} == before


def test_a_full_disk_is_said_and_the_next_day_fills_the_gap(state: Path) -> None:
    def full() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

    writes(state, entry(MONDAY))
    data = (state / "ledger").read_bytes()
    assert writes(state, entry(MONDAY + timedelta(days=1)), before=full) == ["full"]
    assert (state / "ledger").read_bytes() == data
    assert sorted(os.listdir(state)) == ["ledger", "ledger.key"]
    assert writes(state, entry(MONDAY + timedelta(days=2))) == ["written"]
    assert [d.close.value for d in ledger.read(state).days] == ["ok", "off", "ok"]


def test_the_writer_has_given_everything_up_before_it_writes(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried at the moment of writing: no file, no socket, no process can be had any more."""
    put = worker.Prepared.put
    tried = os.memfd_create("tried")

    def trying(self: worker.Prepared, data: bytes, stamp: float | None = None) -> None:
        for attempt in (lambda: os.open("/etc/passwd", os.O_RDONLY), socket.socket, os.pipe):
            try:
                attempt()
                os.write(tried, b"had ")
            except OSError:
                os.write(tried, b"refused ")
        put(self, data, stamp)

    monkeypatch.setattr(worker.Prepared, "put", trying)

    def task(say: child.Say) -> None:
        worker.run(state, Secret(""), entry(MONDAY), CALENDAR, STAMP, lambda word: say(word.value))

    child.collect(child.fork(task, keep=(tried,)))
    os.lseek(tried, 0, os.SEEK_SET)
    assert os.read(tried, 100).split() == [b"refused"] * 3
    os.close(tried)
    assert len(ledger.read(state).days) == 1


def test_limits_are_those_of_the_child_only() -> None:
    assert process.open_nothing_more.__doc__
    socket.socket().close()


def test_the_log_numbers_what_damage_numbers() -> None:
    wrong = [e for e in Entered if e not in (Entered.WRITTEN, Entered.KEPT)]
    assert [e.value for e in wrong] == [d.name.lower() for d in Damage]
    assert [1 + ledger_day._WRONG.index(e) for e in wrong] == [d.number for d in Damage]
