"""The parts of the rehearsal on their own: its mail, its clock, its search, its page, the heartbeat."""

from __future__ import annotations

import ctypes
import http.server
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from hwc_school_agent.desk.pages import Mood, View, decide
from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.board import Board, Handled, Health, Rehearsed, Result, Session, Waiting
from hwc_school_agent.domain.facts import Child, read_facts
from hwc_school_agent.domain.outcome import Answered, Beat, FolderRole, Kind, Leg
from hwc_school_agent.domain.school_days import Calendar, first_of_month
from hwc_school_agent.domain.signal import Mark, Place, Sighting
from hwc_school_agent.host.own_memory import OwnMemory, patterns_of
from hwc_school_agent.settings import Mailbox, Rehearsal, School, Settings, State, Submission
from hwc_school_agent.watch import rehearsal as watched
from hwc_school_agent.watch.book import Book
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.next_tick import NextTick
from hwc_school_agent.workers import heartbeat

KEY = b"k" * 32
NONCE = "2026" + "0123456789abcdef"
INBOX = FolderRole.INBOX


@pytest.mark.parametrize("kind", rehearsal.WORDS)
@pytest.mark.parametrize("chance", range(40))
def test_the_reader_finds_exactly_the_child_that_was_sent(kind: Kind, chance: int) -> None:
    nonce = rehearsal.nonce(2026, f"{chance:016x}")
    child = rehearsal.child_of(KEY, kind, nonce)
    text = rehearsal.text_of(kind, child)
    children, codeword, _ = read_facts(text, rehearsal.WORDS[kind].subject, date(2026, 9, 1))
    assert children == (child,)
    assert codeword
    assert len(text) == len(rehearsal.text_of(kind, rehearsal.child_of(KEY, kind, NONCE))), "every day the same size"
    assert "Er is geen kind." in text


def test_only_the_key_makes_an_id() -> None:
    made = rehearsal.message_id(KEY, Kind.REHEARSAL, NONCE, "school.example")
    assert rehearsal.known(made, KEY) == (Kind.REHEARSAL, NONCE)
    assert rehearsal.known(made, b"x" * 32) is None
    assert rehearsal.known(made.replace("rehearsal", "drill"), KEY) is None, "the kind is under the hash"
    assert rehearsal.known(made.replace("abcdef", "abcdee"), KEY) is None
    assert rehearsal.known(f"{made} {made}", KEY) is None


# -- the search ---------------------------------------------------------------------------

WORD, MARKER = "Bakolimareta", "merk-" + "a1b2c3"


def _searched(held: object, word: str = WORD) -> bool | None:
    """Search this process; ``held`` is alive meanwhile. The word itself must come from nowhere else."""
    memory = OwnMemory.open()
    assert memory is not None
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            answer = memory.holds("".join(reversed(word)), MARKER)
            os.write(write, repr(answer).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(write)
    said = os.read(read, 16).decode()
    os.close(read)
    memory.close()
    assert held is not None
    return {"True": True, "False": False, "None": None}[said]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda w: w.encode(),
        lambda w: w + "\u20ac",  # two bytes a letter
        lambda w: w + "\U0001f600",  # four
        lambda w: ("xx" + w)[2:10],  # a piece that was left over
        lambda w: w.lower(),
        lambda w: __import__("base64").b64encode(b"aan " + w.encode() + b", 3-4"),
    ],
)
def test_the_search_finds_each_spelling(spelling: object) -> None:
    backwards = os.urandom(6).hex()[:6] + os.urandom(3).hex()  # 12 letters that are nowhere else
    marker = MARKER
    held = spelling("".join(reversed(backwards)))  # type: ignore[operator]
    assert marker
    assert _searched(held, backwards) is True


def test_what_is_not_there_is_not_found() -> None:
    assert _searched([MARKER], os.urandom(6).hex()) is False


def test_a_search_without_its_proof_claims_nothing() -> None:
    memory = OwnMemory.open()
    assert memory is not None
    half = os.urandom(8).hex()
    if (pid := os.fork()) == 0:
        os._exit({None: 7}.get(memory.holds(os.urandom(6).hex(), half + os.urandom(8).hex()), 8))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    memory.close()


def test_patterns_cover_pieces_and_base64() -> None:
    patterns = patterns_of(WORD)
    assert WORD[4:].encode() in patterns
    assert WORD[:8].encode("utf-16-le") in patterns
    assert WORD[2:10].encode("utf-32-le") in patterns


def test_an_account_without_rights_can_search_too(tmp_path: Path) -> None:
    """Opened before, read after ``PR_SET_DUMPABLE 0``; opened after, it is refused."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    source = Path(__file__).parents[2] / "hwc_school_agent" / "host" / "own_memory.py"
    code = (
        source.read_text()
        + f"""
import ctypes, sys
for code in ("utf-16-le", "utf-32-le"):
    "x".encode(code)  # the other account may not read the library of this one
