"""Which notification this session has: D-Bus where its library is installed (Linux), elsewhere none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hwc_school_agent.bells.way import NoBus, Occasion, Trace, Way
from hwc_school_agent.bells.words import Ack


class Screen(Protocol):
    """The part of ``notification.Notification`` that a bell needs."""

    deadline: float | None

    def ring(self, occasion: Occasion) -> bool:
        """Show it. Raises ``NoBus``."""
        ...

    def fileno(self) -> int | None: ...
    def hush(self) -> None: ...
    def tick(self, now: float) -> None: ...
    def read(self) -> None: ...


def screen(answer: Callable[[Ack], None], steady: Callable[[], float]) -> Screen:
    """The notification of this session."""
    try:
        from hwc_school_agent.bells.notification import Notification
    except ImportError:
        return NoScreen()
    return Notification(answer, steady)


class NoScreen(Way):
    """Nothing to show a notification with: every ring raises ``NoBus``, so that the bell tries something else."""

    trace = Trace.NONE
    deadline: float | None = None

    def _ring(self) -> None:
        raise NoBus

    def fileno(self) -> int | None:
        return None

    def hush(self) -> None:
        pass

    def tick(self, now: float) -> None:
        pass

    def read(self) -> None:
        pass
