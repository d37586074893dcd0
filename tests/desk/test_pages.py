"""Which page for which state: the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from hwc_school_agent.desk.pages import Mood, Progress, View, decide, progress
from hwc_school_agent.desk.render import Renderer
from hwc_school_agent.desk.words import sentence
from hwc_school_agent.domain.board import Board, Handled, Health, Session, Step, Trouble, Waiting
from hwc_school_agent.domain.outcome import Answered, FolderRole, Kind, Said, Word
from hwc_school_agent.domain.signal import Place

NOW = 1_795_420_440.0  # 23 November 2026, 07.54
ME = Session("key", "contactpersoon", "contact", NOW + 2000)
OK = Board(NOW, Health.OK, NOW - 20, folders=7)


def waiting(handle: str, arrived: float = NOW - 100, *, elsewhere: bool = False) -> Waiting:
    return Waiting(handle, Place("INBOX", FolderRole.INBOX, 1, int(arrived)), arrived, Kind.SIGNAL, elsewhere)


def handled(handle: str, *said: Word, by: str = "contactpersoon", retry_at: float | None = None) -> Handled:
    steps = tuple(Step(NOW, Said(w, FolderRole.TRASH if w is Word.LEFT else None)) for w in said)
    return Handled(handle, by, Answered.READ, NOW - 10, steps, retry_at)


RENDER = Renderer("De Linde", "Europe/Amsterdam")
ONE, TWO = waiting("one"), waiting("two", NOW - 50)
LEFT = handled("one", Word.LEFT)
SEES_ONE = replace(ME, viewing="one", viewing_until=NOW + 100)


@pytest.mark.parametrize(
    ("board", "session", "view"),
    [
        (OK, None, View.LOGIN),
        (replace(OK, waiting=(ONE,)), None, View.LOGIN),
        (OK, ME, View.CALM),
        # silence is good news only after a look that succeeded
        (Board(NOW), ME, View.STARTING),
        (replace(OK, last_look=None), ME, View.STARTING),
        (replace(OK, health=Health.TROUBLE, trouble=Trouble.LOGIN), ME, View.TROUBLE),
        (replace(OK, now=NOW - 61), ME, View.STALE),
        # trouble never hides a signal
        (replace(OK, waiting=(ONE,)), ME, View.COVERED),
        (replace(OK, waiting=(ONE,), health=Health.TROUBLE), ME, View.COVERED),
        (replace(OK, waiting=(ONE,), now=NOW - 61), ME, View.COVERED),
        # uncovered, and no longer
        (replace(OK, waiting=(ONE,)), SEES_ONE, View.SHOWN),
        (replace(OK, waiting=(ONE,)), replace(SEES_ONE, viewing_until=NOW), View.COVERED),
        (replace(OK, waiting=(ONE,)), replace(SEES_ONE, until=NOW), View.COVERED),
        (replace(OK, handled=(handled("one", by="achterwacht"),)), SEES_ONE, View.TAKEN),
        (replace(OK, waiting=(TWO,)), SEES_ONE, View.TAKEN),
        # confirmed
        (replace(OK, handled=(handled("one"),)), replace(ME, done="one"), View.CONFIRMED),
        (OK, replace(ME, done="one"), View.CONFIRMED),
        (replace(OK, handled=(handled("one"),), waiting=(TWO,)), replace(ME, done="one"), View.CONFIRMED),
        (replace(OK, waiting=(ONE,)), replace(ME, done="one"), View.COVERED),
        (replace(OK, handled=(LEFT,)), replace(ME, done="one"), View.CONFIRMED),
        # somebody else's work is not my page
        (replace(OK, handled=(LEFT,)), ME, View.CALM),
    ],
)
def test_page(board: Board, session: Session | None, view: View) -> None:
    assert decide(board, session, NOW).view is view


def test_a_message_that_cannot_be_read_has_its_own_page() -> None:
    assert decide(replace(OK, waiting=(ONE,)), SEES_ONE, NOW, unreadable=frozenset({"one"})).view is View.UNREADABLE


def test_the_first_signal_that_nobody_looks_at_comes_first() -> None:
    both = replace(OK, waiting=(TWO, ONE))
    page = decide(both, ME, NOW)
    assert (page.signal, page.another, page.colleague) == (ONE, True, False)
    page = decide(both, ME, NOW, viewed=frozenset({"one"}))
    assert (page.signal, page.another, page.colleague) == (TWO, True, False)
    page = decide(both, ME, NOW, viewed=frozenset({"one", "two"}))
    assert (page.signal, page.colleague) == (ONE, True)


@pytest.mark.parametrize("health", [Health.TROUBLE, Health.STARTING])
def test_a_signal_never_hides_trouble(health: Health) -> None:
    assert decide(replace(OK, waiting=(ONE,), health=health), ME, NOW).blind
    assert not decide(replace(OK, waiting=(ONE,)), ME, NOW).blind


@pytest.mark.parametrize(
    ("words", "expected", "told", "mood"),
    [
        ((), Progress.BUSY, False, Mood.WAITING),
        ((Word.RECEIPTED,), Progress.BUSY, True, Mood.WAITING),
        ((Word.RECEIPTED, Word.PURGED), Progress.BUSY, True, Mood.WAITING),
        ((Word.RECEIPTED, Word.PURGED, Word.EMPTY), Progress.DONE, True, Mood.CALM),
        ((Word.NOT_OWED, Word.PURGED, Word.CLEAN), Progress.DONE, False, Mood.CALM),
        ((Word.GONE,), Progress.GONE, False, Mood.CALM),
        ((Word.RECEIPT_LATER,), Progress.RECEIPT_LATER, False, Mood.TROUBLE),
        ((Word.RECEIPT_REFUSED,), Progress.RECEIPT_REFUSED, False, Mood.TROUBLE),
        ((Word.RECEIPT_REFUSED, Word.NOT_OWED, Word.PURGED, Word.CLEAN), Progress.DONE, False, Mood.CALM),
        ((Word.RECEIPTED, Word.PURGE_FAILED), Progress.LEFT, True, Mood.TROUBLE),
        ((Word.RECEIPTED, Word.PURGED, Word.LEFT), Progress.LEFT, True, Mood.TROUBLE),
        ((Word.RECEIPTED, Word.PURGED, Word.NOT_COUNTED), Progress.NOT_COUNTED, True, Mood.TROUBLE),
        ((Word.UNREACHABLE,), Progress.UNREACHABLE, False, Mood.TROUBLE),
        ((Word.UNREACHABLE, Word.RECEIPTED), Progress.BUSY, True, Mood.WAITING),
        ((Word.NOT_CONFIRMED,), Progress.NOT_CONFIRMED, False, Mood.TROUBLE),
        ((Word.FAILED,), Progress.FAILED, False, Mood.TROUBLE),
    ],
)
def test_progress(words: tuple[Word, ...], expected: Progress, told: bool, mood: Mood) -> None:
    it = handled("one", *words)
    outcome = progress(it)
    assert (outcome.progress, outcome.told) == (expected, told)
    assert decide(replace(OK, handled=(it,)), replace(ME, done="one"), NOW).mood is mood


def test_nothing_heard_is_busy_never_done() -> None:
    assert progress(None).progress is Progress.BUSY


@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize("answered", [Answered.READ, Answered.NOT_OURS])
@pytest.mark.parametrize("phoned", [False, True])
def test_every_word_has_its_sentence_and_page(word: Word, answered: Answered, phoned: bool) -> None:
    assert sentence(Said(word, FolderRole.JUNK), answered, 7, phoned=phoned).text
    html = confirmed_page(word, answered=answered, phoned=phoned)
    assert "Wat er is gedaan" in html


#: sentences that claim something, and the word without which they may not stand on the page
CLAIMS = {
    "Veilig Thuis weet dat": Word.RECEIPTED,
    "verstuurd naar Veilig Thuis": Word.RECEIPTED,
    "verwijderd uit": Word.PURGED,
    "niets gevonden": Word.EMPTY,
    "staat nergens meer": Word.CLEAN,
    "stond niet meer": Word.GONE,
}


@pytest.mark.parametrize("answered", [Answered.READ, Answered.NOT_OURS])
@pytest.mark.parametrize("words", [(), *[(w,) for w in Word], (Word.RECEIPTED, Word.PURGED), (Word.PURGED, Word.LEFT)])
def test_the_page_claims_only_what_was_said(words: tuple[Word, ...], answered: Answered) -> None:
    html = confirmed_page(*words, answered=answered)
    for claim, word in CLAIMS.items():
        if word not in words:
            assert claim not in html, claim
    if not {Word.EMPTY, Word.CLEAN} & set(words):
        assert "en gewist</h1>" not in html


@pytest.mark.parametrize("words", [(Word.RECEIPT_REFUSED,), (Word.RECEIPT_LATER,)])
@pytest.mark.parametrize("more", [(), (Word.NOT_OWED,), (Word.NOT_OWED, Word.PURGED)])
def test_who_phoned_is_not_sent_to_the_telephone_again(words: tuple[Word, ...], more: tuple[Word, ...]) -> None:
    html = confirmed_page(*words, *more, phoned=True)
    assert "We ronden het nu af" in html
    assert "Je hebt gebeld, dus Veilig Thuis weet het." in html
    assert "Ik heb gebeld</button>" not in html
    assert "We laten het Veilig Thuis weten" not in html


def test_not_ours_stays_not_ours_after_the_telephone() -> None:
    words = (Word.RECEIPT_REFUSED, Word.NOT_OWED, Word.PURGED, Word.CLEAN)
    html = confirmed_page(*words, answered=Answered.NOT_OURS, phoned=True)
    assert "Jij hebt gemeld: niet van onze school" in html
    assert "Het bericht is gemeld en gewist</h1>" in html
    assert "Geen ontvangstbevestiging verstuurd: er is gebeld" in html
    assert "Loop naar de leerkracht" not in html
    assert "signaal" not in html[html.index('id="pagina"') : html.index("Hoe weten we dat zeker?")]


def confirmed_page(*words: Word, answered: Answered = Answered.READ, phoned: bool = False) -> str:
    it = replace(handled("one", *words), answered=answered, phoned=phoned)
    board, session = replace(OK, handled=(it,)), replace(ME, done="one")
    page = decide(board, session, NOW)
    response = RENDER.page(
        page.view.value,
        page=page,
        board=board,
        session=session,
        shown=None,
        covers_at=0.0,
        now=NOW,
        note="",
        morning_end=time(8, 30),
        in_morning=True,
    )
    return bytes(response.body).decode()


def test_the_version_follows_what_is_on_the_page_and_nothing_else() -> None:
    calm = decide(OK, ME, NOW).version
    assert decide(replace(OK, now=NOW + 30, last_look=NOW + 29), ME, NOW + 30).version == calm
    covered = decide(replace(OK, waiting=(ONE,)), ME, NOW).version
    assert covered != calm
    assert decide(replace(OK, waiting=(ONE, TWO)), ME, NOW).version != covered
    shown = decide(replace(OK, waiting=(ONE,)), SEES_ONE, NOW).version
    # a second signal does not pull the first from somebody's screen; a colleague who takes it does
    assert decide(replace(OK, waiting=(ONE, TWO)), SEES_ONE, NOW).version == shown
    assert decide(replace(OK, waiting=(TWO,)), SEES_ONE, NOW).version != shown
