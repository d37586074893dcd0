"""Small screens, large letters, forced colours, little motion, paper."""

from __future__ import annotations

import pytest

from tests.accessibility.stage import NARROW, WIDE, Stage, distinct
from tests.desk.views import CHILD, LETTER

pytestmark = pytest.mark.browser

OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && getComputedStyle(e).clipPath === "none" && (box.right > width + 1 || box.left < -1);
  });
  const cut = [...document.querySelectorAll("button, a, h1, h2, p, dd, dt, summary, label")].filter((e) =>
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && e.clientWidth > 1);
  const out = [...wide, ...cut].filter((e) => !e.classList.contains("overslaan")).map((e) => e.outerHTML.slice(0, 120));
  if (document.documentElement.scrollWidth > width) out.push("the page");
  return out;
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, summary, input:not([type=hidden])")].filter((e) => {
  const box = e.getBoundingClientRect();
  const inText = e.tagName === "A" && getComputedStyle(e).display === "inline";  // excepted by WCAG 2.5.8
  return box.width > 0 && !inText && !e.classList.contains("overslaan") && (box.height < 24 || box.width < 24);
}).map((e) => e.outerHTML.slice(0, 120))"""


def everything(stage: Stage) -> None:
    """Nothing folded, nothing hidden that could appear."""
    stage.page.evaluate("""() => {
      document.querySelectorAll("details").forEach((d) => { d.open = true; });
      document.querySelectorAll("[hidden]").forEach((e) => { if (e.id !== "los") e.hidden = false; });
    }""")


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("name", distinct())
def test_every_page_fits(desk_stage: Stage, name: str, code: str) -> None:
    """320 CSS pixels wide (WCAG 1.4.10), letters twice as large (1.4.4), more space in the text (1.4.12)."""
    page = desk_stage.page
    desk_stage.size(NARROW)
    desk_stage.show(name, code=code)
    everything(desk_stage)
    assert page.evaluate(OVERFLOWING) == [], "320 wide"
    assert page.evaluate(SMALL_TARGETS) == [], "targets"
    page.evaluate("""() => document.body.querySelectorAll("*").forEach((e) => {
      Object.assign(e.style, { lineHeight: "1.5", letterSpacing: "0.12em", wordSpacing: "0.16em" });
    })""")
    assert page.evaluate(OVERFLOWING) == [], "spaced"
    page.evaluate("() => document.body.querySelectorAll('*').forEach((e) => e.removeAttribute('style'))")
    page.evaluate("() => { document.documentElement.style.fontSize = '225%'; }")
    desk_stage.size((640, 900))
    assert page.evaluate(OVERFLOWING) == [], "letters twice as large"
    desk_stage.size(WIDE)
    assert page.evaluate(OVERFLOWING) == [], "letters twice as large on a wide screen"


def test_what_does_not_fit_is_found(desk_stage: Stage) -> None:
    desk_stage.size(NARROW)
    desk_stage.show("calm")
    page = desk_stage.page
    page.evaluate("() => { document.querySelector('h1').style.minWidth = '400px'; }")
    assert page.evaluate(OVERFLOWING)
    page.evaluate(
        "() => { document.querySelector('.knop').style.cssText = 'min-height: 0; height: 20px; padding: 0'; }"
    )
    assert page.evaluate(SMALL_TARGETS)


@pytest.mark.parametrize("name", ["calm", "covered, signal", "trouble, login", "confirmed, read, left"])
def test_forced_colours_keep_the_state(desk_stage: Stage, name: str) -> None:
    """Colour says nothing any more: the word, its picture and the edge of the box are still there."""
    desk_stage.show(name)
    desk_stage.look(forced_colors="active")
    label = desk_stage.page.locator(".stand__label").first
    assert label.is_visible()
    assert label.inner_text().strip()
    assert label.locator("svg").is_visible()
    seen = desk_stage.page.evaluate("""() => {
      const of = (e) => getComputedStyle(e);
      const box = document.querySelector(".stand"), button = document.querySelector(".knop");
      const mark = document.querySelector(".stand__label svg");
      return {
        edge: of(box).borderInlineStartColor, wide: parseFloat(of(box).borderInlineStartWidth),
        picture: of(mark).stroke, rim: of(button).borderTopColor, ground: of(document.body).backgroundColor,
      };
    }""")
    assert seen["edge"] != seen["ground"]
    assert seen["picture"] != seen["ground"]
    assert seen["rim"] != seen["ground"]
    assert seen["wide"] >= 5


@pytest.mark.parametrize("name", ["login", "calm", "shown"])
def test_little_motion(desk_stage: Stage, name: str) -> None:
    desk_stage.look(reduced_motion="reduce")
    desk_stage.show(name)
    moving = desk_stage.page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) => {
      const s = getComputedStyle(e);
      return s.animationName !== "none" || parseFloat(s.transitionDuration) > 0;
    }).length""")
    assert moving == 0


@pytest.mark.parametrize("name", [n for n in distinct() if n.startswith("shown")])
def test_paper_stays_empty(desk_stage: Stage, name: str) -> None:
    desk_stage.show(name)
    everything(desk_stage)
    desk_stage.look(media="print")
    paper = desk_stage.page.inner_text("body")
    for part in (*CHILD.name.split(), "2017", LETTER.split()[-1], "Ontvangen"):
        assert part not in paper
    assert "Dit scherm kan niet worden afgedrukt." in paper
    assert "Basisschool De Linde" in paper
