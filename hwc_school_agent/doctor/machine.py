"""The machine: its clock, swap, core dumps. What cannot be read here is not spoken of."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent.doctor.codes import Check, Finding, found, well

_STA_UNSYNC = 0x40  # <sys/timex.h>
_TIME_ERROR = 5
_PR_GET_DUMPABLE = 3


class _Timex(ctypes.Structure):
    """The beginning of ``struct timex`` of adjtimex(2), and more room than it needs."""

    _fields_ = (
        ("modes", ctypes.c_int),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """``None``: cannot be known here."""

    synchronised: bool | None = None
    swap: bool | None = None
    core_pattern: str | None = None
    dumpable: bool | None = None  # this process, after it was hardened as every process of ours


def look() -> Machine:
    """Ask the kernel. Never raises."""
    swaps, pattern = _read("/proc/swaps"), _read("/proc/sys/kernel/core_pattern")
    return Machine(
        synchronised=_synchronised(),
        swap=None if swaps is None else len(swaps.splitlines()) > 1,
        core_pattern=None if pattern is None else pattern.strip(),
        dumpable=_dumpable(),
    )


def judge(machine: Machine) -> list[Finding]:
    """One finding for everything that could be known."""
    found_here = [
        (Check.CLOCK_UNSYNCED, machine.synchronised),
        (Check.SWAP, None if machine.swap is None else not machine.swap),
        # a pipe hands every crash to a program; an absolute path keeps it where nobody looks
        (Check.CORE_DUMPS, None if machine.core_pattern is None else machine.core_pattern[:1] not in ("|", "/")),
        (Check.DUMPABLE, None if machine.dumpable is None else not machine.dumpable),
    ]
    return [(well if good else found)(check) for check, good in found_here if good is not None]


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return None


def _synchronised() -> bool | None:
    if sys.platform != "linux":
        return None
    timex = _Timex()
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))  # modes 0: only asks
    return None if state < 0 else state != _TIME_ERROR and not timex.status & _STA_UNSYNC


def _dumpable() -> bool | None:
    if sys.platform != "linux":
        return None
    return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))
