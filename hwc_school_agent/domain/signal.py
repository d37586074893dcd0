"""A waiting message as the resident process may know it: where it stands, its flags, when it came.

There is no field for a sender, a subject or a text, so none can be kept by accident (promise P4).
"""

from __future__ import annotations

from dataclasses import dataclass

from hwc_school_agent.domain.outcome import FolderRole


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands. ``folder`` is the name as the server sent it (modified UTF-7, ASCII)."""

    folder: str
    role: FolderRole
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message seen in a look: place, flags in lower case (``\\seen``), INTERNALDATE in epoch seconds."""

    place: Place
    flags: frozenset[str]
    arrived: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A folder at one moment: messages that come later have ``uid >= uidnext``."""

    uidvalidity: int
    uidnext: int
