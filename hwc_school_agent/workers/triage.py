"""Triage: read one new message in a process that dies, and answer one word (``Kind``). In doubt ``UNCLEAR``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hwc_school_agent.domain.outcome import PRACTICE, Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.swift import NotRead, SwiftRead
from hwc_school_agent.mailbox.talk import Rested
from hwc_school_agent.settings import Settings

LIMIT = 65_536  # bytes of a message that are looked into


def run(settings: Settings, place: Place, today: date, spare: Rested | None, say: Callable[[Kind], None]) -> None:
    """Say what the message at ``place`` asks of a person. Whatever cannot be read still rings (promise P1).

    ``spare``: a connection that is ours alone. Raises what ``open_session`` and ``read_message``
    raise; ``watch`` takes a triage that dies for ``UNCLEAR``.
    """
    try:
        question = SwiftRead(spare, place, LIMIT) if spare is not None else None
        from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask, prepare

        prepare()  # while the server answers
        raw = question.answer() if question is not None else _read(settings, place)
    except NotRead:
        raw = _read(settings, place)
    try:
        kind = ask(Question.KIND, raw, allowed=settings.senders.allowed, today=today)
    except BoxFailed:
        kind = Kind.UNCLEAR
    say(_judged(settings, raw, today, kind if isinstance(kind, Kind) else Kind.UNCLEAR))


def _judged(settings: Settings, raw: bytes, today: date, kind: Kind) -> Kind:
    """What the box said, unless the message is practice mail of ours; only the key says that, never the box."""
    if kind in PRACTICE:
        kind = Kind.UNCLEAR
    from hwc_school_agent.domain.rehearsal import BEGINNING

    if BEGINNING not in raw:
        return kind
    from hwc_school_agent.workers.practice_mail import recognised

    try:
        found = recognised(settings, raw, today)
    except Exception:  # a key that cannot be read, say: then it is a message like any other, and rings
        return kind
    return found[0] if found else kind


def _read(settings: Settings, place: Place) -> bytes:
    from hwc_school_agent.mailbox.read import read_message
    from hwc_school_agent.mailbox.session import open_session

    with open_session(settings.mailbox) as session:
        return read_message(session, place)
