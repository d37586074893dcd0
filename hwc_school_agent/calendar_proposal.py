"""Which closed days to propose to a school: holidays by region from the ``holidays`` library, and public holidays.

Nothing here decides. Autumn and spring breaks are advice to schools, study days are local: a person confirms or edits
the list, and what is confirmed is frozen as dates in the configuration. No network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import holidays
from holidays.constants import OPTIONAL, PUBLIC, SCHOOL

from hwc_school_agent.calendar_closures import Closure

DAY = timedelta(days=1)
#: The name in ``[calendar] region`` -> the library's. Regions go by municipality, not by province.
REGIONS: Mapping[str, str] = MappingProxyType({"noord": "Noord", "midden": "Midden", "zuid": "Zuid"})
GOOD_FRIDAY, LIBERATION_DAY, AFTER_ASCENSION = "Goede vrijdag", "Bevrijdingsdag", "Vrijdag na Hemelvaart"
#: Public holidays on which only some schools are closed: asked, never assumed.
ASKED = (GOOD_FRIDAY, LIBERATION_DAY, AFTER_ASCENSION)
_ASCENSION = "Hemelvaartsdag"
_SUMMER = "Zomervakantie"
#: What a school year must hold for the library to count as knowing it.
_BREAKS = frozenset({"Herfstvakantie", "Kerstvakantie", "Voorjaarsvakantie", "Meivakantie", _SUMMER})


@dataclass(frozen=True, slots=True)
class Proposal:
    """``known_until``: the last day of the last school year that was found; ``None``: none was."""

    closures: tuple[Closure, ...]
    known_until: date | None


def propose(region: str, today: date, asked: Iterable[str] = ()) -> Proposal:
    """Closed periods of this school year and the next, from ``today`` on, as far as the library knows them.

    ``region``: a key of ``REGIONS``. ``asked``: which of ``ASKED`` the school is closed on. A school year ends with
    its summer holiday. Public holidays within a school holiday, or at the weekend, are left out.
    """
    begun = today.year if _after_summer(region, today) else today.year - 1
    breaks: list[Closure] = []
    until: date | None = None
    for year in (begun, begun + 1):
        found = _school_year(region, year)
        if not found:
            break  # a gap would silence nothing, but nobody would see that the list has one
        breaks += found
        until = found[-1].last
    if until is None:
        return Proposal((), None)
    single = [
        day
        for day in _public(range(today.year, until.year + 1), frozenset(asked))
        if today <= day.first <= until and not any(b.first <= day.first <= b.last for b in breaks)
    ]
    return Proposal(tuple(sorted([b for b in breaks if b.last >= today] + single)), until)


def _after_summer(region: str, today: date) -> bool:
    """Whether the summer holiday of ``today``'s year is over, and with it the school year that began last year."""
    summer = [c for c in _periods(region, today.year) if c.name == _SUMMER]
    return today > (summer[0].last if summer else date(today.year, 7, 31))


def _school_year(region: str, year: int) -> list[Closure]:
    """The breaks of the school year that begins in ``year``; none when the library does not know them all."""
    one, other = _periods(region, year), _periods(region, year + 1)
    summers = [c.last for c in one if c.name == _SUMMER], [c.last for c in other if c.name == _SUMMER]
    if not (summers[0] and summers[1]):
        return []
    found = sorted({c for c in (*one, *other) if summers[0][0] < c.first <= summers[1][0]})
    return found if {c.name for c in found} >= _BREAKS else []


def _periods(region: str, year: int) -> list[Closure]:
    """School holidays that begin in ``year``."""
    days = holidays.country_holidays(
        "NL", subdiv=REGIONS[region], years=[year - 1, year, year + 1], categories=(SCHOOL,), language="nl"
    )
    row: list[Closure] = []
    for day in sorted(days):
        if row and row[-1].last + DAY == day and row[-1].name == days[day]:
            row[-1] = Closure(row[-1].first, day, days[day])
        else:
            row.append(Closure(day, day, days[day]))
    return [c for c in row if c.first.year == year]


def _public(years: Iterable[int], asked: frozenset[str]) -> list[Closure]:
    """Public holidays on weekdays. Each school year has the same rules for them."""
    days = holidays.country_holidays("NL", years=list(years), categories=(PUBLIC, OPTIONAL), language="nl")
    found: list[Closure] = []
    for day in sorted(days):
        names = days.get_list(day)
        free = [name for name in names if name not in ASKED or name in asked]  # two may fall on one day
        found += [Closure(day, day, name) for name in free[:1]]
        if _ASCENSION in names and AFTER_ASCENSION in asked:
            found.append(Closure(day + DAY, day + DAY, AFTER_ASCENSION))
    return [c for c in found if c.first.weekday() < 5]
