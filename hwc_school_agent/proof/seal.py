"""Sealed notes: a text that the installation's key signed, for a file, a page or a QR code.

The body begins with two lines of ours, so that a note alone, with the words of the school guide, can be checked::

    hwc-school-agent/ledger/0123456789abcdef        which ledger it belongs to
    key BASE64                                      the public key that sealed it
    ... the text ...
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent.domain import key_words, signed_note
from hwc_school_agent.domain.ledger_entry import HASH
from hwc_school_agent.domain.signed_note import ORIGIN, NotANote, Note
from hwc_school_agent.proof import ledger
from hwc_school_agent.proof.keys import SigningKey, note_holds, read_keys


class Sealer:
    """The ledger of this installation and the key that seals it."""

    def __init__(self, directory: Path, secret: str) -> None:
        """``secret``: the credential ``ledger__key``, or empty. Raises ``LedgerDamaged`` or ``OSError``."""
        self.ledger = ledger.read(directory)
        self._key: SigningKey = ledger.key_for(self.ledger, read_keys(directory, secret))

    @property
    def words(self) -> str:
        """The words of the key that seals now, as they must stand in the school guide."""
        return key_words.words_of(self._key.public)

    def seal(self, text: str) -> str:
        """A note with ``text``, which ends with a newline. Raises ``NotANote`` for a text that no note can carry."""
        return self.sealed(text).text()

    def compact(self, text: str) -> str:
        """The same note as one word for a QR code."""
        return signed_note.compact(self.sealed(text), self._key.public)

    def sealed(self, text: str) -> Note:
        """``text`` as a note."""
        return sealed_by(self._key, self.ledger.current.origin, text)


def sealed_by(key: SigningKey, name: str, text: str) -> Note:
    """``text`` as a note that ``key`` sealed for the ledger ``name``. Raises ``NotANote``."""
    note = key.note(name, f"{name}\nkey {base64.b64encode(key.public).decode()}\n{text}")
    if not text.endswith("\n") or Note.parse(note.text()) != note:
        raise NotANote
    return note


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed note whose seal holds. Whose key it is, is for the words of the school guide to say."""

    note: Note
    public: bytes
    text: str  # what was sealed, without the two lines of ours

    @property
    def origin(self) -> str:
        """The ledger that it says it belongs to."""
        return self.note.origin

    @property
    def words(self) -> str:
        """The words of the key that sealed it."""
        return key_words.words_of(self.public)


class SealBroken(Exception):
    """The note was changed after it was sealed, or this key never sealed it."""


def opened(text: str) -> Sealed:
    """A sealed note from its text, or from the word of a QR code. Raises ``NotANote`` or ``SealBroken``."""
    if signed_note.is_compact(text):
        note, given = signed_note.parse_compact(text)
    else:
        note, given = Note.parse(text), None
    origin, key, rest = [*note.body.split("\n", 2), "", ""][:3]
    public = signed_note.unb64(key.removeprefix("key "))
    if not ORIGIN.fullmatch(origin) or not key.startswith("key ") or len(public) != HASH:
        raise NotANote
    if (given or public) != public or not note_holds(note, origin, public):
        raise SealBroken
    return Sealed(note, public, rest)
