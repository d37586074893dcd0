"""What holds of a ledger, a report, a sealed note or the word of a QR code: offline, from the bytes alone. In Dutch.

Nothing here needs a mailbox or a configuration. Whose key it is, is for the words of the school guide to say; whether
the past was written anew by whoever has the key, for a head that was printed earlier.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass

from hwc_school_agent.domain.key_words import words_of
from hwc_school_agent.domain.ledger_entry import KeyChange
from hwc_school_agent.domain.ledger_text import LARGEST, Part
from hwc_school_agent.domain.report_facts import NotAReport, lines_of
from hwc_school_agent.domain.signed_note import Head, NotANote, Note, is_compact, parse_compact, vkey
from hwc_school_agent.proof.damage import Damage, LedgerDamaged
from hwc_school_agent.proof.keys import note_holds
from hwc_school_agent.proof.ledger import Ledger, checked
from hwc_school_agent.proof.seal import SealBroken, Sealed, opened

HOLDS, UNREADABLE, BROKEN = 0, 1, 4
_LEDGER, _JSON, _SEAL = b"hwc-school-agent ledger ", b"{", b"<!--seal-->"
_EARLIER = "De dagen van voor de nieuwe sleutel staan er nog, maar de nieuwe sleutel kan ze niet bewijzen."
_LIMIT = "Een zegel zegt dat er niets is veranderd; of het waar is wat er staat, zegt het niet."


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence about what holds, one about what does not or is not known, and the exit code."""

    holds: str
    lacks: str
    code: int = HOLDS


class Unreadable(Exception):
    """This is nothing that can be checked here. Carries nothing of it."""


class Broken(Exception):
    """Something does not hold; ``sentence`` says what."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Stand:
    """A head that somebody kept: where a ledger stood, and the key that said so if it is known."""

    head: Head
    note: Note | None  # ``None``: it stood in a report, whose seal was looked at
    public: bytes | None


def verify(
    data: bytes, *, words: str = "", public: bytes | None = None, head: bytes = b"", ledger: bytes = b""
) -> Verdict:
    """Check ``data``. ``words``: of the school guide, as ``plain_words`` gives them. ``public``: the key itself.

    ``head``: something that was kept earlier (head, report or QR code), to be found on the ledger. ``ledger``: the
    ledger that a report or a head must lie on. Never raises for what stands in them.
    """
    book: Ledger | None
    try:
        if data.startswith(_LEDGER):
            book = _book(data)
            holds, publics = _of_ledger(book), _publics(book.current)
        else:
            holds, publics, stand = _of_other(data, public, ledger)
            book = _book(ledger) if ledger else None
            if book is not None and stand is not None:
                holds += " " + _lies_on(stand, book)
                publics = _publics(next(p for p in book.parts if p.origin == stand.head.origin))
        if head:
            if book is None:
                raise Unreadable
            holds += " " + _lies_on(_stand(head), book)
        lacks = _whose(publics, words, public, book)
        if book is not None and len(book.parts) > 1:
            lacks += f" {_EARLIER}"
        if book is not None and not head and data.startswith(_LEDGER):
            lacks += " Of er aan het eind dagen zijn weggehaald, blijkt alleen uit een stand van vroeger (--head)."
        return Verdict(holds, f"{lacks} {_LIMIT}".strip())
    except Broken as broken:
        return Verdict("Dit klopt niet.", broken.sentence, BROKEN)
    except (Unreadable, NotANote):
        return Verdict(
            "Er is niets nagegaan.", "Dit is geen controleboek, rapport of zegel, of het is beschadigd.", UNREADABLE
        )


def _book(data: bytes) -> Ledger:
    try:
        return checked(data[: LARGEST + 1])
    except LedgerDamaged as wrong:
        if wrong.damage is Damage.TORN:
            raise Broken(
                "Het controleboek is niet heel: er mist iets, of er staat iets in wat er niet hoort."
            ) from None
        raise Broken("Het controleboek is veranderd nadat het werd verzegeld.") from None


def _of_ledger(book: Ledger) -> str:
    days = book.days
    if not days:
        return "Het controleboek is heel; er staat nog geen schooldag in."
    many = "1 schooldag" if len(days) == 1 else f"{len(days)} schooldagen"
    return (
        f"Het controleboek is heel: {many}, van {days[0].day:%d-%m-%Y} tot en met {days[-1].day:%d-%m-%Y},"
        " en na het verzegelen is er niets veranderd of tussengevoegd."
    )


def _publics(part: Part) -> tuple[bytes, ...]:
    return (part.public, *(r.public for r in part.records if isinstance(r, KeyChange)))


def _whose(publics: tuple[bytes, ...], words: str, public: bytes | None, book: Ledger | None) -> str:
    """What is not known about whose it is; empty when the key is the one that was named. Raises ``Broken``."""
    if not words and public is None:
        return f"Niet nagegaan is van wie het is. Vergelijk deze woorden met de schoolgids: {words_of(publics[-1])}."

    def named(key: bytes) -> bool:
        return (not words or words_of(key) == words) and (public is None or key == public)

    if any(map(named, publics)):
        return ""
    for part in book.parts[:-1] if book else ():
        if part.days and any(map(named, _publics(part))):
            last = part.days[-1].day
            raise Broken(
                f"De sleutel die je noemt, staat in voor de dagen tot en met {last:%d-%m-%Y}. Daarna begon een andere"
                " sleutel, waar hij niet voor instaat."
            )
    raise Broken(
        "Het is niet verzegeld met de sleutel die je noemt: het is van iemand anders, of van een andere sleutel."
    )


def _of_other(data: bytes, public: bytes | None, ledger: bytes) -> tuple[str, tuple[bytes, ...], _Stand | None]:
    """What holds of a report, note or head; the keys it may be of; and where its ledger stood."""
    if (sealed := _report(data)) is not None or (sealed := _sealed(_text(data))) is not None:
        what = "Dit rapport" if sealed.text.startswith("hwc-school-agent report ") else "Deze tekst"
        return f"{what} is niet veranderd nadat het werd verzegeld.", (sealed.public,), _stand_of(sealed)
    stand = _stand(data)
    keys = _publics(_book(ledger).current) if ledger else ()
    if stand.note is not None and stand.public is None:
        named = (*keys, public) if public else keys
        if not named:
            raise Broken("Van wie deze stand is, blijkt pas met het controleboek (--ledger) of de sleutel (--key).")
        if not (known := [key for key in named if note_holds(stand.note, stand.head.origin, key)]):
            raise Broken("Deze stand is niet met die sleutel verzegeld.")
        stand = _Stand(stand.head, stand.note, known[0])
    return f"Deze stand van {stand.head.size} regels is niet veranderd.", (stand.public or b"",), stand


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable from None


def _sealed(text: str) -> Sealed | None:
    """A sealed note; ``None`` for a head, which has no line with a key."""
    try:
        return opened(text)
    except SealBroken:
        raise Broken("Het zegel klopt niet: er is iets veranderd nadat het werd verzegeld.") from None
    except NotANote:
        return None


def _report(data: bytes) -> Sealed | None:
    """The note in a report's file, once everything else in that file agrees with it; ``None`` for other files."""
    changed = Broken("Dit rapport is veranderd nadat het werd verzegeld.")
    if data.startswith(_JSON) and b"hwc-school-agent" in data:
        try:
            whole = json.loads(_text(data))
            sealed = opened(whole["note"])
            same = {
                "format": "hwc-school-agent report 1",
                "facts": dict(lines_of(sealed.text)),
                "key": vkey(sealed.origin, sealed.public),
                "note": whole["note"],
                "ledger": whole["ledger"],
            }
            stand = _stand_of(sealed)
            if whole["ledger"] and stand is not None:
                _lies_on(stand, book := _book(whole["ledger"].encode()))
                if book.head != stand.head:
                    raise changed
            elif whole["ledger"] or stand is not None:
                raise changed
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError, SealBroken, NotAReport):
            raise changed from None
        if json.dumps(same, ensure_ascii=False, indent=1).encode() + b"\n" != data:
            raise changed
        return sealed
    if _SEAL in data:
        from hwc_school_agent.proof.report_page import BEGIN, END, page_hash

        try:
            text = _text(data)
            seal = text.split(BEGIN, 1)[1].split(END, 1)[0]
            shown = html.unescape(seal.rsplit("<pre>", 1)[1].removesuffix("</pre></details>"))
            note, _, code = shown.rpartition("\n")
            sealed = opened(note)
            if opened(code) != sealed or page_hash(text) != lines_of(sealed.text)["page"]:
                raise changed
        except (ValueError, IndexError, SealBroken, NotAReport, Unreadable):
            raise changed from None
        return sealed
    return None


