"""The questions of ``init``: each is asked until the answer fits, and what is wrong with it is said in its language.

The rules are those of the configuration, whose faults are English. Whoever answers ``init`` need not be IT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from hwc_school_agent.domain.language import Language

T = TypeVar("T")
NONE = "-"


def faults() -> Mapping[str, str]:
    """What the rules say (sentence and remedy), and what we say instead."""
    from hwc_school_agent.domain.language import mark
    from hwc_school_agent.settings_rules import LONGEST_CLOSURE

    return {
        "This is empty. Fill it in.": mark("Dit is leeg. Vul het in."),
        "This holds a character that cannot be printed. Write it on one line.": mark(
            "Hier staat een teken in dat niet kan. Schrijf het op één regel."
        ),
        "This is a URL, not a host name. Leave out everything before and including ://.": mark(
            "Dit is een webadres, geen servernaam. Laat alles tot en met :// weg."
        ),
        "This is a host name with a port. Write the port under the key port.": mark(
            "Dit is een servernaam met een poort. Laat de poort weg, en zet die later in de configuratie bij port."
        ),
        'This is not a host name. Write it as "mail.school.example".': mark(
            "Dit is geen servernaam. Schrijf die zo: mail.school.example"
        ),
        'This is not a mail address. Write only the address, as "hwc@school.example".': mark(
            "Dit is geen mailadres. Schrijf alleen het adres: hwc@school.example"
        ),
        'This is neither a domain nor a mail address. Write "@sender.example" or "name@sender.example".': mark(
            "Dit is geen domein en geen mailadres. Schrijf het zo: @afzender.example of naam@afzender.example"
        ),
        'This is not a time of the day. Write hours and minutes with two digits each, as "07:45".': mark(
            "Dit is geen tijd. Schrijf uren en minuten met twee cijfers: 07:45"
        ),
        'This is not a span of time. Write begin and end, as "07:00-08:30".': mark(
            "Dit is geen begin en eind. Schrijf ze zo: 07:00-08:30"
        ),
        'The span ends before it begins. Write the earlier time first, as "07:00-08:30".': mark(
            "Het eind is voor het begin. Schrijf de vroegste tijd eerst: 07:00-08:30"
        ),
        'This is not a date or a period. Write "2027-03-29" for a day or "2026-12-19/2027-01-03" for a period.': mark(
            "Dit is geen datum of periode. Schrijf een dag als 2027-03-29, een periode als 2026-12-19/2027-01-03."
        ),
        "The period ends before it begins. Write the first closed day before the slash.": mark(
            "De periode eindigt voor het begin. Schrijf de eerste vrije dag voor de schuine streep."
        ),
        f"The period is longer than {LONGEST_CLOSURE.days} days; the bells would be silent all that time. Look at the"
        " years. A longer closure is written as two periods.": mark(
            "De periode is te lang: de bellen zouden al die tijd stil zijn. Kijk naar de jaartallen, of maak er twee"
            " van."
        ),
        "The look lies outside the morning watch. Choose a time within hours.morning.": mark(
            "Dit valt buiten de ochtenddienst. Kies een tijd binnen de ochtenddienst."
        ),
        'Nobody would be rung a second time. Give at least one time, as ["08:00"].': mark(
            "Niemand zou een tweede seintje krijgen. Geef ten minste één tijd: 08:00"
        ),
        "The times are not in order. Each must be later than the one before; all later than look.": mark(
            "De tijden staan niet op volgorde. Elke tijd is later dan de vorige, en later dan het eerste seintje."
        ),
        "The school day ends too early. It ends after the morning watch and after again.": mark(
            "De schooldag eindigt te vroeg. Kies een tijd na de ochtenddienst en na het laatste seintje."
        ),
        "The day is closed before it ends. Choose day_end or later.": mark(
            "De dag wordt gesloten voordat de schooldag eindigt. Kies een latere tijd."
        ),
    }


def told(tr: Language, sentence: str, remedy: str) -> str:
    """What is wrong with an answer; as the rules say it where we have no words of our own."""
    text = f"{sentence} {remedy}"
    ours = faults().get(text)
    return tr(ours) if ours else text


def ask(tr: Language, question: str, rule: Callable[[str], T], default: str = "") -> T:
    """Ask until the answer fits the rule of the configuration."""
    from hwc_school_agent.settings_rules import Wrong

    while True:
        answer = line(question, default)
        try:
            return rule(answer)
        except Wrong as wrong:
            click.echo("  " + told(tr, wrong.sentence, wrong.remedy))


def line(question: str, default: str) -> str:
    """Ask once."""
    return str(click.prompt(question, default=default, show_default=bool(default))).strip()


def optional(rule: Callable[[str], str]) -> Callable[[str], str]:
    """The rule, or nothing."""
    return lambda text: "" if text in ("", NONE) else rule(text)


def list_of(rule: Callable[[str], T]) -> Callable[[str], list[T]]:
    """Answers with commas between them, or nothing."""
    return lambda text: [] if text in ("", NONE) else [rule(part.strip()) for part in text.split(",") if part.strip()]


def hours(tr: Language, was: Mapping[str, Any]) -> dict[str, Any]:
    """The times of a school day, asked again until they fit each other."""
    from pydantic import ValidationError

    from hwc_school_agent.settings_shape import HoursSection
    from hwc_school_agent.settings_words import said

    questions = {
        "morning": tr("Ochtenddienst, begin en eind"),
        "look": tr("Dan gaan de bellen: iemand kijkt"),
        "again": tr("Opnieuw als niemand keek"),
        "day_end": tr("Einde van de schooldag"),
    }
    usual = {"morning": "07:00-08:30", "look": "07:45", "again": ["08:00", "08:10", "12:30"], "day_end": "17:00"}
    while True:
        given: dict[str, Any] = {}
        for key, question in questions.items():
            before = was.get(key, usual[key])
            given[key] = line(question, before if isinstance(before, str) else ", ".join(before))
        given["again"] = [part.strip() for part in given["again"].split(",") if part.strip()]
        given["close"] = max(was.get("close", "17:00"), given["day_end"])
        try:
            HoursSection(**given)
        except ValidationError as wrong:
            for detail in wrong.errors(include_input=False, include_url=False):
                click.echo(f"  {questions.get(str(detail['loc'][0]), '?')}: {told(tr, *said(detail))}")
            continue
        return given
