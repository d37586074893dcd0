"""What ``watch`` hands to a worker when it forks one. No content; a worker reads the mailbox itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hwc_school_agent.domain.outcome import Answered, Kind
from hwc_school_agent.domain.signal import Mark, Place


@dataclass(frozen=True, slots=True)
class FinishJob:
    """One confirmed message to answer, purge and verify."""

    place: Place
    answered: Answered
    now: float  # wall time, epoch seconds
    #: every folder as it was before this message came: its copies and our receipt have ``uid >= uidnext``.
    #: A folder that is missing here must be searched from its first message.
    marks: Mapping[str, Mark] = field(default_factory=dict)
    #: nobody pressed Ontvangen at the desk: the school trusts what staff did in their own mail program
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class CloseJob:
    """The day's closing: sweep our own mail, count every folder, level the counters, finish what is confirmed."""

    jobs: tuple[FinishJob, ...]
    now: float
    #: what waits and is not open at the desk; looked at only when the school has set ``unread_school_days``
    unread: tuple[Place, ...] = ()
    #: a second try because a message was left: sweeping, counting and levelling went well and are not done again
    again: bool = False


@dataclass(frozen=True, slots=True)
class InspectJob:
    """The look at the mailbox for the report of the month."""

    unfinished: bool  # a person has confirmed something at the desk that is not out of the mailbox yet


@dataclass(frozen=True, slots=True)
class FreezeJob:
    """Freeze the report about a month."""

    month: date  # its first day
    frozen: date  # today
    words: tuple[str, ...]  # what the inspection said, in its order; words outside its lists count as not said


class Part(StrEnum):
    """The parts of a rehearsal that a worker does. In between ``watch`` waits until its ear sees what came."""

    SEND = "send"  # sweep what an earlier one left, build, submit
    WALK = "walk"  # read, confirm, receipt, purge, verify: what people and ``finish`` do with a signal
    SWEEP = "sweep"  # purge what came back and every copy, and look again


@dataclass(frozen=True, slots=True)
class RehearsalJob:
    """One part of a rehearsal, or the sending of a drill. The name follows from the installation's key and ``nonce``;
    only a worker ever works it out."""

    part: Part
    kind: Kind  # REHEARSAL or DRILL
    nonce: str
    now: float  # wall time, epoch seconds
    marks: Mapping[str, Mark] = field(default_factory=dict)  # as in ``FinishJob``
    place: Place | None = None  # WALK: where it stands
    read: bool = False  # WALK: an earlier try has read it, and perhaps purged it
