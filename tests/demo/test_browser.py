"""The page of the pretend Veilig Thuis in a real browser: an answer appears by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from hwc_school_agent.demo.school import ADDRESSES
from hwc_school_agent.demo.veilig_thuis_page import Page as Site
from tests.demo.conftest import Servers

playwright_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

PATIENCE = 30_000  # milliseconds
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def chromium(playwright_engine: Any) -> Iterator[playwright_api.Browser]:
    browser = playwright_engine.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )
    yield browser
    browser.close()


@pytest.fixture
def site(servers: Servers) -> Iterator[Site]:
    site = Site(servers.veilig_thuis, "http://127.0.0.1:1/")
    site.start()
    yield site
    site.stop()


def _answer(servers: Servers, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = ADDRESSES.school, ADDRESSES.veilig_thuis
    mail["In-Reply-To"] = servers.veilig_thuis.state()[1][0].message_id
    mail.set_content(text)
    servers.veilig_thuis.receive(mail.as_bytes())


@pytest.mark.parametrize("width", [1180, 320])
def test_an_answer_appears_without_a_reload(
    servers: Servers, site: Site, chromium: playwright_api.Browser, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.address)
    page.get_by_role("button", name="Stuur een signaal").click()
    page.get_by_text("Nog geen antwoord").wait_for()
    page.locator("[data-sinds]", has_text="s").wait_for()
    page.evaluate("document.body.dataset.loaded = 'once'")
    _answer(servers, "Jullie bericht is gelezen.")
    page.get_by_text("Jullie bericht is gelezen.").wait_for()
    page.locator("#melding", has_text="De school heeft geantwoord.").wait_for(state="attached")
    assert page.locator("body").get_attribute("data-loaded") == "once"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    page.close()


def test_a_page_left_open_says_that_the_trial_has_stopped(
    servers: Servers, site: Site, chromium: playwright_api.Browser
) -> None:
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(site.address)
    site.stop()
    servers.veilig_thuis.send()  # ends the question that is still open
    page.get_by_text("De proef is gestopt").wait_for()
    page.close()
