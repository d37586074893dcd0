"""The verbs ``calendar show|import``, in the school's language: who knows its days is not always IT."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import Stop, settings_of, speaking, yes

if TYPE_CHECKING:
    from hwc_school_agent.calendar_closures import Closure
    from hwc_school_agent.calendar_ics import Found
    from hwc_school_agent.domain.language import Language
    from hwc_school_agent.domain.school_days import Calendar
    from hwc_school_agent.settings import Settings

_SHOWN = timedelta(days=365)


@click.group()
def calendar() -> None:
    """The school's days: closed days, half days, and until when they are known."""


@calendar.command("show")
@click.pass_context
def calendar_show(context: click.Context) -> None:
    """Print the coming twelve months: closed days, half days, the next school day, and how far the list goes."""
    from hwc_school_agent.calendar_file import Unfit, closures_in

    settings = settings_of(context, need_passwords=False)
    tr = speaking(settings)
    try:
        closures = closures_in(_text(context.obj[0], tr))  # as the settings have them, and with their names
    except Unfit:
        closures = ()
    click.echo(shown(settings.calendar, closures, _today(settings), tr), nl=False)


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.ics")
@click.option("--write", is_flag=True, help="Put the days into the configuration, after a question.")
@click.option(
    "--match", "words", metavar="REGEX", help="Titles to take.  [default: studiedag, margedag, vakantie, (les)vrij]"
)
@click.pass_context
def calendar_import(context: click.Context, file: Path, write: bool, words: str | None) -> None:
    """Take closed days from a calendar file: whole-day events with a title that says so.

    Without --write they are only shown. The old configuration is kept beside the new one.
    """
    from hwc_school_agent.calendar_closures import tidy
    from hwc_school_agent.calendar_file import Unfit, closures_in, put, with_closures
    from hwc_school_agent.calendar_ics import WORDS, CalendarFault, read_ics

    settings = settings_of(context, need_passwords=False)
    tr = speaking(settings)
    try:
        pattern = re.compile(words or WORDS, re.IGNORECASE)
    except re.error:
        raise Stop(2, tr("--match is geen geldige reguliere expressie. Verbeter die, of laat --match weg.")) from None
    try:
        found = read_ics(file, _today(settings), pattern)
    except CalendarFault as fault:
        raise Stop(1, tr(fault.sentence)) from None
    text = _text(context.obj[0], tr)
    try:
        there = closures_in(text)
        new = [c for c in found.closures if not any(t.first <= c.first and c.last <= t.last for t in there)]
        _tell_found(tr, new, len(found.closures) - len(new), found)
        if not new:
            return
        if not write:
            click.echo("\n" + tr("Er is niets gewijzigd. Met --write komen deze dagen in de configuratie."))
            return
        if not yes(tr, "\n" + tr("Deze dagen in de configuratie zetten?"), default=False):
            click.echo(tr("Er is niets gewijzigd."))
            return
        changed = with_closures(text, tidy([*there, *new]))
    except Unfit:
        raise unfit(tr) from None
    try:
        check_text(context.obj[0], changed)
        kept = put(context.obj[0], changed)
    except OSError:
        raise Stop(1, tr("De configuratie is niet te schrijven. Probeer het met sudo.")) from None
    click.echo(tr("De configuratie is bijgewerkt. De oude staat in %(file)s.", file=kept))
    click.echo(tr("Start de agent opnieuw: %(command)s", command="systemctl restart hwc-school-agent"))


def unfit(tr: Language) -> Stop:
    """The end of a verb that cannot change this configuration safely."""
    return Stop(
        1, tr("De configuratie is zo geschreven dat dit programma er niets in verandert. Zet de dagen er zelf in.")
    )


