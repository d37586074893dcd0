"""What ``watch`` remembers of the messages it sees, in memory only: where they stand, a random handle,
one word from triage, and a keyed note of what was confirmed at the desk. Pure bookkeeping, no I/O.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from hwc_school_agent.domain.board import Handled, Step, Waiting
from hwc_school_agent.domain.job import FinishJob
from hwc_school_agent.domain.lifecycle import ANSWERED, DELETED, FLAGGED, Standing, standing
from hwc_school_agent.domain.outcome import FINAL_GOOD, RINGS_NOBODY, SWEPT, Answered, Kind, Said
from hwc_school_agent.domain.signal import Mark, Place, Sighting


@dataclass(slots=True)
class Entry:
    """A message that is not ours and not gone. ``kind`` is ``None`` until triage has answered."""

    handle: str
    place: Place
    arrived: float
    kind: Kind | None = None
    elsewhere: bool = False
    learned: float = 0.0  # when triage answered


@dataclass(frozen=True, slots=True)
class Errand:
    """A confirmed message on its way out, and the job that gets it there."""

    handled: Handled
    job: FinishJob
    over: bool = False  # the last word was a good one


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look asks for."""

    triage: tuple[Entry, ...]
    finish: tuple[str, ...]  # handles of errands that nobody began yet


class Book:
    """Messages that wait, messages on their way out, and the notes."""

    def __init__(self, *, trust: bool, secret: bytes, token: Callable[[], str]) -> None:
        self._trust, self._secret, self._token = trust, secret, token
        self._entries: dict[Place, Entry] = {}
        self._errands: dict[str, Errand] = {}
        self._notes: set[bytes] = set()
        #: every folder as it was when nothing was waiting or on its way out
        self.marks: dict[str, Mark] = {}

    def _note(self, place: Place) -> bytes:
        key = f"{place.uidvalidity} {place.uid} {place.folder}".encode()
        return hmac.new(self._secret, key, hashlib.sha256).digest()

    # -- looks ----------------------------------------------------------------------------

    def see(self, sightings: Iterable[Sighting], marks: Mapping[str, Mark], now: float) -> Seen:
        """Take in a look; says what must be triaged and what must be finished."""
        triage: list[Entry] = []
        finish: list[str] = []
        present: set[Place] = set()
        on_its_way = {e.job.place for e in self._errands.values() if not e.over}
        for s in sightings:
            owed = standing(s.flags, s.place.role, noted=self._note(s.place) in self._notes, trust=self._trust)
            if owed is Standing.OURS:
                continue
            present.add(s.place)
            entry = self._entries.get(s.place)
            if entry is not None and entry.kind in SWEPT:
                continue  # ``watch/rehearsal.py`` takes it out, whatever its flags say on the way
            if owed is Standing.FINISH:
                self._entries.pop(s.place, None)
                if s.place not in on_its_way:
                    finish.append(self._begin(s.place, "", Answered.READ, now, elsewhere=True))
                continue
            if entry is None and s.place not in on_its_way:
                entry = self._entries[s.place] = Entry(self._token(), s.place, s.arrived)
                triage.append(entry)
            if entry is not None:
                entry.elsewhere = bool(s.flags & {FLAGGED, ANSWERED, DELETED}) or owed is Standing.ASK
        for place in [p for p in self._entries if p not in present]:
            del self._entries[place]
        if all(e.kind in RINGS_NOBODY for e in self._entries.values()) and not self._under_way():
            self.marks = dict(marks)
        return Seen(tuple(triage), tuple(finish))

    def came(self, s: Sighting) -> Entry | None:
        """The server tells of new mail; the look that will see it follows. What must be triaged at once, if anything:
        mail that nobody has touched. All else is for that look."""
        if s.flags or s.place in self._entries:
            return None
        entry = self._entries[s.place] = Entry(self._token(), s.place, s.arrived)
        return entry

    def learn(self, handle: str, kind: Kind, now: float) -> bool:
        """Triage has answered. Returns whether a message waits now that did not before."""
        for entry in self._entries.values():
            if entry.handle == handle:
                entry.kind, entry.learned = kind, now
                return kind not in RINGS_NOBODY
        return False

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for a person, oldest first."""
        found = [
            Waiting(e.handle, e.place, e.arrived, e.kind, e.elsewhere)
            for e in self._entries.values()
            if e.kind is not None and e.kind not in RINGS_NOBODY
        ]
        return tuple(sorted(found, key=lambda w: (w.arrived, w.place.uid)))

    def waits_since(self) -> float | None:
        """When the newest of what waits was learned of."""
        return max((e.learned for e in self._entries.values() if e.kind and e.kind not in RINGS_NOBODY), default=None)

    def set_back(self, seconds: float) -> None:
        """The clock was set back: what waits was learned of as long ago as before."""
        for entry in self._entries.values():
            entry.learned -= seconds

    # -- errands --------------------------------------------------------------------------

    def confirm(self, handle: str, name: str, answered: Answered, now: float) -> bool:
        """A person confirmed at the desk. False when the message is not waiting (any more)."""
        for place, entry in self._entries.items():
            if entry.handle == handle:
                del self._entries[place]
                self._notes.add(self._note(place))
                self._begin(place, name, answered, now, handle=handle, drill=entry.kind is Kind.DRILL)
                return True
        return False

    def _begin(
        self,
        place: Place,
        name: str,
        answered: Answered,
        now: float,
        *,
        handle: str = "",
        elsewhere: bool = False,
        drill: bool = False,
    ) -> str:
        handle = handle or self._token()
        # copies and our receipt come after these marks; a folder without one is searched from its first message
        job = FinishJob(place, answered, now, dict(self.marks), elsewhere)
        self._errands[handle] = Errand(Handled(handle, name, answered, now, drill=drill), job)
        return handle

    def errand(self, handle: str) -> Errand | None:
        """An errand that is not over."""
        errand = self._errands.get(handle)
        return errand if errand and not errand.over else None

    def phoned(self, handle: str) -> bool:
        """The sender was told by telephone: no receipt is owed any more."""
        errand = self.errand(handle)
        if errand is None:
            return False
        self._errands[handle] = Errand(
            replace(errand.handled, phoned=True), replace(errand.job, answered=Answered.PHONED)
        )
        return True

    def said(self, handle: str, said: Said, now: float, retry_at: float | None) -> None:
        """``finish`` said something about an errand."""
        errand = self._errands.get(handle)
        if errand is None:
            return
        steps = errand.handled.steps
        # a second try says its steps again: the page keeps the first time each was true, and the latest trouble
        if said not in [s.said for s in steps]:
            steps = (*steps, Step(now, said))
        over = said.word in FINAL_GOOD
        handled = replace(errand.handled, steps=steps, retry_at=retry_at)
        self._errands[handle] = Errand(handled, errand.job, over)
        if over:
            self._notes.discard(self._note(errand.job.place))

    def handled(self) -> tuple[Handled, ...]:
        """What the desk may show of errands."""
        return tuple(e.handled for e in self._errands.values())

    def jobs(self) -> tuple[FinishJob, ...]:
        """Jobs that are not over, for the day's closing."""
        return tuple(e.job for e in self._errands.values() if not e.over)

    def forget(self, unwanted: Callable[[Handled], bool]) -> None:
        """Drop errands that are over and unwanted."""
        for handle, errand in list(self._errands.items()):
            if errand.over and unwanted(errand.handled):
                del self._errands[handle]

    def _under_way(self) -> bool:
        return any(not e.over for e in self._errands.values())
