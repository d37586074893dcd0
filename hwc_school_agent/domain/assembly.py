"""From pieces to children. Pure. What does not pair up makes the message unreadable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hwc_school_agent.domain.pieces import Piece, Slot, Unreadable

MOST_CHILDREN = 12
_NAMES = (Slot.NAME, Slot.FIRST, Slot.CALL, Slot.LAST)


class _Record:
    """One child while its pieces come in."""

    def __init__(self, piece: Piece) -> None:
        self.slots: dict[Slot, Piece] = {piece.slot: piece}

    def takes(self, piece: Piece) -> bool:
        """Whether ``piece`` belongs to this child."""
        if piece.slot in self.slots or Slot.BOTH in (piece.slot, *self.slots):
            return False
        if not piece.labelled and piece.slot is Slot.NAME:
            return False  # a name without a label begins a child
        parts = {Slot.FIRST, Slot.CALL, Slot.INFIX, Slot.LAST}
        if piece.slot is Slot.NAME:
            return not parts & self.slots.keys()
        return piece.slot not in parts or Slot.NAME not in self.slots

    def child(self) -> tuple[str, date]:
        """Name and birth date. Raises ``Unreadable`` when one is missing."""
        if both := self.slots.get(Slot.BOTH):
            if both.born is None:
                raise Unreadable
            return both.name, both.born
        born = self.slots.get(Slot.BORN)
        if born is None or born.born is None:
            raise Unreadable
        if name := self.slots.get(Slot.NAME):
            if not name.labelled and not born.labelled and " " not in name.name:
                raise Unreadable  # one bare word above a date may be anything
            return name.name, born.born
        first = self.slots.get(Slot.FIRST) or self.slots.get(Slot.CALL)
        parts = [p.name for p in (first, self.slots.get(Slot.INFIX), self.slots.get(Slot.LAST)) if p]
        if not first and Slot.LAST not in self.slots:
            raise Unreadable
        return " ".join(parts), born.born


def assemble(pieces: Iterable[Piece]) -> tuple[tuple[str, date], ...]:
    """The children, in order of appearance, each once. Raises ``Unreadable``."""
    pieces = tuple(pieces)
    whole = {" ".join(p.name.casefold().split()) for p in pieces if p.slot is Slot.BOTH}
    records: list[_Record] = []
    for piece in pieces:
        if piece.slot is Slot.NAME and not piece.labelled and " ".join(piece.name.casefold().split()) in whole:
            continue  # the same name once more, as in the subject
        if records and records[-1].takes(piece):
            records[-1].slots[piece.slot] = piece
        else:
            records.append(_Record(piece))
    children = tuple(dict.fromkeys(r.child() for r in records))
    if len(children) > MOST_CHILDREN:
        raise Unreadable
    seen = [(name.casefold().split(), born) for name, born in children]
    for i, (name, born) in enumerate(seen):
        for other, other_born in seen[:i]:
            if name == other or (born == other_born and name[0] == other[0]):
                raise Unreadable  # one child with two readings
    return children
