"""Where no session bus can be reached (Windows, macOS, a bare Linux): plyer, in a child process that is killed.

plyer returns as if all were well when nothing was shown, waits for ever on a service that hangs, and cannot ask for a
notification that is kept nowhere. So it never rings because something came, and what it did never counts as rung.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

from hwc_school_agent.bells.way import Trace, Way

PATIENCE = 5.0  # seconds
_CHILD = "hwc_school_agent.bells.fallback_child"


class Plyer(Way):
    """Tries to show the notification; back after ``PATIENCE`` seconds at the latest. Raises nothing."""

    #: Windows keeps notifications with their time in wpndatabase.db, macOS in the database of its Notification Center
    trace = Trace.STORES

    def _ring(self) -> None:
        quiet = subprocess.DEVNULL
        try:
            # a session, so a process group, of its own: plyer starts programs on some systems
            command = [sys.executable, "-I", "-m", _CHILD]
            child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
        except OSError:
            return
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses for a group of zombies
                    os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            child.wait()
