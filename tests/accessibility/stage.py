"""All pages in one browser, without a desk: the browser's requests are answered from the table of views."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from hwc_school_agent.desk.guard import HEADERS
from tests.desk.views import VIEWS, html, renderer

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
HOME = "http://desk.test/"
WIDE, PHONE, NARROW = (1200, 900), (390, 844), (320, 640)

#: WCAG 2.2 A and AA, and axe's own good advice.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def axe_source() -> str:
    """axe-core, as the package carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def bones(page: str) -> str:
    """A page without its words: two pages with the same bones look and behave the same to a machine."""
    bare = re.sub(r'(data-versie|datetime|value|content|data-\w+)="[^"]*"', r"\1", page)
    return re.sub(r">[^<]+<", "><", bare)


def distinct() -> tuple[str, ...]:
    """One view for every face a page can have."""
    seen: dict[str, str] = {}
    for name in VIEWS:
        seen.setdefault(bones(html(name)), name)
    return tuple(seen.values())


@dataclass
class Stage:
    """A page in a browser, and the view that it shows."""

    page: Any
    code: str = "nl"
    name: str = ""
    faults: list[str] = field(default_factory=list)

    def show(self, name: str, *, code: str = "nl", source: str = "") -> None:
        """Load a view; ``source``: this page instead."""
        self.name, self.code, self._source = name, code, source
        self.page.goto(HOME)

    def answer(self, route: Any) -> None:
        """One request of the browser."""
        path = urlsplit(route.request.url).path
        headers = {k: v for k, v in HEADERS.items() if k != "connection"} | {"content-type": "text/html; charset=utf-8"}
        body: str | bytes = self._source or html(self.name, self.code)
        if path.startswith("/static/"):
            static = renderer(self.code).static[path.removeprefix("/static/")]
            headers["content-type"], body = static.kind, static.body
        elif path == "/stand":
            version = re.search(r'data-versie="(\d+)"', str(body))
            beat = {"version": int(version[1]) if version else 0, "ring": 0, "notice": 0, "look": "", "sign": 0}
            headers["content-type"], body = "text/event-stream", f"event: stand\ndata: {json.dumps(beat)}\n\n"
        route.fulfill(status=200, headers=headers, body=body)

    def size(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def look(self, **media: str | None) -> None:
        """``color_scheme``, ``forced_colors``, ``reduced_motion``, ``media``: as the person's machine is set."""
        usual: dict[str, str | None] = {"color_scheme": "light", "forced_colors": "none", "media": "screen"}
        self.page.emulate_media(**(usual | media))

    def axe(self, rules: Sequence[str] = ()) -> list[str]:
        """What axe-core finds, one line each."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(axe_source())
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
        options = {"runOnly": only, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [f"{v['id']}: {node['html'][:160]}" for v in found["violations"] for node in v["nodes"]]


@contextmanager
def stage(playwright: Any) -> Iterator[Stage]:
    """A browser with one page, for many views."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        page = browser.new_context(service_workers="block").new_page()
        page.set_default_timeout(120_000)
        made = Stage(page)
        page.on("pageerror", lambda _error: made.faults.append("a fault in a script"))
        page.route("**/*", made.answer)
        yield made
        assert made.faults == []
    finally:
        browser.close()
