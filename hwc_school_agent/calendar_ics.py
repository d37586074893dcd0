"""Closed days from a calendar file (RFC 5545), as schools export them. A file only: nothing is fetched.

Whole-day events whose title has a word for a day without school. An event with a time is never a closed day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hwc_school_agent.calendar_closures import Closure, tidy
from hwc_school_agent.domain.language import mark
from hwc_school_agent.settings_rules import LONGEST_CLOSURE

#: "vrij" as a word of its own: no Friday, no volunteers.
WORDS = r"\b(?:studiedag(?:en)?|margedag(?:en)?|\w*vakantie|(?:les)?vrije?)\b"
YEARS = 2  # how far ahead is looked
_LARGEST = 5_000_000  # bytes
_MOST_EVENTS = 5_000
_DAY = timedelta(days=1)
#: Rules that are followed. Parts by hour and less make millions of days out of one event, and mean nothing here.
_FOLLOWED = frozenset({"YEARLY", "WEEKLY"})
_REFUSED = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


class CalendarFault(Exception):
    """The file cannot be used. ``sentence`` says why, still to be translated, and quotes nothing from it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Found:
    """What a calendar file holds. The numbers count events whose title fits and that were left out."""

    closures: tuple[Closure, ...]
    timed: int = 0  # with a time of the day
    unfollowed: int = 0  # repeated by a rule that is not followed
    too_long: int = 0  # longer than the configuration takes


def read_ics(path: Path, today: date, words: re.Pattern[str]) -> Found:
    """Closed days from ``today`` on, for two years. Raises ``CalendarFault``."""
    try:
        import icalendar
        import recurring_ical_events
    except ImportError:
        raise CalendarFault(
            mark("Hiervoor ontbreekt een onderdeel: pip install ‘hwc-school-agent[calendar]’.")
        ) from None
    raw = _raw(path)
    try:
        calendars = icalendar.Calendar.from_ical(raw, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
        found = _sorted_out(events, words)
        repeated = icalendar.Calendar()
        for event in found[0]:
            repeated.add_component(event)
        end = today + timedelta(days=366 * YEARS)
        closures = [_closure(one) for one in recurring_ical_events.of(repeated).between(today, end)]
    except CalendarFault:
        raise
    except Exception:  # the library's own text may quote the file
        raise CalendarFault(
            mark("Dit agendabestand kan dit programma niet lezen. Exporteer je agenda opnieuw, als .ics.")
        ) from None
    fitting = [c for c in closures if c.last >= today and c.last - c.first < LONGEST_CLOSURE]
    return Found(tidy(fitting), found[1], found[2], len([c for c in closures if c.last >= today]) - len(fitting))


def _raw(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError:
        raise CalendarFault(mark("Het agendabestand is niet te lezen. Kijk of de naam klopt.")) from None
    if len(raw) > _LARGEST:
        raise CalendarFault(mark("Het agendabestand is te groot (meer dan 5 MB). Exporteer alleen dit schooljaar."))
    if b"BEGIN:VCALENDAR" not in raw.upper():
        raise CalendarFault(mark("Dit is geen agendabestand. Kies een bestand dat op .ics eindigt."))
    if not raw.upper().rstrip().endswith(b"END:VCALENDAR"):
        raise CalendarFault(mark("Het agendabestand is niet compleet: het einde ontbreekt. Exporteer het opnieuw."))
    return raw


def _sorted_out(events: list[Any], words: re.Pattern[str]) -> tuple[list[Any], int, int]:
    """The whole-day events whose title fits; and how many fitting ones have a time, or a rule that is not followed."""
    if len(events) > _MOST_EVENTS:
        raise CalendarFault(
            mark("In het agendabestand staan te veel afspraken (meer dan 5000). Exporteer alleen dit schooljaar.")
        )
    kept: list[Any] = []
    timed = unfollowed = 0
    for event in events:
        if not words.search(str(event.get("SUMMARY", ""))[:300]):
            continue
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        begin = event.decoded("DTSTART")
        if event.errors or not isinstance(begin, date):
            raise CalendarFault(mark("In het agendabestand staat een dag die niet te lezen is. Exporteer het opnieuw."))
        if isinstance(begin, datetime):
            timed += 1
        elif not all(_followed(rule) for rule in _rules(event)):
            unfollowed += 1
        else:
            kept.append(event)
    return kept, timed, unfollowed


def _rules(event: Any) -> Iterator[Any]:
    rules = event.get("RRULE", [])
    yield from rules if isinstance(rules, list) else [rules]


def _followed(rule: Any) -> bool:
    names = {str(name).upper() for name in rule}
    frequency = {str(f).upper() for f in rule.get("FREQ", [])}
    return bool(frequency) and frequency <= _FOLLOWED and not names & _REFUSED


def _closure(event: Any) -> Closure:
    first = event.decoded("DTSTART")
    if "DTEND" in event:
        last = event.decoded("DTEND") - _DAY  # RFC 5545 3.6.1: the end is not part of the event
    elif "DURATION" in event:
        last = first + event.decoded("DURATION") - _DAY
    else:
        last = first
    name = " ".join(str(event.get("SUMMARY", "")).split())
    return Closure(first, max(first, last), name)