def other():
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
other()
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after exec: changing the account had made it undumpable
memory = OwnMemory.open()
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
assert OwnMemory.open() is None, "hardened"
marker = {MARKER!r}
if (pid := os.fork()) == 0:
    os._exit({{False: 5, True: 6, None: 7}}[memory.holds(os.urandom(6).hex(), marker)])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5, done.stderr
    assert ctypes  # the same call as in host/process.py


# -- the clock ----------------------------------------------------------------------------


class _Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


class _Counted(watched.Rehearsal):
    """Counts what it would begin."""

    begun = 0
    drills = 0

    def _begin(self, now: datetime) -> None:
        self.begun += 1

    def drill(self, answer: object) -> None:
        self.drills += 1

    def ended(self, result: Result) -> None:
        run = watched.Run(NONCE, {}, 0.0)
        self._run = run
        self._end(run, result)


def _rehearsal(tmp_path: Path, **rules: object) -> tuple[_Counted, _Clock]:
    clock = _Clock()
    settings = Settings(
        School("x"), Mailbox("h", "u"), Submission("h", "f@x.example"), state=State(tmp_path, tmp_path),
        rehearsal=replace(Rehearsal(), **rules),  # type: ignore[arg-type]
    )  # fmt: skip
    made = _Counted(settings, clock, Loop(clock), None, NextTick(clock), dict, lambda: None, lambda: None)
    return made, clock


def _tick(made: _Counted, day: int, at: str, *, school_day: bool = True, healthy: bool = True) -> None:
    made.tick(datetime.combine(date(2026, 9, day), time.fromisoformat(at)), school_day=school_day, healthy=healthy)


def test_once_every_school_morning(tmp_path: Path) -> None:
    made, _ = _rehearsal(tmp_path)
    _tick(made, 2, "07:04")
    _tick(made, 2, "07:10", school_day=False)
    _tick(made, 2, "07:10", healthy=False)
    _tick(made, 2, "17:00")
    assert made.begun == 0
    _tick(made, 2, "07:05")
    made.ended(Result.OK)
    _tick(made, 2, "07:06")
    assert made.begun == 1
    _tick(made, 3, "16:59")
    assert made.begun == 2, "a start late on the day rehearses as well"


def test_off_is_off(tmp_path: Path) -> None:
    made, _ = _rehearsal(tmp_path, enabled=False)
    _tick(made, 1, "07:05")
    assert made.begun == 0


def test_one_that_failed_rings_once_at_the_look_and_is_repeated(tmp_path: Path) -> None:
    made, clock = _rehearsal(tmp_path)
    _tick(made, 2, "07:05")
    made.ended(Result.FAILED)
    assert not made.rings(datetime(2026, 9, 2, 7, 44))
    assert made.rings(datetime(2026, 9, 2, 7, 45))
    assert not made.rings(datetime(2026, 9, 2, 7, 46))
    assert made.status() == "; proef mislukt (HWC-241)"
    made._settings = replace(made._settings, school=School("x", language="en"))
    assert made.status() == "; rehearsal failed (HWC-241)"
    made._settings = replace(made._settings, school=School("x"))
    _tick(made, 2, "07:06")
    assert made.begun == 1
    clock.at += watched.AGAIN_SECONDS
    _tick(made, 2, "07:20")
    assert made.begun == 2
    made.ended(Result.OK)
    assert made.today is not None
    assert (made.today.leg, made.status()) == (None, "; proef gelukt")


@pytest.mark.parametrize(("came", "apart"), [(0.0, 0), (-299.0, 0), (-400.0, 7), (3700.0, 62)])
def test_a_clock_that_differs_is_told_and_looked_at_again(tmp_path: Path, came: float, apart: int) -> None:
    made, clock = _rehearsal(tmp_path)
    _tick(made, 2, "07:05")
    made._run = watched.Run(NONCE, {}, 0.0, begun=clock.now(), busy=True)
    made.arrived(Place("INBOX", INBOX, 1, 7), Kind.REHEARSAL, clock.now() + came)
    made._end(made._run, Result.OK)
    assert made.today is not None
    assert (made.today.apart, made.wrong()) == (apart, apart > 0)
    assert ("HWC-372" in made.status()) is (apart > 0)
    clock.at += watched.AGAIN_SECONDS
    _tick(made, 2, "07:20")
    assert made.begun == (2 if apart else 1), "a quarter later, while it is wrong"


def test_a_drill_on_the_first_school_day_of_the_month(tmp_path: Path) -> None:
    made, _ = _rehearsal(tmp_path)
    for day in (1, 2):
        _tick(made, day, "07:05")
        assert made.drills == (0 if day == 1 else 1), "not before the rehearsal went well"
        made.ended(Result.OK)
        _tick(made, day, "07:06")
        _tick(made, day, "07:07")
        assert made.drills == 1
    late, _ = _rehearsal(tmp_path)
    _tick(late, 1, "10:00")
    late.ended(Result.OK)
    _tick(late, 1, "10:01")
    assert late.drills == 0, "after a start in the middle of the day"


