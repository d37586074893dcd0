"""The log: an event code from this list and integers, to stderr, with the priority prefix journald reads.

Never a text from outside, never an exception's text. No event may exist only because a signal came (P5):
a message that arrives, rings, is shown, confirmed, answered and purged writes nothing here.
"""

from __future__ import annotations

import os
from enum import Enum


class Event(Enum):
    """Code, priority (syslog numbers) and the sentence that follows the code."""

    STARTED = (100, 6, "started")
    STOPPED = (101, 6, "stopped")
    LOOK_OK = (110, 6, "looked into the mailbox on the clock")
    LOOK_FAILED = (210, 4, "could not look into the mailbox; the number is the kind of trouble")
    LOOK_BACK = (111, 5, "looks succeed again")
    MORNING_LOOK = (120, 6, "the bells rang the morning look")
    LOOK_AGAIN = (121, 6, "the bells rang again: nobody has looked yet")
    CLOSED = (130, 6, "the day was closed")
    CLOSE_FAILED = (131, 4, "the day could not be closed; it is tried again")
    ENTERED = (150, 6, "the day was written into the ledger")
    NOT_ENTERED = (250, 3, "the day could not be written into the ledger; the number is what is wrong with it")
    REHEARSED = (140, 6, "the rehearsal went the whole way")
    NOT_SCANNED = (141, 5, "the rehearsal went the whole way, but the memory cannot be searched on this machine")
    REHEARSAL_FAILED = (240, 3, "the rehearsal failed; the number is the leg that was not gone")
    CLOCK_APART = (372, 4, "the clock of this machine differs from that of the mail server; the number is minutes")
    FROZEN = (151, 6, "the report of the month is frozen")
    FREEZE_FAILED = (251, 4, "the report of the month could not be frozen; it is tried again; said once a day")
    HEARTBEAT_FAILED = (330, 4, "the heartbeat address does not answer; said once a day")
    DESK_FAILED = (310, 3, "the desk could not start; the number is how often in a row")
    DESK_CERTIFICATE = (312, 3, "the certificate or key of the desk cannot be used, the page is closed until it can")
    BELL_REFUSED = (320, 4, "a bell without the right to connect was refused")
    BELL_HOUSE_FAILED = (
        321,
        3,
        "bells of other machines could not connect; the number is how often in a row",
    )
    BELL_MAIL_FAILED = (332, 4, "the daily mail of the morning look could not be sent to everybody")
    FAULT = (900, 3, "a fault in this program; the number is a line")


def log(event: Event, *numbers: int) -> None:
    """Write one line: ``<priority>HWC-code sentence numbers``. Takes integers only, by type."""
    code, priority, sentence = event.value
    tail = "".join(f" {int(n)}" for n in numbers)
    try:
        os.write(2, f"<{priority}>HWC-{code} {sentence}{tail}\n".encode())
    except OSError:
        pass  # a full or closed log never stops the agent
