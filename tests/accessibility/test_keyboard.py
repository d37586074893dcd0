"""With the keyboard alone, from the log-in to *Ontvangen*, at the real desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.domain.board import OrderWord
from tests.accessibility.stage import ARGUMENTS, CHROMIUM, Stage, distinct
from tests.desk.harness import CONTACT, PHRASE, Bench, bench
from tests.helpers import eventually

pytestmark = pytest.mark.browser

#: How the element with the focus shows that it has it, and whether a person sees it.
FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    text: (e.innerText || e.name || e.id || "").trim(),
    ring: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
    colour: style.outlineColor,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && !!top && (e.contains(top) || top.contains(e)),
  };
}"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def page(playwright_engine: Any) -> Iterator[Any]:
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        page = browser.new_page(reduced_motion="reduce")  # the skip link is where it belongs at once
        page.set_default_timeout(120_000)
        yield page
    finally:
        browser.close()


def tab_to(page: Any, text: str) -> list[str]:
    """Press Tab until the focus is on ``text``; returns what was passed. Every stop must be visible."""
    passed: list[str] = []
    for _ in range(25):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        assert at["ring"] >= 2, at
        assert at["seen"], at
        if at["text"] == text:
            return passed
        passed.append(at["text"])
    raise AssertionError(f"{text} is not reached: {passed}")


def heading(page: Any, text: str) -> None:
    eventually(lambda: page.locator("h1:visible").first.inner_text() == text, 120)


def test_the_whole_way_with_the_keyboard(desk: Bench, page: Any) -> None:
    page.goto(desk.url)
    assert tab_to(page, "rol") == ["Naar de inhoud"]
    page.keyboard.type(CONTACT)
    assert tab_to(page, "ww") == []
    page.keyboard.type(PHRASE)
    page.keyboard.press("Enter")
    heading(page, "Er is nu geen signaal")

    signal = desk.signal()
    heading(page, "Er is een signaal voor je")
    assert tab_to(page, "Toon het signaal") == ["Naar de inhoud", "Uitloggen"]
    page.keyboard.press("Enter")
    heading(page, "Let vandaag extra op deze leerling")
    assert desk.name(signal) in page.inner_text("main")
    eventually(lambda: page.evaluate("() => document.activeElement.id") == "st", 60)
    assert tab_to(page, "Ontvangen") == []  # the heading has the focus: the button is the next stop
    page.keyboard.press("Enter")
    heading(page, "Dank je wel. We ronden het nu af")
    assert len(desk.heard(OrderWord.CONFIRMED)) == 1
    tab_to(page, "Terug naar het begin")
    page.keyboard.press("Enter")
    heading(page, "Er is nu geen signaal")


def test_the_skip_link_skips(desk: Bench, page: Any) -> None:
    page.goto(desk.url)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "inhoud"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [n for n in distinct() if n.split(",")[0] in ("calm", "covered", "shown", "trouble")])
def test_every_stop_is_seen_and_none_is_a_trap(desk_stage: Stage, name: str, scheme: str) -> None:
    """Tab goes through everything that can be used, in the order of the page, and out of it again."""
    desk_stage.look(color_scheme=scheme, reduced_motion="reduce")
    desk_stage.show(name)
    page = desk_stage.page
    usable = (
        page.locator("a, button, summary, input:not([type=hidden]), [tabindex='0']").locator("visible=true").count()
    )
    seen: list[int] = []
    for _ in range(usable + 3):
        page.keyboard.press("Tab")
        place = page.evaluate("""() => {
          const e = document.activeElement;
          return e === document.body ? -1 : [...document.querySelectorAll("*")].indexOf(e);
        }""")
        if place == -1 or place in seen:
            break
        at = page.evaluate(FOCUS)
        assert at["ring"] >= 2, at
        assert at["seen"], at
        seen.append(place)
    later = seen if not name.startswith("shown") else [p for p in seen if p >= seen[0]]  # begins at the heading
    assert later == sorted(later)
    assert len(seen) > 1
