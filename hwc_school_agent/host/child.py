"""A child for one task: forked, or begun anew. It answers lines over a pipe and dies; its memory goes with it.

Only processes with one thread may fork (``watch``, the desk, a worker); all of ours have one.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hwc_school_agent.host.process import die_with_parent, silence

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Child:
    """A running child: its pid, and the pipe it speaks into. End of file means it is dead."""

    pid: int
    fd: int

    def reap(self) -> int:
        """Close the pipe and wait for the end of a child that has hung up or was killed. Returns its exit code."""
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """SIGKILL; ``reap`` it afterwards."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def say_into(fd: int, line: str) -> None:
    """Send one line up a pipe, whole."""
    data = line.encode() + b"\n"
    while data:
        data = data[os.write(fd, data) :]


def fork(task: Callable[[Say], None], *, keep: Iterable[int] = (), quiet: bool = True) -> Child:
    """Run ``task(say)`` in a new process; ``say`` sends one line up the pipe.

    The child keeps only the pipe and the descriptors in ``keep``, has default signals, dies with its parent and
    exits 0, or 1 after any exception, of which nothing is printed. ``quiet=False`` keeps stderr for the event log.
    """
    parent = os.getpid()
    mine, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return Child(pid, mine)
    code = 1
    try:
        die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        gc.freeze()  # what was there before the fork is nothing for this one to search through, or to copy
        _close_all_but({0, 1, 2, theirs, *keep})
        if quiet:
            silence()

        def say(line: str) -> None:
            say_into(theirs, line)

        task(say)
        code = 0
    except BaseException:  # nothing may leave this process but its exit code
        pass
    finally:
        os._exit(code)


def begin(module: str, words: Sequence[str] = (), *, given: bytes = b"", keep: Iterable[int] = ()) -> Child:
    """Run ``python -I -m module words``: an interpreter of its own, not a copy of this process, so that nothing of our
    memory goes with it. It speaks on its standard output; everything else is as with ``fork``.

    ``given`` waits at its standard input, all of it: what does not fit into a pipe (64 kB) is cut off, and its reader
    must find that wrong. ``keep``: descriptors that it needs, under the same numbers. The module hardens itself.
    """
    kept = tuple(keep)
    source, sink = os.pipe()
    mine, theirs = os.pipe()
    os.set_blocking(sink, False)
    with contextlib.suppress(BlockingIOError):
        os.write(sink, given)
    os.close(sink)

    def task(_say: Say) -> None:
        os.dup2(source, 0)
        os.dup2(theirs, 1)
        for fd in kept:
            os.set_inheritable(fd, True)
        os.execv(sys.executable, [sys.executable, "-I", "-m", module, *words])  # noqa: S606 - our own interpreter

    child = fork(task, keep=(source, theirs, *kept))
    for fd in (source, theirs, child.fd):
        os.close(fd)
    return Child(child.pid, mine)


def _close_all_but(keep: set[int]) -> None:
    for name in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else map(str, range(256)):
        fd = int(name)
        if fd not in keep:
            with contextlib.suppress(OSError):
                os.close(fd)


def collect(child: Child, limit: int = 65536) -> tuple[int, bytes]:
    """Wait for a child and return (exit code, everything it said). For callers that may block."""
    said = bytearray()
    while len(said) < limit and (piece := os.read(child.fd, limit)):
        said += piece
    return child.reap(), bytes(said)
