"""Every page that the desk can show, rendered without a desk: each view with each of its faces, in a language.

One table for everybody who looks at all pages: the tests of the language and those of accessibility.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from itertools import product

from hwc_school_agent.catalogues import language
from hwc_school_agent.desk.pages import covers_at, decide
from hwc_school_agent.desk.passkey_deeds import Offer
from hwc_school_agent.desk.render import Renderer
from hwc_school_agent.domain.board import (
    Board,
    Handled,
    Health,
    Note,
    Noted,
    Rehearsed,
    Result,
    Session,
    Step,
    Trouble,
    Waiting,
)
from hwc_school_agent.domain.facts import Child, Shown
from hwc_school_agent.domain.outcome import Answered, FolderRole, Kind, Leg, Said, Word
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.settings import Phone

NOW = 1_795_416_840.0  # 23 November 2026, 07.54
SCHOOL = "Basisschool De Linde"
CHILD = Child("Quirijn Vlootmaker", date(2017, 5, 3))
SISTER = Child("Lotje Vlootmaker", date(2015, 12, 28))
LETTER = "Quirijn Vlootmaker, 3-5-2017, Handle with Care\n\nZyxwomp."
PHONES = (Phone("Anouk Kwakernaat", "contact", "06-12345678"), Phone("Bram Kwakernaat", "backup", "+31 6 1234 5679"))

ME = Session("key", "contactpersoon", "contact", NOW + 2000)
BACKUP = replace(ME, name="achterwacht", role="backup")
CALM = Board(
    NOW,
    Health.OK,
    NOW - 20,
    folders=7,
    morning=tuple(Noted(NOW - 2000 + 100 * i, note) for i, note in enumerate(Note)),
    rehearsal=Rehearsed(NOW - 2900, Result.OK),
)


@dataclass(frozen=True)
class View:
    """What is known when a page is asked for."""

    board: Board = CALM
    session: Session | None = ME
    shown: Shown | None = None
    note: str = ""
    unreadable: bool = False
    viewed: bool = False
    in_morning: bool = True
    refused: int = 0
    sleutel: str = ""
    phones: tuple[Phone, ...] = ()


def waiting(kind: Kind = Kind.SIGNAL, handle: str = "one", *, elsewhere: bool = False) -> Waiting:
    return Waiting(handle, Place("INBOX", FolderRole.INBOX, 1, 7), NOW - 100, kind, elsewhere)


def _waits(*signals: Waiting, **changes: object) -> View:
    return View(replace(CALM, waiting=signals or (waiting(),)), **changes)  # type: ignore[arg-type]


#: After these the program tries again by itself.
BAD = frozenset({Word.PURGE_FAILED, Word.LEFT, Word.NOT_COUNTED, Word.UNREACHABLE, Word.RECEIPT_LATER, Word.FAILED})


def _shown(kind: Kind = Kind.SIGNAL, **changes: object) -> View:
    shown = Shown(kind, (CHILD,), codeword=True, more=False, text=LETTER, shortened=False, sender_agreed=True)
    seen = replace(ME, viewing="one", viewing_until=NOW + 600)
    return replace(_waits(waiting(kind)), session=seen, shown=replace(shown, **changes))  # type: ignore[arg-type]


def _done(
    *words: Word, answered: Answered = Answered.READ, drill: bool = False, phoned: bool = False, retry: bool = False
) -> View:
    role = FolderRole.TRASH if words and words[-1] in (Word.LEFT, Word.PURGE_FAILED, Word.NOT_COUNTED) else None
    steps = tuple(Step(NOW - 5, Said(word, role if word is words[-1] else None)) for word in words)
    handled = Handled("one", ME.name, answered, NOW - 10, steps, NOW + 60 if retry else None, drill, phoned)
    return View(replace(CALM, handled=(handled,)), replace(ME, done="one"))


def _taken(by: str, *, drill: bool = False, more: tuple[Waiting, ...] = ()) -> View:
    handled = Handled("one", by, Answered.READ, NOW - 10, (), None, drill)
    board = replace(CALM, handled=(handled,) if by else (), waiting=more)
    return View(board, replace(ME, viewing="one", viewing_until=NOW + 600))


def _views() -> Iterator[tuple[str, View]]:
    for offer in Offer:
        yield f"login, passkey {offer.value}", View(session=None, sleutel=offer.value)
        yield f"calm, passkey {offer.value}", View(sleutel=offer.value)
        for note in ("sleutel-erbij", "sleutel-niet"):
            yield f"calm, passkey {offer.value}, {note}", View(sleutel=offer.value, note=note)
        yield f"covered, passkey {offer.value}", _waits(sleutel=offer.value)
    yield "login, passkey, wrong", View(session=None, sleutel=Offer("inloggen").value, note="sleutel-fout")
    for note in ("", "fout", "uit", "afgelopen", "druk", "staf", "wacht-1", "wacht-30", "wacht-600"):
        yield f"login {note}".strip(), View(session=None, note=note)
    yield "starting", View(Board(NOW))
    yield "calm", View()
    yield "calm, backup", View(session=BACKUP)
    yield "calm, afternoon", View(replace(CALM, morning=(), rehearsal=None), in_morning=False)
    for session in (ME, None):
        for phones in ((), PHONES):
            name = f"phone card, {'calm' if session else 'login'}, {len(phones)}"
            yield name, View(replace(CALM, phone_card=True), session, phones=phones)
    for note in ("doorgegeven", "opnieuw", "niet-gelukt"):
        yield f"calm, {note}", View(note=note)
        yield f"covered, backup, {note}", _waits(session=BACKUP, note=note)
    for kind in (Kind.SIGNAL, Kind.DRILL, Kind.NOTICE, Kind.UNCLEAR):
        yield f"covered, {kind.value}", _waits(waiting(kind))
    yield "covered, elsewhere", _waits(waiting(elsewhere=True))
    yield "covered, colleague", _waits(viewed=True)
    blind = replace(_waits(waiting(), waiting(handle="two")), session=BACKUP)
    yield "covered, two, blind", replace(blind, board=replace(blind.board, health=Health.TROUBLE))
    yield "shown", _shown()
    yield "shown, two", _shown(children=(CHILD, SISTER))
    yield "shown, more", _shown(more=True, shortened=True)
    yield "shown, no codeword, no date", _shown(codeword=False, children=(Child(CHILD.name, None),))
    yield "shown, stranger", _shown(sender_agreed=False)
    yield "shown, doubt", _shown(sender_agreed=False, sender_doubt=True)
    yield "shown, unclear", _shown(Kind.UNCLEAR, children=(), shortened=True)
    yield "shown, unclear, stranger", _shown(Kind.UNCLEAR, children=(), sender_agreed=False)
    yield "shown, shut", _shown(Kind.UNCLEAR, children=(), text="")
    yield "shown, notice", _shown(Kind.NOTICE, children=())
    yield "shown, drill", _shown(Kind.DRILL)
    yield "unreadable", replace(_shown(), unreadable=True)
    yield "taken, colleague", _taken("achterwacht")
    yield "taken, self", _taken(ME.name)
    yield "taken, drill, two", _taken("achterwacht", drill=True, more=(waiting(handle="two"),))
    yield "taken, drill, self", _taken(ME.name, drill=True)
    yield "taken, nobody", _taken("")
    yield "confirmed, busy", _done()
    yield "confirmed, two", replace(_done(), board=replace(_done().board, waiting=(waiting(handle="two"),)))
    told = {Word.EMPTY, Word.CLEAN, Word.GONE, Word.LEFT, Word.NOT_COUNTED, Word.PURGE_FAILED}
    for answered, phoned, word in product((Answered.READ, Answered.NOT_OURS), (False, True), Word):
        first = (Word.NOT_OWED if phoned else Word.RECEIPTED,) if word in told else ()
        name = f"confirmed, {answered.value}, {'phoned, ' if phoned else ''}{word.value}"
        yield name, _done(*first, word, answered=answered, phoned=phoned, retry=word in BAD)
    for word in (Word.EMPTY, Word.GONE, Word.RECEIPT_LATER, Word.LEFT, Word.UNREACHABLE):
        yield f"confirmed, unanswered, {word.value}", _done(word)
    for word in Word:
        yield f"confirmed, drill, {word.value}", _done(Word.RECEIPTED, word, drill=True)
    yield "confirmed, drill, unanswered", _done(Word.CLEAN, drill=True)
    yield "confirmed, drill, busy", _done(drill=True)
    for trouble in (None, *Trouble):
        since = NOW - 300 if trouble else None
        board = replace(CALM, health=Health.TROUBLE, trouble=trouble, trouble_since=since, tries=3, last_look=NOW - 320)
        yield f"trouble, {trouble.value if trouble else 'unknown'}", View(board)
    yield "stale", View(replace(CALM, now=NOW - 120))
    for leg in Leg:
        board = replace(CALM, rehearsal=Rehearsed(NOW - 2900, Result.FAILED, leg))
        yield f"rehearsal, {leg.value}", View(board)
        yield f"rehearsal, covered, {leg.value}", View(replace(board, waiting=(waiting(),)))
    yield "clock, calm", View(replace(CALM, rehearsal=Rehearsed(NOW - 2900, Result.OK, apart=61)))
    for status in (400, 403, 404, 405, 413, 421, 500, 503):
        yield f"refused, {status}", View(refused=status)


VIEWS = dict(_views())


@cache
def renderer(code: str) -> Renderer:
    return Renderer(SCHOOL, "Europe/Amsterdam", language(code))


def html(name: str, code: str = "nl") -> str:
    """The page of a view."""
    view = VIEWS[name]
    if view.refused:
        return bytes(renderer(code).refusal(view.refused).body).decode()
    handles = frozenset(w.handle for w in view.board.waiting)
    page = decide(
        view.board,
        view.session,
        NOW,
        unreadable=handles if view.unreadable else frozenset(),
        viewed=handles if view.viewed else frozenset(),
    )
    response = renderer(code).page(
        page.view.value,
        page=page,
        board=view.board,
        session=view.session,
        shown=view.shown if page.view.value == "shown" else None,
        covers_at=covers_at(view.session) if view.session else 0.0,
        now=NOW,
        note=view.note,
        morning_end=time(8, 30),
        in_morning=view.in_morning,
        sleutel=view.sleutel,
        phones=view.phones,
    )
    return bytes(response.body).decode()
