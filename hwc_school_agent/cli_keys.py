"""The verbs ``keys show|rotate|new``: the key that seals ledger and reports. Its words go to the school guide."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from hwc_school_agent.cli_common import Stop, settings_of, speaking, yes

if TYPE_CHECKING:
    from hwc_school_agent.domain.language import Language
    from hwc_school_agent.proof.damage import Damage
    from hwc_school_agent.settings import Settings


@click.group()
def keys() -> None:
    """The key that seals the ledger and the reports."""


@keys.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Print the nine words for the school guide, the public key, and where the ledger stands (to be kept)."""
    from hwc_school_agent.domain.key_words import words_of
    from hwc_school_agent.domain.signed_note import compact, vkey
    from hwc_school_agent.proof import keys as files
    from hwc_school_agent.proof import ledger
    from hwc_school_agent.proof.damage import LedgerDamaged

    settings = settings_of(context, need_passwords=False)
    directory, tr = settings.state.directory, speaking(settings)
    try:
        book = ledger.read(directory)
        encrypted = files.is_encrypted(directory)
    except LedgerDamaged as wrong:
        _damaged(wrong.damage, tr)
    except OSError:
        raise _no_access(tr) from None
    public = book.current.last_public
    for title, word in (
        (tr("Woorden voor de schoolgids:"), words_of(public)),
        (tr("Openbare sleutel, voor programma’s:"), vkey(book.current.origin, public)),
        (tr("Stand van het controleboek, om te bewaren:"), compact(book.note, public)),
    ):
        click.echo(f"{title}\n  {word}")
    if not encrypted:
        click.echo(
            tr(
                "LET OP: de sleutel staat onversleuteld op de schijf (alleen dit account kan hem lezen). Geef het"
                " credential ledger__key en wissel de sleutel: hwc-school-agent keys rotate"
            )
        )


@keys.command()
@click.pass_context
def rotate(context: click.Context) -> None:
    """Replace the key. The old and the new one vouch for each other, and the ledger goes on."""
    from hwc_school_agent.proof import change_key
    from hwc_school_agent.proof.damage import LedgerDamaged

    settings = settings_of(context, need_passwords=False)
    tr = speaking(settings)
    try:
        new = change_key.rotated(settings.state.directory, settings.ledger_key.reveal())
    except LedgerDamaged as wrong:
        _damaged(wrong.damage, tr)
    except OSError:
        raise _no_access(tr) from None
    _tell(new.public, tr)
    click.echo(tr("Zet ze in de schoolgids. De oude woorden gelden nog voor het controleboek en voor oude rapporten."))


@keys.command("new")
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@click.pass_context
def renew(context: click.Context, sure: bool) -> None:
    """Begin with a new key because the old one is lost or was stolen. The ledger keeps its past.

    The old key cannot vouch for the new one: tell parents and council that the words have changed, and why.
    """
    from hwc_school_agent.proof import change_key
    from hwc_school_agent.proof.damage import Damage, LedgerDamaged

    settings = settings_of(context, need_passwords=False)
    tr = speaking(settings)
    if not sure and not yes(tr, tr("De oude sleutel staat niet in voor de nieuwe. Doorgaan?"), default=False):
        click.echo(tr("Er is niets gewijzigd."))
        return
    try:
        new = change_key.renewed(settings.state.directory, settings.ledger_key.reveal(), _today(settings))
    except LedgerDamaged as wrong:
        if wrong.damage is Damage.KEY_LOCKED:
            raise Stop(1, tr("De oude sleutel is versleuteld. Geef ook nu het credential ledger__key.")) from None
        path = settings.state.directory / "ledger"
        remedy = tr("Bewaar het ergens anders (mv %(file)s …) en probeer het opnieuw.", file=path)
        raise Stop(1, f"{tr(wrong.damage.sentence)}\n{remedy}") from None
    except OSError:
        raise _no_access(tr) from None
    _tell(new.public, tr)


def make_key(config: Path, credentials: Path | None) -> None:
    """At ``init``: key and ledger, where there is a state directory. Else the agent makes them at its start."""
    from hwc_school_agent import settings_reader
    from hwc_school_agent.proof import beginning

    try:
        settings = settings_reader.read(config, credentials, need_passwords=False)
        if settings.state.directory.is_dir():
            beginning.ensure(settings.state.directory, settings.ledger_key.reveal(), _today(settings))
    except (settings_reader.SettingsFaults, OSError):
        pass  # no access, or nothing to read it by: the agent makes them at its start


def _tell(public: bytes, tr: Language) -> None:
    from hwc_school_agent.domain.key_words import words_of

    click.echo(tr("Er is een nieuwe sleutel. Woorden voor de schoolgids:"))
    click.echo(f"  {words_of(public)}")


def _damaged(damage: Damage, tr: Language) -> NoReturn:
    raise Stop(1, f"{tr(damage.sentence)}\n{tr(damage.remedy)}")


def _no_access(tr: Language) -> Stop:
    return Stop(1, tr("De map van [state] directory is niet te gebruiken. Probeer het met sudo."))


def _today(settings: Settings) -> date:
    from hwc_school_agent.host.clock import SystemClock, local

    return local(SystemClock().now(), settings.school.timezone).date()
