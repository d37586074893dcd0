"""The optional heartbeat for the school's IT: called after looks that the clock asked for, never because of a mail."""

from __future__ import annotations

from datetime import date

from hwc_school_agent.domain.outcome import Beat
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop

EVERY_SECONDS = 295.0  # "every five minutes", for looks that stand on a grid of five minutes
LIMIT_SECONDS = 10.0


class Heartbeat:
    """Calls one address. A failure is said once a day and changes nothing."""

    def __init__(self, url: str, clock: Clock, loop: Loop) -> None:
        self._url, self._clock = url, clock
        self._hands = Hands(loop)
        self._next = 0.0
        self._told: date | None = None

    def beat(self, today: date) -> None:
        """A look that the clock asked for has succeeded."""
        if not self._url or self._clock.steady() < self._next:
            return
        self._next = self._clock.steady() + EVERY_SECONDS
        said: list[str] = []

        def on_end(_well: bool) -> None:
            if Beat.HEARD.value not in said and self._told != today:
                self._told = today
                log(Event.HEARTBEAT_FAILED)

        self._hands.start(Worker.HEARTBEAT, (self._url,), LIMIT_SECONDS, said.append, on_end)

    def stop(self) -> None:
        """Kill what runs."""
        self._hands.stop()
