"""The resident process, wired: ear, book, bells, door, workers, clock. Knows *that* something waits, never what."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.domain.board import Board, Health, Note, Noted, Order, OrderWord, Trouble
from hwc_school_agent.domain.duty import Done, Duty, Ring, duty
from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.outcome import FINAL_GOOD, TRY_AGAIN, Kind, Said, Word
from hwc_school_agent.domain.school_days import is_school_day
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.host.random_keys import token
from hwc_school_agent.host.service import notify
from hwc_school_agent.mailbox.listen import Look
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.book import Book, Entry
from hwc_school_agent.watch.control import Control
from hwc_school_agent.watch.door import Door
from hwc_school_agent.watch.ear import Ear
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.spare import Spare

TRIAGE_SECONDS = 20.0
FINISH_SECONDS = 180.0
CLOSE_SECONDS = 600.0
RETRY_SECONDS = 60.0
HEARTBEAT_SECONDS = 15.0
SPARE_AFTER = 0.5  # seconds: the first look comes first
KEPT_SECONDS = 120.0  # what was done for a signal may be read on the page for at least so long
_TROUBLES = tuple(Trouble)


class Watch:
    """One school's agent."""

    def __init__(self, settings: Settings, clock: Clock, loop: Loop, listening: socket.socket) -> None:
        self._settings, self._clock, self._loop = settings, clock, loop
        secret = secrets.token_bytes(32)
        self._book = Book(trust=settings.mailbox.trust_elsewhere, secret=secret, token=token)
        self._hands = Hands(loop)
        self._ear = Ear(settings.mailbox, loop, self._until_look, self._on_look, self._on_lost)
        self._spare = Spare(settings.mailbox, loop)
        self._rope = Rope(
            settings.state.runtime_directory / "bell.sock", settings.bell_group,
            loop.add_reader, loop.remove_reader, lambda: log(Event.BELL_REFUSED),
        )
        self._control = Control(settings.state.runtime_directory, loop, self._close_now)
        self._board = Board(now=clock.now())
        self._slot = -1
        self._today: date | None = None
        self._done = Done()
        self._closing: list[Callable[[str], None]] | None = None
        self._finishing: set[str] = set()
        self._changed = False
        self._duty: Duty = self._ask_duty()
        self._door = Door(settings, loop, listening, secret, self._fresh_board, self._on_order, clock.steady)
        loop.after_each = self._tell

    # -- life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Open the sockets and begin to listen. Raises ``OSError``."""
        self._rope.open()
        self._control.open()
        self._ear.start()
        self._loop.call_later(SPARE_AFTER, self._spare.start)
        self._heartbeat()
        notify("READY=1\nSTATUS=nog niet gekeken")
        log(Event.STARTED)

    def stop(self) -> None:
        """End everything that was started."""
        notify("STOPPING=1")
        self._ear.stop()
        self._spare.stop()
        self._hands.stop()
        self._door.close()
        self._rope.close()
        self._control.close()
        log(Event.STOPPED)

    def _heartbeat(self) -> None:
        now = self._clock.now()
        shown = {s.done for s in self._door.sessions if s.until > now}
        self._book.forget(lambda h: h.handle not in shown and h.at < now - KEPT_SECONDS)
        self._changed = True
        self._loop.call_later(HEARTBEAT_SECONDS, self._heartbeat)

    # -- the clock ------------------------------------------------------------------------

    def _ask_duty(self) -> Duty:
        now = local(self._clock.now(), self._settings.school.timezone)
        if now.date() != self._today:
            self._today, self._done = now.date(), Done()
            self._board = replace(self._board, morning=())
        school_day = is_school_day(now.date(), self._settings.calendar)
        return duty(now, self._settings.hours, school_day=school_day, done=self._done)

    def tick(self) -> None:
        """Do what the clock asks for. Called every 15 seconds or more often."""
        before, self._duty = self._duty, self._ask_duty()
        todo = self._duty
        if todo.morning and not before.morning:
            self._write_down(Note.BEGUN)
        if todo.ring is not None:
            self._ring()
            look = todo.ring is Ring.LOOK
            self._write_down(Note.LOOK_RUNG if look else Note.RUNG_AGAIN)
            log(Event.MORNING_LOOK if look else Event.LOOK_AGAIN)
        self._done = replace(self._done, rung=self._done.rung | todo.settled)
        if todo.close and self._closing is None:
            self._done = replace(self._done, closed=True)
            self._close_now(lambda _line: None)
        if todo.pace != before.pace or self._until_look() <= 0:
            self._ear.poke()

    def _until_look(self) -> float:
        """Seconds until the next look is due. Looks stand on a grid of the wall clock, so that a look which a
        message caused does not shift the others."""
        pace = self._duty.pace
        now = self._clock.now()
        return 0.0 if int(now // pace) != self._slot else pace - now % pace

    def _write_down(self, note: Note) -> None:
        self._board = replace(self._board, morning=(*self._board.morning, Noted(self._clock.now(), note)))
        self._changed = True

    # -- the mailbox ----------------------------------------------------------------------

    def _on_look(self, look: Look) -> None:
        now = self._clock.now()
        slot = int(now // self._duty.pace)
        if slot != self._slot:  # the look that the clock asked for; others leave no trace
            self._slot = slot
            log(Event.LOOK_OK)
            notify(f"WATCHDOG=1\nSTATUS=laatste blik {local(now, self._settings.school.timezone):%H.%M}")
        if self._board.health is not Health.OK:
            if self._board.health is Health.TROUBLE:
                log(Event.LOOK_BACK)
            self._write_down(Note.REACHED)
        self._board = replace(
            self._board, health=Health.OK, last_look=now, trouble=None, trouble_since=None, tries=0, next_try=None,
            folders=len(look.folders),
        )
        seen = self._book.see(look.sightings, look.marks(), now)
        for entry in seen.triage:
            self._triage(entry)
        for handle in seen.finish:
            self._finish(handle)
        self._changed = True

    def _on_lost(self, trouble: Trouble, had_looked: bool, retry_in: float) -> None:
        now = self._clock.now()
        notify("WATCHDOG=1")  # the loop lives and knows what is wrong; a restart would not mend the other side
        if had_looked:
            return  # servers hang up now and then; it is trouble when coming back fails
        if self._board.health is not Health.TROUBLE:
            log(Event.LOOK_FAILED, _TROUBLES.index(trouble))
            self._board = replace(self._board, trouble_since=now)
            self._write_down(Note.LOST)
        self._board = replace(
            self._board, health=Health.TROUBLE, trouble=trouble, tries=self._board.tries + 1, next_try=now + retry_in
        )
        self._changed = True

    # -- workers --------------------------------------------------------------------------

    def _triage(self, entry: Entry) -> None:
        today = local(self._clock.now(), self._settings.school.timezone).date()
        heard: list[Kind] = []

        def on_line(line: str) -> None:
            if line in {k.value for k in Kind}:
                heard.append(Kind(line))

        def on_end(_well: bool) -> None:
            # a triage that could not answer is no reason for silence
            if self._book.learn(entry.handle, heard[0] if heard else Kind.UNCLEAR):
                self._changed = True
                if self._duty.ring_arrivals:
                    self._ring()

        spare = self._spare.take()
        self._hands.start(
            Worker.TRIAGE, (self._settings, entry.place, today, spare), TRIAGE_SECONDS, on_line, on_end,
            keep=(spare.fileno(),) if spare else (),
        )
        if spare:
            spare.close()  # ours; the child has its own

    def _finish(self, handle: str) -> None:
        errand = self._book.errand(handle)
        if errand is None or handle in self._finishing:
            return
        self._finishing.add(handle)
        job = replace(errand.job, now=self._clock.now())
        last: list[Said] = []

        def on_line(line: str) -> None:
            last[:] = [Said.parse(line)]
            if last[0].word not in FINAL_GOOD | TRY_AGAIN:
                self._book.said(handle, last[0], self._clock.now(), None)
                self._changed = True

        def on_end(_well: bool) -> None:
            self._finishing.discard(handle)
            end = last[0] if last and last[0].word in FINAL_GOOD | TRY_AGAIN | _DEAD_ENDS else Said(Word.FAILED)
            now = self._clock.now()
            again = end.word in TRY_AGAIN
            self._book.said(handle, end, now, now + RETRY_SECONDS if again else None)
            if again:
                self._loop.call_later(RETRY_SECONDS, lambda: self._finish(handle))
            self._changed = True
            self._ear.poke()

        self._hands.start(Worker.FINISH, (self._settings, job), FINISH_SECONDS, on_line, on_end)

    def _close_now(self, answer: Callable[[str], None]) -> None:
        if self._closing is not None:
            self._closing.append(answer)
            return
        self._closing = [answer]
        job = CloseJob(self._book.jobs(), self._clock.now(), dict(self._book.marks))
        last: list[str] = []

        def on_end(_well: bool) -> None:
            word = Said.parse(last[-1] if last else "")
            log(Event.CLOSED if word.word in FINAL_GOOD else Event.CLOSE_FAILED)
            answers, self._closing = self._closing or [], None
            for each in answers:
                each(word.line())
            if word.word not in FINAL_GOOD and self._done.closed:
                self._loop.call_later(RETRY_SECONDS * 5, lambda: self._close_now(lambda _line: None))
            self._ear.poke()

        self._hands.start(Worker.CLOSE, (self._settings, job), CLOSE_SECONDS, last.append, on_end)

    # -- people ---------------------------------------------------------------------------

    def _ring(self) -> None:
        """Ring the bells that leave no trace: the desk's pages and the desktops."""
        self._rope.ring()
        self._board = replace(self._board, ring=self._board.ring + 1)
        self._changed = True

    def _on_order(self, order: Order) -> None:
        now = self._clock.now()
        match order.word:
            case OrderWord.SESSIONS:
                pass  # the door keeps them
            case OrderWord.LOOKED:
                self._done = replace(self._done, looked=True)
                self._rope.hush()
            case OrderWord.CANNOT:
                self._ring()
            case OrderWord.CONFIRMED:
                if self._book.confirm(order.handle, order.name, order.answered, now):
                    self._finish(order.handle)
                self._changed = True
            case OrderWord.PHONED:
                if self._book.phoned(order.handle):
                    self._finish(order.handle)
            case OrderWord.RETRY:
                self._finish(order.handle)
            case OrderWord.RELOOK:
                self._ear.poke()

    def _fresh_board(self) -> Board:
        return replace(
            self._board, now=self._clock.now(), waiting=self._book.waiting(), handled=self._book.handled(),
            bells=self._rope.connected, marks=tuple(self._book.marks.items()),
        )

    def _tell(self) -> None:
        """After each round of the loop: one board for everything that changed in it."""
        if self._changed:
            self._changed = False
            self._door.tell(self._fresh_board())


_DEAD_ENDS = frozenset({Word.RECEIPT_REFUSED, Word.NOT_CONFIRMED})
