"""Practice mail: what it says, and how it is known again without anything written down. Pure.

A rehearsal (for the program) and a drill (for people) are one mail each, made from the installation's key and a
nonce. Its Message-ID carries the nonce and a keyed hash; its child follows from both and exists nowhere else. The
*echo* is its receipt, which comes back to the same mailbox. A *filler* only raises the mailbox's counters. Nobody
without the key can make one, and one whose words were changed is a message like any other.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from hwc_school_agent.domain.facts import Child
from hwc_school_agent.domain.outcome import PRACTICE, Kind

PURPOSE = "rehearsal"  # name of the derived key (``random_keys.derived``)

#: Year of sending (the child's age follows from it) and 64 random bits.
_NONCE = r"[0-9]{4}[0-9a-f]{16}"
_ID = re.compile(rf"<hwc-({'|'.join(sorted(PRACTICE))})-({_NONCE})-([0-9a-f]{{20}})@[^<>\s]{{1,200}}>", re.ASCII)
#: What every Message-ID of this family begins with: a quick look before the careful one.
BEGINNING = b"<hwc-"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_SYLLABLES = 6  # 36 bits of chance: the word stands in no other text, so that a search for it means something
_AGE = 8  # and up to three years more: a child of every school


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of one kind of practice mail. Every one says that there is no child."""

    subject: str
    first_name: str
    note: str
    echo_subject: str
    echo: str


WORDS = {
    Kind.REHEARSAL: Words(
        "Proefsignaal van het programma",
        "Proefkind",
        "Dit is een proef van het programma. Er is geen kind.",
        "Ontvangstbevestiging (proef)",
        "Dit is een proef van het programma. Er is geen kind.\n\n"
        "Het proefsignaal is ontvangen. Je hoeft niets te doen.\n",
    ),
    Kind.DRILL: Words(
        "Oefensignaal van het programma",
        "Oefenkind",
        "Dit is een oefening van het programma. Er is geen kind.",
        "Ontvangstbevestiging (oefening)",
        "Dit is een oefening van het programma. Er is geen kind.\n\n"
        "Het oefensignaal is ontvangen. Je hoeft niets te doen.\n",
    ),
}


FILLER_SUBJECT = "Hulpbericht van het programma"
FILLER_TEXT = "Dit is een hulpbericht van het programma. Er is geen kind.\n\nHet verdwijnt vanzelf.\n"


def nonce(year: int, chance: str) -> str:
    """A nonce of ``year`` (of sending) and 16 random hexadecimal digits."""
    return f"{year:04d}{chance}"


def child_of(key: bytes, kind: Kind, nonce: str) -> Child:
    """The child that this practice mail is about. Of constant length, so that every day's mail has the same size."""
    digest = hmac.new(key, b"child" + nonce.encode(), sha256).digest()
    syllables = [_CONSONANTS[a % 14] + _VOWELS[b % 5] for a, b in zip(digest[:12:2], digest[1:12:2], strict=True)]
    # a day above 12, so that a reader that takes the month for the day is caught
    born = date(int(nonce[:4]) - _AGE - digest[12] % 4, 1 + digest[13] % 9, 13 + digest[14] % 16)
    return Child(f"{WORDS[kind].first_name} {''.join(syllables[:_SYLLABLES]).capitalize()}", born)


def rare_word(child: Child) -> str:
    """The half of the name that stands in no other text."""
    return child.name.rpartition(" ")[2]


def text_of(kind: Kind, child: Child) -> str:
    """The body of a rehearsal or a drill: the line that a sender writes, and that there is no child."""
    born = child.born
    line = f"{child.name}, {born.day}-{born.month}-{born.year}, Handle with Care" if born else child.name
    return f"{line}\n\n{WORDS[kind].note}\n"


def message_id(key: bytes, kind: Kind, nonce: str, domain: str) -> str:
    """The Message-ID of practice mail of ``kind``."""
    return f"<hwc-{kind.value}-{nonce}-{_check(key, kind, nonce)}@{domain}>"


def known(message_id: str, key: bytes) -> tuple[Kind, str] | None:
    """Kind and nonce of a Message-ID that was made with this key; ``None`` for any other."""
    found = _ID.fullmatch(message_id)
    if found is None:
        return None
    kind, nonce = Kind(found[1]), found[2]
    return (kind, nonce) if hmac.compare_digest(_check(key, kind, nonce), found[3]) else None


def _check(key: bytes, kind: Kind, nonce: str) -> str:
    return hmac.new(key, f"{kind.value} {nonce}".encode(), sha256).hexdigest()[:20]
