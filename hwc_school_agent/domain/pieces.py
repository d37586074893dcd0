"""From lines to names and birth dates. Pure. Raises ``Unreadable`` rather than guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from hwc_school_agent.domain.dates import find_dates, may_be_birth
from hwc_school_agent.domain.names import ORDINARY, is_infix, is_name, is_name_part, only, split_off


class Unreadable(Exception):
    """The message cannot be read with certainty. Carries nothing of it."""


class Slot(Enum):
    """What a piece of a line fills in."""

    NAME = "name"
    FIRST = "first"
    CALL = "call"  # Roepnaam: used when there is no Voornaam
    INFIX = "infix"
    LAST = "last"
    BORN = "born"
    BOTH = "name and birth date"


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """One name, part of a name, birth date, or both together, and the line it stood on."""

    slot: Slot
    line: int
    name: str = ""
    born: date | None = None
    labelled: bool = False


_CHILD = r"(?:het\s+|de\s+)?(?:kind|leerling|jeugdige|pupil|betrokkene)"
_LABELS: tuple[tuple[Slot, str], ...] = (
    (Slot.BOTH, r"(?:volledige\s+)?naam\s*(?:en|&|\+|/|,)\s*(?:geboortedatum|geb\.?\s?-?datum)"),
    (Slot.NAME, r"voor-?\s*(?:en|&|\+|/)\s*achternaam"),
    (Slot.NAME, rf"(?:volledige\s+)?na(?:am|men)(?:\s+(?:van\s+)?{_CHILD})?"),
    (Slot.NAME, r"(?:kind|leerling|jeugdige|pupil)(?:\s*\d{1,2}|naam)?|full\s+name|name|child"),
    (Slot.FIRST, rf"voorna(?:am|men)(?:\s+(?:van\s+)?{_CHILD})?|first\s+name"),
    (Slot.CALL, r"roepnaam"),
    (Slot.INFIX, r"tussenvoegsels?|tussenv\.?|voorvoegsels?"),
    (Slot.LAST, rf"(?:achter|familie|geslachts)naam(?:\s+(?:van\s+)?{_CHILD})?|last\s+name|surname"),
    (
        Slot.BORN,
        rf"geboorte\s?-?datum(?:\s+(?:van\s+)?{_CHILD})?|geb\.?\s?-?(?:datum|dat\.?|dd\.?)|datum\s+van\s+geboorte",
    ),
    (Slot.BORN, r"geboren(?:\s+op)?|geb\.?|date\s+of\s+birth|birth\s?date|d\.?o\.?b\.?"),
)
_ONE_LABEL = tuple((slot, re.compile(pattern, re.IGNORECASE)) for slot, pattern in _LABELS)
_LABEL = re.compile(rf"(?<![^\W_])({'|'.join(p for _, p in _LABELS)})\s*[:=]", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:>\s?)*\s*(?:[-*•·–—▪◦‣●]+\s+|\(?\d{1,2}[.)]\s+|[a-zA-Z]\)\s+)?")
_EXTRA = re.compile(
    r"\(?\b(?:groep|klas|gr\.)\s*\d\w{0,3}\b\)?|\((?:m|v|j|d|jongen|meisje|man|vrouw|\d{1,2}\s*(?:jaar|jr\.?))\)|\b\d{1,2}\s+jaar\b(?:\s+oud)?",
    re.IGNORECASE,
)
_BORN_WORD = re.compile(r"(?<![^\W_])(?:geb(?:oren|oortedatum)?\b|born\b)", re.IGNORECASE)
_EDGES = ' \t,;:|.-–—/()[]*_"“”„'
#: Dashes and quotes as one character each, so that positions stay the same.
_FLAT = str.maketrans("‐‑‒–—−’‘´`", "------''''")
_LONGEST_LINE = 2000
#: Stands in a line where the codeword was.
CODE = "\ue000"  # private use: no letter, no space, never in safe text


class Reader:
    """Reads lines into pieces. ``more`` is set when a line says something beyond the facts."""

    def __init__(self, today: date) -> None:
        self._today = today
        self.pieces: list[Piece] = []
        self.more = False
        self._pending: list[Slot] = []
        self._columns: list[Slot | None] = []
        self._open: set[int] = set()  # lines of running text that may go on in the next line
        self._running: set[int] = set()
        self._begins: set[int] = set()  # lines that begin with a bullet or a number

    def read(self, number: int, line: str) -> None:
        """One line that is not wrapping; ``CODE`` stands where the codeword was."""
        bullet = _BULLET.match(line)
        if bullet and bullet.group().strip(" >"):
            self._begins.add(number)
        line = line[bullet.end() if bullet else 0 :].strip()
        if not line.strip(_EDGES + CODE):
            return
        if len(line) > _LONGEST_LINE:
            if any(d.day is None or may_be_birth(d.day, self._today) for d in find_dates(flat(line), self._today)):
                raise Unreadable
            self._rest(number, line)
            return
        cells = [c.strip() for c in re.split(r"[\t|]", line)]
        if len(cells) > 1 and self._row(number, cells):
            return
        label = label_of(line)
        if label is not None:
            self._label(label)
            return
        self._fields(number, line)

    def finish(self) -> None:
        """After the last line. Raises ``Unreadable`` when a label got no value, or a name may be cut off."""
        if any(slot is not Slot.INFIX for slot in self._pending):
            raise Unreadable
        for piece in self.pieces:
            if not piece.labelled and piece.line - 1 in self._open and piece.line not in self._begins:
                raise Unreadable
        for before, after in zip(self.pieces, self.pieces[1:], strict=False):
            if not before.labelled and before.slot is Slot.NAME and after.slot is Slot.BORN:
                between = range(before.line + 1, after.line)
                if len(between) > 4 or any(n in self._running for n in between):
                    raise Unreadable

    # a table

    def _row(self, number: int, cells: list[str]) -> bool:
        labels = [label_of(c) for c in cells]
        if (
            all(slot is not None or not c.strip(_EDGES + CODE) for slot, c in zip(labels, cells, strict=True))
            and sum(slot is not None for slot in labels) > 1
        ):
            self._columns = labels
            return True
        if any(slot is not None for slot in labels):
            for slot, cell in zip(labels, cells, strict=True):
                if slot is not None:
                    self._label(slot)
                else:
                    self._fields(number, cell, CODE in "".join(cells))
            return True
        if self._columns and len(cells) == len(self._columns):
            for slot, cell in zip(self._columns, cells, strict=True):
                if slot is None:
                    self._fields(number, cell)
                elif cell.strip(_EDGES + CODE):
                    self._value(number, slot, cell)
                elif slot is not Slot.INFIX:
                    raise Unreadable
            return True
        self._columns = []
        return False

    # labels and their values

    def _label(self, slot: Slot) -> None:
        self._pending.append(slot)

    def _fields(self, number: int, line: str, code: bool = False) -> None:
        code = code or CODE in line
        position, slot = 0, None
        for match in _LABEL.finditer(line):
            self._field(number, slot, line[position : match.start()], code)
            position, slot = match.end(), label_of(match.group(1))
        self._field(number, slot, line[position:], code)

    def _field(self, number: int, slot: Slot | None, text: str, code: bool) -> None:
        empty = not text.strip(_EDGES + CODE)
        if slot is None:
            if empty:
                return
            if self._pending:
                self._value(number, self._pending.pop(0), text)
            else:
                self._stretch(number, text, labelled=False, code=code)
        elif empty:
            if slot is not Slot.INFIX or text.strip(" \t") == "":
                self._label(slot)
        else:
            while self._pending and self._pending[0] is Slot.INFIX:
                self._pending.pop(0)  # Tussenvoegsel: left open
            if self._pending:
                raise Unreadable
            self._value(number, slot, text)

    def _value(self, number: int, slot: Slot, text: str) -> None:
        text = text.replace(CODE, " ")
        if slot is Slot.BOTH or (slot is Slot.NAME and find_dates(flat(text), self._today)):
            self._stretch(number, text, labelled=True, code=True)
            return
        without = _EXTRA.sub(" ", text)
        self.more = self.more or without != text
        if slot is Slot.BORN:
            self._born(number, without)
            return
        value = without.strip()
        if not re.search(r"(?:^|[\s.])[^\W\d_]\.$", value):  # the dot of an initial stays
            value = value.strip(_EDGES)
        value = value.lstrip(_EDGES)
        if not (is_infix(value) if slot is Slot.INFIX else is_name_part(value)):
            raise Unreadable
        self.pieces.append(Piece(slot, number, name=value, labelled=True))

    def _born(self, number: int, text: str) -> None:
        dates = find_dates(flat(text), self._today)
        if len(dates) != 1 or not may_be_birth(dates[0].day, self._today):
            raise Unreadable
        rest = [s for part in (text[: dates[0].start], text[dates[0].end :]) for s in split_off(part)]
        if any(is_name(s) for s in rest):
            raise Unreadable
        self.more = self.more or bool(rest)
        self.pieces.append(Piece(Slot.BORN, number, born=dates[0].day, labelled=True))

    # running text

    def _stretch(self, number: int, text: str, *, labelled: bool, code: bool) -> None:
        without = _EXTRA.sub(" \t ", text.replace(CODE, "\t"))
        self.more = self.more or len(without) != len(text) or ("\t" in without) != ("\t" in text.replace(CODE, "\t"))
        text = without
        dates = find_dates(flat(text), self._today)
        edges = [0, *(p for d in dates for p in (d.start, d.end)), len(text)]
        parts = [split_off(text[edges[i] : edges[i + 1]]) for i in range(0, len(edges), 2)]
        fits = is_name_part if labelled else is_name
        births = [d.day for d in dates if may_be_birth(d.day, self._today)]
        doubtful = bool(births) or any(d.day is None for d in dates)
        if not all(not p or (len(p) == 1 and fits(p[0])) for p in parts):
            if doubtful or (code and not labelled and any(is_name(s) for p in parts for s in p)):
                raise Unreadable
            names = [s for p in parts for s in p]
            if names and all(is_name(s) for s in names) and not dates:
                raise Unreadable  # "Noor Jansen, Sem Jansen"
            if (digit := re.search(r"\d", text)) and any(
                " " in s and is_name(s) for s in split_off(text[: digit.start()])
            ):
                raise Unreadable  # "Sem Jansen 4 6 2014"
            self._rest(number, text)
            return
        if not dates:
            if parts[0]:
                self.pieces.append(Piece(Slot.NAME, number, name=parts[0][0]))
            return
        if not any(parts):
            if len(dates) == 1 and births:
                self.pieces.append(Piece(Slot.BORN, number, born=births[0], labelled=bool(_BORN_WORD.search(text))))
            elif doubtful:
                raise Unreadable
            else:
                self._rest(number, text)
            return
        names = [p[0] for p in (parts[:-1] if not parts[-1] else parts[1:]) if p]
        if len(names) != len(dates) or len(births) != len(dates) or (parts[0] and parts[-1]):
            raise Unreadable
        sure = labelled or code or bool(_BORN_WORD.search(text))
        for name, born in zip(names, births, strict=True):
            if " " not in name and not sure:
                raise Unreadable  # "Utrecht, 3 februari 2015"
            self.pieces.append(Piece(Slot.BOTH, number, name, born, labelled))

    def _rest(self, number: int, text: str) -> None:
        self._columns = []
        if only(text, ORDINARY):
            return
        self.more = True
        self._running.add(number)
        if text.rstrip()[-1:] not in ".:!?;":
            self._open.add(number)


def label_of(text: str) -> Slot | None:
    """The slot that a label names; ``None`` when ``text`` is not just a label."""
    bare = text.strip(" \t*_:").strip()
    return next((slot for slot, pattern in _ONE_LABEL if pattern.fullmatch(bare)), None) if len(bare) < 60 else None


def flat(text: str) -> str:
    """``text`` with one kind of dash and of apostrophe, every character in its place."""
    return text.translate(_FLAT)
