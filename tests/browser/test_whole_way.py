"""The whole agent in a real browser: a signal comes, is shown and received, and the browser keeps nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.agent import PASSPHRASE
from tests.helpers import eventually, need
from tests.servers import Dovecot
from tests.story.school import CALM, RUNG, School

pytest.importorskip("playwright.sync_api")

from tests.browser.test_desk import ARGUMENTS, CHROMIUM, Person, engine, traces

__all__ = ["engine"]  # a fixture
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def _school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    need(Dovecot.why_not())
    with School(tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture
def school(_school: School) -> School:
    """A school as new."""
    _school.fresh()
    return _school


@contextmanager
def at_the_desk(engine: Any, school: School, profile: Path, *, scripts: bool) -> Iterator[Person]:
    """Somebody logs in with a browser of their own; its back/forward cache is on (playwright switches it off)."""
    context = engine.chromium.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=ARGUMENTS,
        java_script_enabled=scripts,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        page = context.pages[0]
        page.set_default_timeout(120000)
        person = Person(context, page, profile, [], scripts)
        page.on("pageerror", lambda _e: person.faults.append("script fault"))
        page.goto(school.agent.url)
        page.fill("#rol", "anouk")
        page.fill("#ww", PASSPHRASE)
        person.press("Inloggen")
        person.sees(CALM)
        yield person
        assert person.faults == []
    finally:
        context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_whole_way(engine: Any, school: School, tmp_path: Path, scripts: bool) -> None:
    profile = tmp_path / "profile"
    with at_the_desk(engine, school, profile, scripts=scripts) as anouk:
        child = school.signal()
        if not scripts:
            eventually(lambda: anouk.page.reload() and anouk.heading() == RUNG, 60, every=0.3)
        anouk.sees(RUNG)
        assert anouk.page.title() == "Bureau"
        assert child.last not in anouk.page.content()

        anouk.press("Toon het signaal")
        anouk.sees("Let vandaag extra op deze leerling")
        assert child.name in anouk.page.inner_text("main")
        anouk.press("Ontvangen")
        anouk.page.wait_for_function("document.readyState === 'complete'")
        eventually(lambda: child.last not in anouk.page.content())
        for _ in range(4):
            anouk.page.go_back()
            assert child.last not in anouk.page.content()
            if anouk.page.url == "about:blank":
                break
        anouk.page.goto(school.agent.url)
        if not scripts:
            eventually(lambda: anouk.page.reload() and anouk.heading().endswith("gewist"), 60, every=0.3)
        anouk.sees("Dank je wel. Het signaal is ontvangen en gewist", 60)
        school.nothing_left(child, receipts=1)
        anouk.page.goto(school.agent.url)
        assert child.last not in anouk.page.content()
        assert traces(profile, child.name) == []
    assert any(profile.rglob("*"))
    assert traces(profile, child.name) == []
