"""Closed periods with their names, for people: in a list, in Dutch, and in the configuration with the name beside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hwc_school_agent import settings_rules as rules
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.settings_faults import printable
from hwc_school_agent.settings_text import period

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """A closed period and what it is called. ``first`` and ``last`` are both closed."""

    first: date
    last: date
    name: str = ""

    @property
    def entry(self) -> str:
        """As it stands in ``[calendar] closed``."""
        return period(self.first, self.last)

    def said(self, tr: Language = DUTCH) -> str:
        """``zaterdag 10 oktober 2026 t/m zondag 18 oktober 2026 (Herfstvakantie)``."""
        days = tr.weekday(self.first)
        if self.last != self.first:
            days = tr("%(first)s t/m %(last)s", first=days, last=tr.weekday(self.last))
        return f"{days} ({printable(self.name, _LONGEST_NAME)})" if self.name else days


def read_closure(text: str) -> Closure:
    """``2026-10-10/2026-10-18 Herfstvakantie``: a period as in the configuration, and perhaps a name.

    Raises ``settings_rules.Wrong``.
    """
    days, _, name = text.strip().partition(" ")
    return Closure(*rules.period(days), name.strip())


def tidy(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    """In order, without doubles; periods that overlap become one, with the name of the longer."""
    row: list[Closure] = []
    for one in sorted(closures):
        if not row or one.first > row[-1].last:
            row.append(one)
            continue
        longer, other = (row[-1], one) if row[-1].last - row[-1].first >= one.last - one.first else (one, row[-1])
        row[-1] = Closure(row[-1].first, max(row[-1].last, one.last), longer.name or other.name)
    return tuple(row)
