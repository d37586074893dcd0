"""The resident process, wired: ear, book, bells, door, workers, clock. Knows *that* something waits, never what."""

from __future__ import annotations

import secrets
import socket
from dataclasses import replace

from hwc_school_agent.domain.board import Board, Health, Note, Noted, Order, OrderWord, Trouble
from hwc_school_agent.domain.duty import Duty, Ring, Why
from hwc_school_agent.domain.signal import Mark, Sighting
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.host.own_memory import OwnMemory
from hwc_school_agent.host.random_keys import token
from hwc_school_agent.host.service import notify
from hwc_school_agent.mailbox.listen import Look
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.bells import Bells
from hwc_school_agent.watch.book import Book
from hwc_school_agent.watch.control import Control, state
from hwc_school_agent.watch.day import Day
from hwc_school_agent.watch.door import Door
from hwc_school_agent.watch.ear import Ear
from hwc_school_agent.watch.errands import Errands
from hwc_school_agent.watch.heartbeat import Heartbeat
from hwc_school_agent.watch.look_clock import LookClock
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.monthly import Monthly
from hwc_school_agent.watch.next_tick import NextTick
from hwc_school_agent.watch.rehearsal import Rehearsal
from hwc_school_agent.watch.spare import Spare
from hwc_school_agent.watch.status import Word, status
from hwc_school_agent.watch.tokens import tokens_for

HEARTBEAT_SECONDS = 15.0
SPARE_AFTER = 0.5  # seconds: the first look comes first
KEPT_SECONDS = 120.0  # what was done for a signal may be read on the page for at least so long
_TROUBLES = tuple(Trouble)


