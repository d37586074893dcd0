"""The ledger as a whole: its text, and the chain of hashes through it. Pure; signatures are checked in ``proof``.

A ledger has one part; it gets another each time its key was lost (docs/ledger.md). A part is a beginning of four
lines, the records, an empty line, and the head as a signed note.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from hwc_school_agent.domain.ledger_entry import DayEntry, KeyChange, Record, link, parse_record
from hwc_school_agent.domain.signed_note import Head, NotANote, Note, origin_of, unb64

_MAGIC = "hwc-school-agent ledger 1\n"
_BEGINNING = re.compile(r"key (\S{44})\nbegin (\S{10})\nbefore (none|\S{40} \d{1,9} \S{44})\n", re.ASCII)
LARGEST = 4 << 20  # bytes; a century is less


class NotALedger(ValueError):
    """These bytes are not a whole ledger. ``line``: the first line that cannot be one, counted from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Part:
    """One key, or a row of keys that each vouched for the next."""

    public: bytes  # the first key
    begin: date  # no day before this one
    before: Head | None  # head of the part before, known but not vouched for
    records: tuple[Record, ...] = ()
    head: Note | None = None  # ``None`` only while it is being made

    @property
    def origin(self) -> str:
        """The name of this part, from its first key."""
        return origin_of(self.public)

    @property
    def last_public(self) -> bytes:
        """The key that seals it now."""
        return next((r.public for r in reversed(self.records) if isinstance(r, KeyChange)), self.public)

    @property
    def days(self) -> tuple[DayEntry, ...]:
        """The school days, oldest first."""
        return tuple(r for r in self.records if isinstance(r, DayEntry))

    def beginning(self) -> str:
        """The four lines before the records."""
        before = self.before.body().rstrip("\n").replace("\n", " ") if self.before else "none"
        key = base64.b64encode(self.public).decode()
        return f"{_MAGIC}key {key}\nbegin {self.begin.isoformat()}\nbefore {before}\n"

    def chain(self) -> tuple[bytes, ...]:
        """The hash at every size, from 0 on."""
        row = [sha256(self.beginning().encode()).digest()]
        for record in self.records:
            row.append(link(row[-1], record.line()))
        return tuple(row)

    def true_head(self) -> Head:
        """The head as it follows from the records."""
        return Head(self.origin, len(self.records), self.chain()[-1])

    def extended(self, *records: Record) -> Part:
        """With more records, and no head yet."""
        return replace(self, records=(*self.records, *records), head=None)

    def data(self) -> bytes:
        """The bytes of this part; it must have a head."""
        if self.head is None:
            raise ValueError("not sealed yet")
        records = b"".join(record.line() for record in self.records)
        return self.beginning().encode() + records + b"\n" + self.head.text().encode()


def data_of(parts: tuple[Part, ...]) -> bytes:
    """The bytes of a ledger."""
    return b"".join(part.data() for part in parts)


def parse(data: bytes) -> tuple[Part, ...]:
    """The parts of a ledger, oldest first; at least one. Raises ``NotALedger`` for anything that is not exactly one.

    Every byte counts: what this returns gives the same bytes again. Dates go up. Hashes and signatures are not
    looked at here.
    """
    text = _ascii_lines(data)
    parts: list[Part] = []
    line = 1
    for block in text.split(_MAGIC)[1:]:
        parts.append(_part(_MAGIC + block, line))
        line += (_MAGIC + block).count("\n")
    if not parts or data_of(tuple(parts)) != data:
        raise NotALedger(1)
    return tuple(parts)


def _ascii_lines(data: bytes) -> str:
    try:
        text = data.decode()  # the dash of a signature line is not ASCII
    except UnicodeDecodeError as wrong:
        raise NotALedger(data.count(b"\n", 0, wrong.start) + 1) from None
    if not text.startswith(_MAGIC) or len(data) > LARGEST:
        raise NotALedger(1)
    return text


def _part(text: str, first: int) -> Part:
    found = _BEGINNING.match(text, len(_MAGIC))
    if found is None:
        raise NotALedger(first + 1)
    try:
        public, begin = unb64(found[1]), date.fromisoformat(found[2])
        before = None if found[3] == "none" else Head.parse(found[3].replace(" ", "\n") + "\n")
    except ValueError:
        raise NotALedger(first + 1) from None
    lines, gap, note = text[found.end() - 1 :].partition("\n\n")
    line, last = first + 4, begin
    records: list[Record] = []
    for row in (lines[1:] + "\n").encode().splitlines(keepends=True) if len(lines) > 1 else ():
        try:
            record = parse_record(row)
            if isinstance(record, DayEntry):
                if record.day < last or (record.day == last and any(isinstance(r, DayEntry) for r in records)):
                    raise NotALedger(line)
                last = record.day
        except ValueError:
            raise NotALedger(line) from None
        records.append(record)
        line += 1
    try:
        head = Note.parse(note) if gap else None
    except NotANote:
        head = None
    if head is None:
        raise NotALedger(line)
    return Part(public, begin, before, tuple(records), head)
