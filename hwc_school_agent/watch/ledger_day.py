"""The day's entry in the ledger: two words, handed to a child at a fixed time after the day's closing.

Half an hour lies in between, so that a closing that takes longer, or is tried again, changes neither the entry nor its
time. Both words are the same with and without a signal (``domain/ledger_entry.py`` says what they claim).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hwc_school_agent.domain.board import Result
from hwc_school_agent.domain.ledger_entry import DayEntry, DayState
from hwc_school_agent.domain.outcome import Entered
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.status import Word

AFTER_SECONDS = 1800.0  # from the day's closing to the entry: longer than a closing and its second try
AGAIN_SECONDS = 600.0  # while it cannot be written, till midnight
WRITE_SECONDS = 60.0
STEP_SECONDS = 60.0
_LATE = timedelta(minutes=5)
_WRONG = tuple(e for e in Entered if e not in (Entered.WRITTEN, Entered.KEPT))
_REHEARSED = {
    Result.OK: DayState.OK,
    Result.NOT_SCANNED: DayState.DEGRADED,
    Result.FAILED: DayState.DEGRADED,
    None: DayState.OFF,
}


@dataclass(slots=True)
class _Day:
    """A day whose closing has begun, and whose entry is not written yet."""

    day: date
    rehearsal: DayState
    close: DayState
    stamp: float  # the nominal time of the entry, which its file carries (epoch seconds)
    due: float  # epoch seconds
    told: bool = False  # the log says that it cannot be written


class LedgerDay:
    """Today's entry."""

    def __init__(self, settings: Settings, clock: Clock, loop: Loop, hands: Hands) -> None:
        self._settings, self._clock, self._loop, self._hands = settings, clock, loop, hands
        self._day: _Day | None = None

    def begin(self, now: datetime, rehearsal: Result | None) -> None:
        """The closing of a school day begins at ``now`` (local). ``rehearsal``: how the last one of today ended."""
        nominal = datetime.combine(now.date(), self._settings.hours.close, now.tzinfo)
        stamp = (nominal + timedelta(seconds=AFTER_SECONDS)).timestamp()
        # an agent that was started later than that waits as long as any other
        due = now.timestamp() + AFTER_SECONDS if now - nominal > _LATE else stamp
        self._day = _Day(now.date(), _REHEARSED[rehearsal], DayState.DEGRADED, stamp, due)
        self._wait(self._day)

    def closed(self, well: bool) -> None:
        """The closing's own word came; a later good one counts."""
        if self._day is not None and well:
            self._day.close = DayState.OK

    def status(self) -> str:
        """For ``systemctl status``, while today's entry cannot be written."""
        told = self._day is not None and self._day.told
        language = self._settings.school.language
        return Word.LEDGER.of(language, code=Event.NOT_ENTERED.value[0]) if told else ""

    def _wait(self, day: _Day) -> None:
        """In steps, for the machine may sleep in between or its clock be set."""
        if self._day is not day:
            return
        left = day.due - self._clock.now()
        if left <= 0:
            self._write(day)
        else:
            self._loop.call_later(min(left, STEP_SECONDS), lambda: self._wait(day))

    def _write(self, day: _Day) -> None:
        said: list[str] = []

        def on_end(_well: bool) -> None:
            word = said[0] if said else ""
            if word in (Entered.WRITTEN, Entered.KEPT):
                if word == Entered.WRITTEN:
                    log(Event.ENTERED)
                self._day = None
                return
            if not day.told:
                day.told = True
                log(Event.NOT_ENTERED, 1 + _WRONG.index(Entered(word) if word in _WRONG else Entered.NOT_WRITTEN))
            now = self._clock.now()
            day.due = now + AGAIN_SECONDS
            if self._date(day.due) == self._date(now):  # else the next entry says that this day was off
                self._wait(day)

        settings = self._settings
        entry = DayEntry(day.day, day.rehearsal, day.close)
        arguments = (settings.state.directory, settings.ledger_key, entry, settings.calendar, day.stamp)
        self._hands.start(Worker.LEDGER, arguments, WRITE_SECONDS, said.append, on_end)

    def _date(self, at: float) -> date:
        return local(at, self._settings.school.timezone).date()
