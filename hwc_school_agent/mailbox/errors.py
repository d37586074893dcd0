"""What can go wrong with a mailbox, in families by whose fault it is. None carries a text from outside."""

from __future__ import annotations

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole


class MailboxTrouble(Exception):
    """The server or the way to it: not reachable, refused us, or spoke something we cannot use. Try again later."""

    def __init__(self, kind: Trouble) -> None:
        super().__init__(kind.value)
        self.kind = kind


class MessageGone(Exception):
    """The message is not (or no longer) where we were told: expunged, moved, or its folder was made anew."""


class FolderRefused(Exception):
    """A folder did not do what was asked: NO, read-only, or it said OK and nothing changed."""

    def __init__(self, role: FolderRole, *, accepted: bool = False) -> None:
        super().__init__(role.value)
        self.role = role
        self.accepted = accepted  # the server said OK, and looking again showed otherwise
