"""The staff file: ``staff.json`` in the state directory, mode 0600, replaced as a whole.

The command line writes it, the desk reads it, and writes it when a person adds a passkey; never at a log-in. Errors
carry fixed texts: never a name, never a phrase.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hwc_school_agent.domain.staff import (
    PASSKEYS_MOST,
    PASSPHRASE_LEAST,
    PASSPHRASE_LIMIT,
    Passkey,
    Person,
    Role,
    plain_name,
    plain_passphrase,
    same_name,
)
from hwc_school_agent.host.kept_file import locked, replace_file
from hwc_school_agent.host.process import read_quietly

FILE = "staff.json"

# RFC 9106 section 4, second choice (64 MiB, three passes), with one lane: a service may be short of threads.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
#: Verified when the name is unknown, so that an unknown name takes as long as a wrong phrase. Fits no phrase.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=1$" + "A" * 22 + "$" + "A" * 43


class StaffError(Exception):
    """The staff list cannot be changed or read as asked. Whose fault: the caller's; the text says what to do."""

    text = "the staff list cannot be used"

    def __init__(self) -> None:
        super().__init__(self.text)


class NameTaken(StaffError):
    text = "there is already somebody with this name: choose another, or use reset"


class NameUnknown(StaffError):
    text = "nobody with this name is on the staff list"


class BadName(StaffError):
    text = "a name has 1 to 64 printable characters"


class BadPassphrase(StaffError):
    text = f"a pass phrase has at least {PASSPHRASE_LEAST} and at most {PASSPHRASE_LIMIT} characters, on one line"


class NoRoom(StaffError):
    text = f"nobody needs more than {PASSKEYS_MOST} passkeys: use reset to begin anew"


class FileDamaged(StaffError):
    text = "the staff file is damaged: remove it and add the people again"


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code (plain form) in place of a pass phrase, valid until ``until`` (epoch seconds)."""

    text: str
    until: float

    def __repr__(self) -> str:
        return "Code(...)"


def people(directory: Path) -> tuple[Person, ...]:
    """Everybody on the list, in the order they were added; none when there is no file yet.

    Raises ``FileDamaged``; ``OSError`` when the file may not be read.
    """
    try:
        data = read_quietly(directory / FILE)
    except FileNotFoundError:
        return ()
    try:
        entries = json.loads(data)["people"]
        found = tuple(_person(e) for e in entries)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileDamaged from None
    if len({same_name(p.name) for p in found}) != len(found):
        raise FileDamaged
    return found


def add(directory: Path, name: str, role: Role, secret: str | Code) -> Person:
    """Put somebody on the list, with a pass phrase or with a one-time code.

    Raises ``NameTaken``, ``BadName``, ``BadPassphrase``, ``FileDamaged``, ``OSError``.
    """
    if not plain_name(name):
        raise BadName
    person = _with(Person(plain_name(name), Role(role), ""), secret)

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        if any(same_name(p.name) == same_name(name) for p in now):
            raise NameTaken
        return (*now, person)

    _change(directory, change)
    return person


def remove(directory: Path, name: str) -> None:
    """Take somebody off the list; their sessions are over. Raises ``NameUnknown`` and the others."""

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        gone = _named(now, name)
        return tuple(p for p in now if p is not gone)

    _change(directory, change)


def reset(directory: Path, name: str, secret: str | Code) -> None:
    """Give somebody a new pass phrase or code; passkeys and sessions of before are worth nothing any more.

    Raises ``NameUnknown``, ``BadPassphrase`` and the others.
    """
    new = _with(Person("", Role.HEAD, ""), secret)
    _edit(
        directory,
        name,
        lambda p: replace(p, hash=new.hash, code_until=new.code_until, passkeys=(), stamp=new.stamp),
    )


def change_role(directory: Path, name: str, role: Role) -> None:
    """Give somebody another role; their sessions are over. Raises ``NameUnknown`` and the others."""
    _edit(directory, name, lambda p: replace(p, role=Role(role), stamp=_stamp()))


def add_passkey(directory: Path, name: str, stamp: str, key: Passkey) -> None:
    """A person adds a passkey; a one-time code is used up by that. Sessions go on.

    ``stamp``: of the person whose session it is. Raises ``NameUnknown`` when the administrator has changed something
    since, ``NoRoom`` and the others.
    """

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        person = _named(now, name)
        if person.stamp != stamp or any(k.id == key.id for p in now for k in p.passkeys):
            raise NameUnknown
        if len(person.passkeys) >= PASSKEYS_MOST:
            raise NoRoom
        more = replace(person, passkeys=(*person.passkeys, key))
        if person.code_until is not None:
            more = replace(more, hash="", code_until=None)
        return tuple(more if p is person else p for p in now)

    _change(directory, change)


def verify(encoded: str, passphrase: str) -> bool:
    """Whether the phrase (or plain code) fits the hash. Takes the same time for a wrong phrase as for ``NOBODY``."""
    try:
        return _HASHER.verify(encoded, plain_passphrase(passphrase))
    except (Argon2Error, InvalidHashError):
        return False


def _hashed(passphrase: str) -> str:
    phrase = plain_passphrase(passphrase)
    if not PASSPHRASE_LEAST <= len(phrase) <= PASSPHRASE_LIMIT or not phrase.isprintable():
        raise BadPassphrase
    return _HASHER.hash(phrase)


def _with(person: Person, secret: str | Code) -> Person:
    if isinstance(secret, Code):
        return replace(person, hash=_HASHER.hash(secret.text), code_until=secret.until, stamp=_stamp())
    return replace(person, hash=_hashed(secret), code_until=None, stamp=_stamp())


def _stamp() -> str:
    return secrets.token_hex(8)


def _person(entry: dict[str, Any]) -> Person:
    until = entry.get("code_until")
    keys = tuple(
        Passkey(*(_checked(k[f]) for f in ("id", "public", "user", "site"))) for k in entry.get("passkeys", ())
    )
    secret = _checked(entry["hash"]) if not keys or entry["hash"] else ""  # nobody is on the list without a way in
    return Person(
        _checked(entry["name"]),
        Role(entry["role"]),
        secret,
        None if until is None else float(until),
        keys,
        str(entry.get("stamp", "")),
    )


def _checked(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _named(now: tuple[Person, ...], name: str) -> Person:
    found = next((p for p in now if same_name(p.name) == same_name(name)), None)
    if found is None:
        raise NameUnknown
    return found


def _edit(directory: Path, name: str, edit: Callable[[Person], Person]) -> None:
    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        person = _named(now, name)
        return tuple(edit(p) if p is person else p for p in now)

    _change(directory, change)


def _change(directory: Path, change: Callable[[tuple[Person, ...]], tuple[Person, ...]]) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(directory):
        now = change(people(directory))
        replace_file(directory, FILE, json.dumps({"people": [asdict(p) for p in now]}, indent=1).encode() + b"\n")
