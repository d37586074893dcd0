"""The ledger on disk: the file ``ledger`` in the state directory. Its size and its time follow from the calendar.

Everything that is wrong with it is found when it is read, and said by ``Damage``. It is written as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hwc_school_agent.domain.ledger_entry import DayEntry, KeyChange, Record, change_text, entries_until
from hwc_school_agent.domain.ledger_text import LARGEST, NotALedger, Part, data_of, parse
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.domain.signed_note import Head, Note
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.keys import SigningKey, holds, note_holds

FILE = "ledger"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger whose chain and seals hold: ``checked`` makes it, and what is derived from it."""

    parts: tuple[Part, ...]

    @property
    def current(self) -> Part:
        """The part that is written now."""
        return self.parts[-1]

    @property
    def days(self) -> tuple[DayEntry, ...]:
        """Every school day of all parts, oldest first."""
        return tuple(day for part in self.parts for day in part.days)

    @property
    def head(self) -> Head:
        """Where it stands."""
        return self.current.true_head()

    @property
    def note(self) -> Note:
        """The signed head."""
        if self.current.head is None:
            raise ValueError("not sealed yet")
        return self.current.head

    def data(self) -> bytes:
        """Its bytes."""
        return data_of(self.parts)

    def _with(self, key: SigningKey, *records: Record) -> Ledger:
        return replace(self, parts=(*self.parts[:-1], sealed(self.current.extended(*records), key)))

    def written(self, entry: DayEntry, calendar: Calendar, key: SigningKey) -> Ledger:
        """With ``entry``, and ``off`` for the school days since the last one. The same when it has that day already.

        Raises ``ClockWrong``.
        """
        days = self.current.days
        # the day on which it began may have an entry; the day of the last entry has one
        after = days[-1].day if days else date.fromordinal(self.current.begin.toordinal() - 1)
        entries = entries_until(entry, after, calendar)
        return self._with(key, *entries) if entries else self

    def rotated(self, old: SigningKey, new: SigningKey) -> Ledger:
        """Sealed by ``new`` from here on; both keys vouch for it."""
        head = self.head
        text = change_text(head.origin, head.size, head.chain, new.public)
        return self._with(new, KeyChange(new.public, old.sign(text), new.sign(text)))

    def begun_anew(self, key: SigningKey, begin: date) -> Ledger:
        """With another part, after the old key was lost: it names the old head, but the old key does not vouch."""
        return Ledger((*self.parts, _first(key, begin, self.head)))


def begun(key: SigningKey, begin: date) -> Ledger:
    """A ledger without days yet."""
    return Ledger((_first(key, begin, None),))


def _first(key: SigningKey, begin: date, before: Head | None) -> Part:
    return sealed(Part(key.public, begin, before), key)


def sealed(part: Part, key: SigningKey) -> Part:
    """``part`` with its head, signed."""
    head = part.true_head()
    return replace(part, head=key.note(head.origin, head.body()))


def checked(data: bytes) -> Ledger:
    """A ledger from its bytes, every hash and every signature looked at. Raises ``LedgerDamaged``: TORN or CHANGED."""
    try:
        parts = parse(data)
    except NotALedger:
        raise LedgerDamaged(Damage.TORN) from None
    before: Head | None = None
    for part in parts:
        if part.before != before or not _holds(part):
            raise LedgerDamaged(Damage.CHANGED)
        before = part.true_head()
    return Ledger(parts)


def _holds(part: Part) -> bool:
    chain, public = part.chain(), part.public
    for size, record in enumerate(part.records):
        if isinstance(record, KeyChange):
            text = change_text(part.origin, size, chain[size], record.public)
            if not holds(public, record.by_old, text) or not holds(record.public, record.by_new, text):
                return False
            public = record.public
    head = Head(part.origin, len(part.records), chain[-1])
    return part.head is not None and part.head.body == head.body() and note_holds(part.head, part.origin, public)


def read(directory: Path) -> Ledger:
    """The ledger of this installation. Raises ``LedgerDamaged`` (MISSING, TORN, CHANGED) or ``OSError``."""
    try:
        with open(directory / FILE, "rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise LedgerDamaged(Damage.MISSING) from None
    return checked(data)


def key_for(ledger: Ledger, keys: tuple[SigningKey, ...]) -> SigningKey:
    """Which of the keys seals this ledger. Raises ``LedgerDamaged`` (OTHER_KEY)."""
    for key in keys:
        if key.public == ledger.current.last_public:
            return key
    raise LedgerDamaged(Damage.OTHER_KEY)
