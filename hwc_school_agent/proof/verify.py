"""What holds of a ledger, a report, a sealed note or the word of a QR code: offline, from the bytes alone.

Nothing here needs a mailbox or a configuration. Whose key it is, is for the words of the school guide to say; whether
the past was written anew by whoever has the key, for a head that was printed earlier. The page ``nakijken.html`` looks
at the same things in the same order and says the same (``verdict_words``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hwc_school_agent.domain.key_words import words_of
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.domain.report_facts import NotAReport, parse
from hwc_school_agent.domain.signed_note import LONGEST, NotANote, is_compact, parse_compact
from hwc_school_agent.proof.keys import note_holds
from hwc_school_agent.proof.ledger import Ledger
from hwc_school_agent.proof.seal import Sealed
from hwc_school_agent.proof.sealed_files import (
    JSON,
    Broken,
    Stand,
    Unreadable,
    book_of,
    keys_of,
    must_lie_on,
    report,
    sealed_note,
    stand_in,
    stand_of,
    text_of,
)
from hwc_school_agent.proof.verdict_words import Say

HOLDS, UNREADABLE, BROKEN = 0, 1, 4
_LEDGER = b"hwc-school-agent ledger "
_SPEAKS = re.compile(rb"(?:\n|\\n)language (nl|en)(?:\n|\\n)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence about what holds, one about what does not or is not known, and the exit code."""

    holds: str
    lacks: str
    code: int = HOLDS


def language_of(data: bytes) -> str:
    """The language of a report, so that its reader is answered in it; ``nl`` for all else. Proves nothing."""
    if is_compact(text := data[:LONGEST].decode("utf-8", "replace")):
        try:
            data = parse_compact(text)[0].body.encode()
        except NotANote:
            return DUTCH.code
    found = _SPEAKS.search(data)
    return found[1].decode() if found else DUTCH.code


def verify(
    data: bytes, *, words: str = "", public: bytes | None = None, head: bytes = b"", ledger: bytes = b"",
    tr: Language = DUTCH,
) -> Verdict:  # fmt: skip
    """Check ``data``. ``words``: of the school guide, as ``plain_words`` gives them. ``public``: the key itself.

    ``head``: something that was kept earlier (head, report or QR code), to be found on the ledger. ``ledger``: the
    ledger that a report or a head must lie on. Never raises for what stands in them.
    """
    book: Ledger | None
    try:
        if data.startswith(_LEDGER):
            book = book_of(data)
            holds, publics = [_of_ledger(book, tr)], keys_of(book.current)
        else:
            holds, publics, stand = _of_other(data, public, ledger, tr)
            book = book_of(ledger) if ledger else None
            if book is not None and stand is not None:
                must_lie_on(stand, book)
                holds.append(Say.HEAD_LIES.of(tr))
                publics = keys_of(next(p for p in book.parts if p.origin == stand.head.origin))
        if head:
            if book is None:
                raise Unreadable(Say.NOT_OURS)
            must_lie_on(stand_in(head), book)
            holds.append(Say.HEAD_LIES.of(tr))
        lacks = _whose(publics, words, public, book, tr)
        if book is not None and len(book.parts) > 1:
            lacks.append(Say.EARLIER_DAYS.of(tr))
        if book is not None and not head and data.startswith(_LEDGER):
            lacks.append(Say.END_UNKNOWN.of(tr))
        return Verdict(" ".join(holds), " ".join([*lacks, Say.LIMIT.of(tr)]))
    except Broken as broken:
        return Verdict(Say.NOT_RIGHT.of(tr), broken.say.of(tr, **broken.facts), BROKEN)
    except Unreadable as unreadable:
        return Verdict(Say.NOTHING_CHECKED.of(tr), unreadable.say.of(tr), UNREADABLE)
    except NotANote:
        return Verdict(Say.NOTHING_CHECKED.of(tr), Say.NOT_OURS.of(tr), UNREADABLE)


def _of_ledger(book: Ledger, tr: Language) -> str:
    days = book.days
    if not days:
        return Say.BOOK_EMPTY.of(tr)
    return Say.BOOK_WHOLE.of(tr, days=len(days), first=days[0].day, last=days[-1].day)


def _whose(
    publics: tuple[bytes, ...], words: str, public: bytes | None, book: Ledger | None, tr: Language
) -> list[str]:
    """What is not known about whose it is; nothing when the key is the one that was named. Raises ``Broken``."""
    if not words and public is None:
        return [Say.WHOSE_UNKNOWN.of(tr), Say.COMPARE_WORDS.of(tr, words=words_of(publics[-1]))]

    def named(key: bytes) -> bool:
        return (not words or words_of(key) == words) and (public is None or key == public)

    if any(map(named, publics)):
        return []
    for part in book.parts[:-1] if book else ():
        if part.days and any(map(named, keys_of(part))):
            raise Broken(Say.KEY_UNTIL, last=part.days[-1].day)
    raise Broken(Say.OTHER_WORDS if words else Say.OTHER_KEY)


def _of_other(
    data: bytes, public: bytes | None, ledger: bytes, tr: Language
) -> tuple[list[str], tuple[bytes, ...], Stand | None]:
    """What holds of a report, note or head; the keys it may be of; and where its ledger stood."""
    if (sealed := report(data)) is not None:
        said = [Say.REPORT_WHOLE.of(tr, **_named(sealed, tr))]
        if data.startswith(JSON):
            said.append((Say.BOOK_BELONGS if stand_of(sealed) else Say.BOOK_WAS_AWAY).of(tr))
        return said, (sealed.public,), stand_of(sealed)
    if (sealed := sealed_note(text_of(data))) is not None:
        return _of_note(sealed, tr), (sealed.public,), stand_of(sealed)
    stand = stand_in(data)
    keys = keys_of(book_of(ledger).current) if ledger else ()
    if stand.note is not None and stand.public is None:
        named = (*keys, public) if public else keys
        if not named:
            raise Unreadable(Say.HEAD_NEEDS_BOOK)
        if not (known := [key for key in named if note_holds(stand.note, stand.head.origin, key)]):
            raise Broken(Say.HEAD_OTHER_KEY)
        stand = Stand(stand.head, stand.note, known[0])
    return [Say.HEAD_WHOLE.of(tr, size=stand.head.size)], (stand.public or b"",), stand


def _of_note(sealed: Sealed, tr: Language) -> list[str]:
    """What a sealed text says by itself: of a report its outcome, to be compared with the paper."""
    from hwc_school_agent.proof.report_page import words_of as report_words

    try:
        headline, meaning = report_words(tr.code).verdicts[parse(sealed.text).verdict]
    except NotAReport:
        return [Say.TEXT_WHOLE.of(tr)]
    named = Say.REPORT_CODE.of(tr, **_named(sealed, tr))
    return [named, Say.OUTCOME.of(tr, headline=headline, meaning=meaning), Say.COMPARE_PAPER.of(tr)]


def _named(sealed: Sealed, tr: Language) -> Mapping[str, object]:
    """Which report it is. Raises ``NotAReport``."""
    from hwc_school_agent.proof.report_page import words_of as report_words

    facts = parse(sealed.text)
    return {"month": report_words(tr.code).month(facts.month), "school": facts.school, "frozen": facts.frozen}
