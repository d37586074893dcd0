"""The lines of the ledger: one for each school day, of one length whatever it says. Pure.

A line holds a date and two words of three. There is no room for a count, a time, or a text: what cannot be written
cannot tell whether a signal came, and cannot have to be erased.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from hwc_school_agent.domain.school_days import Calendar, is_school_day

HASH = 32  # bytes of SHA-256, and of an Ed25519 public key
SIGNATURE = 64
LONGEST_GAP = 400  # days; a clock that jumped farther is not believed


class DayState(StrEnum):
    """All that the ledger can say about a part of a day. None of them depends on whether a signal came.

    Rehearsal: ``ok`` the synthetic signal went the whole way, to the memory search; ``degraded`` a part of the way was
    not gone; ``off`` none ended that day. Close: ``ok`` at the day's closing the mailbox was reached and every folder
    in it could be counted; ``degraded`` it could not; ``off`` the day was not closed.
    """

    OK = "ok"
    DEGRADED = "degraded"
    OFF = "off"


_WIDTH = max(len(state) for state in DayState)
_ENTRY = re.compile(rb"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([a-z.]{8}) ([a-z.]{8})\n")
_CHANGE = re.compile(rb"key ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{86}==) ([A-Za-z0-9+/]{86}==)\n")
_WORDS = {state.ljust(_WIDTH, ".").encode(): state for state in DayState}


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One school day."""

    day: date
    rehearsal: DayState
    close: DayState

    def line(self) -> bytes:
        """The canonical 29 bytes: ``2026-11-26 ok...... degraded`` and a newline."""
        words = (DayState(word).ljust(_WIDTH, ".") for word in (self.rehearsal, self.close))
        return " ".join((self.day.isoformat(), *words)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> DayEntry:
        """Read ``line()`` back. Raises ``ValueError`` for any other bytes."""
        found = _ENTRY.fullmatch(line)
        if found is None or found[2] not in _WORDS or found[3] not in _WORDS:
            raise ValueError("not a line of a ledger")
        try:
            day = date.fromisoformat(found[1].decode())
        except ValueError:
            raise ValueError("not a day") from None
        return cls(day, _WORDS[found[2]], _WORDS[found[3]])


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From here on another key seals the ledger; the old and the new one both signed ``change_text``."""

    public: bytes
    by_old: bytes
    by_new: bytes

    def line(self) -> bytes:
        """The canonical 227 bytes: ``key``, the new public key and both signatures in base64, and a newline."""
        return b"key " + b" ".join(map(base64.b64encode, (self.public, self.by_old, self.by_new))) + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> KeyChange:
        """Read ``line()`` back. Raises ``ValueError`` for any other bytes."""
        found = _CHANGE.fullmatch(line)
        change = cls(*(base64.b64decode(part) for part in found.groups())) if found else None
        if change is None or change.line() != line:  # base64 has more than one way to write its last letter
            raise ValueError("not a change of keys")
        return change


#: What a ledger is a row of.
Record = DayEntry | KeyChange


def parse_record(line: bytes) -> Record:
    """A line of the ledger. Raises ``ValueError``."""
    return KeyChange.parse(line) if line.startswith(b"key ") else DayEntry.parse(line)


def change_text(origin: str, size: int, chain: bytes, public: bytes) -> bytes:
    """What both keys sign when they change after ``size`` records whose chain hash is ``chain``."""
    rows = ("hwc-school-agent ledger 1 key change", origin, str(size), *map(_text, (chain, public)))
    return "\n".join(rows).encode() + b"\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def link(previous: bytes, line: bytes) -> bytes:
    """The chain: SHA-256 over the 32 bytes of the hash before and the line with its newline."""
    return sha256(previous + line).digest()


class ClockWrong(ValueError):
    """Today cannot follow the last day of the ledger: it lies before it, or more than ``LONGEST_GAP`` days after."""


def entries_until(entry: DayEntry, after: date, calendar: Calendar) -> tuple[DayEntry, ...]:
    """The entries to write so that the ledger, which reaches to ``after``, ends with ``entry``.

    School days in between, on which nothing was written, are ``off``. None when that day has its entry already.
    Raises ``ClockWrong``.
    """
    gap = (entry.day - after).days
    if gap < 0 or gap > LONGEST_GAP:
        raise ClockWrong
    between = (after + timedelta(days=n) for n in range(1, gap))
    missed = (DayEntry(day, DayState.OFF, DayState.OFF) for day in between if is_school_day(day, calendar))
    return (*missed, entry) if gap else ()
