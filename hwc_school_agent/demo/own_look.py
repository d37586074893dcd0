"""Looking for what is left, with no help from the agent's own code: its proof must not be its own word.

IMAP here is two dozen lines of plain text, enough for a server that we started ourselves.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterable
from pathlib import Path

_LIST = re.compile(rb'\* LIST \([^)]*\) "[^"]*" (?:"([^"]+)"|(\S+))\r\n')
_COUNT = re.compile(rb"\* STATUS .*\(MESSAGES (\d+)\)\r\n")


def folders(port: int, user: str, password: str) -> dict[str, int]:
    """Every folder of the mailbox with its number of messages, on a connection of its own. Raises ``OSError``."""
    with socket.create_connection(("127.0.0.1", port), 10) as line, line.makefile("rb") as answers:

        def ask(command: str) -> bytes:
            line.sendall(b"a " + command.encode() + b"\r\n")
            said = b""
            while not said.rpartition(b"\r\n")[0].rpartition(b"\n")[2].startswith(b"a "):
                more = answers.readline()
                if not more:
                    raise ConnectionError
                said += more
            if not said.rpartition(b"\r\n")[0].rpartition(b"\n")[2].startswith(b"a OK"):
                raise ConnectionError
            return said

        answers.readline()  # greeting
        ask(f'LOGIN "{user}" "{password}"')
        names = [(a or b).decode() for a, b in _LIST.findall(ask('LIST "" "*"'))]
        found = {}
        for name in names:
            count = _COUNT.search(ask(f'STATUS "{name}" (MESSAGES)'))
            if count is None:
                raise ConnectionError
            found[name] = int(count[1])
        return found


def written(texts: Iterable[str]) -> tuple[bytes, ...]:
    """The texts in every form in which a process or a file may hold them."""
    forms = ("utf-8", "latin-1", "utf-16-le", "utf-32-le")
    return tuple({text.encode(form) for text in texts for form in forms})


def holds(data: bytes, needles: Iterable[bytes]) -> bool:
    """Whether one of the needles is in the data."""
    return any(needle in data for needle in needles)


def in_files(folder: Path, needles: Iterable[bytes]) -> bool:
    """Whether a file below ``folder`` holds a needle in its content or its path."""
    needles = tuple(needles)
    for path in folder.rglob("*"):
        if holds(os.fsencode(path), needles):
            return True
        with contextlib.suppress(FileNotFoundError):  # gone since it was listed
            if path.is_file() and holds(path.read_bytes(), needles):
                return True
    return False


class NotAllowed(Exception):
    """This account may not look, or this system has no way to."""


def processes(session: int) -> tuple[int, ...]:
    """All processes of a session (``setsid``). Raises ``NotAllowed`` where there is no ``/proc``."""
    if not Path("/proc/self/mem").exists():
        raise NotAllowed
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                if os.getsid(int(folder.name)) == session:
                    found.append(int(folder.name))
    return tuple(sorted(found))


def in_memory(pid: int, needles: Iterable[bytes]) -> bool:
    """Whether the writable memory of a process holds a needle. False when it has ended; raises ``NotAllowed``."""
    needles = tuple(needles)
    longest = max(map(len, needles))
    try:
        with open(f"/proc/{pid}/maps", "rb") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps.read().splitlines():
                place, rights = line.split()[:2]
                if not rights.startswith(b"rw"):
                    continue
                start, end = (int(part, 16) for part in place.split(b"-"))
                tail = b""
                for at in range(start, end, 1 << 20):
                    try:
                        memory.seek(at)
                        piece = memory.read(min(1 << 20, end - at))
                    except (OSError, ValueError, OverflowError):
                        break  # a region that cannot be read, for example [vvar]
                    if holds(tail + piece, needles):
                        return True
                    tail = piece[-longest:]
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        raise NotAllowed from None
    return False
