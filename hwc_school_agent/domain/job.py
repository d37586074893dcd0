"""What ``watch`` hands to a worker when it forks one. No content; a worker reads the mailbox itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hwc_school_agent.domain.outcome import Answered
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
    """The day's closing: finish what is confirmed, sweep our own mail, count every folder."""

    jobs: tuple[FinishJob, ...]
    now: float
    marks: Mapping[str, Mark] = field(default_factory=dict)
