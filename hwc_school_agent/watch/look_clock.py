"""Which looks into the mailbox are the clock's own: only these are logged, fed to the watchdog and named in the status.

One look stands in each slot of a grid of the wall clock, and the clock's own tick asks for it. A look that a message or
a person causes shifts no other and stands for none: after a resume, or after the clock was set, it would else be
the first of a new slot, and the second at which that is logged would tell of the message (promise P5).
"""

from __future__ import annotations

from hwc_school_agent.domain.duty import TICK_SECONDS


class LookClock:
    """Times are epoch seconds; ``pace``: seconds between two looks."""

    def __init__(self) -> None:
        self._slot = -1.0  # the last one for which a look was asked: its beginning, the same under either pace
        self._owed = False

    def due(self, now: float, pace: float) -> bool:
        """At a tick: whether it asks for a look. Once in a slot; the look is owed until one has succeeded."""
        slot = now // pace * pace
        if slot == self._slot:
            return False
        self._slot, self._owed = slot, True
        return True

    def had(self) -> bool:
        """A look has succeeded: whether it is the one that is owed."""
        owed, self._owed = self._owed, False
        return owed

    def until(self, now: float, pace: float) -> float:
        """Seconds after which to look even if no tick has asked for it."""
        return pace - now % pace + TICK_SECONDS
