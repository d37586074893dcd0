"""All that can be said to a bell and by a bell, and the only texts a bell can show.

The protocol is lines of ASCII, each one word from these lists. There is no room in it for a name, a number or a time,
so none can be passed on by accident (promises P4 and P5).
"""

from __future__ import annotations

import os
from enum import Enum
from typing import Generic, TypeVar

#: Title, text, and what a click on the notification is called where that is shown. The language comes from the
#: environment and names one of these: no text is ever handed to a bell.
LANGUAGE = "HWC_BELL_LANGUAGE"
_FIXED = {"nl": ("Bureau", "Open het bureau.", "Open"), "en": ("Desk", "Open the desk.", "Open")}
TITLE, TEXT, OPEN = _FIXED.get(os.environ.get(LANGUAGE, ""), _FIXED["nl"])

LONGEST = 16  # bytes of a line, with its newline


class Call(Enum):
    """What the agent says to a bell."""

    RING = "ring"  # ring now; only ways with ``Trace.NONE`` follow
    LOOK = "look"  # ring, at a fixed time of the day; every way follows
    HUSH = "hush"  # somebody has looked: take the notification away
    PING = "ping"  # are you there? Also the answer to the first word of a bell


class Whose(Enum):
    """Whose bell it is: the first word of a bell, if it says one. The values are those of ``domain.staff.Role``."""

    CONTACT = "contact"
    BACKUP = "backup"
    HEAD = "head"
    ALL = "all"  # everybody's, also a bell that did not say: it rings with each of them

    def among(self, rung: frozenset[Whose]) -> bool:
        """Whether this bell rings when these are rung."""
        return self is Whose.ALL or Whose.ALL in rung or self in rung


class Ack(Enum):
    """What a bell answers."""

    HERE = "here"  # to ``ping``
    RUNG = "rung"  # the notification service accepted the notification
    OPENED = "opened"  # somebody clicked on it
    FAILED = "failed"  # nobody can be sure that anything was shown


def line(word: Call | Ack | Whose) -> bytes:
    """A word as it goes over the socket."""
    return f"{word.value}\n".encode("ascii")


class Garbage(Exception):
    """The other side does not speak this protocol. Says nothing about what it sent."""


W = TypeVar("W", bound=Enum)


class Reader(Generic[W]):
    """Cuts a stream into words of the lists it is given. Never holds more than one unfinished line."""

    __slots__ = ("_rest", "_words")

    def __init__(self, *words: type[W]) -> None:
        self._words: dict[bytes, W] = {word.value.encode("ascii"): word for known in words for word in known}
        self._rest = b""

    def feed(self, data: bytes) -> list[W]:
        """The words that ``data`` completes. Raises ``Garbage`` on anything that is no word of the list."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) >= LONGEST:
            raise Garbage
        try:
            return [self._words[each] for each in lines]
        except KeyError:
            raise Garbage from None
