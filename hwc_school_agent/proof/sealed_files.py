"""The files that are checked: a report, a sealed note, the word of a QR code, a head that was kept. Bytes only.

What does not hold ends the check with ``Broken``, what cannot be checked with ``Unreadable``; both know the sentence.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass

from hwc_school_agent.domain.ledger_entry import KeyChange
from hwc_school_agent.domain.ledger_text import LARGEST, Part
from hwc_school_agent.domain.report_facts import FORMAT, NotAReport, lines_of, parse
from hwc_school_agent.domain.signed_note import Head, NotANote, Note, is_compact, parse_compact, vkey
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.keys import note_holds
from hwc_school_agent.proof.ledger import Ledger, checked
from hwc_school_agent.proof.seal import SealBroken, Sealed, opened
from hwc_school_agent.proof.verdict_words import Say

JSON = b"{"
_NAME, _SEAL = b"hwc-school-agent", b"<!--seal-->"


class Ends(Exception):
    """The check ends here; ``say`` tells why."""

    def __init__(self, say: Say, **facts: object) -> None:
        super().__init__(say.name)
        self.say, self.facts = say, facts


class Unreadable(Ends):
    """This cannot be checked. Carries nothing of it."""


class Broken(Ends):
    """Something does not hold."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A head that somebody kept: where a ledger stood, and the key that said so if it is known."""

    head: Head
    note: Note | None  # ``None``: it stood in a report, whose seal was looked at
    public: bytes | None


def book_of(data: bytes) -> Ledger:
    """A ledger, every hash and every signature looked at. Raises ``Broken``."""
    try:
        return checked(data[: LARGEST + 1])
    except LedgerDamaged as wrong:
        raise Broken(Say.BOOK_TORN if wrong.damage is Damage.TORN else Say.BOOK_CHANGED) from None


def keys_of(part: Part) -> tuple[bytes, ...]:
    """Every key that sealed a part of a ledger, the newest last."""
    return (part.public, *(r.public for r in part.records if isinstance(r, KeyChange)))


def text_of(data: bytes) -> str:
    """Raises ``Unreadable``."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable(Say.NOT_OURS) from None


def sealed_note(text: str) -> Sealed | None:
    """A sealed note; ``None`` for a head, which has no line with a key, and for all else. Raises ``Broken``."""
    try:
        return opened(text)
    except SealBroken:
        raise Broken(Say.SEAL_WRONG) from None
    except NotANote:
        return None


def report(data: bytes) -> Sealed | None:
    """The note in a report's file, once everything else in that file agrees with it; ``None`` for other files.

    Raises ``Broken`` with the first thing that does not agree.
    """
    if data.startswith(JSON) and _NAME in data:
        return _json(text_of(data))
    return _page(data) if _SEAL in data else None


def _json(text: str) -> Sealed:
    try:
        whole = json.loads(text)
        note, ledger, facts = whole["note"], whole["ledger"], whole["facts"]
        sealed = _seal(note)
        parse(sealed.text)
        stand = stand_of(sealed)
        known = dict(lines_of(sealed.text))
        if facts != known:
            raise Broken(Say.FACTS_CHANGED)
        if (stand is None) != (not ledger):
            raise Broken(Say.OTHER_BOOK)
        if stand is not None:
            _rests_on(stand, book_of(ledger.encode()))
        key = vkey(sealed.origin, sealed.public)
        same = {"format": FORMAT, "facts": known, "key": key, "note": note, "ledger": ledger}
        if json.dumps(same, ensure_ascii=False, indent=1) + "\n" != text:
            raise Broken(Say.FILE_CHANGED)
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError, NotAReport):
        raise Broken(Say.FILE_CHANGED) from None
    return sealed


def _page(data: bytes) -> Sealed:
    from hwc_school_agent.proof.report_page import BEGIN, END, page_hash

    try:
        text = data.decode()
        seal = text.split(BEGIN, 1)[1].split(END, 1)[0]
        shown = html.unescape(seal.rsplit("<pre>", 1)[1].removesuffix("</pre></details>"))
    except (ValueError, IndexError):
        raise Broken(Say.SEAL_GONE) from None
    note, _, code = shown.rpartition("\n")
    sealed = _seal(note)
    if _seal(code) != sealed:
        raise Broken(Say.SEAL_WRONG)
    try:
        parse(sealed.text)
        if page_hash(text) != lines_of(sealed.text)["page"]:
            raise Broken(Say.PAGE_CHANGED)
    except (ValueError, NotAReport):
        raise Broken(Say.PAGE_CHANGED) from None
    return sealed


def _seal(text: str) -> Sealed:
    """The seal of a report. Raises ``Broken``, also when it is none."""
    try:
        return opened(text)
    except SealBroken:
        raise Broken(Say.SEAL_WRONG) from None
    except NotANote:
        raise Broken(Say.SEAL_GONE) from None


def _rests_on(stand: Stand, book: Ledger) -> None:
    """That the ledger in a report's file ends where the report says. Raises ``Broken``."""
    if book.head != stand.head or stand.public not in keys_of(book.current):
        raise Broken(Say.OTHER_BOOK)


def stand_of(sealed: Sealed) -> Stand | None:
    """Where the ledger stood that a report rests on: its line ``ledger SIZE HASH``. Raises ``NotANote``."""
    for line in sealed.text.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "ledger" and not rest.endswith(" none"):
            return Stand(Head.parse(f"{sealed.origin}\n{rest.replace(' ', chr(10), 1)}\n"), None, sealed.public)
    return None


def stand_in(data: bytes) -> Stand:
    """A head that was kept: by itself, as the word of a QR code, or in a report. Raises ``Ends``, ``NotANote``."""
    if (sealed := report(data)) is not None or (sealed := sealed_note(text_of(data))) is not None:
        if (stand := stand_of(sealed)) is None:
            raise NotANote
        return stand
    text = text_of(data)
    if is_compact(text):
        note, public = parse_compact(text)
        head = Head.parse(note.body)
        if not note_holds(note, head.origin, public):
            raise Broken(Say.SEAL_WRONG)
        return Stand(head, note, public)
    note = Note.parse(text)
    return Stand(Head.parse(note.body), note, None)


def must_lie_on(stand: Stand, book: Ledger) -> None:
    """That a head lies on the ledger. Raises ``Broken``."""
    part = next((p for p in book.parts if p.origin == stand.head.origin), None)
    if part is None:
        raise Broken(Say.HEAD_OF_OTHER_BOOK)
    keys = keys_of(part)
    note = stand.note
    if not any(stand.public in (None, key) and (note is None or note_holds(note, part.origin, key)) for key in keys):
        raise Broken(Say.HEAD_NOT_BY_BOOK)
    chain = part.chain()
    if stand.head.size >= len(chain):
        raise Broken(Say.DAYS_GONE)
    if chain[stand.head.size] != stand.head.chain:
        raise Broken(Say.REWRITTEN)
