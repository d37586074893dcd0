"""The verbs ``report`` (copies of the frozen report) and ``visit`` (the page for a parent's visit)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import Stop, settings_of, speaking

if TYPE_CHECKING:
    from hwc_school_agent.domain.outcome import FolderRole
    from hwc_school_agent.settings import Settings

ERROR, UNREACHABLE = 1, 3
VISIT_FILE = "inzage.html"
_OUT = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR", help="Where to put it."
)


@click.command()
@_OUT
@click.pass_context
def report(context: click.Context, out: Path) -> int:
    """Copy the newest inspection report, and the page that checks it, to DIR.

    The agent freezes a report on the first school day of each month; everybody gets the same bytes. None is ever made
    on request.
    """
    from hwc_school_agent.proof import frozen

    settings = settings_of(context, need_passwords=False)
    directory, tr = settings.state.directory, speaking(settings)
    try:
        month = frozen.newest(directory)
        if month is None:
            click.echo(_none_yet(settings), err=True)
            return ERROR
        names = frozen.copy(directory, month, out)
    except OSError:
        raise Stop(
            ERROR, tr("Het rapport kon niet worden gekopieerd. Kijk of de map bestaat, of probeer het met sudo.")
        ) from None
    click.echo(tr("Gekopieerd: %(files)s", files=", ".join(names)))
    return 0


def _none_yet(settings: Settings) -> str:
    from hwc_school_agent.domain.school_days import next_report
    from hwc_school_agent.host.clock import SystemClock, local

    now: datetime = local(SystemClock().now(), settings.school.timezone)
    first = now.date() if now.hour >= 6 else now.date() - timedelta(days=1)
    tr = speaking(settings)
    day = tr.weekday(next_report(first, settings.calendar))
    return tr("Er is nog geen rapport. Het eerste komt op %(day)s, om half zes ’s ochtends.", day=day)


@click.command()
@_OUT
@click.pass_context
def visit(context: click.Context, out: Path) -> int:
    """Write the page for a parent's visit to DIR: folders and settings, never a message.

    It is the same whether or not a signal waits. See docs/inzage.md for the whole visit.
    """
    from hwc_school_agent.host.process import harden
    from hwc_school_agent.proof import frozen
    from hwc_school_agent.proof.visit import page

    harden()
    settings = settings_of(context)
    tr, roles = speaking(settings), _roles(settings)
    try:
        text = page(settings, roles, frozen.newest(settings.state.directory))
        out.mkdir(parents=True, exist_ok=True)
        (out / VISIT_FILE).write_text(text, encoding="utf-8")
    except OSError:
        raise Stop(
            ERROR, tr("De pagina kon niet worden gemaakt. Kijk of de map bestaat, of probeer het met sudo.")
        ) from None
    if roles is None:
        click.echo(
            tr(
                "%(file)s is gemaakt, maar zonder de mappen: de postbus is niet bereikbaar. Voer"
                " ‘hwc-school-agent doctor’ uit, en maak de pagina daarna opnieuw.",
                file=VISIT_FILE,
            ),
            err=True,
        )
        return UNREACHABLE
    click.echo(tr("%(file)s is gemaakt.", file=VISIT_FILE))
    return 0


def _roles(settings: Settings) -> list[FolderRole] | None:
    from hwc_school_agent.mailbox.errors import MailboxTrouble
    from hwc_school_agent.mailbox.inspect import structure
    from hwc_school_agent.mailbox.session import open_session

    try:
        with open_session(settings.mailbox) as session:
            return structure(session)
    except MailboxTrouble:
        return None
