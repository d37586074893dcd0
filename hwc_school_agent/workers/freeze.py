"""Freeze the report of a month, from closed words and the ledger. This worker has no mailbox and imports none."""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.domain.job import FreezeJob
from hwc_school_agent.domain.outcome import Frozen
from hwc_school_agent.proof import freeze, ledger
from hwc_school_agent.proof.damage import LedgerDamaged
from hwc_school_agent.proof.keys import read_keys
from hwc_school_agent.settings import Settings


def run(settings: Settings, job: FreezeJob, say: Callable[[Frozen], None]) -> None:
    """Say DONE, NOT_YET or FAILED. Raises nothing."""
    try:
        say(_freeze(settings, job))
    except (LedgerDamaged, OSError):
        say(Frozen.FAILED)


def _freeze(settings: Settings, job: FreezeJob) -> Frozen:
    directory = settings.state.directory
    keys = read_keys(directory, settings.ledger_key.reveal())
    try:
        book = ledger.read(directory)
        key = ledger.key_for(book, keys)
    except LedgerDamaged:
        book, key = None, keys[-1]  # the report says that it could not be read
    if book is not None and (book.parts[0].begin.year, book.parts[0].begin.month) > (job.month.year, job.month.month):
        return Frozen.NOT_YET
    facts = freeze.facts_of(settings, job, book)
    files = freeze.files_of(facts, book, key)
    freeze.write(directory, facts, files, settings.school.timezone)
    return Frozen.DONE
