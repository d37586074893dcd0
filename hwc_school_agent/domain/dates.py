"""Dates as Dutch senders write them: day first, never month first. Pure; ``today`` is passed in.

A date that does not exist, and a shape that is nearly a date, are reported as well: the reader
must not step over a typing slip as if nothing stood there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

#: Ages, in full years, at which a child may be at a Dutch school.
YOUNGEST, OLDEST = 3, 23

_MONTHS = {
    "januari": 1,
    "january": 1,
    "jan": 1,
    "februari": 2,
    "february": 2,
    "febr": 2,
    "feb": 2,
    "maart": 3,
    "march": 3,
    "mrt": 3,
    "mar": 3,
    "april": 4,
    "apr": 4,
    "mei": 5,
    "may": 5,
    "juni": 6,
    "june": 6,
    "jun": 6,
    "juli": 7,
    "july": 7,
    "jul": 7,
    "augustus": 8,
    "august": 8,
    "aug": 8,
    "september": 9,
    "sept": 9,
    "sep": 9,
    "oktober": 10,
    "october": 10,
    "okt": 10,
    "oct": 10,
    "november": 11,
    "nov": 11,
    "december": 12,
    "dec": 12,
}
_BEFORE = r"(?<!\d)(?<!\d[-/.])"
#: What may not follow a date: more digits, a further part, a time of day.
_AFTER = r"(?!\d)(?!\s?[-/.]\s?\d)(?!:\d)"
_DAY_FIRST = re.compile(rf"{_BEFORE}(\d{{1,2}})\s?([-/.])\s?(\d{{1,2}})\s?\2\s?(\d{{4}}|'?\d{{2}}){_AFTER}")
_YEAR_FIRST = re.compile(rf"{_BEFORE}(\d{{4}})\s?([-/.])\s?(\d{{1,2}})\s?\2\s?(\d{{1,2}}){_AFTER}")
_IN_WORDS = re.compile(
    rf"{_BEFORE}(\d{{1,2}})(?:e|ste|de)?[\s.-]{{0,3}}({'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![^\W\d_])"
    rf"\.?[\s,-]{{0,3}}(\d{{4}}{_AFTER}|'\d{{2}}{_AFTER}|\d{{2}}{_AFTER}(?=\s*(?:$|[^\w\s])))",
    re.IGNORECASE,
)
_NEARLY = re.compile(
    r"(?<!\d)(?:\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{2,5}|\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2})(?!\d)"
    r"|(?<!\d)\d{1,2}[\s.-]{1,3}[^\W\d_]{3,10}\.?[\s,-]{0,3}(?:19|20)\d{2}(?!\d)"  # "4 jnui 2014"
)


@dataclass(frozen=True, slots=True, repr=False)
class DateFound:
    """A date in a line: where it stands, and the day; ``None`` when no such day exists."""

    start: int
    end: int
    day: date | None


def find_dates(line: str, today: date) -> tuple[DateFound, ...]:
    """Every date and near-date in ``line``, in order. ``line`` has plain hyphens and apostrophes."""
    found = [
        *(DateFound(*m.span(), _day(m[4], int(m[3]), int(m[1]), today)) for m in _DAY_FIRST.finditer(line)),
        *(DateFound(*m.span(), _day(m[1], int(m[3]), int(m[4]), today)) for m in _YEAR_FIRST.finditer(line)),
        *(DateFound(*m.span(), _day(m[3], _MONTHS[m[2].lower()], int(m[1]), today)) for m in _IN_WORDS.finditer(line)),
    ]
    for match in _NEARLY.finditer(line):
        if not any(match.start() < f.end and f.start < match.end() for f in found):
            found.append(DateFound(*match.span(), None))
    found.sort(key=lambda f: f.start)
    return tuple(_without_overlap(found))


def _without_overlap(found: list[DateFound]) -> list[DateFound]:
    """Two readings of the same characters make one date that cannot be read."""
    kept: list[DateFound] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            last = kept.pop()
            one = DateFound(last.start, max(last.end, one.end), None)
        kept.append(one)
    return kept


def _day(year: str, month: int, day: int, today: date) -> date | None:
    number = int(year.lstrip("'"))
    if len(year.lstrip("'")) == 2:  # the latest year that is not in the future
        number += 2000 if 2000 + number <= today.year else 1900
    try:
        return date(number, month, day)
    except ValueError:
        return None


def age(born: date, today: date) -> int:
    """Full years between two days; negative before birth."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def may_be_birth(day: date | None, today: date) -> bool:
    """Whether a child at school may have been born on ``day``."""
    return day is not None and YOUNGEST <= age(day, today) <= OLDEST
