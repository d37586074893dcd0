"""``hwc-school-agent demo``: try it out on this machine. Nothing leaves it, and nothing is left afterwards."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from hwc_school_agent.demo.agent import BACKUP, CONTACT
from hwc_school_agent.demo.school import School
from hwc_school_agent.demo.walk import walk
from hwc_school_agent.host.clock import Clock, SystemClock

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def main(once: bool) -> int:
    """Run the demo until Ctrl-C; with ``once``, walk one signal through it unattended. Returns the exit code."""
    clock = SystemClock()
    before = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        return _once(clock) if once else _wait(clock)
    except _Stopped:
        return 1 if once else 0
    except OSError as error:
        sys.stderr.write(f"De proef kan hier niet starten: {error.strerror or type(error).__name__}.\n")
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:  # a second Ctrl-C must not interrupt the clearing up
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _wait(clock: Clock) -> int:
    with School(clock) as school:
        agent = school.agent
        _tell(f"Veilig Thuis (proef)   {school.page.address:<24}  stuur hier een signaal")
        _tell(f"Bureau van de school   {agent.desk:<24}  bekijk en ontvang het hier")
        _tell(f"Contactpersoon         inlognaam {CONTACT:<14}  wachtwoord {agent.phrases[CONTACT]}")
        _tell(f"Achterwacht            inlognaam {BACKUP:<14}  wachtwoord {agent.phrases[BACKUP]}")
        _tell("Stoppen: Ctrl-C. Alle kinderen zijn verzonnen; na het stoppen is alles weg.")
        code = agent.wait()
        sys.stderr.write(f"Het programma is onverwacht gestopt (code {code}). Dit schreef het:\n")
        sys.stderr.write(agent.printed.decode("utf-8", "replace"))
        return 1


def _once(clock: Clock) -> int:
    began = clock.steady()
    with School(clock) as school:
        good = walk(school, clock, began, _tell)
        printed = b"" if good else school.agent.printed
    if school.folder.exists():
        _tell("MISLUKT bij opruimen: de tijdelijke map staat er nog.")
        good = False
    elif good:
        _tell(f"{clock.steady() - began:6.2f} s  Opgeruimd. Er is niets meer van over.".replace(".", ",", 1))
    if printed:
        sys.stderr.write("Dit schreef het programma:\n" + printed.decode("utf-8", "replace"))
    return 0 if good else 1
