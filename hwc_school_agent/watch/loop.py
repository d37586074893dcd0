"""The one loop of ``watch``: sockets, pipes and timers in one thread."""

from __future__ import annotations

import heapq
import itertools
import selectors
from collections.abc import Callable

from hwc_school_agent.host.clock import Clock

LONGEST_WAIT = 15.0  # a machine that was suspended or whose clock jumped catches up within this


class Timer:
    """A call that is due at a moment of the steady clock."""

    __slots__ = ("at", "call")

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at = at
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Forget it; harmless when it has already run."""
        self.call = None


class Loop:
    """Waits for whichever comes first: a readable or writable descriptor, or a timer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._running = False
        self.after_each: Callable[[], None] = lambda: None  # called once after every round

    def add_reader(self, fd: int, call: Callable[[], None]) -> None:
        """Call when ``fd`` is readable. Replaces an earlier call."""
        self._set(fd, selectors.EVENT_READ, call)

    def add_writer(self, fd: int, call: Callable[[], None]) -> None:
        """Call when ``fd`` is writable. Replaces an earlier call."""
        self._set(fd, selectors.EVENT_WRITE, call)

    def remove_reader(self, fd: int) -> None:
        """Harmless when there is none."""
        self._set(fd, selectors.EVENT_READ, None)

    def remove_writer(self, fd: int) -> None:
        """Harmless when there is none."""
        self._set(fd, selectors.EVENT_WRITE, None)

    def _set(self, fd: int, event: int, call: Callable[[], None] | None) -> None:
        try:
            calls: dict[int, Callable[[], None]] = dict(self._selector.get_key(fd).data)
        except KeyError:
            if call is not None:
                self._selector.register(fd, event, {event: call})
            return
        if call is None:
            calls.pop(event, None)
        else:
            calls[event] = call
        if calls:
            self._selector.modify(fd, sum(calls), calls)
        else:
            self._selector.unregister(fd)

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once after ``seconds``."""
        timer = Timer(self._clock.steady() + max(0.0, seconds), call)
        heapq.heappush(self._timers, (timer.at, next(self._order), timer))
        return timer

    def run(self) -> None:
        """Run until ``stop``."""
        self._running = True
        while self._running:
            self.once(LONGEST_WAIT)

    def stop(self) -> None:
        """End ``run`` after the round that is under way."""
        self._running = False

    def once(self, longest: float) -> None:
        """One round: wait at most ``longest`` seconds, then make every call that is due."""
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
        if self._timers:
            longest = min(longest, max(0.0, self._timers[0][0] - self._clock.steady()))
        for key, events in self._selector.select(longest):
            for event in (selectors.EVENT_READ, selectors.EVENT_WRITE):
                # looked up anew: an earlier call of this round may have taken this one away
                if events & event and (now := self._selector.get_map().get(key.fd)) and event in now.data:
                    now.data[event]()
        now_steady = self._clock.steady()
        while self._timers and self._timers[0][0] <= now_steady:
            call = heapq.heappop(self._timers)[2].call
            if call is not None:
                call()
        self.after_each()
