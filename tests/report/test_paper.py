"""The report as people see it: one A4 on paper whatever it says, readable for everybody, and at 390 px."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.domain.findings import Finding, Found, Place, Verdict
from hwc_school_agent.domain.report_facts import ReportFacts, Tally
from hwc_school_agent.proof.freeze import files_of
from hwc_school_agent.proof.report_page import words_of
from tests.helpers import need
from tests.report.book import DECEMBER, FIRST, NOVEMBER, book

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = "/usr/bin/chromium"
pytestmark = pytest.mark.browser


def longest(language: str, verdict: Verdict, *, begun: bool) -> ReportFacts:
    """A report that says the longest sentence about every place."""
    words = words_of(language)
    found = []
    for place in Place:
        of_place = [Found(f, FIRST, 1000, FIRST + timedelta(days=999)) for f in Finding if f.place is place]
        found.append(max(of_place, key=lambda f: sum(map(len, words.row(f)))))
    return ReportFacts(
        "Openbare Basisschool voor Daltononderwijs De Regenboog aan de Zuidplas", language, NOVEMBER, DECEMBER,
        date(2026, 11, 18) if begun else NOVEMBER, 22, Tally(18, 2, 2), Tally(17, 3, 2), verdict, tuple(found),
        0 if begun else 100, 123456, "A" * 43 + "=", "",
    )  # fmt: skip


@pytest.fixture(scope="module")
def browser(playwright_engine: Any) -> Iterator[playwright.Browser]:
    made = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    yield made
    made.close()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("verdict", Verdict)
def test_one_a4(browser: playwright.Browser, tmp_path: Path, language: str, verdict: Verdict) -> None:
    need(None if shutil.which("pdfinfo") else "no poppler-utils")
    made = book(tmp_path)
    files = files_of(longest(language, verdict, begun=verdict is Verdict.CLEAR), made.ledger, made.key)
    (tmp_path / "r.html").write_bytes(files["html"])
    page = browser.new_page()
    page.goto((tmp_path / "r.html").as_uri())
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True, tagged=True)
    page.close()
    (tmp_path / "own.pdf").write_bytes(files.get("pdf", (tmp_path / "printed.pdf").read_bytes()))
    for name in ("printed.pdf", "own.pdf"):
        info = subprocess.run(["pdfinfo", tmp_path / name], capture_output=True, text=True, check=True).stdout
        assert "Pages:           1\n" in info, name
        assert "(A4)" in info, name
        assert "Tagged:          yes" in info, name


@pytest.mark.parametrize("page_of", ["report", "check", "visit"])
@pytest.mark.parametrize(("width", "scheme"), [(900, "light"), (390, "light"), (390, "dark")])
def test_accessible(browser: playwright.Browser, tmp_path: Path, page_of: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    from hwc_school_agent.domain.outcome import FolderRole
    from hwc_school_agent.proof import frozen, visit

    made = book(tmp_path)
    path = tmp_path / "page.html"
    if page_of == "report":
        path.write_bytes(files_of(longest("nl", Verdict.ATTENTION, begun=False), made.ledger, made.key)["html"])
    elif page_of == "visit":
        path.write_text(visit.page(made.settings, list(FolderRole), NOVEMBER))
    else:
        path = frozen.CHECK_PAGE
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert requests == [path.as_uri()]
    found = axe.Axe().run(page).response["violations"]
    context.close()
    assert [v["id"] for v in found] == []
