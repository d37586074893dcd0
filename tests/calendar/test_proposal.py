"""What is proposed to a school, against the official tables (rijksoverheid.nl)."""

from __future__ import annotations

from datetime import date

import pytest

from hwc_school_agent.calendar_closures import Closure, read_closure, tidy
from hwc_school_agent.calendar_proposal import ASKED, REGIONS, propose

#: School holidays that are certain, from the tables of the ministry: region -> (name, first, last).
OFFICIAL = {
    "noord": [
        ("Herfstvakantie", "2026-10-10", "2026-10-18"), ("Kerstvakantie", "2026-12-19", "2027-01-03"),
        ("Zomervakantie", "2027-07-10", "2027-08-22"), ("Herfstvakantie", "2027-10-16", "2027-10-24"),
        ("Kerstvakantie", "2027-12-25", "2028-01-09"), ("Voorjaarsvakantie", "2028-02-19", "2028-02-27"),
        ("Meivakantie", "2028-04-29", "2028-05-07"), ("Zomervakantie", "2028-07-15", "2028-08-27"),
    ],
    "midden": [
        ("Herfstvakantie", "2026-10-17", "2026-10-25"), ("Zomervakantie", "2027-07-17", "2027-08-29"),
        ("Herfstvakantie", "2027-10-16", "2027-10-24"), ("Voorjaarsvakantie", "2028-02-26", "2028-03-05"),
        ("Zomervakantie", "2028-07-08", "2028-08-20"),
    ],
    "zuid": [
        ("Herfstvakantie", "2026-10-17", "2026-10-25"), ("Zomervakantie", "2027-07-24", "2027-09-05"),
        ("Herfstvakantie", "2027-10-23", "2027-10-31"), ("Voorjaarsvakantie", "2028-02-26", "2028-03-05"),
        ("Zomervakantie", "2028-07-22", "2028-09-03"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("region", REGIONS)
def test_the_official_dates(region: str) -> None:
    proposal = propose(region, date(2026, 9, 7))
    proposed = {(c.name, c.first.isoformat(), c.last.isoformat()) for c in proposal.closures}
    assert set(OFFICIAL[region]) <= proposed
    assert proposal.known_until == date.fromisoformat(OFFICIAL[region][-1][2])
    assert proposal.closures == tidy(proposal.closures)  # in order, and nothing overlaps


def test_public_holidays_on_weekdays() -> None:
    singles = {c.first.isoformat(): c.name for c in propose("noord", date(2026, 9, 7)).closures if c.first == c.last}
    assert singles == {
        "2027-03-29": "Tweede paasdag", "2027-05-06": "Hemelvaartsdag", "2027-05-17": "Tweede pinksterdag",
        "2028-04-17": "Tweede paasdag", "2028-04-27": "Koningsdag", "2028-05-25": "Hemelvaartsdag",
        "2028-06-05": "Tweede pinksterdag",
    }  # fmt: skip  # Christmas, New Year and King's Day of 2027 lie within school holidays


def test_what_is_asked_is_never_assumed() -> None:
    without = set(propose("zuid", date(2026, 9, 7)).closures)
    asked = set(propose("zuid", date(2026, 9, 7), ASKED).closures)
    assert without < asked
    assert {(c.first.isoformat(), c.name) for c in asked - without} == {
        ("2027-03-26", "Goede vrijdag"), ("2027-05-05", "Bevrijdingsdag"), ("2027-05-07", "Vrijdag na Hemelvaart"),
        ("2028-04-14", "Goede vrijdag"), ("2028-05-26", "Vrijdag na Hemelvaart"),
    }  # fmt: skip  # 5 May 2028 lies in the May break


def test_in_summer_the_coming_year_is_the_next_one() -> None:
    proposal = propose("noord", date(2027, 7, 20))
    assert proposal.closures[0] == Closure(date(2027, 7, 10), date(2027, 8, 22), "Zomervakantie")
    assert proposal.known_until == date(2028, 8, 27)


def test_no_further_than_the_library_knows() -> None:
    assert propose("noord", date(2030, 9, 10)).closures == ()
    assert propose("noord", date(2030, 9, 10)).known_until is None
    last = propose("noord", date(2029, 10, 1))
    assert last.known_until == max(c.last for c in last.closures) == date(2030, 9, 1)


def test_overlaps_become_one() -> None:
    rows = ["2027-05-01/2027-05-09 Mei", "2027-05-05 Bevrijdingsdag", "2027-05-08/2027-05-10 Studiedagen", "2027-05-12"]
    assert [(c.entry, c.name) for c in tidy(map(read_closure, rows))] == [
        ("2027-05-01/2027-05-10", "Mei"), ("2027-05-12", ""),
    ]  # fmt: skip


def test_in_dutch() -> None:
    assert read_closure("2026-10-10/2026-10-18 Herfst\x1bvakantie").said() == (
        "zaterdag 10 oktober 2026 t/m zondag 18 oktober 2026 (Herfst?vakantie)"
    )
