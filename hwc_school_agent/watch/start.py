"""Begin the resident process: settings from a short process of their own, one lock, the sockets, the loop."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hwc_school_agent.host.child import Child, Say, collect, fork
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.host.own_memory import OwnMemory
from hwc_school_agent.host.process import harden

if TYPE_CHECKING:
    from hwc_school_agent.settings import Settings
    from hwc_school_agent.watch.loop import Loop

WRONG_SETTINGS = 78
ERROR = 1


def main(config: Path, credentials: Path | None) -> int:
    """Run the agent until SIGTERM or SIGINT. Returns the exit code; faults are explained on stderr."""
    memory = OwnMemory.open()  # only now: once hardened, not even we may open it
    harden()
    child = _read_settings(config, credentials)  # pydantic costs 10 MB: it stays in a process that ends
    from hwc_school_agent.host.clock import SystemClock
    from hwc_school_agent.host.lock import Taken, hold
    from hwc_school_agent.host.random_keys import installation_key
    from hwc_school_agent.watch.door import NotFree, open_doors
    from hwc_school_agent.watch.loop import Loop
    from hwc_school_agent.watch.watch import Watch

    code, answer = collect(child, 1 << 20)
    if answer.strip() == b"faults":
        return WRONG_SETTINGS
    if code != 0:
        return _complain(
            "De instellingen konden niet worden gelezen: een fout in dit programma. Meld dat aan de makers."
        )
    settings = pickle.loads(answer[:-1].decode().encode("latin-1"))  # noqa: S301 - from our own child
    speaks = settings.school.language
    try:
        lock = hold(settings.state.runtime_directory)
    except Taken:
        return _complain("Er draait al een agent voor deze postbus. Stop die eerst.", speaks)
    except OSError:
        return _complain(
            "De map %(folder)s is niet te gebruiken. Maak hem aan en geef dit account schrijfrecht ([state]"
            " runtime_directory).",
            speaks,
            folder=settings.state.runtime_directory,
        )
    try:
        installation_key(settings.state.directory)  # made now: with the first receipt its date would tell of a signal
    except OSError:
        return _complain(
            "De map %(folder)s is niet te gebruiken. Maak hem aan en geef dit account schrijfrecht ([state]"
            " directory).",
            speaks,
            folder=settings.state.directory,
        )
    _make_ledger(settings)
    try:
        doors = open_doors(settings.desk.host, settings.desk.port)
    except NotFree as fault:
        if fault.taken:
            return _complain(
                "Op %(address)s luistert al een ander programma. Wie het bureau opent, kan daar terechtkomen. Stop dat"
                " programma, of kies een andere poort in [desk] listen.",
                speaks,
                address=fault.address,
            )
        return _complain(
            "Het adres %(address)s is niet te gebruiken. Kies een ander in [desk] listen.",
            speaks,
            address=fault.address,
        )
    loop = Loop(SystemClock())
    watch = Watch(settings, SystemClock(), loop, doors, memory)
    _stop_on_signal(loop)
    try:
        watch.start()
    except OSError:
        return _complain(
            "Een socket kon niet worden gemaakt. Kijk naar [state] runtime_directory, [bell] group en [bell] listen.",
            speaks,
        )

    watch.tick()

    loop.call_later(1.0, lambda: begin_ticking(loop, watch.tick, settings.school.timezone))
    code = _run(loop)
    watch.stop()
    os.close(lock)
    return code


def begin_ticking(loop: Loop, tick: Callable[[], None], timezone: str) -> None:
    """Let the clock call ``tick``. Imported here, after the first look: meanwhile nothing else can be done."""
    from hwc_school_agent.watch.lean import load

    load("hwc_school_agent.watch.ticker").tick_every_15_seconds(loop, tick, timezone)


def _run(loop: Loop) -> int:
    try:
        loop.run()
    except Exception as fault:  # its text may quote anything; systemd starts us again
        frame = fault.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        log(Event.FAULT, frame.tb_lineno if frame is not None else 0)
        return ERROR
    return 0


def _read_settings(config: Path, credentials: Path | None) -> Child:
    def task(say: Say) -> None:
        from importlib import import_module

        reader = import_module("hwc_school_agent.settings_reader")
        try:
            settings = reader.read(config, credentials)
        except reader.SettingsFaults as faults:
            print(reader.explain(faults), file=sys.stderr, flush=True)  # noqa: T201
            say("faults")
            return
        # a text, not hex: the traces of that in memory would look like pieces of names to whoever searches for them
        say(pickle.dumps(settings).decode("latin-1"))

    return fork(task, quiet=False)


def _make_ledger(settings: Settings) -> None:
    """Key and ledger, where an installation has neither: made now, as with a day's first entry their time would tell.

    What goes wrong is said when the day's entry cannot be written.
    """

    from hwc_school_agent.host.clock import SystemClock, local
    from hwc_school_agent.watch.hands import Worker, born

    if not {"ledger", "ledger.key"} & set(os.listdir(settings.state.directory)):
        today = local(SystemClock().now(), settings.school.timezone).date()
        collect(born(Worker.BEGINNING, (settings.state.directory, settings.ledger_key, today)))


def _complain(text: str, language: str = "nl", **facts: object) -> int:
    """Say why there is nothing to run. The catalogues are for those who end: whoever stays has none in memory."""
    from hwc_school_agent import catalogues

    sentence = catalogues.language(language)(text, **facts)
    print(f"hwc-school-agent: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
    return ERROR


def _stop_on_signal(loop: Loop) -> None:
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def woken() -> None:
        ours.recv(64)
        theirs.fileno()  # keeps the other end alive as long as this call exists
        loop.stop()

    loop.add_reader(ours.fileno(), woken)
