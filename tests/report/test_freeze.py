"""The frozen report: the same bytes for the same calendar and ledger, and nothing else to tell from its files."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.domain.findings import Finding, Switch, Verdict
from hwc_school_agent.domain.ledger_entry import DayState
from hwc_school_agent.domain.outcome import Frozen
from hwc_school_agent.domain.report_facts import NotAReport, ReportFacts, Tally, lines_of, parse
from hwc_school_agent.domain.signed_note import parse_compact
from hwc_school_agent.domain.state_files import REPORTS_KEPT, is_known, report_name
from hwc_school_agent.proof import own_traces, report_pdf
from hwc_school_agent.proof.report_page import page_hash
from hwc_school_agent.proof.seal import opened
from hwc_school_agent.workers import freeze
from tests.report.book import DECEMBER, FIRST, GOOD, NOVEMBER, Book, book, job


def run(made: Book, **changes: object) -> str:
    """Freeze; what the worker said."""
    said: list[Frozen] = []
    freeze.run(made.settings, job(**changes), said.append)  # type: ignore[arg-type]
    (word,) = said
    return word.value


def files(made: Book) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in made.settings.state.directory.glob("report-*")}


def facts(made: Book, month: date = NOVEMBER) -> ReportFacts:
    whole = json.loads((made.settings.state.directory / report_name(month, "json")).read_text())
    return parse(opened(whole["note"]).text)


@pytest.fixture(autouse=True)
def _a_hardened_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is the tests' own; what the agent's is like is tested in test_own_traces.py."""
    monkeypatch.setattr(own_traces, "swap", lambda: Switch.OFF)
    monkeypatch.setattr(own_traces, "cores", lambda: Switch.OFF)


@pytest.fixture
def school(tmp_path: Path) -> Book:
    return book(tmp_path).until(date(2026, 11, 30))


def test_what_it_says(school: Book) -> None:
    assert run(school) == "done"
    said = facts(school)
    assert (said.month, said.frozen, said.since, said.days) == (NOVEMBER, FIRST, NOVEMBER, 21)
    assert said.close == said.rehearsal == Tally(21, 0, 0)
    assert said.found[0].finding is Finding.FOLDERS_CLEAR_TWICE
    assert said.ledger_size == school.ledger.head.size == 21
    page = files(school)["report-2026-11.html"].decode()
    assert page_hash(page) == said.page
    for text in (
        "november 2026",
        "dinsdag 1 december 2026",
        "21 van 21",
        "Elke map die de server toont",
        "30 mei 2027",
    ):
        assert text in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_the_same_bytes_for_everybody_and_no_time_of_its_own(school: Book, tmp_path: Path) -> None:
    """Frozen once more, elsewhere, later: not a byte differs, and the files carry the time of the calendar."""
    assert run(school) == "done"
    again = book(tmp_path / "again").until(date(2026, 11, 30))
    assert run(again) == "done"
    assert files(school) == files(again)
    stamp = datetime(2026, 12, 1, 5, 30, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()
    for path in school.settings.state.directory.glob("report-*"):
        assert path.stat().st_mtime == stamp
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_json_holds_what_is_sealed(school: Book) -> None:
    assert run(school) == "done"
    whole = json.loads(files(school)["report-2026-11.json"])
    assert whole["facts"] == lines_of(opened(whole["note"]).text)
    assert whole["ledger"].encode() == school.ledger.data()
    code = files(school)["report-2026-11.html"].decode().partition("HWC1:")[2].partition("<")[0]
    note, public = parse_compact("HWC1:" + code)
    assert (note.text(), public) == (whole["note"], school.key.public)


@pytest.mark.parametrize(
    "words",
    [(), GOOD[:3], ("folders_clear",), ("folders_clear",) * 3, ("Jan Jansen", *GOOD[1:]), (*GOOD[:3], "folders_cleat")],
)
def test_words_that_are_missing_or_of_no_list_are_not_seen(school: Book, words: tuple[str, ...]) -> None:
    assert run(school, words=words) == "done"
    said = facts(school)
    assert said.found[0].finding is Finding.FOLDERS_NOT_ESTABLISHED
    assert said.verdict is not Verdict.CLEAR
    assert b"Jansen" not in b"".join(files(school).values())


def test_days_that_went_wrong_are_counted(tmp_path: Path) -> None:
    made = book(tmp_path).until(date(2026, 11, 24))
    made.add(date(2026, 11, 25), DayState.DEGRADED, DayState.OK)
    made.add(date(2026, 11, 27), DayState.OFF, DayState.DEGRADED)  # the 26th is missing, and filled in
    assert run(made) == "done"
    said = facts(made)
    assert (said.days, said.close, said.rehearsal) == (21, Tally(18, 1, 1), Tally(17, 1, 2))
    page = files(made)["report-2026-11.html"].decode()
    assert "18 van 21" in page
    assert "<dd>2</dd>" in page, "the 26th and the 30th"


def test_a_school_that_began_in_the_middle_of_the_month(tmp_path: Path) -> None:
    made = book(tmp_path, begin=date(2026, 11, 25)).until(date(2026, 11, 30), begin=date(2026, 11, 25))
    assert run(made) == "done"
    assert (facts(made).since, facts(made).days) == (date(2026, 11, 25), 4)
    assert "vanaf 25 november 2026" in files(made)["report-2026-11.html"].decode()


def test_no_report_about_a_month_before_the_ledger(tmp_path: Path) -> None:
    made = book(tmp_path, begin=date(2026, 12, 1))
    assert run(made) == "not_yet"
    assert not files(made)


def test_a_broken_ledger_is_said_and_not_passed_over(school: Book) -> None:
    path = school.settings.state.directory / "ledger"
    path.write_bytes(path.read_bytes().replace(b"2026-11-03 ok......", b"2026-11-03 off....."))
    assert run(school) == "done"
    assert facts(school).verdict is Verdict.NOT_ESTABLISHED
    assert facts(school).close == Tally(0, 0, 0)
    assert "Het controleboek kon niet worden gelezen" in files(school)["report-2026-11.html"].decode()


def test_without_a_key_there_is_no_report(school: Book) -> None:
    (school.settings.state.directory / "ledger.key").unlink()
    assert run(school) == "failed"
    assert not files(school)


def test_a_strange_file_is_seen(school: Book) -> None:
    assert run(school) == "done"
    assert Finding.FILES_KNOWN in {f.finding for f in facts(school).found}
    (school.settings.state.directory / "zolder.txt").touch()
    assert run(school) == "done"
    assert facts(school).verdict is Verdict.ATTENTION
    assert "zolder" not in str(files(school))


def test_only_so_many_months_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_pdf, "pdf", lambda *_: b"%PDF")
    made = book(tmp_path).until(date(2026, 11, 30))
    month = NOVEMBER
    for _ in range(REPORTS_KEPT + 3):
        assert run(made, month=month, frozen=_next(month)) == "done"
        month = _next(month)
    names = set(files(made))
    assert len({n[:14] for n in names}) == REPORTS_KEPT
    assert "report-2026-11.json" not in names
    assert report_name(date(2028, 1, 1), "json") in names
    assert all(is_known(n) for n in names)


