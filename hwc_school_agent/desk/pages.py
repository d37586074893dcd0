"""Which page a person sees, decided in one place: a pure function from what is known to a page.

Silence is good news only after a look that succeeded, told by a ``watch`` that still talks (promise P7).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from enum import Enum

from hwc_school_agent.domain.board import Board, Handled, Health, Result, Session, Waiting
from hwc_school_agent.domain.outcome import STEPS, Answered, FolderRole, Kind, Leg, Word

STALE_SECONDS = 60.0  # watch sends a board at least every 15 s


class View(Enum):
    """The pages. The value is the name of the template."""

    LOGIN = "login"
    STARTING = "starting"
    CALM = "calm"
    COVERED = "covered"
    SHOWN = "shown"
    UNREADABLE = "unreadable"
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    TROUBLE = "trouble"
    STALE = "stale"
    REHEARSAL = "rehearsal"


class Mood(Enum):
    """Colour and sign of a page. Its title and its icon are always the same: a browser writes both into its history."""

    CALM = "rust"
    WAITING = "wacht"
    TROUBLE = "storing"


class Progress(Enum):
    """How far a confirmed message has come, in the words of ``finish``."""

    BUSY = "busy"
    DONE = "done"
    GONE = "gone"
    LEFT = "left"  # purge refused, or a copy found
    NOT_COUNTED = "not_counted"
    UNREACHABLE = "unreachable"
    RECEIPT_LATER = "receipt_later"
    RECEIPT_REFUSED = "receipt_refused"
    NOT_CONFIRMED = "not_confirmed"
    FAILED = "failed"


_PROGRESS = {
    Word.EMPTY: Progress.DONE,
    Word.CLEAN: Progress.DONE,
    Word.GONE: Progress.GONE,
    Word.PURGE_FAILED: Progress.LEFT,
    Word.LEFT: Progress.LEFT,
    Word.NOT_COUNTED: Progress.NOT_COUNTED,
    Word.UNREACHABLE: Progress.UNREACHABLE,
    Word.RECEIPT_LATER: Progress.RECEIPT_LATER,
    Word.RECEIPT_REFUSED: Progress.RECEIPT_REFUSED,
    Word.NOT_CONFIRMED: Progress.NOT_CONFIRMED,
    Word.FAILED: Progress.FAILED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What page c may claim: ``told`` and ``purged`` are true only when ``finish`` said the word."""

    progress: Progress
    told: bool
    purged: bool
    answered: Answered
    phoned: bool  # told by telephone, says the person
    role: FolderRole | None  # the folder that failed
    waits: bool  # the next try has a time, or a person must press a button


@dataclass(frozen=True, slots=True)
class Page:
    """What to render. No content: that is handed to the template beside it."""

    view: View
    mood: Mood
    signal: Waiting | None = None
    another: bool = False  # a further signal waits
    colleague: bool = False  # uncovered for somebody else right now
    blind: bool = False  # the last look failed: there may be more than we show
    outcome: Outcome | None = None
    handled: Handled | None = None
    failed: Leg | None = None  # where today's rehearsal failed
    apart: int = 0  # minutes by which the clock of this machine is wrong
    phone_card: bool = False  # nobody has looked: the page says whom to telephone

    @property
    def drill(self) -> bool:
        """Whether what is shown is an exercise."""
        return bool(self.signal and self.signal.kind is Kind.DRILL) or bool(self.handled and self.handled.drill)

    @property
    def version(self) -> int:
        """A number that changes when an open page should load itself again; the same from process to process."""
        steps = self.handled and [(s.at, s.said.line()) for s in self.handled.steps]
        seen = (self.view.value, self.signal and self.signal.handle, self.another, self.colleague, self.blind, steps)
        rest = (self.outcome, self.handled and self.handled.retry_at, self.failed, self.apart, self.phone_card)
        return zlib.crc32(repr((seen, rest)).encode())


