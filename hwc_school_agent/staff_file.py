"""The staff file: ``staff.json`` in the state directory, mode 0600, replaced as a whole.

The command line writes it, the desk reads it. Errors carry fixed texts: never a name, never a phrase.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hwc_school_agent.domain.staff import (
    PASSPHRASE_LEAST,
    PASSPHRASE_LIMIT,
    Person,
    Role,
    plain_name,
    plain_passphrase,
    same_name,
)

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


class FileDamaged(StaffError):
    text = "the staff file is damaged: remove it and add the people again"


def people(directory: Path) -> tuple[Person, ...]:
    """Everybody on the list, in the order they were added; none when there is no file yet.

    Raises ``FileDamaged``; ``OSError`` when the file may not be read.
    """
    try:
        data = (directory / FILE).read_bytes()
    except FileNotFoundError:
        return ()
    try:
        entries = json.loads(data)["people"]
        found = tuple(Person(_checked(e["name"]), Role(e["role"]), _checked(e["hash"])) for e in entries)
    except (ValueError, KeyError, TypeError):
        raise FileDamaged from None
    if len({same_name(p.name) for p in found}) != len(found):
        raise FileDamaged
    return found


def add(directory: Path, name: str, role: Role, passphrase: str) -> Person:
    """Put somebody on the list. Raises ``NameTaken``, ``BadName``, ``BadPassphrase``, ``FileDamaged``, ``OSError``."""
    if not plain_name(name):
        raise BadName
    person = Person(plain_name(name), Role(role), _hashed(passphrase))

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        if any(same_name(p.name) == same_name(name) for p in now):
            raise NameTaken
        return (*now, person)

    _change(directory, change)
    return person


def remove(directory: Path, name: str) -> None:
    """Take somebody off the list; their page is closed at its next request. Raises ``NameUnknown`` and the others."""

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        left = tuple(p for p in now if same_name(p.name) != same_name(name))
        if len(left) == len(now):
            raise NameUnknown
        return left

    _change(directory, change)


def reset(directory: Path, name: str, passphrase: str) -> None:
    """Give somebody a new pass phrase. Raises ``NameUnknown``, ``BadPassphrase`` and the others."""
    new = _hashed(passphrase)

    def change(now: tuple[Person, ...]) -> tuple[Person, ...]:
        if all(same_name(p.name) != same_name(name) for p in now):
            raise NameUnknown
        return tuple(Person(p.name, p.role, new) if same_name(p.name) == same_name(name) else p for p in now)

    _change(directory, change)


def verify(encoded: str, passphrase: str) -> bool:
    """Whether the phrase fits the hash. Takes the same time for a wrong phrase as for ``NOBODY``."""
    try:
        return _HASHER.verify(encoded, plain_passphrase(passphrase))
    except (Argon2Error, InvalidHashError):
        return False


def _hashed(passphrase: str) -> str:
    phrase = plain_passphrase(passphrase)
    if not PASSPHRASE_LEAST <= len(phrase) <= PASSPHRASE_LIMIT or not phrase.isprintable():
        raise BadPassphrase
    return _HASHER.hash(phrase)


def _checked(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _change(directory: Path, change: Callable[[tuple[Person, ...]], tuple[Person, ...]]) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory):
        now = change(people(directory))
        entries = [{"name": p.name, "role": p.role.value, "hash": p.hash} for p in now]
        _replace(directory, json.dumps({"people": entries}, indent=1).encode() + b"\n")


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Two administrators at once: one after the other. The lock is on the directory, so no lock file is left."""
    fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _replace(directory: Path, data: bytes) -> None:
    new = directory / f".{FILE}.{os.getpid()}"
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.write(fd, data)
            if os.geteuid() == 0:  # "sudo hwc-school-agent staff add" must not lock the service out of its file
                owner = directory.stat()
                os.fchown(fd, owner.st_uid, owner.st_gid)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(new, directory / FILE)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
