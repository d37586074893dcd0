"""Any other way: a command of the school's own that prints a token on its standard output."""

from __future__ import annotations

import os
import subprocess

from hwc_school_agent.domain.access import UNNAMED, NoToken, Purpose, Refusal, Token
from hwc_school_agent.settings import Mailbox

SECONDS = 20.0
LONGEST = 20_000


def ask(mailbox: Mailbox, purpose: Purpose, now: float) -> Token:
    """Run the command (no shell), with ``mailbox`` or ``submission`` as its last argument. Raises ``NoToken``.

    It prints the token on the first line, and may print its lifetime in seconds on the second. Nothing else of what it
    prints is kept; its messages for people (stderr) are thrown away: they could quote the token.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, from the configuration
            [*mailbox.command, purpose.value],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        raise NoToken(Refusal.COMMAND) from None
    lines = done.stdout[:LONGEST].decode("ascii", "replace").splitlines()
    if done.returncode != 0 or not lines or not lines[0].strip():
        raise NoToken(Refusal.COMMAND)
    seconds = lines[1].strip() if len(lines) > 1 else ""
    lifetime = min(float(seconds), 86_400.0) if seconds.isdecimal() and int(seconds) > 0 else UNNAMED
    return Token(lines[0].strip(), now + lifetime)
