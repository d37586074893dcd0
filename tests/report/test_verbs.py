"""``report`` copies what is frozen and never makes one; ``visit`` shows structure and never what waits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.proof import visit
from hwc_school_agent.proof.visit_words import FOLDERS, LABELS
from hwc_school_agent.workers import freeze
from tests.cli.conftest import Hwc, write
from tests.helpers import settings_for, unique_child
from tests.mailbox.scene import Scene
from tests.report.book import DECEMBER, book, job
from tests.servers import MailServer


def test_copies_are_the_frozen_bytes(hwc: Hwc, tmp_path: Path) -> None:
    made = book(tmp_path).until(date(2026, 12, 31))
    freeze.run(made.settings, job(), lambda _said: None)
    freeze.run(made.settings, job(month=DECEMBER, frozen=date(2027, 1, 4)), lambda _said: None)
    state, out = made.settings.state.directory, tmp_path / "out"
    options = write(made.settings, tmp_path)
    ended = hwc(*options, "report", "--out", out)
    assert (ended.code, ended.err) == (0, "")
    names = {p.name for p in out.iterdir()}
    assert names - {"nakijken.html"} == {p.name for p in state.glob("report-2026-12.*")}
    assert "nakijken.html" in names
    for path in out.glob("report-*"):
        assert path.read_bytes() == (state / path.name).read_bytes()
        assert path.stat().st_mtime == (state / path.name).stat().st_mtime
        assert path.name in ended.out
    before = {p.name: p.read_bytes() for p in state.iterdir()}
    assert hwc(*options, "report", "--out", tmp_path / "again").code == 0
    assert {p.name: p.read_bytes() for p in state.iterdir()} == before


def test_before_the_first_it_says_when_that_comes(hwc: Hwc, tmp_path: Path) -> None:
    made = book(tmp_path)
    ended = hwc(*write(made.settings, tmp_path), "report", "--out", tmp_path / "out")
    assert ended.code == 1
    assert "Er is nog geen rapport. Het eerste komt op " in ended.err
    assert not (tmp_path / "out").exists()
    assert not list(made.settings.state.directory.glob("report-*"))


def test_a_visit_looks_the_same_whether_or_not_a_signal_waits(
    hwc: Hwc,
    imap_server: MailServer,
    tmp_path: Path,
) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    scene.settings.state.directory.mkdir()
    options = write(settings_for(imap_server, None, tmp_path), tmp_path)
    assert hwc(*options, "visit", "--out", tmp_path / "without").code == 0
    child = unique_child()
    place = scene.signal(child)
    scene.copy(place, [FolderRole.JUNK, FolderRole.TRASH])
    scene.flag(scene.signal(), b"\\Seen \\Flagged")
    ended = hwc(*options, "visit", "--out", tmp_path / "with")
    assert ended.code == 0
    pages = [(tmp_path / name / "inzage.html").read_bytes() for name in ("without", "with")]
    assert pages[0] == pages[1]
    assert child.last.encode() not in pages[1]
    for text in ("Postvak IN", "Prullenbak", "wordt nooit vanzelf gewist", "Er is nog geen rapport"):
        assert text in pages[1].decode()


def test_a_visit_without_the_mailbox_says_so(hwc: Hwc, tmp_path: Path, dovecot: MailServer) -> None:
    settings = settings_for(dovecot, None, tmp_path)
    settings.state.directory.mkdir()
    options = write(settings, tmp_path)
    dovecot.stop()
    ended = hwc(*options, "visit", "--out", tmp_path / "out")
    assert ended.code == 3
    assert "gaf geen antwoord" in (tmp_path / "out/inzage.html").read_text()


def test_the_visit_speaks_both_languages(tmp_path: Path) -> None:
    assert set(LABELS["nl"]) == set(LABELS["en"])
    assert set(FOLDERS["nl"]) == set(FOLDERS["en"]) == set(FolderRole)
    pages = [visit.page(book(tmp_path / code, language=code).settings, list(FolderRole), DECEMBER) for code in LABELS]
    assert "Het nieuwste rapport gaat over december 2026" in pages[0]
    assert "The newest report is about December 2026" in pages[1]
    assert "{" not in "".join(page.partition("</style>")[2] for page in pages)
