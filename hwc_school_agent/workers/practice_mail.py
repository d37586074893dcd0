"""Knowing our own practice mail among what lies in the mailbox, so that it can be swept away.

A Message-ID with the right hash is not enough: whoever has seen one could put it on another message. What the parser
reads must be exactly what we sent, or the message is one like any other and rings (promise P1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.domain.outcome import PRACTICE, FolderRole, Kind
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.mailbox.copies import Message, Sought, find
from hwc_school_agent.mailbox.errors import MessageGone
from hwc_school_agent.mailbox.folders import Folder
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import Session
from hwc_school_agent.post.rehearsal import key_of
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask

MOST_CHECKED = 50  # messages of ours in one sweep; there are two a day
_ONLY_OURS = frozenset({FolderRole.SENT, FolderRole.DRAFTS})


@dataclass(frozen=True, slots=True)
class Ours(Sought):
    """Seeks receipts, and practice mail of some kinds: in Sent by its Message-ID, elsewhere only what was checked."""

    practice: Callable[[str], bool] = lambda _message_id: False
    checked: frozenset[bytes] | None = field(default=None, repr=False)  # headers; ``None``: not checked yet

    def matches(self, message: Message, role: FolderRole) -> bool:
        """Whether a message in a folder of that role has to go; before the check: whether it must be checked."""
        if self.practice(message.message_id):
            return role in _ONLY_OURS or self.checked is None or _stripped(message.header) in self.checked
        return Sought.matches(self, message, role)


def recognised(settings: Settings, raw: bytes, today: date) -> tuple[Kind, str] | None:
    """Kind and nonce, when ``raw`` is practice mail of ours with nobody else's words; else ``None``."""
    if rehearsal.BEGINNING not in raw:
        return None
    try:
        envelope = ask(Question.HEADER, raw, allowed=(), today=today)
        found = rehearsal.known(envelope.message_id, key_of(settings)) if isinstance(envelope, Envelope) else None
        if found is None:
            return None
        kind, nonce = found
        if kind in (Kind.ECHO, Kind.FILLER):
            return found if ask(Question.KIND, raw, allowed=(), today=today) is Kind.NOBODY else None
        shown = ask(Question.SHOW, raw, allowed=(), today=today)
    except BoxFailed:
        return None
    child = rehearsal.child_of(key_of(settings), kind, nonce)
    return found if isinstance(shown, Shown) and shown.children == (child,) and shown.codeword else None


def search(
    settings: Settings,
    session: Session,
    folders: Sequence[Folder],
    marks: Mapping[str, Mark],
    day: date,
    today: date,
    *,
    receipts: Callable[[str], bool] = lambda _message_id: False,
    kinds: frozenset[Kind] = PRACTICE,
) -> tuple[Ours, frozenset[tuple[Kind, str]]]:
    """What may be swept, and which practice mail was found outside Sent and Drafts.

    ``receipts``: knows the Message-ID of a receipt to a sender. ``kinds``: of practice mail. Raises as ``find``.
    """
    key = key_of(settings)

    def practice(message_id: str) -> bool:
        found = rehearsal.known(message_id, key)
        return found is not None and found[0] in kinds

    candidates = find(session, folders, marks, Ours(None, lambda _id: False, practice), day)
    headers: set[bytes] = set()
    seen: set[tuple[Kind, str]] = set()
    places = [
        Place(folder.name, folder.role, folder.uidvalidity or 0, uid)
        for folder, uids in candidates.copies
        if folder.role not in _ONLY_OURS
        for uid in uids
    ]
    for place in places[:MOST_CHECKED]:
        try:
            raw = read_message(session, place)
        except MessageGone:
            continue
        if (found := recognised(settings, raw, today)) is not None and found[0] in kinds:
            seen.add(found)
            headers.add(_header(raw))
    return Ours(None, receipts, practice, frozenset(headers)), frozenset(seen)


def _header(raw: bytes) -> bytes:
    head, _, _ = raw.partition(b"\r\n\r\n")
    return _stripped(head)


def _stripped(header: bytes) -> bytes:
    return header.rstrip(b"\r\n")
