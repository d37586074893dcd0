"""The only place that asks for the time. Everything else is handed a ``Clock``."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Wall clock and monotonic clock."""

    def now(self) -> float:
        """Wall time, epoch seconds."""
        ...

    def steady(self) -> float:
        """Monotonic seconds, for waits."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.monotonic()


class SetBack:
    """Tells when the wall clock is set back. One that is set forth, or a machine that slept, cannot be told from time
    that went by, and need not be."""

    LEAST = 1.0  # seconds; a clock that is kept right is never set back so far

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.now() - clock.steady()

    def seconds(self) -> int:
        """Whole seconds, rounded up, by which it was set back since this was last asked; 0 when it was not."""
        ahead = self._clock.now() - self._clock.steady()
        back, self._ahead = self._ahead - ahead, ahead
        return math.ceil(back) if back >= self.LEAST else 0


def local(epoch: float, timezone: str) -> datetime:
    """Epoch seconds as an aware local time."""
    return datetime.fromtimestamp(epoch, ZoneInfo(timezone))