class Watch:
    """One school's agent."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        loop: Loop,
        doors: tuple[socket.socket, ...],
        memory: OwnMemory | None = None,
    ) -> None:
        """``memory``: of this process, for the rehearsal's search."""
        self._settings, self._clock, self._loop = settings, clock, loop
        secret = secrets.token_bytes(32)
        self._book = Book(trust=settings.mailbox.trust_elsewhere, secret=secret, token=token)
        self._tokens = tokens_for(settings.mailbox, clock, loop, self._on_renewed)
        hears = (self._until_look, self._on_look, self._on_lost)
        self._ear = Ear(settings.mailbox, loop, *hears, self._tokens, self._on_arrival)
        self._spare = Spare(settings.mailbox, loop, self._tokens)
        self._bells = Bells(settings, clock, loop)
        self._marks: dict[str, Mark] = {}  # every folder at the last look
        self._next_tick = NextTick(clock)
        self._rehearsal = Rehearsal(
            settings, clock, loop, memory, self._next_tick, lambda: self._marks, self._ear.poke, self._rehearsed
        )
        self._heartbeat_url = Heartbeat(settings.rehearsal.heartbeat_url, clock, loop)
        self._monthly = Monthly(settings, clock, loop, lambda: bool(self._book.jobs()))
        self._errands = Errands(
            settings, clock, loop, self._book, self._spare, self._next_tick, self._book_changed, self._ear.poke,
            self._rehearsal.arrived, self._open_at_the_desk, self._ear.levelling,
        )  # fmt: skip
        orders = {
            "close": lambda answer: self._errands.close(lambda said: answer(said.line())),
            "drill": self._rehearsal.drill,
            "rehearse": self._rehearsal.begin,
            "state": lambda answer: answer(state(self._fresh_board(), self._bells.reached)),
        }
        self._control = Control(settings.state.runtime_directory, loop, orders)
        self._board = Board(now=clock.now())
        self._day = Day(settings, clock, self._new_day, self._clock_set_back)
        self._looks = LookClock()
        self._looked: float | None = None  # when the clock last asked for a look, and had it
        self._changed = False
        self._duty: Duty = self._ask_duty(by_clock=False)  # the first tick does what is due
        self._door = Door(settings, loop, doors, secret, self._fresh_board, self._on_order, clock.steady)
        loop.after_each = self._tell

    # -- life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Open the sockets and begin to listen. Raises ``OSError``."""
        self._bells.open()
        self._control.open()
        self._ear.start()
        self._loop.call_later(SPARE_AFTER, self._spare.start)
        self._heartbeat()
        notify(f"READY=1\nSTATUS={Word.UNSEEN.of(self._settings.school.language)}")
        log(Event.STARTED)

    def stop(self) -> None:
        """End everything that was started."""
        notify("STOPPING=1")
        errands = (self._errands, self._tokens, self._rehearsal, self._heartbeat_url, self._monthly)
        for part in (self._ear, self._spare, *errands):
            if part is not None:
                part.stop()
        self._door.close()
        self._bells.close()
        self._control.close()
        self._next_tick.run(all_of_them=True)
        log(Event.STOPPED)

    def _heartbeat(self) -> None:
        now = self._clock.now()
        shown = {s.done for s in self._door.sessions if s.until > now}
        self._book.forget(lambda h: h.handle not in shown and h.at < now - KEPT_SECONDS)
        if self._board.last_look is not None and now - self._board.last_look < 2 * self._duty.pace:
            notify("WATCHDOG=1")  # fed by looks that succeed; a loop that hangs, or an ear that is stuck, starves it
        self._bells.ping()
        self._changed = True
        self._loop.call_later(HEARTBEAT_SECONDS, self._heartbeat)

    # -- the clock ------------------------------------------------------------------------

    def _new_day(self) -> None:
        self._board = replace(self._board, morning=())
        self._bells.phone_card = False

    def _clock_set_back(self, seconds: int) -> None:
        self._book.set_back(seconds)
        self._board = self._board.set_back(seconds)
        self._looked = None if self._looked is None else self._looked - seconds

    def _ask_duty(self, *, by_clock: bool = True) -> Duty:
        self._day.mind_the_clock()
        return self._day.ask(self._book.waits_since(), self._board.trouble_since, by_clock=by_clock)

    def tick(self) -> None:
        """Do what the clock asks for. Called every 15 seconds, on a quarter of the minute."""
        self._next_tick.run()
        before, self._duty = self._duty, (todo := self._ask_duty())
        if todo.morning and not before.morning:
            self._write_down(Note.BEGUN)
        for ring in todo.rings:
            self._ring(ring)
        now = self._day.now()
        self._rehearsal.tick(now, school_day=todo.school_day, healthy=self._board.health is Health.OK)
        if todo.school_day and self._rehearsal.rings(now):
            self._ring(Ring(Why.TROUBLE, frozenset(Role), phone_card=True))
        self._monthly.tick(now)
        if todo.close:
            self._errands.end_day(now, self._rehearsal.today, school_day=todo.school_day)
        if self._looks.due(self._clock.now(), todo.pace):
            self._ear.poke()

    def _something_came(self) -> None:
        """A message came, or somebody cannot: ring for that; all else waits for the clock's next tick."""
        for ring in self._ask_duty(by_clock=False).rings:
            self._ring(ring)

    def _until_look(self) -> float:
        return self._looks.until(self._clock.now(), self._duty.pace)

    def _write_down(self, note: Note) -> None:
        self._board = replace(self._board, morning=(*self._board.morning, Noted(self._clock.now(), note)))
        self._changed = True

    # -- the mailbox ----------------------------------------------------------------------

    def _on_arrival(self, sighting: Sighting) -> None:
        if entry := self._book.came(sighting):
            self._errands.triage(entry)

    def _on_look(self, look: Look) -> None:
        now = self._clock.now()
        if back := self._board.health is Health.TROUBLE:
            log(Event.LOOK_BACK)
        if self._board.health is not Health.OK:
            self._write_down(Note.REACHED)
        self._board = self._board.reached(now, len(look.folders))
        if back:
            self._status()
        if self._looks.had():  # asked for by the clock; other looks leave no trace
            first, self._looked = self._looked is None, now
            self._next_tick.do(self._tell_look)
            if first:  # whoever started the program waits for its line
                self._next_tick.run()
        self._changed = True
        if look.fillers:
            return
        self._marks = look.marks()
        seen = self._book.see(look.sightings, self._marks, now)
        for entry in seen.triage:
            self._errands.triage(entry)
        for handle in seen.finish:
            self._errands.finish(handle)

    def _tell_look(self) -> None:
        """The clock had its look: tell the log, the service manager and the school's monitoring."""
        log(Event.LOOK_OK)
        notify("WATCHDOG=1")
        if not self._rehearsal.wrong():
            self._heartbeat_url.beat(self._day.now().date())
        self._status()

    def _on_lost(self, trouble: Trouble, had_looked: bool, retry_in: float) -> None:
        now = self._clock.now()
        if had_looked:
            return  # servers hang up now and then; it is trouble when coming back fails
        # also fed by a failure that we know and are working on: a restart would not mend the other side, and would
        # throw out everybody who reads on the page what is wrong
        notify("WATCHDOG=1")
        if self._board.health is not Health.TROUBLE:
            log(Event.LOOK_FAILED, _TROUBLES.index(trouble))
            self._write_down(Note.LOST)
        self._board = self._board.lost(now, trouble, now + retry_in)
        self._status()
        self._changed = True

    def _on_renewed(self) -> None:
        """There is a newer token: the connections are begun anew with it, one look later."""
        self._ear.poke()
        self._spare.poke()

    def _status(self) -> None:
        """The look that it names is one that the clock asked for, also when a message has caused another since."""
        more = self._rehearsal.status() + self._errands.status()
        school = self._settings.school
        notify(f"STATUS={status(self._board, self._looked, more, school.timezone, school.language)}")

    def _rehearsed(self) -> None:
        """A rehearsal has ended."""
        self._next_tick.do(self._status)
        self._changed = True

    def _book_changed(self) -> None:
        self._changed = True
        self._something_came()

    # -- people ---------------------------------------------------------------------------

    def _ring(self, ring: Ring) -> None:
        """Ring. Only what is the same on every day reaches the list on the page, and the log."""
        self._bells.ring(ring, self._day.now())
        if ring.why is Why.LOOK:
            self._write_down(Note.LOOK_RUNG)
            log(Event.MORNING_LOOK)
        elif ring.why is Why.AGAIN:
            self._write_down(Note.RUNG_AGAIN)
            log(Event.LOOK_AGAIN)
        self._changed = True

    def _on_order(self, order: Order) -> None:
        match order.word:
            case OrderWord.SESSIONS:
                pass  # the door keeps them
            case OrderWord.LOOKED:
                self._day.looked()
                self._bells.hush()
                self._changed = True
            case OrderWord.CANNOT:
                if order.role in {r.value for r in Role}:
                    self._day.cannot(Role(order.role))
                    self._something_came()
            case OrderWord.CONFIRMED:
                if self._book.confirm(order.handle, order.name, order.answered, self._clock.now()):
                    self._errands.finish(order.handle)
                self._changed = True
            case OrderWord.PHONED:
                if self._book.phoned(order.handle):
                    self._errands.finish(order.handle)
            case OrderWord.RETRY:
                self._errands.finish(order.handle)
            case OrderWord.RELOOK:
                self._ear.poke()

    def _open_at_the_desk(self) -> frozenset[str | None]:
        return frozenset(s.viewing for s in self._door.sessions if s.viewing_until > self._clock.now())

    def _fresh_board(self) -> Board:
        return replace(
            self._board,
            now=self._clock.now(),
            waiting=self._book.waiting(),
            handled=self._book.handled(),
            rehearsal=self._rehearsal.today,
            bells=self._bells.connected,
            ring=self._bells.rings,
            notice=self._bells.notices,
            phone_card=self._bells.phone_card,
            marks=tuple(self._book.marks.items()),
        )

    def _tell(self) -> None:
        """After each round of the loop: one board for everything that changed in it."""
        if self._changed:
            self._changed = False
            self._door.tell(self._fresh_board())
