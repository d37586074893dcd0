"""The verb ``init``: asks a school for its configuration, in its language, and writes it. May be run again at any time.

Every answer comes from standard input, so that it can be piped. What stands in the file is the answer when somebody
just presses Enter; nothing is replaced without a question, and what is replaced is kept.
"""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hwc_school_agent import cli_init_answers as answers
from hwc_school_agent.cli_calendar import check_text, unfit
from hwc_school_agent.cli_common import Stop, yes

if TYPE_CHECKING:
    from hwc_school_agent.calendar_closures import Closure
    from hwc_school_agent.calendar_file import Value
    from hwc_school_agent.domain.language import Language


def _regions(tr: Language) -> str:
    return tr(
        "De schoolvakanties verschillen per regio: noord, midden of zuid. De regio hangt af van de gemeente waar de"
        " school\n"
        "staat, niet van de provincie. Weet je het niet zeker? Kijk op rijksoverheid.nl (schoolvakanties, regio's)."
    )


def _how_to_edit(tr: Language) -> str:
    rows = (
        ("Enter", tr("de lijst klopt")),
        ("- 3", tr("haal regel 3 weg")),
        ("+ 2026-11-13 " + tr("Studiedag"), tr("voeg een dag toe")),
        ("+ 2026-10-10/2026-10-18 " + tr("Herfst"), tr("voeg een periode toe")),
    )
    question = tr(
        "Klopt deze lijst? Herfst- en voorjaarsvakantie zijn een advies, en studiedagen kent alleen de school."
    )
    return "\n".join(["", question, *(f"  {typed:<32}  {what}" for typed, what in rows)])


@click.command("init")
@click.option("--school", metavar="NAME", help="The school's name.")
@click.option(
    "--language", "code", type=click.Choice(["nl", "en"]), help="Of the questions and of the desk.  [default: nl]"
)
@click.option("--region", type=click.Choice(["noord", "midden", "zuid"]), help="Holiday region of the municipality.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write.  [default: the file of --config]",
)
@click.pass_context
def init(context: click.Context, school: str | None, code: str | None, region: str | None, output: Path | None) -> None:
    """Ask for the school's configuration and write it. Can be repeated; the old file is kept.

    Every question can be answered through a pipe. With --credentials DIR the passwords are written there, mode 0600.
    """
    from hwc_school_agent.calendar_file import Unfit, example, put
    from hwc_school_agent.cli_init_passwords import ask_passwords
    from hwc_school_agent.cli_keys import make_key
    from hwc_school_agent.host.process import harden

    harden()
    path: Path = output or context.obj[0]
    text, old = _begin(path, example(), code)
    tr = _language(old, code)
    try:
        text = _school(tr, text, old, school)
        if code:
            text = _put_in(text, "school", language=code)
        text, users = _mail(tr, text, old)
        text = _hours(tr, text, old)
        text = _calendar(tr, text, old, region)
        question = tr("%(file)s bestaat al. Vervangen? De oude blijft ernaast staan.", file=path)
        if path.exists() and not yes(tr, f"\n{question}", default=False):
            click.echo(tr("Er is niets gewijzigd."))
            return
        _folder(path.parent)
        check_text(path, text)
        kept = put(path, text)
    except Unfit:
        raise unfit(tr) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Stop(
            1,
            tr(
                "%(file)s is niet te schrijven (%(reason)s). Kies een ander bestand met --output.",
                file=path,
                reason=reason,
            ),
        ) from None
    if kept:
        click.echo(tr("De oude configuratie staat in %(file)s.", file=kept))
    click.echo(tr("De configuratie staat in %(file)s en is in orde.", file=path))
    ask_passwords(tr, context.obj[1], users)
    make_key(path, context.obj[1])
    click.echo("\n" + tr("Hierna:"))
    for verb, what in (
        ("check", tr("kijk of de postbus bereikbaar is")),
        ("staff add", tr("wie het bureau mag gebruiken")),
    ):
        click.echo(f"  hwc-school-agent {verb:<12} {what}")


def _language(old: dict[str, Any], code: str | None) -> Language:
    from hwc_school_agent.catalogues import language

    return language(code or str(old.get("school", {}).get("language", "nl")))


def _begin(path: Path, example: str, code: str | None) -> tuple[str, dict[str, Any]]:
    """The text to fill in, and the answers that stand in it already."""
    if not path.exists():
        return example, {}
    try:
        text = path.read_text("utf-8-sig")
        return text, tomllib.loads(text)
    except (OSError, ValueError):
        tr = _language({}, code)
        sentence = tr("%(file)s is niet te lezen als configuratie. Kies een ander bestand met --output.", file=path)
        raise Stop(1, sentence) from None