def decide(
    board: Board,
    session: Session | None,
    now: float,
    *,
    unreadable: frozenset[str] = frozenset(),
    viewed: frozenset[str] = frozenset(),
) -> Page:
    """The page for one person.

    ``unreadable``: handles that could not be fetched at the last try; ``viewed``: uncovered for others.
    Trouble never hides a signal that waits, and a signal never hides trouble.
    """
    if session is None:
        return Page(View.LOGIN, Mood.CALM, phone_card=board.phone_card)
    page = _decide(board, session, now, unreadable, viewed)
    if board.rehearsal is not None and board.rehearsal.result is Result.FAILED:
        if page.view is View.CALM:
            page = Page(View.REHEARSAL, Mood.TROUBLE)
        page = replace(page, failed=board.rehearsal.leg)
    apart = board.rehearsal.apart if board.rehearsal is not None else 0
    return replace(page, apart=apart, phone_card=board.phone_card and page.view is not View.SHOWN)


def _decide(board: Board, session: Session, now: float, unreadable: frozenset[str], viewed: frozenset[str]) -> Page:
    waiting = {w.handle: w for w in board.waiting}
    stale = now - board.now > STALE_SECONDS
    blind = stale or board.health is not Health.OK
    viewing = session.viewing if covers_at(session) > now else None
    if viewing is not None:
        if viewing not in waiting:
            handled = _handled(board, viewing)
            return Page(View.TAKEN, Mood.CALM, handled=handled, another=bool(waiting), blind=blind)
        view = View.UNREADABLE if viewing in unreadable else View.SHOWN
        return Page(view, Mood.WAITING, signal=waiting[viewing], blind=blind and view is View.UNREADABLE)
    if session.done is not None and session.done not in waiting:
        return _confirmed(_handled(board, session.done), another=bool(waiting), blind=blind)
    if waiting:
        ordered = sorted(board.waiting, key=lambda w: (w.handle in viewed, w.kind is Kind.DRILL, w.arrived, w.handle))
        first = ordered[0]
        return Page(
            View.COVERED,
            Mood.WAITING,
            signal=first,
            another=len(ordered) > 1,
            colleague=first.handle in viewed,
            blind=blind,
        )
    if stale:
        return Page(View.STALE, Mood.TROUBLE)
    if board.health is Health.TROUBLE:
        return Page(View.TROUBLE, Mood.TROUBLE)
    if board.health is Health.STARTING or board.last_look is None:
        return Page(View.STARTING, Mood.WAITING)
    return Page(View.CALM, Mood.CALM)


def covers_at(session: Session) -> float:
    """When the page of a session covers itself; 0 when it shows nothing."""
    return min(session.viewing_until, session.until) if session.viewing is not None else 0.0


def progress(handled: Handled | None) -> Outcome:
    """What may be said of a confirmed message. Nothing heard yet means busy, never done."""
    if handled is None:
        return Outcome(
            Progress.BUSY, told=False, purged=False, answered=Answered.READ, phoned=False, role=None, waits=False
        )
    words = [s.said.word for s in handled.steps]
    last = handled.steps[-1].said if handled.steps else None
    at = Progress.BUSY if last is None or last.word in STEPS else _PROGRESS.get(last.word, Progress.FAILED)
    if handled.phoned and at in (Progress.RECEIPT_REFUSED, Progress.RECEIPT_LATER):
        at = Progress.BUSY  # nobody has to be told any more; the purge begins
    return Outcome(
        at,
        told=Word.RECEIPTED in words,
        purged=Word.PURGED in words,
        answered=handled.answered,
        phoned=handled.phoned,
        role=last.role if last is not None else None,
        waits=handled.retry_at is not None or at is Progress.RECEIPT_REFUSED,
    )


def _confirmed(handled: Handled | None, *, another: bool, blind: bool) -> Page:
    outcome = progress(handled)
    good = outcome.progress in (Progress.DONE, Progress.GONE)
    mood = Mood.CALM if good else Mood.WAITING if outcome.progress is Progress.BUSY else Mood.TROUBLE
    return Page(
        View.CONFIRMED,
        mood,
        another=another,
        blind=blind,
        outcome=outcome,
        handled=handled,
    )


def _handled(board: Board, handle: str) -> Handled | None:
    return next((h for h in board.handled if h.handle == handle), None)
