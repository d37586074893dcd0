"""The rehearsal, seen from ``watch``: every school morning a synthetic signal goes the whole real way.

Workers do the parts, the ear sees what arrives, the clock bounds it. ``watch`` knows the nonce and the place of the
mail, never the name in it. Nothing here depends on whether a signal came.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime

from hwc_school_agent.domain import clocks, school_days
from hwc_school_agent.domain.board import Rehearsed, Result
from hwc_school_agent.domain.job import Part, RehearsalJob
from hwc_school_agent.domain.outcome import Kind, Leg, Rehearsing
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event
from hwc_school_agent.host.own_memory import OwnMemory
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.next_tick import NextTick
from hwc_school_agent.watch.rehearsal_run import LEGS, Run, code
from hwc_school_agent.watch.status import Word

LIMIT_SECONDS = 300.0  # for the whole way
AGAIN_SECONDS = 900.0  # after one that failed, until one goes well
TRY_SECONDS = 20.0  # between two tries of one part
LOOK_SECONDS = 10.0  # between looks for what must arrive, where the server does not tell
TIDY_SECONDS = 5.0


class Rehearsal:
    """Today's rehearsal, and drills."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        loop: Loop,
        memory: OwnMemory | None,
        next_tick: NextTick,
        marks: Callable[[], Mapping[str, Mark]],
        look: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """``marks``: every folder as it is now. ``look``: look into the mailbox soon. ``changed``: one has ended."""
        self._settings, self._clock, self._loop = settings, clock, loop
        self._memory, self._next_tick = memory, next_tick
        self._marks, self._look, self._changed = marks, look, changed
        self._hands = Hands(loop)
        self.today: Rehearsed | None = None
        self._day: date | None = None
        self._next = 0.0  # steady time from which on the next one may begin
        self._run: Run | None = None
        self._tidying = self._rung = self._drilled = False
        self._asked: list[Callable[[str], None]] = []

    # -- the clock ------------------------------------------------------------------------

    def tick(self, now: datetime, *, school_day: bool, healthy: bool) -> None:
        """Begin what is due at ``now`` (local). ``healthy``: looks succeed; else the page says what is wrong anyway."""
        if now.date() != self._day:
            self._day, self.today, self._next = now.date(), None, 0.0
            self._rung = self._drilled = False
        rules, clock = self._settings.rehearsal, now.time().replace(tzinfo=None)
        if not (rules.enabled and school_day and healthy and rules.at <= clock < self._settings.hours.day_end):
            return
        if self._run is None and self._clock.steady() >= self._next and not self._went_well():
            self._begin(now)
        elif self._went_well() and not self._drilled and clock < self._settings.hours.morning_end:
            self._drilled = True
            if rules.monthly_drill and school_days.first_of_month(now.date(), self._settings.calendar):
                self.drill(lambda _word: None)

    def failed(self) -> bool:
        """Whether the last one of today failed."""
        return self.today is not None and self.today.result is Result.FAILED

    def wrong(self) -> bool:
        """Whether ICT has something to mend: it failed, or it found our clock wrong."""
        return self.failed() or (self.today is not None and self.today.apart > 0)

    def rings(self, now: datetime) -> bool:
        """Whether people must be rung because of it: once a day, not before the morning look. Asking counts as rung."""
        if self._rung or not self.failed() or now.time().replace(tzinfo=None) < self._settings.hours.look:
            return False
        self._rung = True
        return True

    def status(self) -> str:
        """For ``systemctl status``, behind the time of the last look."""
        if self.today is None:
            return ""
        apart, speaks = self.today.apart, self._settings.school.language
        clock = Word.CLOCK.of(speaks, apart=apart, code=Event.CLOCK_APART.value[0]) if apart else ""
        if self.today.leg is not None and self.failed():
            return Word.FAILED.of(speaks, code=code(self.today.leg)) + clock
        return Word.REHEARSED.of(speaks) + clock

    def stop(self) -> None:
        """Kill what runs; the next rehearsal sweeps what is left."""
        self._hands.stop()

    def _went_well(self) -> bool:
        return self.today is not None and not self.failed() and not self.today.apart

    # -- one rehearsal --------------------------------------------------------------------

    def _begin(self, now: datetime) -> None:
        self._run = run = Run(_nonce(now), dict(self._marks()), self._clock.steady() + LIMIT_SECONDS, self._clock.now())
        run.timer = self._loop.call_later(LIMIT_SECONDS, lambda: self._end(run, Result.FAILED))
        self._part(run, Part.SEND)
        self._keep_looking(run)

    def begin(self, answer: Callable[[str], None]) -> None:
        """Begin one now, for ``doctor``, or wait for the one under way. ``answer`` gets the result, and the leg."""
        self._asked.append(answer)
        if self._run is None:
            self._begin(local(self._clock.now(), self._settings.school.timezone))

    def _keep_looking(self, run: Run) -> None:
        if self._run is run:
            if Leg.SENT in run.legs:
                self._look()
            self._loop.call_later(LOOK_SECONDS, lambda: self._keep_looking(run))

    def arrived(self, place: Place, kind: Kind, at: float) -> None:
        """Triage knew practice mail. ``at``: when it came by the server's clock (epoch seconds; 0: it does not say)."""
        run = self._run
        if kind is Kind.DRILL:
            return  # waits for a person, like a signal
        if run is None:
            self._tidy()
        elif kind is Kind.REHEARSAL and Leg.ARRIVED not in run.legs:
            run.place = place
            apart = clocks.apart(run.begun, at, self._clock.now()) if at else 0.0
            run.apart = round(apart / 60.0) if apart > clocks.LIMIT_SECONDS else 0
            self._go_on(run)
        elif kind is Kind.ECHO:
            run.echo = True
            self._go_on(run)

    def _go_on(self, run: Run) -> None:
        """Start the next part, if it can begin and none is under way."""
        if self._run is not run or run.busy:
            return
        if Leg.SENT not in run.legs:
            self._part(run, Part.SEND)
        elif Leg.RECEIPTED in run.legs and run.echo and Leg.RETURNED not in run.legs:
            self._part(run, Part.SWEEP)
        elif run.place is not None and not run.walked:
            self._part(run, Part.WALK)
        elif run.walked and Leg.VERIFIED in run.legs:
            self._scan(run)
        elif run.walked and run.echo:
            self._part(run, Part.SWEEP)

    def _part(self, run: Run, part: Part) -> None:
        run.busy = True
        place = run.place
        job = RehearsalJob(part, Kind.REHEARSAL, run.nonce, self._clock.now(), run.marks, place, Leg.READ in run.legs)

        def on_line(line: str) -> None:
            if line in {leg.value for leg in Leg}:
                run.legs.add(Leg(line))
            elif line == Rehearsing.REFUSED.value:
                self._end(run, Result.FAILED)

        def on_end(well: bool) -> None:
            run.busy = False
            if part is Part.WALK:
                run.walked = well
                if Leg.ARRIVED not in run.legs and run.place is place:
                    run.place = None  # it was one of another day: wait for ours
            if part is Part.SWEEP and Leg.RETURNED not in run.legs:
                run.echo = False  # it was another echo: wait for ours
            self._look()
            if well and run.missing() is not Leg.VERIFIED:
                self._go_on(run)
            else:
                self._loop.call_later(TRY_SECONDS, lambda: self._go_on(run))

        left = max(1.0, run.ends - self._clock.steady())
        self._hands.start(Worker.REHEARSAL, (self._settings, job), left, on_line, on_end)

    def _scan(self, run: Run) -> None:
        run.busy = True
        said: list[str] = []

        def on_end(_well: bool) -> None:
            word = said[0] if said else Rehearsing.NOT_SCANNED.value
            if word == Rehearsing.CLEAN.value:
                run.legs.add(Leg.SCANNED)
                self._end(run, Result.OK)
            else:
                self._end(run, Result.FAILED if word == Rehearsing.FOUND.value else Result.NOT_SCANNED)

        memory = self._memory
        self._hands.start(
            Worker.SCAN,
            (self._settings, memory, run.nonce),
            max(1.0, run.ends - self._clock.steady()),
            said.append,
            on_end,
            keep=(memory.mem, memory.maps) if memory else (),
        )

    def _end(self, run: Run, result: Result) -> None:
        if self._run is not run:
            return
        self._run = None
        if run.timer:
            run.timer.cancel()
        leg = None if result is Result.OK else run.missing()
        self.today = Rehearsed(self._clock.now(), result, leg, run.apart)
        if run.apart:
            self._next_tick.log(Event.CLOCK_APART, run.apart)
            self._next = self._clock.steady() + AGAIN_SECONDS
        if result is Result.FAILED:
            self._next_tick.log(Event.REHEARSAL_FAILED, LEGS.index(run.missing()) + 1)
            self._next = self._clock.steady() + AGAIN_SECONDS
            self._tidy()
        else:
            self._next_tick.log(Event.REHEARSED if result is Result.OK else Event.NOT_SCANNED)
        asked, self._asked = self._asked, []
        for answer in asked:
            answer(f"{result} {leg}" if result is Result.FAILED else result)
        self._changed()

    def _tidy(self) -> None:
        """Sweep practice mail that no rehearsal under way waits for: the receipt of a drill, or one that came late."""
        if self._tidying:
            return
        self._tidying = True

        def sweep() -> None:
            if self._run is not None:
                self._tidying = False  # the end of this one sweeps all
                return
            job = RehearsalJob(Part.SWEEP, Kind.REHEARSAL, self._nonce(), self._clock.now())
            self._hands.start(
                Worker.REHEARSAL, (self._settings, job), LIMIT_SECONDS, lambda _line: None, lambda _well: done()
            )

        def done() -> None:
            self._tidying = False
            self._look()

        self._loop.call_later(TIDY_SECONDS, sweep)

    def _nonce(self) -> str:
        return _nonce(local(self._clock.now(), self._settings.school.timezone))

    # -- drills ---------------------------------------------------------------------------

    def drill(self, answer: Callable[[str], None]) -> None:
        """Send a practice signal for people. ``answer`` gets ``sent``, ``later`` or ``refused``."""
        job = RehearsalJob(Part.SEND, Kind.DRILL, self._nonce(), self._clock.now())
        said: list[str] = []

        def on_end(_well: bool) -> None:
            words = {Leg.SENT.value: "sent", Rehearsing.REFUSED.value: "refused"}
            answer(words.get(said[-1] if said else "", "later"))
            self._look()

        self._hands.start(Worker.REHEARSAL, (self._settings, job), LIMIT_SECONDS, said.append, on_end)


def _nonce(now: datetime) -> str:
    return f"{now.year:04d}{secrets.token_hex(8)}"
