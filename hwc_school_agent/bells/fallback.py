"""Where no session bus can be reached: plyer, in a child process that is killed when it hangs.

plyer returns as if all were well when nothing was shown, and cannot ask for a transient notification. So it
may ring at fixed times only, and what it did never counts as rung.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal

from hwc_school_agent.bells.words import TEXT, TITLE, Trace
from hwc_school_agent.host.child import Say, fork

TRACE = Trace.STORES
PATIENCE = 5.0  # seconds


def show() -> None:
    """Try to show the notification; back after ``PATIENCE`` seconds at the latest."""
    child = fork(_notify)
    try:
        select.select([child.fd], [], [], PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # plyer starts programs of its own
        child.kill()
        child.reap()


def _notify(_: Say) -> None:
    os.setpgid(0, 0)
    from plyer import notification

    notification.notify(title=TITLE, message=TEXT, app_name=TITLE)
