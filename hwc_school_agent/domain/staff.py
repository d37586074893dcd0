"""Who may use the desk. Names are log-in names ("contactpersoon", "achterwacht"); a school may choose its own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

NAME_LIMIT = 64
PASSPHRASE_LIMIT = 256
PASSPHRASE_LEAST = 12
#: Letters and digits that nobody mistakes for one another, on paper or by telephone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12  # 58 bits
CODE_HOURS = 24
PASSKEYS_MOST = 5


class Role(StrEnum):
    """Who is rung when: the contact first, then the backup, then the head."""

    CONTACT = "contact"
    BACKUP = "backup"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a passkey (W3C WebAuthn): enough to check one, and nothing that tells of its use.

    No counter of uses (it would have to be written at every log-in), no model, no date. All in base64url.
    """

    id: str  # credential id
    public: str  # COSE key (RFC 9052), in CBOR
    user: str  # user handle: random, says nothing of the person
    site: str  # host name it was made for; it works nowhere else


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of the staff file; ``repr`` hides it.

    ``hash`` is an encoded argon2id hash of the pass phrase, or of a one-time code when ``code_until`` is set (epoch
    seconds), or ``""``. ``stamp`` is random, and another one whenever the administrator has changed something:
    sessions that began under an older one are over.
    """

    name: str
    role: Role
    hash: str
    code_until: float | None = None
    passkeys: tuple[Passkey, ...] = ()
    stamp: str = ""

    def secret(self, now: float) -> str:
        """The hash that a typed pass phrase or code must fit now, or ``""`` when none can."""
        return self.hash if self.code_until is None or now < self.code_until else ""

    def typed(self, text: str) -> str:
        """What was typed, as it is hashed: a code may be typed in any case, with or without its dashes."""
        return plain_code(text) if self.code_until is not None else plain_passphrase(text)

    def __repr__(self) -> str:
        return "Person(...)"


def plain_name(typed: str) -> str:
    """A log-in name as it is kept: composed (NFC), without spaces around it. ``""`` when it cannot be a name."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    return name if len(name) <= NAME_LIMIT and name.isprintable() else ""


def same_name(name: str) -> str:
    """What two spellings of one name have in common: upper and lower case are the same person."""
    return unicodedata.normalize("NFC", plain_name(name).casefold())


def plain_passphrase(typed: str) -> str:
    """A pass phrase as it is hashed: composed (NFC), so that é typed on a Mac equals é typed on Windows."""
    return unicodedata.normalize("NFC", typed)


def plain_code(typed: str) -> str:
    """A one-time code as it is hashed: upper case, without dashes and spaces."""
    return "".join(typed.upper().replace("-", "").split())


def shown_code(code: str) -> str:
    """A one-time code as it is read aloud: in groups of four."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))
