"""Which machines may connect a bell over the network: ``bells.json`` in the state directory, mode 0600.

The command line writes it, ``house`` reads it. Of a token only its SHA-256 is kept: it has 256 random bits, so there
is nothing that a slow hash would protect. No entry says when a bell was there.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent.bells.words import Whose
from hwc_school_agent.host.kept_file import locked, replace_file

FILE = "bells.json"
MOST = 20
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_NAME_LIMIT = 64


class TokenError(Exception):
    """The list cannot be changed or read as asked. Whose fault: the caller's; the text says what to do."""

    text = "The list of bells cannot be used."


class NameTaken(TokenError):
    text = "There is already a bell with this name. Choose another, or remove it first."


class NameUnknown(TokenError):
    text = "No bell has this name."


class BadName(TokenError):
    text = f"A name has 1 to {_NAME_LIMIT} printable characters."


class TooMany(TokenError):
    text = f"There are {MOST} bells already. Remove one first."


class Damaged(TokenError):
    text = f"{FILE} in the state directory is damaged. Remove it and add the bells again."


@dataclass(frozen=True, slots=True)
class Known:
    """One machine. ``hash``: SHA-256 of its token, in hex."""

    name: str
    whose: Whose
    hash: str


def hash_of(token: str) -> str:
    """What stands for a token on disk."""
    return hashlib.sha256(token.encode()).hexdigest()


def listed(directory: Path) -> tuple[Known, ...]:
    """Every machine on the list; none when there is no file. Raises ``Damaged`` and ``OSError``."""
    try:
        entries = json.loads((directory / FILE).read_bytes())["bells"]
        return tuple(Known(str(e["name"]), Whose(e["role"]), str(e["hash"])) for e in entries)
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError):
        raise Damaged from None


def add(directory: Path, name: str, whose: Whose) -> str:
    """Put a machine on the list. Returns its token. Raises ``TokenError`` and ``OSError``."""
    name = " ".join(name.split())
    if not 0 < len(name) <= _NAME_LIMIT or not name.isprintable():
        raise BadName
    token = secrets.token_urlsafe(32)

    def change(now: tuple[Known, ...]) -> tuple[Known, ...]:
        if any(one.name == name for one in now):
            raise NameTaken
        if len(now) >= MOST:
            raise TooMany
        return (*now, Known(name, whose, hash_of(token)))

    _change(directory, change)
    return token


def remove(directory: Path, name: str) -> None:
    """Take a machine off the list. Raises ``TokenError`` and ``OSError``."""

    def change(now: tuple[Known, ...]) -> tuple[Known, ...]:
        left = tuple(one for one in now if one.name != " ".join(name.split()))
        if len(left) == len(now):
            raise NameUnknown
        return left

    _change(directory, change)


def _change(directory: Path, change: Callable[[tuple[Known, ...]], tuple[Known, ...]]) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(directory):
        entries = [{"name": k.name, "role": k.whose.value, "hash": k.hash} for k in change(listed(directory))]
        replace_file(directory, FILE, json.dumps({"bells": entries}, indent=1).encode() + b"\n")
