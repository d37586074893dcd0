"""axe-core finds nothing on any page: light, dark, on a phone, and in forced colours (WCAG 2.2 A and AA)."""

from __future__ import annotations

import pytest

from tests.accessibility.stage import PHONE, Stage, distinct
from tests.desk.views import VIEWS, html

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", distinct())
def test_axe_finds_nothing(desk_stage: Stage, name: str) -> None:
    desk_stage.show(name)
    for details in ("closed", "open"):
        if details == "open":
            desk_stage.page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert desk_stage.axe() == [], details
    desk_stage.look(color_scheme="dark")
    assert desk_stage.axe(["color-contrast", "link-in-text-block"]) == []
    desk_stage.look(forced_colors="active")
    assert desk_stage.axe(["color-contrast", "link-in-text-block"]) == []
    desk_stage.look()
    desk_stage.size(PHONE)
    assert desk_stage.axe() == []


@pytest.mark.parametrize("name", ["calm", "shown", "login fout"])
def test_axe_finds_nothing_in_english(desk_stage: Stage, name: str) -> None:
    desk_stage.show(name, code="en")
    assert desk_stage.axe() == []


def test_the_screen_that_lost_the_desk(desk_stage: Stage) -> None:
    desk_stage.show("calm")
    desk_stage.page.evaluate("() => { pagina.hidden = true; los.hidden = false; }")
    for scheme in ("light", "dark"):
        desk_stage.look(color_scheme=scheme)
        assert desk_stage.axe() == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (('lang="nl"', ""), "html-has-lang"),
        (('<label for="rol">', "<label>"), "label"),
        (("<h1>", '<h1 style="color: #ccc">'), "color-contrast"),
    ],
)
def test_a_planted_fault_is_found(desk_stage: Stage, fault: tuple[str, str], rule: str) -> None:
    page = html("login")
    assert fault[0] in page
    desk_stage.show("login", source=page.replace(*fault))
    if "style" in fault[1]:
        desk_stage.page.evaluate("() => { document.querySelector('h1').style.color = '#ccc'; }")
    assert [line for line in desk_stage.axe() if line.startswith(rule)]


def test_every_page_is_looked_at() -> None:
    assert len(distinct()) > 40
    kinds = {name.split(",")[0].split()[0] for name in distinct()}
    assert kinds == {name.split(",")[0].split()[0] for name in VIEWS}
