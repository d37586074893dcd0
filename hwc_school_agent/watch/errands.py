"""Which worker is started for what, what it said, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hwc_school_agent.domain.board import Rehearsed
from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.outcome import FINAL_GOOD, PRACTICE, TRY_AGAIN, Kind, Said, Word
from hwc_school_agent.domain.school_days import held_over_till
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.book import Book, Entry
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.ledger_day import LedgerDay
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.next_tick import NextTick
from hwc_school_agent.watch.spare import Spare

TRIAGE_SECONDS = 30.0
FINISH_SECONDS = 180.0
CLOSE_SECONDS = 600.0
RETRY_SECONDS = 60.0
CLOSE_RETRY_SECONDS = 300.0
CLOSED_SECONDS = 50.0  # from the beginning of a closing to its line in the log: longer than most of them take
_DEAD_ENDS = frozenset({Word.RECEIPT_REFUSED, Word.NOT_CONFIRMED})
_NOTICE_DONE = frozenset({Word.RECEIPTED, Word.NOT_OWED, Word.RECEIPT_REFUSED, Word.GONE})


class Errands:
    """Triage, finish and close, one worker each time; and the ledger, after close."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        loop: Loop,
        book: Book,
        spare: Spare,
        next_tick: NextTick,
        changed: Callable[[], None],
        look_again: Callable[[], None],
        practice: Callable[[Place, Kind, float], None],
        viewed: Callable[[], frozenset[str | None]],
        levelling: Callable[[bool], None],
    ) -> None:
        """``changed``: the book changed. ``look_again``: a worker changed the mailbox. ``practice``: triage knew
        practice mail, and when it came. ``viewed``: handles that are open at the desk now. ``levelling``: fillers come
        and go from now on, or no more."""
        self._settings, self._clock, self._loop, self._book, self._spare = settings, clock, loop, book, spare
        self._next_tick = next_tick
        self._changed, self._look_again, self._practice = changed, look_again, practice
        self._viewed, self._levelling = viewed, levelling
        self._hands = Hands(loop)
        self._ledger = LedgerDay(settings, clock, loop, self._hands)
        self.status = self._ledger.status
        self._finishing: set[str] = set()
        self._missed: float | None = None  # when a triage could not read what a look saw, and we looked again
        self._told: set[Place] = set()  # senders that know of the closed day
        self._closing: list[Callable[[Said], None]] | None = None

    def stop(self) -> None:
        """Kill what runs; the flags on the messages say later what is left to do."""
        self._hands.stop()

    def triage(self, entry: Entry) -> None:
        """Ask what a new message wants of a person."""
        today = local(self._clock.now(), self._settings.school.timezone).date()
        heard: list[Kind] = []

        def on_line(line: str) -> None:
            if line in {k.value for k in Kind} and not heard:
                heard.append(Kind(line))
                learned(heard[0])

        def on_end(_well: bool) -> None:
            if not heard:
                self._seen_wrongly()
                learned(Kind.UNCLEAR)  # a triage that could not answer is no reason for silence

        def learned(kind: Kind) -> None:
            if self._book.learn(entry.handle, kind, self._clock.now()):
                self._changed()
                self._tell_sender(entry.place)
            if kind in PRACTICE:
                self._practice(entry.place, kind, entry.arrived)

        spare = self._spare.take()
        self._hands.start(
            Worker.TRIAGE,
            (self._settings, entry.place, today, spare),
            TRIAGE_SECONDS,
            on_line,
            on_end,
            keep=(spare.connection.fileno(),) if spare else (),
        )
        if spare:
            spare.connection.close()  # ours; the child has its own

    def _seen_wrongly(self) -> None:
        """A message could not be read where a look saw it. It may have been moved, or the numbers of its folder are new
        since (``mailbox/read.py``): then a look finds it again. At most one a minute, for a server that goes on so."""
        now = self._clock.steady()
        if self._missed is None or now - self._missed >= RETRY_SECONDS:
            self._missed = now
            self._look_again()

    def _tell_sender(self, place: Place) -> None:
        """On a day without school, where the school wants it: once a message, tell the sender which day somebody
        looks. The worker checks everything but the kind again; it sets no flag and writes nothing down."""
        now = local(self._clock.now(), self._settings.school.timezone)
        closed = held_over_till(now, self._settings.hours.day_end, self._settings.calendar)
        if not self._settings.senders.closed_notice or closed is None or place in self._told:
            return
        last: list[str] = []

        def on_end(_well: bool) -> None:
            if Said.parse(last[-1] if last else "").word in _NOTICE_DONE:
                self._told.add(place)
            else:
                self._loop.call_later(RETRY_SECONDS, lambda: self._tell_sender(place))

        arguments = (self._settings, place, self._clock.now())
        self._hands.start(Worker.CLOSED_NOTICE, arguments, FINISH_SECONDS, last.append, on_end)

    def finish(self, handle: str) -> None:
        """Take a confirmed message out: receipt, purge, verify. Harmless while that is already under way."""
        errand = self._book.errand(handle)
        if errand is None or handle in self._finishing:
            return
        self._finishing.add(handle)
        job = errand.job  # its time is that of Ontvangen, also at a second try: the receipt says so
        last: list[Said] = []

        def on_line(line: str) -> None:
            last[:] = [Said.parse(line)]
            if last[0].word not in FINAL_GOOD | TRY_AGAIN:
                self._book.said(handle, last[0], self._clock.now(), None)
                self._changed()

        def on_end(_well: bool) -> None:
            self._finishing.discard(handle)
            end = last[0] if last and last[0].word in FINAL_GOOD | TRY_AGAIN | _DEAD_ENDS else Said(Word.FAILED)
            now = self._clock.now()
            again = end.word in TRY_AGAIN
            self._book.said(handle, end, now, now + RETRY_SECONDS if again else None)
            if again:
                self._loop.call_later(RETRY_SECONDS, lambda: self.finish(handle))
            self._changed()
            self._look_again()

        self._hands.start(Worker.FINISH, (self._settings, job), FINISH_SECONDS, on_line, on_end)

    def end_day(self, now: datetime, rehearsed: Rehearsed | None, *, school_day: bool) -> None:
        """The day's closing, when the clock asks for it, tried until it ends well; on a school day with an entry in the
        ledger. ``now``: local. ``rehearsed``: how today's rehearsal ended, if one did."""
        if school_day:
            self._ledger.begin(now, rehearsed.result if rehearsed else None)
        self.close(lambda _said: None, again=True)

    def close(self, answer: Callable[[Said], None], *, again: bool = False) -> None:
        """The day's closing. ``answer`` gets its last word; ``again``: try until it ends well."""
        if self._closing is not None:
            self._closing.append(answer)
            return
        self._closing = [answer]
        self._close(again=again, finish_only=False)

    def _close(self, *, again: bool, finish_only: bool) -> None:
        """``finish_only``: the closing itself went well before, and is written down."""
        viewed = self._viewed()
        unread = tuple(w.place for w in self._book.waiting() if w.handle not in viewed)
        job = CloseJob(self._book.jobs(), self._clock.now(), unread, finish_only)
        words: list[Said] = []
        told = self._clock.steady() + CLOSED_SECONDS

        def on_line(line: str) -> None:
            said = Said.parse(line)
            self._levelling(said.word is Word.LEVELLING)
            if said.word is not Word.LEVELLING:
                words.append(said)
                if len(words) == 1:
                    closed(said)

        def closed(said: Said) -> None:
            """The word that is the same with and without a signal, at a moment that is as well: before any message.
            The line waits, for the fewer messages came, the more fillers it took."""
            if not finish_only:
                well = said.word in FINAL_GOOD
                event = Event.CLOSED if well else Event.CLOSE_FAILED
                self._next_tick.log(event, not_before=told)
                self._ledger.closed(well)

        def on_end(_well: bool) -> None:
            if not words:
                self._levelling(False)
                closed(Said(Word.FAILED))
            said = words[-1] if len(words) > 1 else Said(Word.FAILED)
            answers, self._closing = self._closing or [], None
            for each in answers:
                each(said)
            if again and said.word not in FINAL_GOOD | {Word.NOT_LEVELLED}:
                went_well = bool(words) and words[0].word in FINAL_GOOD
                self._loop.call_later(CLOSE_RETRY_SECONDS, lambda: self._close_again(went_well))
            self._look_again()

        self._hands.start(Worker.CLOSE, (self._settings, job), CLOSE_SECONDS, on_line, on_end)

    def _close_again(self, finish_only: bool) -> None:
        if self._closing is None:  # else somebody has asked for a whole one meanwhile
            self._closing = []
            self._close(again=True, finish_only=finish_only)
