"""Reading a signal: name, birth date, codeword. Pure; the text comes from ``workers/parser_box.py``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hwc_school_agent.domain.outcome import Kind


@dataclass(frozen=True, slots=True)
class Child:
    """One child in a message. ``repr`` shows nothing."""

    name: str
    born: date | None

    def __repr__(self) -> str:
        return "Child(...)"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the desk may put on the page. ``repr`` shows nothing.

    ``children`` is empty when the message could not be read with certainty; then ``text`` holds the message as
    safe plain text (no control characters, at most 4,000 characters) for the person to judge.
    ``more``: the message holds more than the three facts; the rest is in ``text`` and not shown by default.
    """

    kind: Kind
    children: tuple[Child, ...]
    codeword: bool
    more: bool
    text: str
    shortened: bool  # the message was longer than what is in ``text``
    sender_agreed: bool  # the From address is in ``[senders] allowed``

    def __repr__(self) -> str:
        return "Shown(...)"
