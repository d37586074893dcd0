"""Take the picture of the report for README and docs/report.md, of an invented school.

    PYTHONPATH=. python docs/tools/report_picture.py    writes docs/pictures/report.png
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from hwc_school_agent.domain.findings import Switch
from hwc_school_agent.proof import own_traces
from hwc_school_agent.workers import freeze
from tests.report.book import book, job

OUT = Path(__file__).resolve().parent.parent / "pictures" / "report.png"


def main() -> None:
    """One picture."""
    own_traces.swap = own_traces.cores = lambda: Switch.OFF  # of a school's machine, not of this one
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        made = book(Path(folder)).until(date(2026, 11, 30))
        freeze.run(made.settings, job(), lambda _said: None)
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 820, "height": 900}, locale="nl-NL")
        page.goto((made.settings.state.directory / "report-2026-11.html").as_uri())
        page.screenshot(path=OUT, full_page=True)
        page.goto((Path(freeze.__file__).parents[1] / "proof/static/nakijken.html").as_uri())
        page.set_input_files("#file", made.settings.state.directory / "report-2026-11.json")
        page.fill("#words", page.evaluate("(k) => wordsOf(Uint8Array.from(k))", list(made.key.public)))
        page.get_by_role("button", name="Kijk na").click()
        page.wait_for_selector("#result.good")
        page.screenshot(path=OUT.with_name("nakijken.png"), full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