def _stand_of(sealed: Sealed) -> _Stand | None:
    """Where the ledger stood that a report rests on: its line ``ledger SIZE HASH``."""
    for line in sealed.text.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "ledger" and not rest.endswith(" none"):
            return _Stand(Head.parse(f"{sealed.origin}\n{rest.replace(' ', chr(10), 1)}\n"), None, sealed.public)
    return None


def _stand(data: bytes) -> _Stand:
    """A head that was kept: by itself, as the word of a QR code, or in a report. Raises ``Broken``, ``NotANote``."""
    if (sealed := _report(data)) is not None or (sealed := _sealed(_text(data))) is not None:
        if (stand := _stand_of(sealed)) is None:
            raise NotANote
        return stand
    text = _text(data)
    if is_compact(text):
        note, public = parse_compact(text)
        head = Head.parse(note.body)
        if not note_holds(note, head.origin, public):
            raise Broken("Het zegel van deze stand klopt niet: er is iets veranderd nadat het werd verzegeld.")
        return _Stand(head, note, public)
    note = Note.parse(text)
    return _Stand(Head.parse(note.body), note, None)


def _lies_on(stand: _Stand, book: Ledger) -> str:
    """That a head lies on the ledger. Raises ``Broken``."""
    part = next((p for p in book.parts if p.origin == stand.head.origin), None)
    if part is None:
        raise Broken("De stand van vroeger hoort bij een ander controleboek.")
    keys = _publics(part)
    note = stand.note
    if not any(stand.public in (None, key) and (note is None or note_holds(note, part.origin, key)) for key in keys):
        raise Broken("De stand van vroeger is niet verzegeld met een sleutel van dit controleboek.")
    chain = part.chain()
    if stand.head.size >= len(chain):
        raise Broken("Aan het eind van dit controleboek ontbreken dagen: de stand van vroeger telt er meer.")
    if chain[stand.head.size] != stand.head.chain:
        raise Broken("Het verleden is herschreven: de stand van vroeger ligt niet op dit controleboek.")
    return "De stand van vroeger ligt erop: wat toen geschreven was, staat er nog precies zo."
