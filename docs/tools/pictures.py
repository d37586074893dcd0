"""Take the pictures of the pages for the README and docs/pages.md, from the demo in Debian's Chromium.

    python docs/tools/pictures.py            writes docs/pictures/*.png (light, dark and 390 px wide)
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hwc_school_agent.demo.agent import BACKUP, CONTACT
from hwc_school_agent.demo.school import School
from hwc_school_agent.host.clock import SystemClock

OUT = Path(__file__).resolve().parent.parent / "pictures"
LOOKS = {
    "licht": {"viewport": {"width": 900, "height": 700}, "color_scheme": "light"},
    "donker": {"viewport": {"width": 900, "height": 700}, "color_scheme": "dark"},
    "mobiel": {"viewport": {"width": 390, "height": 800}, "color_scheme": "light"},
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
        browser.close()


if __name__ == "__main__":
    main()
