"""Take the pictures of the pages for the README and docs/pages.md, in Debian's Chromium: an ordinary morning from the
demo, and what is rare from the tests' table of pages (``tests/desk/views.py``).

    python -m docs.tools.pictures            writes docs/pictures/*.png (light, dark and 390 px wide)
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hwc_school_agent.demo.agent import BACKUP, CONTACT
from hwc_school_agent.demo.school import School
from hwc_school_agent.host.clock import SystemClock
from tests.accessibility.stage import Stage

OUT = Path(__file__).resolve().parent.parent / "pictures"
LOOKS = {
    "licht": {"viewport": {"width": 900, "height": 700}, "color_scheme": "light"},
    "donker": {"viewport": {"width": 900, "height": 700}, "color_scheme": "dark"},
    "mobiel": {"viewport": {"width": 390, "height": 800}, "color_scheme": "light"},
}
RARE = {
    "belkaart": "phone card, login, 2",
    "sleutel-inloggen": "login, passkey inloggen",
    "sleutel-toevoegen": "calm, passkey eerste",
    "twijfel": "shown, doubt",
    "onduidelijk": "shown, unclear",
    "oefening": "covered, drill",
    "oefening-klaar": "confirmed, drill, empty",
    "proef-mislukt": "rehearsal, arrived",
    "storing": "trouble, login",
    "bel-zelf": "confirmed, read, receipt_refused",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def shot(browser: Browser, school: School, cookies: list[dict[str, object]], name: str) -> None:
    """The page as this person sees it now, in every look."""
    for look, options in LOOKS.items():
        context = browser.new_context(java_script_enabled=False, **options)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(school.agent.desk)
        page.screenshot(path=str(OUT / f"{name}-{look}.png"), full_page=True)
        context.close()


def rare(browser: Browser) -> None:
    """Pages that a demo cannot bring about, in every look."""
    for look, options in LOOKS.items():
        page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
        stage = Stage(page)
        page.route("**/*", stage.answer)
        for name, view in RARE.items():
            stage.show(view)
            page.wait_for_selector("footer")
            # shown by its script on https and on localhost, which this is not
            page.evaluate("document.querySelectorAll('#sleutel').forEach((part) => { part.hidden = false; })")
            page.screenshot(path=str(OUT / f"{name}-{look}.png"), full_page=True)
        page.context.close()


def log_in(page: Page, school: School, name: str) -> None:
    """Through the log-in page."""
    page.goto(school.agent.desk)
    page.fill("#rol", name)
    page.fill("#ww", school.agent.phrases[name])
    page.get_by_role("button", name="Inloggen", exact=True).click()


def main() -> None:
    """All pictures."""
    OUT.mkdir(exist_ok=True)
    with School(SystemClock()) as school, sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        shot(browser, school, [], "inloggen")
        people = {}
        for name in (CONTACT, BACKUP):
            context = browser.new_context(java_script_enabled=False)
            people[name] = context.new_page()
            log_in(people[name], school, name)
        anouk, bram = people[CONTACT], people[BACKUP]
        anouk.wait_for_selector("text=geen signaal")
        shot(browser, school, anouk.context.cookies(), "geen-signaal")
        school.veilig_thuis.send()
        while "Toon het signaal" not in anouk.content():
            anouk.reload()
        shot(browser, school, anouk.context.cookies(), "bedekt")
        anouk.get_by_role("button", name="Toon het signaal").click()
        shot(browser, school, anouk.context.cookies(), "getoond")
        bram.reload()
        shot(browser, school, bram.context.cookies(), "collega")
        anouk.get_by_role("button", name="Ontvangen", exact=True).click()
        while "gewist" not in (anouk.text_content("h1") or ""):
            anouk.reload()
        shot(browser, school, anouk.context.cookies(), "ontvangen")
        rare(browser)
        browser.close()


if __name__ == "__main__":
    main()
