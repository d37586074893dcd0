"""What waits for the clock's next tick: lines of the log, the status, the heartbeat.

How long the work before a line took stands in the line's time, for journald keeps microseconds; and that work goes a
little faster or slower when a message waits, or has just come. So what stays is written at a tick: the quarter of the
minute is all that its time tells (promise P5).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hwc_school_agent.host.clock import Clock
from hwc_school_agent.host.event_log import Event, log


class NextTick:
    """A list of deeds, each done once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deeds: list[tuple[float, Callable[[], None]]] = []

    def do(self, deed: Callable[[], None], not_before: float = 0.0) -> None:
        """Do it at the first tick from ``not_before`` (steady time) on; in the order in which they were asked."""
        self._deeds.append((not_before, deed))

    def log(self, event: Event, *numbers: int, not_before: float = 0.0) -> None:
        """Write this line of the log then."""
        self.do(lambda: log(event, *numbers), not_before)

    def run(self, *, all_of_them: bool = False) -> None:
        """The clock ticks: do what may be done now; ``all_of_them``: there will be no other tick."""
        now = math.inf if all_of_them else self._clock.steady()
        asked, self._deeds = self._deeds, [(at, deed) for at, deed in self._deeds if at > now]
        for at, deed in asked:
            if at <= now:
                deed()
