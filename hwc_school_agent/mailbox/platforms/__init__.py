"""What a mail platform is, in one place: what a server may be asked, in which order, and what its answers mean.

Chosen by what the server shows after the login (its capabilities), never by its greeting or its host name; a school
may choose itself (``[mailbox] platform``). Whatever the choice, every claim is looked at again afterwards: a wrong
choice costs time, or ends in "could not be looked at", never in a lost message.

``watch`` imports this file: nothing here may import a library.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.settings import Platform


@dataclass(frozen=True, slots=True)
class Strategy:
    """How one server is spoken to. The defaults are those of a server of which nothing is known."""

    platform: Platform
    #: Several commands in one write: servers seen to answer that right. Elsewhere one by one: correctness over speed.
    bursts: bool = False
    #: LIST-STATUS (RFC 5819): all folders and their counts in one answer. By its own token: IMAP4rev2 promises it
    #: too, and some servers break that promise. No strategy ever sends ENABLE.
    list_status: bool = False
    #: SPECIAL-USE (RFC 6154) may be asked for. Exchange and Gmail tell it unasked.
    special_use: bool = False
    #: Mark, expunge, look and list in one write; needs UNSELECT and UIDPLUS besides.
    burst_purge: bool = False
    #: Store ``\\Seen`` before ``\\Deleted``: Exchange tells the sender of unread mail that it was deleted unread.
    seen_first: bool = False
    #: Expunging is final in the trash and in junk only; elsewhere it takes a label away (Gmail).
    labels: bool = False
    #: Drops what is expunged, so that fillers leave nothing (``mailbox/level.py``). Exchange keeps them for two weeks.
    forgets: bool = False
    #: UIDs that EXAMINE shows may change at the next SELECT (Courier): then read in a folder opened with SELECT.
    select_to_read: bool = False

    def final_in_trash(self, roles: Iterable[FolderRole]) -> bool:
        """Whether only the way through the trash is final: also where another server has a folder of all mail."""
        return self.labels or FolderRole.ALL in roles


#: Before the login, and of servers that show nothing of themselves.
UNKNOWN = Strategy(Platform.OLD)

#: Exchange Online shows this; ``IMAP4`` beside ``IMAP4rev1``, and MOVE, are seen together nowhere else.
_EXCHANGE = frozenset({"IMAP4", "IMAP4REV1", "UIDPLUS", "MOVE", "UNSELECT", "CHILDREN", "NAMESPACE"})
_COURIER = "ACL2=UNION"
_ONE_WRITE = frozenset({"UNSELECT", "UIDPLUS", "LIST-STATUS"})


def platform_of(capabilities: frozenset[str]) -> Platform:
    """What a server is, by its capabilities after the login (capitals)."""
    if "X-GM-EXT-1" in capabilities:
        return Platform.GMAIL
    if capabilities >= _EXCHANGE:
        return Platform.EXCHANGE
    return Platform.PIPELINED if "LIST-STATUS" in capabilities else Platform.OLD


def strategy_for(capabilities: frozenset[str], chosen: Platform = Platform.AUTO) -> Strategy:
    """The strategy for a server with these capabilities (capitals). ``chosen``: by the school."""
    platform = platform_of(capabilities) if chosen is Platform.AUTO else chosen
    list_status, special_use = "LIST-STATUS" in capabilities, "SPECIAL-USE" in capabilities
    match platform:
        case Platform.PIPELINED:
            return Strategy(
                platform,
                bursts=True,
                list_status=list_status,
                special_use=special_use,
                burst_purge=capabilities >= _ONE_WRITE,
                forgets=True,
                select_to_read=_COURIER in capabilities,
            )
        case Platform.GMAIL:
            return Strategy(platform, list_status=list_status, special_use=special_use, labels=True)
        case Platform.EXCHANGE:
            return Strategy(platform, list_status=list_status, special_use=special_use, seen_first=True)
        case _:
            courier = _COURIER in capabilities
            return Strategy(
                Platform.OLD,
                bursts=courier,
                list_status=list_status,
                special_use=special_use,
                forgets=courier,
                select_to_read=courier,
            )
