"""Fork a child for one task. It answers lines over a pipe and dies; its memory goes with it.

Only processes with one thread may fork (``watch``, the desk, a worker); all of ours have one.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterable
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
        _close_all_but({0, 1, 2, theirs, *keep})
        if quiet:
            silence()

        def say(line: str) -> None:
            data = line.encode() + b"\n"
            while data:
                data = data[os.write(theirs, data) :]

        task(say)
        code = 0
    except BaseException:  # nothing may leave this process but its exit code
        pass
    finally:
        os._exit(code)


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
