"""How far two clocks differ. Pure."""

from __future__ import annotations

LIMIT_SECONDS = 300.0  # what bells and people can do without: then the clock of this machine is said to be wrong


def apart(before: float, told: float, after: float) -> float:
    """Seconds by which the clock that ``told`` a time, cut to whole seconds, differs at least from ours, which showed
    ``before`` and ``after`` around it; 0 when it does not."""
    return max(0.0, before - 1.0 - told, told - after)
