"""``hwc-school-agent bell --test``: does the agent know this bell, and does this screen show it?"""

from __future__ import annotations

import select
import socket as sockets
import time
from collections.abc import Callable
from enum import Enum

from hwc_school_agent.bells.fallback import Plyer
from hwc_school_agent.bells.screen import screen
from hwc_school_agent.bells.way import NoBus, Occasion
from hwc_school_agent.bells.words import Ack, Garbage, Reader
from hwc_school_agent.bells.words import Call as Word

NO_ANSWER = 5
AGENT_SECONDS = 20.0
SCREEN_SECONDS = 5.0
SHOWN_SECONDS = 3.0


class Seen(Enum):
    """What the trial found; the command line has the sentences."""

    HEARD = "the agent knows this bell"
    NOT_HEARD = "the agent cannot be reached, or does not know it"
    SHOWN = "the notification was on the screen"
    NOT_SHOWN = "no service for notifications answered"
    UNSURE = "this system cannot tell"


def run(connect: Callable[[], sockets.socket]) -> tuple[tuple[Seen, Seen], int]:
    """Try both. Returns what was seen of each and the exit code: 0, or 5 when one did not answer for certain."""
    heard = _agent_answers(connect)
    shown = _shown()
    well = heard and shown is Seen.SHOWN
    return (Seen.HEARD if heard else Seen.NOT_HEARD, shown), 0 if well else NO_ANSWER


def _agent_answers(connect: Callable[[], sockets.socket]) -> bool:
    """Whether the agent says a word to this bell."""
    try:
        with connect() as agent:
            agent.settimeout(AGENT_SECONDS)
            words = Reader(Word)
            while data := agent.recv(64):
                if words.feed(data):
                    return True
    except (OSError, Garbage):
        pass
    return False


def _shown() -> Seen:
    answers: list[Ack] = []
    view = screen(answers.append, time.monotonic)
    try:
        view.ring(Occasion.LOOK)  # somebody sits there and asks for it
    except NoBus:
        Plyer().ring(Occasion.LOOK)
        return Seen.UNSURE
    end = time.monotonic() + SCREEN_SECONDS
    while not answers and time.monotonic() < end:
        fd = view.fileno()
        select.select([] if fd is None else [fd], [], [], 0.1)
        view.read()
        view.tick(time.monotonic())
    if Ack.RUNG not in answers:
        return Seen.NOT_SHOWN
    time.sleep(SHOWN_SECONDS)
    view.hush()
    return Seen.SHOWN
