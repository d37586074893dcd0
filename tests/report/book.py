"""A school with a ledger, for tests of the report: every school day from 25 November 2026 on has an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hwc_school_agent.domain.job import FreezeJob
from hwc_school_agent.domain.ledger_entry import DayEntry, DayState
from hwc_school_agent.domain.school_days import Calendar, is_school_day
from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof.keys import SigningKey, write_keys
from hwc_school_agent.proof.ledger import FILE, Ledger, begun
from hwc_school_agent.settings import Mailbox, Report, School, Settings, State, Submission

NOVEMBER, DECEMBER, FIRST = date(2026, 11, 1), date(2026, 12, 1), date(2026, 12, 1)
GOOD = ("folders_clear", "recovery_not_seen", "access_nobody_else", "folders_clear", "recovery_not_seen")
NAME = "Basisschool De Linde"


@dataclass
class Book:
    """Its settings, key and ledger."""

    settings: Settings
    key: SigningKey
    ledger: Ledger

    def until(self, last: date, *, begin: date = date(2026, 11, 2)) -> Book:
        """Write every school day up to ``last`` as a good one."""
        for n in range((last - begin).days + 1):
            day = begin + timedelta(days=n)
            if is_school_day(day, self.settings.calendar):
                self.add(day)
        return self

    def add(self, day: date, rehearsal: DayState = DayState.OK, close: DayState = DayState.OK) -> None:
        """One entry more."""
        self.ledger = self.ledger.written(DayEntry(day, rehearsal, close), self.settings.calendar, self.key)
        replace_file(self.settings.state.directory, FILE, self.ledger.data())


def book(folder: Path, *, begin: date = date(2026, 11, 2), language: str = "nl", **report: tuple[date, int]) -> Book:
    """A new one in ``folder``; the key follows from nothing but a constant, so that bytes can be compared."""
    state = State(folder / "state", folder / "run")
    state.directory.mkdir(parents=True)
    settings = Settings(
        School(NAME, language=language),
        Mailbox("outlook.office365.com", "hwc@school.example"),
        Submission("smtp.office365.com", "hwc@school.example"),
        state=state,
        calendar=Calendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),)),
        report=Report(**report),
    )
    key = SigningKey.of(b"k" * 32)
    write_keys(state.directory, (key,), "")
    made = Book(settings, key, begun(key, begin))
    replace_file(state.directory, FILE, made.ledger.data())
    return made


def job(month: date = NOVEMBER, frozen: date = FIRST, words: tuple[str, ...] = GOOD) -> FreezeJob:
    """Freeze this."""
    return FreezeJob(month, frozen, words)