def test_english(tmp_path: Path) -> None:
    made = book(tmp_path, language="en").until(date(2026, 11, 30))
    assert run(made) == "done"
    page = files(made)["report-2026-11.html"].decode()
    assert '<html lang="en">' in page
    assert "Frozen on Tuesday 1 December 2026" in page
    assert "Gevonden" not in page


def test_statements(tmp_path: Path) -> None:
    made = book(tmp_path, recovery_statement=(date(2026, 11, 20), 0), logs_statement=(date(2025, 11, 20), 30))
    assert run(made.until(date(2026, 11, 30))) == "done"
    page = files(made)["report-2026-11.html"].decode()
    assert "Verklaring van de beheerder, 20 november 2026" in page
    assert "de verklaring van de beheerder (20 november 2025) is niet meer geldig" in page


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("days 21", "days  21"),
        lambda t: t.replace("days 21", "days +21"),
        lambda t: t.replace("close 21 0 0\n", ""),
        lambda t: t.replace("clear\n", "fine\n"),
        lambda t: t + "x y\n",
        lambda t: t.replace("report 1", "report 2"),
        lambda t: t.replace(" swap_", " cores_"),
        lambda t: t[:-1],
    ],
)
def test_only_whole_facts_are_read(school: Book, change: object) -> None:
    assert run(school) == "done"
    text = facts(school).text()
    assert parse(text) == facts(school)
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    with pytest.raises(NotAReport):
        parse(changed)


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs poppler-utils")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pdf(tmp_path: Path, language: str) -> None:
    pytest.importorskip("typst")
    made = book(tmp_path, language=language).until(date(2026, 11, 30))
    made.settings = replace(made.settings, school=replace(made.settings.school, name='De "Linde" #panic() $x$ \\ *'))
    assert run(made) == "done"
    path = made.settings.state.directory / "report-2026-11.pdf"
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in info
    assert "Tagged:          yes" in info
    assert b"pdfuaid:part" in path.read_bytes()
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "#panic()" in text
    assert "21 van 21" in text or "21 of 21" in text


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


assert _next(NOVEMBER) == DECEMBER