def _folder(folder: Path) -> None:
    """Make the configuration's folder; the service's account must be able to read in it. Raises ``OSError``."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _put_in(text: str, section: str, **values: Value) -> str:
    from hwc_school_agent.calendar_file import with_value

    for key, value in values.items():
        text = with_value(text, section, key.rstrip("_"), value)
    return text


def _school(tr: Language, text: str, old: dict[str, Any], name: str | None) -> str:
    from hwc_school_agent import settings_rules as rules

    click.echo(tr("De school"))
    was = name or old.get("school", {}).get("name", "")
    return _put_in(
        text, "school", name=answers.ask(tr, tr("Naam van de school, zoals de afzender die leest"), rules.line, was)
    )


def _mail(tr: Language, text: str, old: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Mailbox, submission and senders; and the accounts that have a password."""
    from hwc_school_agent import settings_rules as rules

    box, out, senders = (old.get(section, {}) for section in ("mailbox", "submission", "senders"))
    click.echo("\n" + tr("De postbus waar de signalen binnenkomen"))
    host = answers.ask(tr, tr("Mailserver (IMAP)"), rules.host, box.get("host", ""))
    user = answers.ask(tr, tr("Gebruikersnaam"), rules.line, box.get("user", ""))
    text = _put_in(text, "mailbox", host=host, user=user)
    click.echo("\n" + tr("De server die ontvangstbevestigingen verstuurt"))
    host = answers.ask(tr, tr("Mailserver (SMTP)"), rules.host, out.get("host") or host)
    usual = out.get("from") or (user if "@" in user else "")
    sender = answers.ask(tr, tr("Afzender van de ontvangstbevestigingen"), rules.mail_address, usual)
    account = out.get("user", "" if out else user) or answers.NONE
    login = answers.ask(
        tr, tr("Gebruikersnaam (%(none)s voor geen)", none=answers.NONE), answers.optional(rules.line), account
    )
    text = _put_in(text, "submission", host=host, from_=sender, user=login)
    click.echo(
        "\n"
        + tr(
            "Van wie de signalen komen. Alleen zij krijgen een ontvangstbevestiging. Andere mail krijgt ook iemand"
            " te zien."
        )
    )
    was = ", ".join(senders.get("allowed", [])) or answers.NONE
    allowed = answers.ask(
        tr,
        tr("Adressen of @domeinen, met komma's (%(none)s voor nog geen)", none=answers.NONE),
        answers.list_of(rules.sender),
        was,
    )
    if not allowed:
        click.echo("  " + tr("LET OP: zolang deze lijst leeg is, krijgt niemand een ontvangstbevestiging."))
    users = {"mailbox": user} | ({"submission": login} if login else {})
    return _put_in(text, "senders", allowed=allowed), users


def _hours(tr: Language, text: str, old: dict[str, Any]) -> str:
    click.echo("\n" + tr("De tijden van een schooldag"))
    return _put_in(text, "hours", **answers.hours(tr, old.get("hours", {})))


def _calendar(tr: Language, text: str, old: dict[str, Any], region: str | None) -> str:
    from hwc_school_agent.calendar_closures import tidy
    from hwc_school_agent.calendar_file import closures_in, with_closures
    from hwc_school_agent.calendar_proposal import ASKED, propose

    click.echo("\n" + tr("De dagen zonder school"))
    if region is None:
        click.echo(_regions(tr))
        known = click.Choice(["noord", "midden", "zuid"])
        region = str(click.prompt(tr("Regio"), type=known, default=old.get("calendar", {}).get("region") or None))
    was = old.get("calendar", {})
    own = [c for c in closures_in(text) if c.last >= _today(old)]
    moved = own and was.get("region") != region
    if moved and not yes(tr, tr("De dagen die er al staan houden?"), default=not was.get("region")):
        own, was = [], {}
    asked = [day for day, question in zip(ASKED, _questions(tr), strict=True) if yes(tr, question, default=False)]
    proposal = propose(region, _today(old), asked)
    known_until = str(was.get("known_until", ""))  # what was confirmed up to then is not proposed a second time
    closures = _edited(tr, tidy([*own, *(c for c in proposal.closures if c.first.isoformat() > known_until)]))
    until = max(known_until, proposal.known_until.isoformat() if proposal.known_until else "")
    return _put_in(with_closures(text, closures), "calendar", region=region, known_until=until)


def _questions(tr: Language) -> tuple[str, ...]:
    """About ``calendar_proposal.ASKED``, in its order."""
    return (
        tr("Is de school dicht op goede vrijdag?"),
        tr("Is de school dicht op bevrijdingsdag?"),
        tr("Is de school dicht op vrijdag na Hemelvaart?"),
    )


def _today(old: dict[str, Any]) -> date:
    from hwc_school_agent.host.clock import SystemClock, local

    return local(SystemClock().now(), old.get("school", {}).get("timezone", "Europe/Amsterdam")).date()


def _edited(tr: Language, closures: tuple[Closure, ...]) -> tuple[Closure, ...]:
    """Show the list and change it until the person says that it is right."""
    from hwc_school_agent.calendar_closures import read_closure, tidy
    from hwc_school_agent.settings_rules import Wrong

    row = closures
    click.echo("\n" + (tr("Op deze dagen blijven de bellen stil:") if row else tr("Er zijn geen dagen bekend.")))
    _listed(tr, row)
    click.echo(_how_to_edit(tr))
    while answer := str(click.prompt(tr("Wijziging"), default="", show_default=False)).strip():
        sign, rest = answer[0], answer[1:].strip()
        if sign == "-" and rest.isdecimal() and 1 <= int(rest) <= len(row):
            row = (*row[: int(rest) - 1], *row[int(rest) :])
        elif sign == "+":
            try:
                row = tidy([*row, read_closure(rest)])
            except Wrong as wrong:
                click.echo("  " + answers.told(tr, wrong.sentence, wrong.remedy))
                continue
        else:
            click.echo("  " + tr("Begin met - en een nummer, of met + en een datum."))
            continue
        _listed(tr, row)
    return row


def _listed(tr: Language, closures: tuple[Closure, ...]) -> None:
    for number, one in enumerate(closures, 1):
        click.echo(f"{number:4}  {one.said(tr)}")
