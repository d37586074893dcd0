"""Triage: read one new message in a process that dies, and answer one word (``Kind``). In doubt ``UNCLEAR``."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import date

from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.swift import NotRead, SwiftRead
from hwc_school_agent.settings import Settings

LIMIT = 65_536  # bytes of a message that are looked into


def run(
    settings: Settings, place: Place, today: date, spare: socket.socket | None, say: Callable[[Kind], None]
) -> None:
    """Say what the message at ``place`` asks of a person. Whatever cannot be read still rings (promise P1).

    ``spare``: a connection that is logged in and ours alone. Raises what ``open_session`` and ``read_message``
    raise; ``watch`` takes a triage that dies for ``UNCLEAR``.
    """
    try:
        question = SwiftRead(spare, place, LIMIT) if spare is not None else None
        from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask  # while the server answers

        raw = question.answer() if question is not None else _read(settings, place)
    except NotRead:
        raw = _read(settings, place)
    try:
        kind = ask(Question.KIND, raw, allowed=settings.senders.allowed, today=today)
    except BoxFailed:
        kind = Kind.UNCLEAR
    say(kind if isinstance(kind, Kind) else Kind.UNCLEAR)


def _read(settings: Settings, place: Place) -> bytes:
    from hwc_school_agent.mailbox.read import read_message
    from hwc_school_agent.mailbox.session import open_session

    with open_session(settings.mailbox) as session:
        return read_message(session, place)
