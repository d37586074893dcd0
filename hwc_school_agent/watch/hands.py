"""Start workers and hear what they say. The code of a worker is imported in its child only, by name from a
closed list, so that ``watch`` itself never holds code that reads content.

A worker is a fork, and quick; it holds what ``watch`` holds, passwords too. Those that need none are interpreters of
their own instead: ``python -I -m hwc_school_agent.watch.hands ledger``.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from hwc_school_agent.domain.outcome import Said
from hwc_school_agent.host.child import Child, Say, begin, fork, say_into
from hwc_school_agent.host.process import harden, limit_memory
from hwc_school_agent.watch.loop import Loop

WORKER_MEGABYTES = 600


class Worker(StrEnum):
    """Every worker that ``watch`` starts: a module in ``workers`` with a function ``run(*arguments, say)``."""

    TRIAGE = "triage"
    FINISH = "finish"
    CLOSE = "close"
    CLOSED_NOTICE = "closed_notice"
    REHEARSAL = "rehearsal"
    SCAN = "rehearsal_scan"
    HEARTBEAT = "heartbeat"
    BELL_MAIL = "bell_mail"
    INSPECT = "inspect"
    FREEZE = "freeze"
    LEDGER = "ledger"
    BEGINNING = "beginning"


#: Those that get along without a mailbox and without a way to send: they begin without the memory of ``watch``.
ANEW = frozenset({Worker.HEARTBEAT, Worker.LEDGER, Worker.BEGINNING})
MODULE = "hwc_school_agent.watch.hands"


def born(worker: Worker, arguments: tuple[Any, ...], keep: tuple[int, ...] = ()) -> Child:
    """A child in which ``worker`` runs. ``keep``: for a fork only."""
    if worker in ANEW:
        return begin(MODULE, [worker.value], given=pickle.dumps(arguments))
    return fork(lambda say: _work(worker, arguments, say), keep=keep)


def _work(worker: Worker, arguments: tuple[Any, ...], say: Say) -> None:
    limit_memory(WORKER_MEGABYTES)
    module = importlib.import_module(f"hwc_school_agent.workers.{worker.value}")
    module.run(*arguments, lambda word: say(word.line() if isinstance(word, Said) else word.value))


class Hands:
    """The workers that run now."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._running: dict[int, Child] = {}

    def start(
        self,
        worker: Worker,
        arguments: tuple[Any, ...],
        seconds: float,
        on_line: Callable[[str], None],
        on_end: Callable[[bool], None],
        keep: tuple[int, ...] = (),
    ) -> None:
        """Start ``worker``. ``on_line`` gets every line it says; ``on_end(well)`` comes last, also after a kill.

        It is killed after ``seconds``. ``arguments`` travel by the fork or a pipe; nothing is written anywhere.
        ``keep``: descriptors in the arguments that the child needs.
        """

        child = born(worker, arguments, keep)
        self._running[child.pid] = child
        buffer = bytearray()

        def readable() -> None:
            piece = os.read(child.fd, 4096)
            buffer.extend(piece)
            *lines, rest = bytes(buffer).split(b"\n")
            buffer[:] = rest[-64:]  # no word is longer
            for line in lines:
                on_line(line.decode("ascii", "replace"))
            if not piece:
                timer.cancel()
                self._loop.remove_reader(child.fd)
                del self._running[child.pid]
                on_end(child.reap() == 0)

        timer = self._loop.call_later(seconds, child.kill)
        self._loop.add_reader(child.fd, readable)

    def stop(self) -> None:
        """Kill what still runs; the flags on the messages say later what is left to do."""
        for child in self._running.values():
            self._loop.remove_reader(child.fd)
            child.kill()
            child.reap()
        self._running.clear()


def main(name: str) -> None:
    """In the interpreter of its own: the arguments are read from stdin, the words go to stdout."""
    harden()
    code = 1
    try:
        arguments = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from ``watch``, our parent
        _work(Worker(name), arguments, lambda line: say_into(1, line))
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
