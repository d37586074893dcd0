"""The life of a message: one table says which event leads from which stage to which.

The stage is written in IMAP system flags on the message itself (Exchange Online keeps no others)
and dies with it. An event that does not fit raises ``IllegalEvent`` and changes nothing.

    ARRIVED --confirm--> CONFIRMED --receipt accepted / not owed--> RECEIPTED --mark--> PURGING --expunged--> PURGED

A flag that somebody else could have set is not believed: ``standing`` compares the flags with the
note that ``watch`` keeps of what was confirmed at the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from hwc_school_agent.domain.outcome import FolderRole


class Stage(Enum):
    """How far a message has come. The value is the order."""

    ARRIVED = 0
    CONFIRMED = 1
    RECEIPTED = 2
    PURGING = 3
    PURGED = 4


class Event(Enum):
    """What may happen to a message."""

    CONFIRM = "a person pressed Ontvangen"
    RECEIPT_ACCEPTED = "the SMTP server accepted the receipt"
    RECEIPT_NOT_OWED = "no receipt is owed"
    MARK = "marked for purge"
    EXPUNGED = "the server expunged it"


class IllegalEvent(Exception):
    """The event does not fit the stage. Whose fault: ours. Nothing was changed."""

    def __init__(self, stage: Stage, event: Event) -> None:
        super().__init__(f"{event.name} does not fit {stage.name}")


_S, _E = Stage, Event

#: stage -> event -> next stage. Every step may be run twice: the event that led to a stage leads to it again.
TABLE: Mapping[Stage, Mapping[Event, Stage]] = MappingProxyType(
    {
        _S.ARRIVED: MappingProxyType({_E.CONFIRM: _S.CONFIRMED}),
        _S.CONFIRMED: MappingProxyType(
            {
                _E.CONFIRM: _S.CONFIRMED,
                _E.RECEIPT_ACCEPTED: _S.RECEIPTED,
                _E.RECEIPT_NOT_OWED: _S.RECEIPTED,
            }
        ),
        _S.RECEIPTED: MappingProxyType(
            {
                _E.CONFIRM: _S.RECEIPTED,
                _E.RECEIPT_ACCEPTED: _S.RECEIPTED,
                _E.RECEIPT_NOT_OWED: _S.RECEIPTED,
                _E.MARK: _S.PURGING,
            }
        ),
        _S.PURGING: MappingProxyType(
            {
                _E.CONFIRM: _S.PURGING,
                _E.MARK: _S.PURGING,
                _E.EXPUNGED: _S.PURGED,
            }
        ),
        _S.PURGED: MappingProxyType({_E.EXPUNGED: _S.PURGED}),
    }
)


def after(stage: Stage, event: Event) -> Stage:
    """The stage that follows; raises ``IllegalEvent`` where the table has no entry."""
    try:
        return TABLE[stage][event]
    except KeyError:
        raise IllegalEvent(stage, event) from None


SEEN, FLAGGED, ANSWERED, DELETED = "\\seen", "\\flagged", "\\answered", "\\deleted"

#: The flags that write a stage on a message (``PURGED`` has none: the message is gone).
FLAGS: Mapping[Stage, frozenset[str]] = MappingProxyType(
    {
        _S.ARRIVED: frozenset(),
        _S.CONFIRMED: frozenset({FLAGGED}),
        _S.RECEIPTED: frozenset({FLAGGED, ANSWERED}),
        _S.PURGING: frozenset({FLAGGED, ANSWERED, SEEN, DELETED}),
    }
)


def stage_of(flags: frozenset[str]) -> Stage:
    """The stage that flags (lower case) say. Total: every combination has one; in doubt the earlier one."""
    if FLAGGED not in flags:
        return Stage.ARRIVED
    if ANSWERED not in flags:
        return Stage.CONFIRMED
    return Stage.PURGING if {SEEN, DELETED} <= flags else Stage.RECEIPTED


class Standing(Enum):
    """What ``watch`` owes a message that it sees."""

    WAITS = "nobody has confirmed it: ring"
    ASK = "handled outside the desk, it seems: show it to a person once more"
    FINISH = "a person confirmed it: receipt, purge, verify"
    OURS = "in Sent or Drafts: not a message to us"


def standing(flags: frozenset[str], role: FolderRole, *, noted: bool, trust: bool) -> Standing:
    """What is owed to a message.

    ``flags`` in lower case, ``role`` of its folder, ``noted``: confirmed at the desk of this process,
    ``trust``: ``[mailbox] handled_elsewhere = "trust"``. Unread mail always waits, whatever its other
    flags or folder say (promises P1, P8).
    """
    if role in (FolderRole.SENT, FolderRole.DRAFTS):
        return Standing.OURS
    if noted and stage_of(flags) is not Stage.ARRIVED:
        return Standing.FINISH
    touched = bool(flags & {FLAGGED, ANSWERED, DELETED}) or role is FolderRole.TRASH
    if SEEN not in flags:
        return Standing.WAITS
    if not touched:
        return Standing.WAITS
    return Standing.FINISH if trust else Standing.ASK
