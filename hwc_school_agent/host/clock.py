"""The only place that asks for the time. Everything else is handed a ``Clock``."""

from __future__ import annotations

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


def local(epoch: float, timezone: str) -> datetime:
    """Epoch seconds as an aware local time."""
    return datetime.fromtimestamp(epoch, ZoneInfo(timezone))
