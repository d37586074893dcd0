"""Test vectors of docs/ledger.md, for whoever writes a verifier. Made by ``python -m tests.vectors``; never edited.

The private keys are 32 times the byte 1, 2 and 3: these files prove nothing but the format.
"""

from __future__ import annotations

from pathlib import Path

from hwc_school_agent.domain.key_words import words_of
from hwc_school_agent.domain.signed_note import compact, vkey
from hwc_school_agent.proof.seal import sealed_by
from tests.proof.scene import NEW, OLD, OTHER, rich, some_days

HERE = Path(__file__).parent


def vectors() -> dict[str, bytes]:
    """Name of the file and its bytes."""
    four, all_of_it = some_days(), rich()
    text = "hwc-school-agent example 1\nDit is een voorbeeld: één regel.\n"
    note = sealed_by(OLD, four.current.origin, text)
    good = {
        "ledger-empty": some_days(days=0).data(),
        "ledger-four-days": four.data(),
        "ledger-two-keys": some_days().rotated(OLD, NEW).data(),
        "ledger-lost-key": all_of_it.data(),
        "head.txt": four.note.text().encode(),
        "head.qr.txt": compact(four.note, OLD.public).encode() + b"\n",
        "note.txt": note.text().encode(),
        "note.qr.txt": compact(note, OLD.public).encode() + b"\n",
        "keys.txt": "".join(
            f"{vkey(four.current.origin, key.public)}\n{words_of(key.public)}\n" for key in (OLD, NEW, OTHER)
        ).encode(),
    }
    data = four.data()
    bad = {
        "bad/ledger-changed-day": data.replace(b"2026-11-24 degraded", b"2026-11-24 ok......"),
        "bad/ledger-day-left-out": data.replace(b"2026-11-25 off..... ok......\n", b""),
        "bad/ledger-cut": data[:-1],
        "bad/ledger-other-head": data[: -len(four.note.text().encode())] + some_days(days=3).note.text().encode(),
        "bad/ledger-forged-key-change": some_days().rotated(OTHER, NEW).data(),
        "bad/ledger-crlf": data.replace(b"\n", b"\r\n"),
        "bad/note-changed-word.txt": note.text().replace("voorbeeld", "voorbeelt").encode(),
        "bad/note-two-spellings.txt": note.text().rstrip("\n").encode(),
    }
    return good | bad


def write() -> None:
    """Write them all."""
    for name, data in vectors().items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(data)
