"""Files that are kept: mode 0600, one writer at a time, replaced as a whole: the old one or the new, never a part."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(directory: Path, name: str, data: bytes, *, stamp: float | None = None) -> None:
    """Write ``directory/name``, mode 0600, owned as the directory is. ``stamp``: its time (epoch seconds), else now.

    Raises ``OSError``; then the old file is as it was, and nothing is left beside it.
    """
    prepared = Prepared(directory, name)
    try:
        prepared.put(data, stamp)
    finally:
        prepared.close()


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """One writer at a time. The lock is on the directory itself, so that no lock file is left. Raises ``OSError``."""
    fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


class Prepared:
    """A new file that is open and empty. ``put`` needs no further descriptor: a process may close itself in between."""

    def __init__(self, directory: Path, name: str) -> None:
        """Raises ``OSError``."""
        self._name, self._new = name, f".{name}.new"  # one name: what a killed writer left is overwritten
        self._folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(self._new, flags, 0o600, dir_fd=self._folder)
        except OSError:
            os.close(self._folder)
            raise

    def put(self, data: bytes, stamp: float | None = None) -> None:
        """Write ``data`` and take the place of the old file. Raises ``OSError``."""
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(self._fd, left) :]
            os.fchmod(self._fd, 0o600)
            if os.geteuid() == 0:  # a verb run with sudo must not lock the service out of its file
                owner = os.fstat(self._folder)
                os.fchown(self._fd, owner.st_uid, owner.st_gid)
            if stamp is not None:
                os.utime(self._fd, (stamp, stamp))
            os.fsync(self._fd)
            os.replace(self._new, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            os.fsync(self._folder)
        except OSError:
            self.discard()
            raise

    def discard(self) -> None:
        """Leave the old file as it was."""
        try:
            os.unlink(self._new, dir_fd=self._folder)
        except OSError:
            pass  # it never came into being, or took its place already

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._fd)
        os.close(self._folder)
