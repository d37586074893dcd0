"""The demo's own page, the pretend Veilig Thuis, is as usable as the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hwc_school_agent.demo.school import ADDRESSES
from hwc_school_agent.demo.signals import Invented
from hwc_school_agent.demo.veilig_thuis import Answer, Sent, VeiligThuis
from hwc_school_agent.demo.veilig_thuis_page import Page
from hwc_school_agent.host.clock import SystemClock
from tests.accessibility.stage import ARGUMENTS, CHROMIUM, NARROW, PHONE, WIDE, Stage
from tests.accessibility.test_looks import OVERFLOWING, SMALL_TARGETS
from tests.desk.views import NOW

pytestmark = pytest.mark.browser

CHILD = Invented("Mirre", "Zandkastelier", date(2016, 2, 9))
ANSWER = Answer(NOW + 12, "Goedendag,\n\nJe bericht is ontvangen op Basisschool De Linde.", b"")


def test_axe_finds_nothing(playwright_engine: Any) -> None:
    town = VeiligThuis(ADDRESSES, SystemClock())
    town._sent = (Sent("<a@b>", (CHILD,), NOW, ANSWER), Sent("<c@d>", (CHILD, CHILD), NOW))
    town._loose = (ANSWER,)
    page = Page(town, "http://127.0.0.1:1/")
    page.start()
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        stage = Stage(browser.new_page())
        stage.page.goto(page.address + "?lukte=niet")
        stage.page.locator("summary").click()
        for size in (WIDE, PHONE):
            stage.size(size)
            for media in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}):
                stage.look(**media)
                assert stage.axe() == [], (size, media)
        stage.size(NARROW)
        assert stage.page.evaluate(OVERFLOWING) == []
        assert stage.page.evaluate(SMALL_TARGETS) == []
    finally:
        browser.close()
        page.stop()
