"""What a screen reader gets: the state is spoken, the name is read only by whoever goes to it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.accessibility.stage import Stage, distinct
from tests.desk.views import CHILD, SISTER, VIEWS, html

pytestmark = pytest.mark.browser

NAMES = (*CHILD.name.split(), *SISTER.name.split(), "mei 2017", "december 2015")
SHOWN = [name for name in distinct() if name.startswith("shown")]
#: Everything that a screen reader speaks of its own accord.
LIVE = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off]), output"


def spoken(stage: Stage) -> str:
    return " ".join(stage.page.locator(LIVE).locator("visible=true").all_inner_texts()).strip()


@pytest.fixture
def clocked(desk_stage: Stage) -> Stage:
    """Time on the page passes only when the test says so."""
    desk_stage.page.clock.install()
    return desk_stage


#: Pages that change by themselves; what is shown is not spoken, and a log-in page waits for its person.
SPEAKING = [n for n in distinct() if "data-stand" in html(n) and not re.search('data-stand="(shown|login)"', html(n))]


@pytest.mark.parametrize("name", SPEAKING)
def test_the_state_is_spoken(clocked: Stage, name: str) -> None:
    clocked.show(name)
    clocked.page.clock.run_for(1000)
    assert spoken(clocked) == clocked.page.locator("#pagina h1").inner_text()


@pytest.mark.parametrize("name", SHOWN)
def test_the_name_is_not_spoken_but_can_be_read(clocked: Stage, name: str) -> None:
    clocked.show(name)
    clocked.page.clock.run_for(1000)
    assert [n for n in NAMES if n in spoken(clocked)] == []
    assert clocked.page.evaluate("() => document.activeElement.id") == "st"
    assert [n for n in NAMES if n in clocked.page.locator(":focus").inner_text()] == []
    # nothing that is read out with something else holds it either: names, descriptions, titles
    tree = clocked.page.locator("body").aria_snapshot()
    labels = " ".join(re.findall(r'"([^"]*)"', tree)) + clocked.page.title()
    assert [n for n in NAMES if n in labels] == []
    if VIEWS[name].shown.children:  # type: ignore[union-attr]
        assert CHILD.name in tree


def test_the_cover_is_announced_a_minute_before(clocked: Stage) -> None:
    clocked.show("shown")
    clocked.page.clock.run_for(1000)
    assert not clocked.page.locator("#straks").is_visible()
    clocked.page.clock.run_for(545_000)
    assert clocked.page.locator("#straks").is_visible()
    assert spoken(clocked) == "Over een minuut dekt dit scherm zichzelf af."
    assert clocked.page.get_by_role("button", name="Toon langer").is_visible()


def test_an_error_of_the_log_in_belongs_to_its_fields(desk_stage: Stage) -> None:
    desk_stage.show("login fout")
    name, phrase = desk_stage.page.locator("#rol"), desk_stage.page.locator("#ww")
    assert desk_stage.page.evaluate("() => document.activeElement.id") == "rol"
    for box in (name, phrase):
        assert box.get_attribute("aria-invalid") == "true"
        described = (box.get_attribute("aria-describedby") or "").split()
        assert "fout" in described
        assert all(desk_stage.page.locator(f"#{one}").count() == 1 for one in described)


@pytest.mark.parametrize("name", VIEWS)
def test_title_and_icon_are_the_same_on_every_page(name: str) -> None:
    """A browser keeps both in its history."""
    page = html(name)
    assert re.findall(r"<title>(.*?)</title>", page) == ["Bureau"]
    assert re.findall(r'<link rel="icon"[^>]* href="([^"?]*)', page) == ["/static/bureau.svg"]


@pytest.mark.parametrize("name", VIEWS)
def test_headings_are_in_order(name: str) -> None:
    levels = [int(n) for n in re.findall(r"<h(\d)", html(name).partition('id="los"')[0])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
