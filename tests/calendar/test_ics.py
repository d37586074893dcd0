"""Calendar files as schools export them, and ones that are none."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hwc_school_agent.calendar_ics import WORDS, CalendarFault, Found, read_ics

TODAY = date(2026, 9, 7)


def event(summary: str, *rows: str) -> str:
    return "\r\n".join(
        [
            "BEGIN:VEVENT",
            f"UID:{hash((summary, rows))}@school",
            "DTSTAMP:20260901T080000Z",
            f"SUMMARY:{summary}",
            *rows,
            "END:VEVENT",
        ]
    )


def ics(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//School//Agenda//NL", *events, "END:VCALENDAR", ""])


def day(begin: str, end: str = "") -> tuple[str, ...]:
    return (f"DTSTART;VALUE=DATE:{begin}", *([f"DTEND;VALUE=DATE:{end}"] if end else []))


def found_in(folder: Path, *events: str, words: str = WORDS) -> Found:
    path = folder / "agenda.ics"
    path.write_bytes(ics(*events).encode())
    return read_ics(path, TODAY, re.compile(words, re.IGNORECASE))


def entries(found: Found) -> list[str]:
    return [f"{c.entry} {c.name}" for c in found.closures]


def test_what_schools_export(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        event("Studiedag team", *day("20261113", "20261114")),
        event("Herfstvakantie", *day("20261010", "20261019")),  # the end is not part of it
        event("Leerlingen vrij", *day("20270203")),  # no end: one day (RFC 5545 3.6.1)
        event("Lesvrije dag", *day("20270204"), "DURATION:P2D"),
        event("Margedag", *day("20270308", "20270309")),
        event("Vrijdag sportdag", *day("20270312", "20270313")),
        event("Vrijwilligersochtend", *day("20270315", "20270316")),
        event("Studiedag vorig jaar", *day("20251113", "20251114")),
        event("Studiedag afgelast", *day("20261120", "20261121"), "STATUS:CANCELLED"),
        event("Studiemiddag en studiedag", "DTSTART:20261201T120000Z", "DTEND:20261201T160000Z"),
    )
    assert entries(found) == [
        "2026-10-10/2026-10-18 Herfstvakantie", "2026-11-13 Studiedag team", "2027-02-03 Leerlingen vrij",
        "2027-02-04/2027-02-05 Lesvrije dag", "2027-03-08 Margedag",
    ]  # fmt: skip
    assert (found.timed, found.unfollowed, found.too_long) == (1, 0, 0)


def test_what_goes_on_today_counts(tmp_path: Path) -> None:
    assert entries(found_in(tmp_path, event("Zomervakantie", *day("20260725", "20260909")))) == [
        "2026-07-25/2026-09-08 Zomervakantie"
    ]


def test_repeated(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        event("Studiedag", *day("20251005", "20251006"), "RRULE:FREQ=YEARLY"),
        event("Vrij", *day("20261104", "20261105"), "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20261111"),
        event("Studiedag", *day("20260901", "20260902"), "RRULE:FREQ=SECONDLY"),
        event("Studiedag", *day("20260901", "20260902"), "RRULE:FREQ=YEARLY;BYHOUR=1;BYSECOND=0,1,2"),
        event("Studiedag", *day("20260901", "20260902"), "RRULE:FREQ=DAILY"),
    )
    assert [c.entry for c in found.closures] == ["2026-10-05", "2026-11-04", "2026-11-18", "2027-10-05"]
    assert found.unfollowed == 3


def test_other_words(tmp_path: Path) -> None:
    rows = event("Schoolreis", *day("20270601", "20270602")), event("Studiedag", *day("20270603", "20270604"))
    assert entries(found_in(tmp_path, *rows, words="^school")) == ["2027-06-01 Schoolreis"]


def test_longer_than_the_configuration_takes(tmp_path: Path) -> None:
    found = found_in(tmp_path, event("Vakantie", *day("20270101", "20270601")))
    assert found == Found((), too_long=1)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"not a calendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n\xff\xfe\r\n",
        ics(event("Studiedag GEHEIM", "DTSTART;VALUE=DATE:2026-GEHEIM")).encode(),
        ics(event("Studiedag GEHEIM")).encode(),
        b"BEGIN:VCALENDAR\r\n" + b"x" * 6_000_000,
    ],
    ids=["empty", "text", "cut off", "no UTF-8", "no date", "no begin", "huge"],
)  # fmt: skip
def test_one_clear_message(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "agenda.ics"
    path.write_bytes(raw)
    with pytest.raises(CalendarFault) as caught:
        read_ics(path, TODAY, re.compile(WORDS, re.IGNORECASE))
    assert caught.value.sentence.endswith(".")
    assert "GEHEIM" not in caught.value.sentence


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CalendarFault):
        read_ics(tmp_path / "weg.ics", TODAY, re.compile(WORDS))
