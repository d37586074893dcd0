"""Hygiene of each process: no core dump, no foreign reader of its memory, an end when the parent ends."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def harden() -> None:
    """First statement of every process: no core (LimitCORE=0 does not stop systemd-coredump), private files."""
    _prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)


def die_with_parent(parent: int) -> None:
    """This child is killed when ``parent`` ends, however it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def silence() -> None:
    """Send stdout and stderr of this child nowhere: no traceback of it may reach a log."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    if null > 2:
        os.close(null)


def read_quietly(path: Path) -> bytes:
    """The bytes of a file of ours, without a new "last read" time: that would tell when somebody logged in, or when a
    receipt was signed. Raises ``OSError``."""
    flags = os.O_RDONLY | os.O_CLOEXEC
    try:
        fd = os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # the file belongs to somebody else: then its times are not ours to keep
        fd = os.open(path, flags)
    with open(fd, "rb") as stream:
        return stream.read()


def open_nothing_more() -> None:
    """Give up, for good, opening files and sockets and starting processes. What is open stays open."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # not enforced for root; pipes and files are
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def limit_memory(megabytes: int) -> None:
    """Address space limit: a quiet MemoryError instead of the kernel's logged OOM kill."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
