"""``hwc-school-agent demo``: try it out on this machine. Nothing leaves it, and nothing is left afterwards."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from hwc_school_agent import catalogues
from hwc_school_agent.demo.agent import BACKUP, CONTACT
from hwc_school_agent.demo.school import School
from hwc_school_agent.demo.walk import seconds, walk
from hwc_school_agent.domain.language import Language
from hwc_school_agent.host.clock import Clock, SystemClock

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def main(once: bool, language: str = "nl") -> int:
    """Run the demo until Ctrl-C; with ``once``, walk one signal through it unattended. Returns the exit code."""
    clock, tr = SystemClock(), catalogues.language(language)
    before = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        return _once(clock, tr) if once else _wait(clock, tr)
    except _Stopped:
        return 1 if once else 0
    except OSError as error:
        why = error.strerror or type(error).__name__
        sys.stderr.write(tr("De proef kan hier niet starten: %(why)s.", why=why) + "\n")
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


def _wait(clock: Clock, tr: Language) -> int:
    with School(clock, tr) as school:
        agent = school.agent
        for who, where, what in (
            (tr("Veilig Thuis (proef)"), school.page.address, tr("stuur hier een signaal")),
            (tr("Bureau van de school"), agent.desk, tr("bekijk en ontvang het hier")),
            (tr("Contactpersoon"), *_log_in(CONTACT, agent.phrases[CONTACT], tr)),
            (tr("Achterwacht"), *_log_in(BACKUP, agent.phrases[BACKUP], tr)),
        ):
            _tell(f"{who:<22} {where:<24}  {what}")
        _tell(tr("Stoppen: Ctrl-C. Alle kinderen zijn verzonnen; na het stoppen is alles weg."))
        code = agent.wait()
        sys.stderr.write(tr("Het programma is onverwacht gestopt (code %(code)d). Dit schreef het:", code=code) + "\n")
        sys.stderr.write(agent.printed.decode("utf-8", "replace"))
        return 1


def _log_in(name: str, phrase: str, tr: Language) -> tuple[str, str]:
    return tr("inlognaam %(name)s", name=name), tr("wachtwoord %(phrase)s", phrase=phrase)


def _once(clock: Clock, tr: Language) -> int:
    began = clock.steady()
    with School(clock, tr) as school:
        good = walk(school, clock, began, _tell)
        printed = b"" if good else school.agent.printed
    if school.folder.exists():
        _tell(tr("MISLUKT bij opruimen. De tijdelijke map staat er nog: %(folder)s", folder=school.folder))
        good = False
    elif good:
        done = tr("Opgeruimd. Er is niets meer van over.")
        _tell(f"{seconds(clock.steady() - began, tr)}  {done}")
    if printed:
        sys.stderr.write(tr("Dit schreef het programma:") + "\n" + printed.decode("utf-8", "replace"))
    return 0 if good else 1
