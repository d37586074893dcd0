"""Triage: read one new message in a process that dies, and answer one word (``Kind``). In doubt ``UNCLEAR``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import open_session
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask


def run(settings: Settings, place: Place, today: date, say: Callable[[Kind], None]) -> None:
    """Say what the message at ``place`` asks of a person. Whatever cannot be read still rings (promise P1).

    Raises what ``open_session`` and ``read_message`` raise; ``watch`` takes a triage that dies for ``UNCLEAR``.
    """
    with open_session(settings.mailbox) as session:
        raw = read_message(session, place)
    try:
        kind = ask(Question.KIND, raw, allowed=settings.senders.allowed, today=today)
    except BoxFailed:
        kind = Kind.UNCLEAR
    say(kind if isinstance(kind, Kind) else Kind.UNCLEAR)
