"""Randomness, and the one key of this installation."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from hwc_school_agent.domain.staff import CODE_LENGTH, CODE_LETTERS
from hwc_school_agent.host.process import read_quietly

KEY_FILE = "installation.key"


def token() -> str:
    """A random, unguessable name (128 bits, hex)."""
    return secrets.token_hex(16)


def one_time_code() -> str:
    """A code for one person, in plain form."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def installation_key(directory: Path) -> bytes:
    """The 32-byte key of this installation; made on first use, file mode 0600.

    Raises ``OSError`` when the state directory cannot be used.
    """
    path = directory / KEY_FILE
    try:
        key = read_quietly(path)
        if len(key) == 32:
            return key
    except FileNotFoundError:
        pass
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = directory / f".{KEY_FILE}.{os.getpid()}"
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(fd, secrets.token_bytes(32))
        os.fsync(fd)
    finally:
        os.close(fd)
    try:
        os.link(new, path)  # whoever comes second keeps the first one's key
    except FileExistsError:
        pass
    finally:
        os.unlink(new)
    return read_quietly(path)


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that no two uses share one."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
