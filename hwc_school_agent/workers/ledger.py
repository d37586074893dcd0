"""The ledger writer: a child without mailbox and network that is told two words a day, and writes one line.

It gets no settings. What it needs it opens first; then it gives up, for good, the means to open anything else, and
only then writes.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from hwc_school_agent.domain.ledger_entry import ClockWrong, DayEntry
from hwc_school_agent.domain.outcome import Entered
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.host.kept_file import Prepared, locked
from hwc_school_agent.host.process import open_nothing_more
from hwc_school_agent.proof import keys, ledger
from hwc_school_agent.proof.damage import LedgerDamaged
from hwc_school_agent.settings import Secret

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def run(
    directory: Path,
    secret: Secret,
    entry: DayEntry,
    calendar: Calendar,
    stamp: float,
    say: Callable[[Entered], None],
) -> None:
    """Write ``entry``, and ``off`` for the school days since the last one; say one word. Raises nothing.

    ``directory``: of the state. ``secret``: the credential ``ledger__key``, or empty. ``stamp``: the time that the
    file shall carry (epoch seconds): the nominal one, so that it follows from the calendar.
    """
    try:
        say(_write(directory, secret.reveal(), entry, calendar, stamp))
    except LedgerDamaged as wrong:
        say(Entered(wrong.damage.name.lower()))
    except ClockWrong:
        say(Entered.CLOCK)
    except OSError as error:
        say(Entered.FULL if error.errno in _NO_ROOM else Entered.NOT_WRITTEN)


def _write(directory: Path, secret: str, entry: DayEntry, calendar: Calendar, stamp: float) -> Entered:
    with locked(directory):  # an administrator may be changing the key
        now = ledger.read(directory)
        new = now.written(entry, calendar, ledger.key_for(now, keys.read_keys(directory, secret)))
        if new is now:
            return Entered.KEPT
        prepared = Prepared(directory, ledger.FILE)
        open_nothing_more()
        prepared.put(new.data(), stamp)
    return Entered.WRITTEN
