"""The pure formats: entries, the chain, notes, heads, words. Hypothesis tries what nobody thought of."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.domain import key_words, signed_note
from hwc_school_agent.domain.ledger_entry import ClockWrong, DayEntry, DayState, KeyChange, entries_until, parse_record
from hwc_school_agent.domain.ledger_text import NotALedger, data_of, parse
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.domain.signed_note import Head, NotANote, Note, Signed
from tests.proof.scene import CALENDAR, MONDAY, OLD, entry, rich, some_days

DAYS = st.dates(date(2000, 1, 1), date(2999, 12, 31))
STATES = st.sampled_from(DayState)
ENTRIES = st.builds(DayEntry, DAYS, STATES, STATES)


def test_an_entry_reads_as_a_sentence() -> None:
    assert entry(MONDAY, close=DayState.DEGRADED).line() == b"2026-11-23 ok...... degraded\n"


@given(ENTRIES)
def test_every_entry_has_one_size_and_one_spelling(one: DayEntry) -> None:
    assert len(one.line()) == 29
    assert DayEntry.parse(one.line()) == one


def test_nothing_else_can_be_said() -> None:
    for words in itertools.product(("ok", "degraded", "off"), repeat=2):
        assert DayEntry(MONDAY, *map(DayState, words)).line()
    with pytest.raises(ValueError):
        DayEntry(MONDAY, "Femke", DayState.OK).line()  # type: ignore[arg-type]


@given(st.binary(max_size=40) | st.binary(min_size=29, max_size=29))
def test_other_bytes_are_no_record(data: bytes) -> None:
    try:
        assert parse_record(data).line() == data
    except ValueError:
        pass


@pytest.mark.parametrize(
    "line",
    [
        b"2026-11-23 ok...... degraded",
        b"2026-11-23 ok...... degraded\r\n",
        b"2026-02-30 ok...... degraded\n",
        b"2026-11-23 ok..... degraded.\n",
        b"2026-11-23 fine.... degraded\n",
        b"2026-11-23 OK...... degraded\n",
        b"2026-W48-1 ok...... degraded\n",
    ],
)
def test_almost_an_entry(line: bytes) -> None:
    with pytest.raises(ValueError):
        parse_record(line)


@given(DAYS, st.integers(1, 300), st.frozensets(st.integers(0, 6), min_size=1))
def test_missed_school_days_are_off_and_no_other_day_is_there(last: date, gap: int, week: frozenset[int]) -> None:
    calendar = Calendar(weekdays=tuple(week))
    today = entry(last + timedelta(days=gap))
    row = entries_until(today, last, calendar)
    assert row[-1] == today
    assert [e.day for e in row] == sorted({e.day for e in row})
    missed = {last + timedelta(days=n) for n in range(1, gap)}
    assert {e.day for e in row[:-1]} == {day for day in missed if day.weekday() in week}
    assert {(e.rehearsal, e.close) for e in row[:-1]} <= {(DayState.OFF, DayState.OFF)}


def test_holidays_have_no_entry() -> None:
    row = entries_until(entry(date(2027, 1, 4)), date(2026, 12, 17), CALENDAR)
    assert [e.day.isoformat() for e in row] == ["2026-12-18", "2027-01-04"]


def test_one_entry_a_day_and_a_wrong_clock_writes_nothing() -> None:
    assert entries_until(entry(MONDAY), MONDAY, CALENDAR) == ()
    for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=401), date(2099, 1, 1)):
        with pytest.raises(ClockWrong):
            entries_until(entry(day), MONDAY, CALENDAR)


# -- notes --------------------------------------------------------------------------------


def note(body: str = "example.com/foo\n15\nhash\n") -> Note:
    return OLD.note("example.com/foo", body)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)) | st.just("\n"), max_size=200))
def test_a_note_reads_back(body: str) -> None:
    one = note(body + "\n")
    assert Note.parse(one.text()) == one


def test_the_example_of_the_specification() -> None:
    """From golang.org/x/mod/sumdb/note: its key, text and signature, by another program."""
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    from hwc_school_agent.proof.keys import note_holds

    name, public = signed_note.parse_vkey(key)
    assert note_holds(Note.parse(text), name, public)
    assert not note_holds(Note.parse(text.replace("your problem,", "my problem,")), name, public)


def test_a_head_is_a_checkpoint() -> None:
    head = Head(signed_note.origin_of(OLD.public), 4, bytes(32))
    assert head.body().split("\n")[1:] == ["4", "A" * 43 + "=", ""]
    assert Head.parse(head.body()) == head
    for wrong in (head.body() + "\n", head.body().replace("\n4\n", "\n04\n"), head.body()[:-1], "x" + head.body()):
        with pytest.raises(NotANote):
            Head.parse(wrong)


def test_a_key_as_others_take_it() -> None:
    text = signed_note.vkey("a.example/b", OLD.public)
    assert signed_note.parse_vkey(text) == ("a.example/b", OLD.public)
    for n in range(len(text)):
        with pytest.raises(NotANote):
            signed_note.parse_vkey(text[:n] + ("A" if text[n] != "A" else "B") + text[n + 1 :])


def test_the_word_of_a_qr_code() -> None:
    one = note()
    word = signed_note.compact(one, OLD.public)
    assert set(word) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:"), "a QR code keeps these in 5.5 bits each"
    assert signed_note.parse_compact(word + "\r\n") == (one, OLD.public)
    twice = Note(one.body, one.signed * 2)
    with pytest.raises(ValueError):
        signed_note.compact(twice, OLD.public)


@given(st.text(max_size=60), st.text(max_size=60))
def test_other_texts_are_no_note(a: str, b: str) -> None:
    for parse_it in (Note.parse, signed_note.parse_compact, signed_note.parse_vkey, Head.parse):
        for text in (a, f"{a}\n\n{b}\n", f"{a}\n\n— a {b}\n", f"HWC1:{a}"):
            try:
                parse_it(text)
            except NotANote:
                pass


def test_a_signature_line_of_another_length_is_none() -> None:
    with pytest.raises(NotANote):
        Note.parse(Note("a\n", (Signed("a", b"1234", b"x" * 63),)).text())


# -- the whole ledger -----------------------------------------------------------------------


def test_a_ledger_gives_the_same_bytes_again() -> None:
    for ledger in (some_days(days=0), some_days(days=1), some_days(), rich()):
        assert parse(ledger.data()) == ledger.parts


def test_its_size_depends_on_the_number_of_days_only() -> None:
    sizes = {len(some_days(days=1).data())}
    for words in itertools.product(DayState, repeat=2):
        ledger = some_days(days=0).written(DayEntry(MONDAY, *words), CALENDAR, OLD)
        sizes.add(len(ledger.data()))
    assert len(sizes) == 1


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3))
def test_other_bytes_are_no_ledger(at: int, put: bytes) -> None:
    data = rich().data()
    changed = data[: at % len(data)] + put + data[at % len(data) :]
    line = 1
    try:
        assert data_of(parse(changed)) == changed  # whether it holds is not looked at here
    except NotALedger as wrong:
        line = wrong.line
    assert 1 <= line <= changed.count(b"\n") + 2


@pytest.mark.parametrize(("there", "instead"), [("24", "23"), ("23", "22"), ("26", "25"), ("24", "26")])
def test_dates_only_go_up(there: str, instead: str) -> None:
    data = some_days().data()
    changed = data.replace(f"\n2026-11-{there} ".encode(), f"\n2026-11-{instead} ".encode())
    assert changed != data
    with pytest.raises(NotALedger):
        parse(changed)


def test_a_change_of_keys_has_one_spelling() -> None:
    change = KeyChange(OLD.public, bytes(64), bytes(64))
    assert KeyChange.parse(change.line()) == change
    with pytest.raises(ValueError):
        KeyChange.parse(change.line()[:-3] + b"B=\n")


# -- words ----------------------------------------------------------------------------------


def test_the_list_of_words() -> None:
    words = key_words.WORDS
    assert len(words) == 256
    assert list(words) == sorted(words)
    assert len({w[:4] for w in words}) == 256
    assert all(w.isascii() and w.isalpha() and w.islower() and len(w) >= 3 for w in words)


@given(st.binary(min_size=32, max_size=32))
def test_words_read_back_however_they_are_typed(public: bytes) -> None:
    words = key_words.words_of(public)
    assert len(words.split()) == 9
    assert key_words.plain_words(words) == words
    assert key_words.plain_words("  " + words.replace(" ", ",\n - ").upper() + ".") == words


def test_a_typing_error_is_found() -> None:
    words = key_words.words_of(OLD.public).split()
    missed = 0
    for n in range(9):
        for other in key_words.WORDS[::7]:
            if other != words[n]:
                try:
                    key_words.plain_words(" ".join([*words[:n], other, *words[n + 1 :]]))
                    missed += 1
                except key_words.NotKeyWords:
                    pass
    assert missed <= 9, "one in 256"
    for wrong in ("", "Femke", " ".join(words[:8]), " ".join([*words, words[0]])):
        with pytest.raises(key_words.NotKeyWords) as told:
            key_words.plain_words(wrong)
        assert "Femke" not in told.value.why
