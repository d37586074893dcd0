"""One agent per mailbox: a lock on a file in the runtime directory, held as long as the process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Taken(Exception):
    """Another agent holds the lock."""


def hold(runtime_directory: Path) -> int:
    """Take the lock; returns its file descriptor, to be kept open. Raises ``Taken`` or ``OSError``."""
    runtime_directory.mkdir(mode=0o750, parents=True, exist_ok=True)
    fd = os.open(runtime_directory / "agent.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise Taken from None
    return fd
