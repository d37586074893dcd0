"""One rehearsal under way: how far it came, and the number by which people name what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hwc_school_agent.domain.outcome import Leg
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.watch.loop import Timer

LEGS = tuple(Leg)


@dataclass(slots=True)
class Run:
    """One rehearsal under way."""

    nonce: str
    marks: Mapping[str, Mark]
    ends: float  # steady time
    begun: float = 0.0  # wall time
    apart: int = 0  # minutes by which our clock and the mail server's differ
    timer: Timer | None = None
    legs: set[Leg] = field(default_factory=set)
    place: Place | None = None  # where it stands, once it came
    walked: bool = False
    echo: bool = False  # something of ours came after it
    busy: bool = False  # a worker runs for it

    def missing(self) -> Leg:
        """The first leg that is not behind us."""
        return next(leg for leg in LEGS if leg not in self.legs)


def code(leg: Leg) -> int:
    """The number by which people and IT name the leg that was not gone: 241 for the first."""
    return 241 + LEGS.index(leg)
