"""``hwc-school-agent bell --test``: does the agent know this bell, and does this screen show it? (Dutch: for staff.)"""

from __future__ import annotations

import select
import socket as sockets
import time
from collections.abc import Callable

from hwc_school_agent.bells.fallback import Plyer
from hwc_school_agent.bells.screen import screen
from hwc_school_agent.bells.way import NoBus, Occasion
from hwc_school_agent.bells.words import Ack, Garbage, Reader
from hwc_school_agent.bells.words import Call as Word

NO_ANSWER = 5
AGENT_SECONDS = 20.0
SCREEN_SECONDS = 5.0
SHOWN_SECONDS = 3.0

HEARD = "De agent kent deze bel."
NOT_HEARD = "De agent is niet te bereiken, of hij kent deze bel niet. Dat kan ICT nakijken: docs/bells.md."
SHOWN = "De melding stond op het scherm."
NOT_SHOWN = "Dit scherm kon de melding niet tonen: er is geen meldingsdienst, of die geeft geen antwoord."
UNSURE = "Zag je de melding? Dit systeem kan dat zelf niet zeggen. Laat ook het bureau openstaan in de browser."


def run(connect: Callable[[], sockets.socket]) -> tuple[tuple[str, str], int]:
    """Try both. Returns two sentences and the exit code: 0, or 5 when one of them did not answer for certain."""
    heard = _agent_answers(connect)
    shown, sentence = _shown()
    return (HEARD if heard else NOT_HEARD, sentence), 0 if heard and shown else NO_ANSWER


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


def _shown() -> tuple[bool, str]:
    answers: list[Ack] = []
    view = screen(answers.append, time.monotonic)
    try:
        view.ring(Occasion.LOOK)  # somebody sits there and asks for it
    except NoBus:
        Plyer().ring(Occasion.LOOK)
        return False, UNSURE
    end = time.monotonic() + SCREEN_SECONDS
    while not answers and time.monotonic() < end:
        fd = view.fileno()
        select.select([] if fd is None else [fd], [], [], 0.1)
        view.read()
        view.tick(time.monotonic())
    if Ack.RUNG not in answers:
        return False, NOT_SHOWN
    time.sleep(SHOWN_SECONDS)
    view.hush()
    return True, SHOWN
