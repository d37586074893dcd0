"""``verify``: what holds is said, what does not is said, and no changed byte gets through."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from hwc_school_agent.domain.key_words import words_of
from hwc_school_agent.domain.signed_note import compact, vkey
from hwc_school_agent.proof import freeze
from hwc_school_agent.proof.ledger import data_of
from hwc_school_agent.proof.verify import BROKEN, HOLDS, UNREADABLE, verify
from tests import vectors
from tests.cli.conftest import Hwc
from tests.cli.conftest import hwc as hwc  # the fixture
from tests.proof.scene import CALENDAR, MONDAY, NEW, OLD, OTHER, entry, rich, some_days
from tests.report.book import DECEMBER, book, job

W_OLD, W_NEW, W_OTHER = (words_of(key.public) for key in (OLD, NEW, OTHER))


def code(data: bytes, **more: object) -> int:
    verdict = verify(data, **more)  # type: ignore[arg-type]
    assert verdict.holds.endswith(".")
    assert verdict.lacks.endswith(".")
    return verdict.code


# -- vectors ----------------------------------------------------------------------------------


def test_the_vectors_are_what_the_program_writes() -> None:
    for name, data in vectors.vectors().items():
        assert (vectors.HERE / name).read_bytes() == data, f"{name}: the format has changed; that breaks every verifier"


@pytest.mark.parametrize("name", [n for n in vectors.vectors() if n != "keys.txt"])
def test_every_vector(name: str) -> None:
    data = (vectors.HERE / name).read_bytes()
    told = code(data, public=OLD.public if name == "head.txt" else None)
    assert told in ((BROKEN, UNREADABLE) if name.startswith("bad/") else (HOLDS,)), name


# -- ledgers ------------------------------------------------------------------------------------


def test_whose_ledger_it_is() -> None:
    data = some_days().data()
    assert W_OLD in verify(data).lacks, "to be compared with the school guide"
    assert code(data, words=W_OLD) == code(data, public=OLD.public) == HOLDS
    assert code(data, words=W_NEW) == code(data, public=NEW.public) == BROKEN
    rotated = some_days().rotated(OLD, NEW).data()
    assert code(rotated, words=W_OLD) == code(rotated, words=W_NEW) == HOLDS


def test_after_a_lost_key_the_past_is_known_and_not_provable() -> None:
    told = verify(rich().data(), words=W_OTHER)
    assert (told.code, "niet bewijzen" in told.lacks) == (HOLDS, True)
    told = verify(rich().data(), words=W_OLD)
    assert (told.code, "30 november 2026" in told.lacks) == (BROKEN, True)


def test_a_head_of_last_year() -> None:
    year = some_days(days=1)
    printed = compact(year.note, OLD.public).encode()
    for n in range(1, 12):
        year = year.written(entry(MONDAY + timedelta(days=7 * n)), CALENDAR, OLD)
    for kept in (printed, some_days(days=1).note.text().encode()):
        assert code(year.data(), head=kept, words=W_OLD) == HOLDS
    rewritten = some_days(days=0).written(entry(MONDAY + timedelta(days=77)), CALENDAR, OLD)
    told = verify(rewritten.data(), head=printed, words=W_OLD)
    assert (told.code, "herschreven" in told.lacks) == (BROKEN, True)
    older = verify(some_days(days=2).data(), head=compact(year.note, OLD.public).encode())
    assert (older.code, "ontbreken" in older.lacks) == (BROKEN, True), "a copy of long ago put back"
    assert code(some_days(OTHER).data(), head=printed) == BROKEN
    forged = OTHER.note(year.head.origin, year.head.body())
    assert code(year.data(), head=forged.text().encode()) == BROKEN
    assert code(year.data(), head=compact(forged, OTHER.public).encode()) == BROKEN


def test_a_head_survives_rotation_and_loss() -> None:
    for kept in (some_days().note, some_days().rotated(OLD, NEW).note):
        assert code(rich().data(), head=kept.text().encode()) == HOLDS
    assert code(data_of(rich().parts[:1]), head=rich().note.text().encode()) == BROKEN


# -- reports --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Page, facts, and the ledger of a school."""
    school = book(tmp_path_factory.mktemp("school")).until(DECEMBER - timedelta(days=1))
    facts = freeze.facts_of(school.settings, job(), school.ledger)
    later = school.ledger
    files = dict(freeze.files_of(facts, school.ledger, school.key))
    school.until(DECEMBER + timedelta(days=10), begin=DECEMBER)
    return files | {"ledger": school.ledger.data(), "words": words_of(school.key.public).encode(), "then": later.data()}


@pytest.mark.parametrize("kind", ["html", "json"])
def test_a_report(report: dict[str, bytes], kind: str) -> None:
    words = report["words"].decode()
    assert code(report[kind], words=words) == HOLDS
    assert code(report[kind], words=words, ledger=report["ledger"]) == HOLDS
    assert code(report["ledger"], head=report[kind], words=words) == HOLDS
    assert code(report[kind], words=W_OTHER) == BROKEN
    assert code(report[kind], ledger=some_days().data()) == BROKEN


@pytest.mark.parametrize("kind", ["html", "json"])
def test_no_changed_byte_of_a_report_gets_through(report: dict[str, bytes], kind: str) -> None:
    """But the picture of the QR code in the page: what it says when scanned is checked by itself."""
    data = report[kind]
    picture = (
        range(data.index(b"<svg", data.index(b"<!--seal-->")), data.index(b"<pre>")) if kind == "html" else range(0)
    )
    step = 1 if kind == "json" else 3
    missed = [at for at in range(0, len(data), step) if at not in picture and not code(_changed(data, at))]
    assert missed == []


def _changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{}", b"Femke", b"HWC1:", b"HWC1:AAAA", b"<!--seal-->", b"\n\n"])
def test_anything_else(data: bytes) -> None:
    told = verify(data)
    assert told.code in (UNREADABLE, BROKEN)
    assert "Femke" not in told.holds + told.lacks


# -- the verbs ------------------------------------------------------------------------------------


def test_the_verb_needs_nothing_but_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(some_days().data())
    line = [sys.executable, "-m", "hwc_school_agent", "--config", "/nowhere", "verify", str(path)]
    ended = subprocess.run(
        [*line, "--key-words", W_OLD.upper()], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Het controleboek is heel. Schooldagen erin: 4,")
    assert ended.stdout.count("\n") == 2


def test_the_verb_from_the_command_line(hwc: Hwc, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(some_days().data())
    word = compact(some_days().note, OLD.public)
    assert hwc("verify", word, "--ledger", path).code == 0
    assert hwc("verify", path, "--head", word, "--key", vkey(some_days().current.origin, OLD.public)).code == 0
    path.write_bytes(some_days().data()[:-2])
    assert hwc("verify", path).code == 4
    assert hwc("verify", tmp_path / "nothing").code == 1
    for wrong in (["--key-words", "aardbei"], ["--key", "x"], ["--head", "-", "--ledger", "-"]):
        ended = hwc("verify", path, *wrong)
        assert (ended.code, ended.out) == (2, "")
