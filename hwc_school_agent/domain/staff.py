"""Who may use the desk. Names are log-in names ("contactpersoon", "achterwacht"); a school may choose its own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

NAME_LIMIT = 64
PASSPHRASE_LIMIT = 256
PASSPHRASE_LEAST = 12


class Role(StrEnum):
    """Who is rung when: the contact first, then the backup, then the head."""

    CONTACT = "contact"
    BACKUP = "backup"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of the staff file. ``hash`` is an encoded argon2id hash of the pass phrase; ``repr`` hides it."""

    name: str
    role: Role
    hash: str

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
