"""The verb ``init``: asks a school for its configuration, in Dutch, and writes it. May be run again at any time.

Every answer comes from standard input, so that it can be piped. What stands in the file is the answer when somebody
just presses Enter; nothing is replaced without a question, and what is replaced is kept.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hwc_school_agent.cli_calendar import UNFIT, check_text, yes
from hwc_school_agent.cli_common import Stop

if TYPE_CHECKING:
    from hwc_school_agent.calendar_closures import Closure
    from hwc_school_agent.calendar_file import Value

T = TypeVar("T")
_NONE = "-"
_REGIONS = """
De schoolvakanties verschillen per regio: noord, midden of zuid. De regio hangt af van de gemeente waar de school
staat, niet van de provincie. Weet je het niet zeker? Kijk op rijksoverheid.nl (schoolvakanties, regio's).
"""
_EDIT = """
Klopt deze lijst? Herfst- en voorjaarsvakantie zijn een advies, en studiedagen kent alleen de school.
  Enter                             de lijst klopt
  - 3                               haal regel 3 weg
  + 2026-11-13 Studiedag            voeg een dag toe
  + 2026-10-10/2026-10-18 Herfst    voeg een periode toe
"""


@click.command("init")
@click.option("--school", metavar="NAME", help="The school's name.")
@click.option("--region", type=click.Choice(["noord", "midden", "zuid"]), help="Holiday region of the municipality.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write.  [default: the file of --config]",
)
@click.pass_context
def init(context: click.Context, school: str | None, region: str | None, output: Path | None) -> None:
    """Ask for the school's configuration and write it. Can be repeated; the old file is kept.

    Every question can be answered through a pipe. With --credentials DIR the passwords are written there, mode 0600.
    """
    from hwc_school_agent.calendar_file import Unfit, example, put
    from hwc_school_agent.host.process import harden

    harden()
    path: Path = output or context.obj[0]
    text, old = _begin(path, example())
    try:
        text = _school(text, old, school)
        text, users = _mail(text, old)
        text = _hours(text, old)
        text = _calendar(text, old, region)
        if path.exists() and not yes(f"\n{path} bestaat al. Vervangen? De oude blijft ernaast staan.", default=False):
            click.echo("Er is niets gewijzigd.")
            return
        _folder(path.parent)
        check_text(path, text)
        kept = put(path, text)
    except Unfit:
        raise Stop(1, UNFIT) from None
    except OSError as error:
        raise Stop(1, f"{path} is niet te schrijven ({os.strerror(error.errno or 0)}).") from None
    if kept:
        click.echo(f"De oude configuratie staat in {kept}.")
    click.echo(f"De configuratie staat in {path} en is in orde.")
    _credentials(context.obj[1], users)
    click.echo("\nHierna:\n  hwc-school-agent check        kijk of de postbus bereikbaar is")
    click.echo("  hwc-school-agent staff add    wie het bureau mag gebruiken")


def _begin(path: Path, example: str) -> tuple[str, dict[str, Any]]:
    """The text to fill in, and the answers that stand in it already."""
    if not path.exists():
        return example, {}
    try:
        text = path.read_text("utf-8-sig")
        return text, tomllib.loads(text)
    except (OSError, ValueError):
        raise Stop(1, f"{path} is niet te lezen als configuratie. Kies een ander bestand met --output.") from None


def _folder(folder: Path) -> None:
    """Make the configuration's folder; the service's account must be able to read in it. Raises ``OSError``."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _ask(question: str, rule: Callable[[str], T], default: str = "") -> T:
    """Ask until the answer fits the rule of the configuration."""
    from hwc_school_agent.settings_rules import Wrong

    while True:
        answer = str(click.prompt(question, default=default, show_default=bool(default))).strip()
        try:
            return rule(answer)
        except Wrong as wrong:
            click.echo(f"  {wrong.sentence} {wrong.remedy}")


def _optional(rule: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "" if text in ("", _NONE) else rule(text)


def _list_of(rule: Callable[[str], T]) -> Callable[[str], list[T]]:
    return lambda text: [] if text in ("", _NONE) else [rule(part.strip()) for part in text.split(",") if part.strip()]


def _put_in(text: str, section: str, **values: Value) -> str:
    from hwc_school_agent.calendar_file import with_value

    for key, value in values.items():
        text = with_value(text, section, key.rstrip("_"), value)
    return text


def _school(text: str, old: dict[str, Any], name: str | None) -> str:
    from hwc_school_agent import settings_rules as rules

    click.echo("De school")
    was = name or old.get("school", {}).get("name", "")
    return _put_in(text, "school", name=_ask("Naam van de school, zoals de melder die leest", rules.line, was))


def _mail(text: str, old: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Mailbox, submission and senders; and the accounts that have a password."""
    from hwc_school_agent import settings_rules as rules

    box, out, senders = (old.get(section, {}) for section in ("mailbox", "submission", "senders"))
    click.echo("\nDe postbus waar de signalen binnenkomen")
    host = _ask("Mailserver (IMAP)", rules.host, box.get("host", ""))
    user = _ask("Gebruikersnaam", rules.line, box.get("user", ""))
    text = _put_in(text, "mailbox", host=host, user=user)
    click.echo("\nDe server die ontvangstbevestigingen verstuurt")
    host = _ask("Mailserver (SMTP)", rules.host, out.get("host") or host)
    usual = out.get("from") or (user if "@" in user else "")
    sender = _ask("Afzender van de bevestigingen", rules.mail_address, usual)
    account = out.get("user", "" if out else user) or _NONE
    login = _ask(f"Gebruikersnaam ({_NONE} voor geen)", _optional(rules.line), account)
    text = _put_in(text, "submission", host=host, from_=sender, user=login)
    click.echo("\nVan wie de signalen komen. Alleen zij krijgen een bevestiging; andere mail ziet een mens ook.")
    was = ", ".join(senders.get("allowed", [])) or _NONE
    allowed = _ask(f"Adressen of @domeinen, met komma's ({_NONE} voor nog geen)", _list_of(rules.sender), was)
    if not allowed:
        click.echo("  LET OP: zolang deze lijst leeg is, krijgt niemand een bevestiging.")
    users = {"mailbox": user} | ({"submission": login} if login else {})
    return _put_in(text, "senders", allowed=allowed), users


def _hours(text: str, old: dict[str, Any]) -> str:
    """Times of the school day, asked again until they fit each other."""
    from pydantic import ValidationError

    from hwc_school_agent.settings_shape import HoursSection
    from hwc_school_agent.settings_words import said

    was = old.get("hours", {})
    click.echo("\nDe tijden van een schooldag")
    while True:
        given: dict[str, Any] = {
            "morning": _line("Ochtendwacht, begin en eind", was.get("morning", "07:00-08:30")),
            "look": _line("Dan gaan de bellen: iemand kijkt", was.get("look", "07:45")),
            "again": _line("Opnieuw als niemand keek", ", ".join(was.get("again", ["08:00", "08:10", "12:30"]))),
            "day_end": _line("Einde van de schooldag", was.get("day_end", "17:00")),
        }
        given["again"] = [part.strip() for part in given["again"].split(",") if part.strip()]
        given["close"] = max(was.get("close", "17:00"), given["day_end"])
        try:
            HoursSection(**given)
        except ValidationError as wrong:
            for detail in wrong.errors(include_input=False, include_url=False):
                click.echo(f"  hours.{detail['loc'][0]}: {' '.join(said(detail))}")
            continue
        return _put_in(text, "hours", **given)


def _line(question: str, default: str) -> str:
    return str(click.prompt(question, default=default)).strip()


def _calendar(text: str, old: dict[str, Any], region: str | None) -> str:
    from hwc_school_agent.calendar_closures import tidy
    from hwc_school_agent.calendar_file import closures_in, with_closures
    from hwc_school_agent.calendar_proposal import ASKED, propose

    click.echo("\nDe dagen zonder school")
    if region is None:
        click.echo(_REGIONS.strip())
        known = click.Choice(["noord", "midden", "zuid"])
        region = str(click.prompt("Regio", type=known, default=old.get("calendar", {}).get("region") or None))
    was = old.get("calendar", {})
    own = [c for c in closures_in(text) if c.last >= _today(old)]
    moved = own and was.get("region") != region
    if moved and not yes("De dagen die er al staan houden?", default=not was.get("region")):
        own, was = [], {}
    asked = [name for name in ASKED if yes(f"Is de school dicht op {name[0].lower()}{name[1:]}?", default=False)]
    proposal = propose(region, _today(old), asked)
    known_until = str(was.get("known_until", ""))  # what was confirmed up to then is not proposed a second time
    closures = _edited(tidy([*own, *(c for c in proposal.closures if c.first.isoformat() > known_until)]))
    until = max(known_until, proposal.known_until.isoformat() if proposal.known_until else "")
    return _put_in(with_closures(text, closures), "calendar", region=region, known_until=until)


def _today(old: dict[str, Any]) -> date:
    from hwc_school_agent.host.clock import SystemClock, local

    return local(SystemClock().now(), old.get("school", {}).get("timezone", "Europe/Amsterdam")).date()


def _edited(closures: tuple[Closure, ...]) -> tuple[Closure, ...]:
    """Show the list and change it until the person says that it is right."""
    from hwc_school_agent.calendar_closures import read_closure, tidy
    from hwc_school_agent.settings_rules import Wrong

    row = closures
    click.echo("\nOp deze dagen blijven de bellen stil:" if row else "\nEr zijn geen dagen bekend.")
    _listed(row)
    click.echo(_EDIT.rstrip())
    while answer := str(click.prompt("Wijziging", default="", show_default=False)).strip():
        sign, rest = answer[0], answer[1:].strip()
        if sign == "-" and rest.isdecimal() and 1 <= int(rest) <= len(row):
            row = (*row[: int(rest) - 1], *row[int(rest) :])
        elif sign == "+":
            try:
                row = tidy([*row, read_closure(rest)])
            except Wrong as wrong:
                click.echo(f"  {wrong.sentence} {wrong.remedy}")
                continue
        else:
            click.echo("  Begin met - en een nummer, of met + en een datum.")
            continue
        _listed(row)
    return row


def _listed(closures: tuple[Closure, ...]) -> None:
    for number, one in enumerate(closures, 1):
        click.echo(f"{number:4}  {one.in_dutch}")


def _credentials(directory: Path | None, users: dict[str, str]) -> None:
    """Ask for passwords if there is a directory to keep them in; else say how systemd keeps them."""
    names = [f"{section}__password" for section in users]
    click.echo("\nWachtwoorden staan nooit in de configuratie.")
    if directory is None:
        click.echo("Bewaar ze versleuteld bij systemd (of gebruik --credentials MAP):")
        for name in names:
            click.echo(f"  systemd-creds encrypt --name={name} - /etc/hwc-school-agent/{name}.cred")
        return
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for (section, user), name in zip(users.items(), names, strict=True):
            where = directory / name
            there = " (Enter: laat staan wat er staat)" if where.exists() else ""
            secret = _secret(f"Wachtwoord van {user} voor [{section}]{there}")
            if secret:
                _write_secret(where, secret)
    except OSError as error:
        raise Stop(1, f"{directory} is niet te gebruiken ({os.strerror(error.errno or 0)}).") from None


def _secret(question: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(question, default="", show_default=False, hide_input=True))
    click.echo(question)
    return sys.stdin.readline().rstrip("\r\n")  # a pipe shows nothing; asking for a terminal would fail


def _write_secret(path: Path, secret: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(secret + "\n")
    os.replace(new, path)
