"""The page with which parents check a report is as usable as the desk, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from hwc_school_agent.proof.frozen import CHECK_PAGE
from tests.accessibility.stage import ARGUMENTS, CHROMIUM, NARROW, PHONE, WIDE, Stage
from tests.accessibility.test_looks import OVERFLOWING, SMALL_TARGETS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_axe_finds_nothing(playwright_engine: Any, locale: str) -> None:
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        stage = Stage(browser.new_context(locale=locale).new_page())
        stage.page.goto(CHECK_PAGE.as_uri())
        stage.page.fill("#text", "HWC1:AAAA")
        stage.page.click("#check")
        stage.page.wait_for_selector("#result.doubt")
        for kind in ("doubt", "good", "bad"):
            stage.page.evaluate('(kind) => show(kind, [["NOT_RIGHT"], ["SEAL_WRONG"]])', kind)
            for size in (WIDE, PHONE):
                stage.size(size)
                for media in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}):
                    stage.look(**media)
                    assert stage.axe() == [], (kind, size, media)
        stage.size(NARROW)
        assert stage.page.evaluate(OVERFLOWING) == []
        assert stage.page.evaluate(SMALL_TARGETS) == []
    finally:
        browser.close()
