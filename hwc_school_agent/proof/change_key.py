"""Changing the signing key: ``rotated`` while the old one is there, ``renewed`` when it is lost. The past stays.

A key is written before the ledger that needs it, and an old one kept till that ledger stands: a crash in between
loses nothing.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from hwc_school_agent.host.kept_file import locked, replace_file
from hwc_school_agent.proof import keys, ledger
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.keys import SigningKey


def rotated(directory: Path, secret: str) -> SigningKey:
    """Replace the key by a new one; both vouch for each other in the ledger. Raises ``LedgerDamaged``, ``OSError``."""
    with locked(directory):
        book = ledger.read(directory)
        old = ledger.key_for(book, keys.read_keys(directory, secret))
        new = SigningKey.new()
        _write(directory, (new, old), secret, book.rotated(old, new))
    return new


def renewed(directory: Path, secret: str, today: date) -> SigningKey:
    """Begin with a new key although the old one cannot vouch for it. What the ledger holds stays in it.

    Raises ``LedgerDamaged`` when there is a ledger that is not whole: it must be put aside first. ``OSError``.
    """
    with locked(directory):
        new = SigningKey.new()
        try:
            old = ledger.read(directory)
            last = old.days[-1].day if old.days else today - timedelta(days=1)
            book = old.begun_anew(new, last + timedelta(days=1) if last == today else today)
        except LedgerDamaged as wrong:
            if wrong.damage is not Damage.MISSING:
                raise
            book = ledger.begun(new, today)
        _write(directory, (new, *_still_there(directory, secret)), secret, book)
    return new


def _still_there(directory: Path, secret: str) -> tuple[SigningKey, ...]:
    try:
        return keys.read_keys(directory, secret)[:1]
    except (LedgerDamaged, OSError):
        return ()


def _write(directory: Path, both: tuple[SigningKey, ...], secret: str, book: ledger.Ledger) -> None:
    if secret or not os.path.exists(directory / keys.FILE) or not _encrypted(directory):
        keys.write_keys(directory, both, secret)
        replace_file(directory, ledger.FILE, book.data())
        keys.write_keys(directory, both[:1], secret)
    else:
        raise LedgerDamaged(Damage.KEY_LOCKED)  # an encrypted key is not replaced by an open one unasked


def _encrypted(directory: Path) -> bool:
    try:
        return keys.is_encrypted(directory)
    except LedgerDamaged:
        return False
