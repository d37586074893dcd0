"""The verb ``verify``: for a parent or the participation council, on any machine; in the language of the report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import Stop

if TYPE_CHECKING:
    from hwc_school_agent.domain.language import Language

_LARGEST = 16 << 20


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--key-words", metavar="WORDS", help="The nine words of the school guide: was it this school's key?")
@click.option("--key", metavar="VKEY", help="The public key itself instead, as keys show prints it.")
@click.option("--head", metavar="FILE|-", help="A head, QR code or report of earlier: does it lie on this ledger?")
@click.option("--ledger", metavar="FILE|-", help="The ledger that a report or a head must lie on.")
@click.option(
    "--language", type=click.Choice(["nl", "en"]), help="Of the answer.  [default: that of the report, else nl]"
)
def verify(
    file: str, key_words: str | None, key: str | None, head: str | None, ledger: str | None, language: str | None
) -> int:
    """Check a ledger, a report, or the text of a QR code. Needs no configuration, no mailbox and no network.

    Prints what holds, and what does not or is not known. FILE may be the text of the QR code itself.

    \b
    Exit codes: 0 it holds, 4 it does not, 1 it cannot be read.
    """
    from hwc_school_agent import catalogues
    from hwc_school_agent.domain.key_words import NotKeyWords, plain_words
    from hwc_school_agent.domain.signed_note import NotANote, parse_vkey
    from hwc_school_agent.proof.verify import language_of
    from hwc_school_agent.proof.verify import verify as check

    tr = catalogues.language(language or "nl")
    if sum(each == "-" for each in (file, head, ledger)) > 1:
        raise Stop(2, tr("Maar één van de bestanden kan van de invoer komen (-)."))
    data, kept, book = (_read(each, tr) if each else b"" for each in (file, head, ledger))
    tr = catalogues.language(language or language_of(data))
    try:
        words = plain_words(key_words) if key_words else ""
        public = parse_vkey(key)[1] if key else None
    except NotKeyWords as wrong:
        raise Stop(2, tr(wrong.why, **wrong.facts)) from None
    except NotANote:
        raise Stop(2, tr("--key is geen openbare sleutel zoals keys show die toont. Kopieer de hele regel.")) from None
    verdict = check(data, words=words, public=public, head=kept, ledger=book, tr=tr)
    click.echo(verdict.holds)
    click.echo(verdict.lacks)
    return verdict.code


def _read(name: str, tr: Language) -> bytes:
    if name.startswith("HWC1:"):
        return name.encode()
    try:
        if name == "-":
            return sys.stdin.buffer.read(_LARGEST)
        with Path(name).open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError:
        raise Stop(1, tr("Het bestand is niet te lezen. Kijk of de naam klopt.")) from None
