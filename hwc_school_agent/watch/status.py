"""What ``systemctl status`` says: the last look that the clock asked for, or since when and why there is none."""

from __future__ import annotations

from hwc_school_agent.domain.board import Board, Health, code_of
from hwc_school_agent.host.clock import local


def status(board: Board, looked: float | None, more: str, timezone: str) -> str:
    """One line. ``looked``: when the clock last had a look (epoch seconds), never one that a message caused.
    ``more``: what is to be said of rehearsal and ledger, with its separators. Trouble comes first: a look of some time
    ago is no good news while there is trouble (promise P7)."""
    time = "nog niet gekeken" if looked is None else f"laatste blik {local(looked, timezone):%H.%M}"
    if board.health is Health.TROUBLE and board.trouble is not None and board.trouble_since is not None:
        since = f"{local(board.trouble_since, timezone):%H.%M}"
        return f"storing sinds {since}: kan niet in de postbus kijken (HWC-{code_of(board.trouble)}); {time}{more}"
    return f"{time}{more}"