def shown(days: Calendar, closures: tuple[Closure, ...], today: date, tr: Language) -> str:
    """What ``calendar show`` prints."""
    from hwc_school_agent.calendar_closures import Closure
    from hwc_school_agent.domain.school_days import is_school_day, next_school_day

    until = today + _SHOWN
    named = {(c.first, c.last): c for c in closures}
    if is_school_day(today, days):
        rows = [tr("Vandaag: %(day)s, een schooldag.", day=tr.weekday(today))]
    else:
        rows = [tr("Vandaag: %(day)s, geen schooldag.", day=tr.weekday(today))]
    rows.append(tr("De volgende schooldag: %(day)s.", day=tr.weekday(next_school_day(today, days))))
    rows += ["", tr("Gesloten in de komende twaalf maanden:")]
    coming = [p for p in days.closed if p[1] >= today and p[0] <= until]
    rows += [f"  {named.get(p, Closure(*p)).said(tr)}" for p in coming] or ["  " + tr("geen dagen opgegeven")]
    halves = [h for h in days.half_days if today <= h[0] <= until]
    if halves:
        rows += ["", tr("Eerder uit:")]
        rows += ["  " + tr("%(day)s: om %(time)s", day=tr.weekday(day), time=tr.hour(at)) for day, at in halves]
    return "\n".join([*rows, "", *_known(days, today, tr)]) + "\n"


def _known(days: Calendar, today: date, tr: Language) -> list[str]:
    from hwc_school_agent.domain.school_days import ends_within

    if days.known_until is None:
        return [tr("Tot wanneer deze lijst geldt, is niet opgegeven (calendar.known_until).")]
    row = tr("De lijst geldt tot en met %(day)s.", day=tr.weekday(days.known_until))
    if days.region:
        row += " " + tr("Voorstel voor regio %(region)s.", region=days.region.capitalize())
    rows = [row]
    if ends_within(today, days) is not None:
        over = days.known_until < today
        rows.append(tr("LET OP: de lijst is verlopen.") if over else tr("LET OP: de lijst loopt bijna af."))
        rows.append(tr("Daarna is elke gewone weekdag een schooldag, en gaan de bellen ook in de vakantie."))
        rows.append(tr("Maak een nieuwe lijst: hwc-school-agent init, of hwc-school-agent calendar import."))
    return rows


def _tell_found(tr: Language, new: list[Closure], there: int, found: Found) -> None:
    if new:
        click.echo(tr("Gevonden dagen zonder school:"))
        for one in new:
            click.echo(f"  {one.said(tr)}")
    else:
        click.echo(tr("Er zijn geen nieuwe dagen zonder school gevonden."))
    for count, why in (
        (there, tr("stonden al in de configuratie")),
        (found.timed, tr("overgeslagen: met een tijd erbij is het geen hele dag")),
        (found.unfollowed, tr("overgeslagen: een herhaling die dit programma niet volgt")),
        (found.too_long, tr("overgeslagen: langer dan 100 dagen")),
    ):
        if count:
            click.echo(f"  ({count} {why})")


def check_text(config: Path, text: str) -> None:
    """Read ``text`` as the configuration it is going to be. Raises ``Stop`` with every fault, or ``OSError``."""
    import os
    import tempfile
    from dataclasses import replace

    from hwc_school_agent import settings_reader

    handle, name = tempfile.mkstemp(prefix=".config-check.", dir=config.resolve().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        settings_reader.read(Path(name), None, need_passwords=False)
    except settings_reader.SettingsFaults as wrong:
        faults = tuple(replace(f, file=str(config)) for f in wrong.faults)
        raise Stop(
            settings_reader.EXIT_CODE,
            settings_reader.explain(settings_reader.SettingsFaults(faults)) + "\nNothing was written.",
        ) from None
    finally:
        os.unlink(name)


def _text(config: Path, tr: Language) -> str:
    try:
        return config.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Stop(1, tr("De configuratie is niet te lezen. Probeer het met sudo.")) from None


def _today(settings: Settings) -> date:
    from hwc_school_agent.host.clock import SystemClock, local

    return local(SystemClock().now(), settings.school.timezone).date()
