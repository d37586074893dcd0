"""What ``systemctl status`` says: the last look that the clock asked for, or since when and why there is none.

The process that stays has no catalogue in memory, so these words have a table of their own.
"""

from __future__ import annotations

from enum import Enum

from hwc_school_agent.domain.board import Board, Health, code_of
from hwc_school_agent.host.clock import local


class Word(Enum):
    """All it can say: in Dutch, in English."""

    UNSEEN = ("nog niet gekeken", "not looked yet")
    LOOKED = ("laatste blik {at:%H.%M}", "last look {at:%H:%M}")
    TROUBLE = (
        "storing sinds {since:%H.%M}: kan niet in de postbus kijken (HWC-{code}); ",
        "trouble since {since:%H:%M}: cannot look into the mailbox (HWC-{code}); ",
    )
    REHEARSED = ("; proef gelukt", "; rehearsal went well")
    FAILED = ("; proef mislukt (HWC-{code})", "; rehearsal failed (HWC-{code})")
    CLOCK = (
        "; klok {apart} min anders dan de mailserver (HWC-{code})",
        "; clock {apart} min apart from the mail server (HWC-{code})",
    )
    LEDGER = ("; controleboek niet bijgewerkt (HWC-{code})", "; ledger not written (HWC-{code})")

    def of(self, language: str, **facts: object) -> str:
        """``language``: of ``[school] language``; Dutch where there is none."""
        return self.value[language == "en"].format(**facts)


def status(board: Board, looked: float | None, more: str, timezone: str, language: str = "nl") -> str:
    """One line. ``looked``: when the clock last had a look (epoch seconds), never one that a message caused.
    ``more``: what is to be said of rehearsal and ledger, with its separators. Trouble comes first: a look of some time
    ago is no good news while there is trouble (promise P7)."""
    time = Word.UNSEEN.of(language) if looked is None else Word.LOOKED.of(language, at=local(looked, timezone))
    if board.health is Health.TROUBLE and board.trouble is not None and board.trouble_since is not None:
        since = local(board.trouble_since, timezone)
        time = Word.TROUBLE.of(language, since=since, code=code_of(board.trouble)) + time
    return f"{time}{more}"