def test_the_first_school_day_of_a_month() -> None:
    holidays = Calendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),))
    assert first_of_month(date(2026, 9, 1), holidays)
    assert not first_of_month(date(2026, 9, 2), holidays)
    assert first_of_month(date(2027, 1, 4), holidays)
    assert not first_of_month(date(2026, 8, 1), holidays), "a Saturday"


# -- the book and the page ----------------------------------------------------------------


def test_the_book_counts_no_rehearsal() -> None:
    names = iter("abcdef")
    book = Book(trust=True, secret=b"s", token=lambda: next(names))
    place = Place("INBOX", INBOX, 1, 7)
    (entry,) = book.see([Sighting(place, frozenset(), 1.0)], {"INBOX": Mark(1, 8)}, 1.0).triage
    assert not book.learn(entry.handle, Kind.REHEARSAL, 1.0)
    assert (book.waiting(), book.waits_since()) == ((), None)
    flags = frozenset({"\\seen", "\\flagged", "\\answered", "\\deleted"})
    seen = book.see([Sighting(place, flags, 1.0)], {"INBOX": Mark(1, 8)}, 2.0)
    assert (seen.finish, seen.triage) == ((), ()), "its own worker takes it out"
    assert book.marks == {"INBOX": Mark(1, 8)}


def test_a_drill_waits_and_stays_a_drill() -> None:
    names = iter("abcdef")
    book = Book(trust=False, secret=b"s", token=lambda: next(names))
    (entry,) = book.see([Sighting(Place("INBOX", INBOX, 1, 7), frozenset(), 1.0)], {}, 1.0).triage
    assert book.learn(entry.handle, Kind.DRILL, 1.0)
    assert book.confirm(entry.handle, "anouk", Answered.READ, 2.0)
    assert book.handled()[0].drill


NOW = 1_800_000_000.0
CALM = Board(NOW, health=Health.OK, last_look=NOW)
ME = Session("k", "anouk", "contact", NOW + 1000)


def _waiting(kind: Kind, arrived: float) -> Waiting:
    return Waiting(kind.value, Place("INBOX", INBOX, 1, int(arrived)), arrived, kind)


def test_a_failed_rehearsal_is_no_quiet_morning() -> None:
    failed = replace(CALM, rehearsal=Rehearsed(NOW, Result.FAILED, Leg.ARRIVED))
    page = decide(failed, ME, NOW)
    assert (page.view, page.mood, page.failed) == (View.REHEARSAL, Mood.TROUBLE, Leg.ARRIVED)
    assert page.version != decide(replace(CALM, rehearsal=Rehearsed(NOW, Result.OK)), ME, NOW).version
    signal = replace(failed, waiting=(_waiting(Kind.SIGNAL, 1.0),))
    assert decide(signal, ME, NOW).view is View.COVERED
    assert decide(signal, ME, NOW).failed is Leg.ARRIVED, "a signal never hides trouble"
    for result in (Result.OK, Result.NOT_SCANNED):
        assert decide(replace(CALM, rehearsal=Rehearsed(NOW, result)), ME, NOW).view is View.CALM


def test_a_real_signal_comes_before_a_drill() -> None:
    both = replace(CALM, waiting=(_waiting(Kind.DRILL, 1.0), _waiting(Kind.SIGNAL, 2.0)))
    page = decide(both, ME, NOW)
    assert page.signal is not None
    assert (page.signal.kind, page.drill, page.another) == (Kind.SIGNAL, False, True)
    assert decide(replace(CALM, waiting=both.waiting[:1]), ME, NOW).drill


def test_the_board_travels_with_all_of_it() -> None:
    board = replace(
        CALM,
        rehearsal=Rehearsed(NOW, Result.FAILED, Leg.PURGED),
        handled=(Handled("a", "anouk", Answered.READ, NOW, drill=True),),
    )
    assert Board.parse(board.json()) == board


# -- the heartbeat ------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "said"), [(200, [Beat.HEARD]), (302, []), (500, [])])
def test_the_heartbeat_is_one_empty_get(status: int, said: list[Beat]) -> None:
    asked: list[tuple[str, int]] = []

    class Monitor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, int(self.headers.get("Content-Length", 0))))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Monitor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        heard: list[Beat] = []
        heartbeat.run(f"http://127.0.0.1:{server.server_port}/ping?a=1", heard.append)
        server.shutdown()
    assert (asked, heard) == ([("/ping?a=1", 0)], said)


def test_a_child_shows_nothing() -> None:
    assert repr(rehearsal.child_of(KEY, Kind.DRILL, NONCE)) == repr(Child("a", None))
