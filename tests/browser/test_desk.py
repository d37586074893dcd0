"""The desk in a real browser: no name behind the Back button, in the profile or on paper; the page lives by itself."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.domain.board import Handled, OrderWord, Rings, Step
from hwc_school_agent.domain.outcome import Answered, Said, Word
from hwc_school_agent.settings import Desk
from tests.desk.harness import BACKUP, CONTACT, PHRASE, Bench, bench, settings_of
from tests.helpers import eventually
from tests.servers import free_port

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip
pytestmark = pytest.mark.browser


@pytest.fixture
def engine(playwright_engine: Any) -> Any:
    return playwright_engine


@dataclass
class Person:
    """A person with a browser of their own, with its back/forward cache on (playwright switches it off)."""

    context: playwright.BrowserContext
    page: playwright.Page
    profile: Path
    faults: list[str]
    scripts: bool

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def heading(self) -> str:
        return str(self.page.locator("h1:visible").first.inner_text())

    def sees(self, heading: str, seconds: float = 120) -> None:
        playwright.expect(self.page.locator("h1:visible").first).to_have_text(heading, timeout=seconds * 1000)


@pytest.fixture(params=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with scripts")


def _open(engine: object, desk: Bench, profile: Path, name: str, *, scripts: bool = True) -> Person:
    context = engine.chromium.launch_persistent_context(  # type: ignore[attr-defined]
        str(profile),
        executable_path=CHROMIUM,
        args=ARGUMENTS,
        java_script_enabled=scripts,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = context.pages[0]
    page.set_default_timeout(120000)
    faults: list[str] = []
    page.on("pageerror", lambda e: faults.append("script fault"))
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    page.goto(desk.url)
    page.fill("#rol", name)
    page.fill("#ww", PHRASE)
    person = Person(context, page, profile, faults, scripts)
    person.press("Inloggen")
    person.sees("Er is nu geen signaal")
    return person


@pytest.fixture
def contact(engine: object, desk: Bench, tmp_path: Path, scripts: bool) -> Iterator[Person]:
    person = _open(engine, desk, tmp_path / "profile", CONTACT, scripts=scripts)
    yield person
    person.context.close()
    assert person.faults == []


@pytest.fixture
def scripted(engine: object, desk: Bench, tmp_path: Path) -> Iterator[Person]:
    person = _open(engine, desk, tmp_path / "profile", CONTACT)
    yield person
    person.context.close()
    assert person.faults == []


def show(desk: Bench, person: Person) -> str:
    """A signal comes, the person uncovers it. Returns the name."""
    signal = desk.signal()
    if not person.scripts:
        person.page.goto(desk.url)
    person.sees("Er is een signaal voor je")
    person.press("Toon het signaal")
    person.sees("Let vandaag extra op deze leerling")
    name = desk.name(signal)
    assert name in person.page.content()
    return name


def traces(folder: Path, name: str) -> list[str]:
    """Files under a folder with a name or half of it, in the two encodings that browsers write."""
    needles = [part.encode(code) for part in (name, *name.split()) for code in ("utf-8", "utf-16-le")]
    found = []
    for path in folder.rglob("*"):
        try:
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        except OSError:
            continue
        if any(n in data for n in needles):
            found.append(str(path.relative_to(folder)))
    return found


@pytest.mark.parametrize("button", ["Ontvangen", "Dek het weer af", "Niet van onze school"])
def test_the_back_button_does_not_bring_a_name_back(desk: Bench, contact: Person, button: str) -> None:
    name = show(desk, contact)
    contact.press(button)
    contact.page.wait_for_function("document.readyState === 'complete'")
    eventually(lambda: name not in contact.page.content())
    for _ in range(4):
        if contact.page.go_back(timeout=120000) is None and contact.page.url == "about:blank":
            break
        assert name not in contact.page.content()
        assert name not in contact.page.inner_text("body")
    contact.page.goto(desk.url)
    for _ in range(2):
        contact.page.go_back()
        assert name not in contact.page.content()


def back(page: playwright.Page) -> None:
    """Press Back. A page that comes from the back/forward cache loads nothing, so there is nothing to wait for."""
    with contextlib.suppress(playwright.TimeoutError):
        page.go_back(wait_until="commit", timeout=5000)
    page.wait_for_timeout(500)


def test_a_page_in_the_back_forward_cache_is_forgotten(desk: Bench, contact: Person) -> None:
    """One URL for everything keeps a page out of that cache, unless the person went elsewhere in between.

    Chromium then keeps even a no-store page until a cookie changes: the other tab's Ontvangen changes it.
    """
    name = show(desk, contact)
    contact.page.goto(f"{desk.url}/static/bureau.css")
    other = contact.context.new_page()
    other.goto(desk.url)
    other.get_by_role("button", name="Ontvangen", exact=True).click()
    playwright.expect(other.locator("h1:visible").first).to_have_text(
        "Dank je wel. We ronden het nu af", timeout=120000
    )
    contact.page.bring_to_front()
    back(contact.page)
    assert name not in contact.page.content()
    contact.sees("Dank je wel. We ronden het nu af")


def test_the_profile_holds_nothing_of_it(desk: Bench, engine: object, tmp_path: Path) -> None:
    person = _open(engine, desk, tmp_path / "profile", CONTACT)
    name = show(desk, person)
    person.press("Ontvangen")
    person.sees("Dank je wel. We ronden het nu af")
    assert traces(person.profile, name) == []
    person.context.close()
    assert any(person.profile.rglob("*"))
    assert traces(person.profile, name) == []
    (person.profile / "planted").write_bytes(b"x" + name.encode("utf-16-le"))
    assert traces(person.profile, name) == ["planted"]


def test_the_page_follows_by_itself(desk: Bench, scripted: Person) -> None:
    page = scripted.page
    signal = desk.signal(put=False)
    desk.put(waiting=(signal,), ring=Rings(contact=1))
    scripted.sees("Er is een signaal voor je")
    assert page.title() == "Bureau"
    playwright.expect(page.locator("#melding")).to_have_text("Er is een signaal voor je")
    scripted.press("Toon het signaal")
    scripted.sees("Let vandaag extra op deze leerling")
    assert page.evaluate("document.activeElement.id") == "st"
    assert page.locator("#melding").text_content() == ""
    scripted.press("Ontvangen")
    scripted.sees("Dank je wel. We ronden het nu af")
    steps = tuple(Step(time.time(), Said(w)) for w in (Word.RECEIPTED, Word.PURGED, Word.EMPTY))
    desk.put(waiting=(), handled=(Handled(signal.handle, CONTACT, Answered.READ, time.time(), steps),))
    scripted.sees("Dank je wel. Het signaal is ontvangen en gewist")
    scripted.press("Terug naar het begin")
    scripted.sees("Er is nu geen signaal")


def test_a_page_that_loads_itself_is_nobodys_look(desk: Bench, scripted: Person) -> None:
    before = len(desk.heard(OrderWord.LOOKED))
    os.kill(desk.pid, 9)  # the next desk remembers nobody's look
    scripted.page.wait_for_timeout(6000)  # Chromium counts what a page does within 5 s of a click as the click's
    desk.signal()
    scripted.sees("Er is een signaal voor je")
    assert len(desk.heard(OrderWord.LOOKED)) == before
    scripted.page.reload()
    scripted.press("Ik kan niet – de achterwacht neemt het over")
    eventually(lambda: len(desk.heard(OrderWord.LOOKED)) > before)


def test_a_double_click_is_one_click(desk: Bench, scripted: Person) -> None:
    desk.signal(delay=0.3)
    scripted.sees("Er is een signaal voor je")
    scripted.page.get_by_role("button", name="Toon het signaal").dblclick()
    scripted.sees("Let vandaag extra op deze leerling")
    scripted.page.get_by_role("button", name="Ontvangen", exact=True).dblclick()
    scripted.sees("Dank je wel. We ronden het nu af")
    assert len(desk.heard(OrderWord.CONFIRMED)) == 1


def test_the_name_does_not_print(desk: Bench, scripted: Person) -> None:
    name = show(desk, scripted)
    scripted.page.emulate_media(media="print")
    assert name not in scripted.page.inner_text("body")
    assert "kan niet worden afgedrukt" in scripted.page.inner_text("body")


def test_a_colleague_takes_it_from_my_screen(desk: Bench, scripted: Person, engine: object, tmp_path: Path) -> None:
    colleague = _open(engine, desk, tmp_path / "second", BACKUP)
    name = show(desk, scripted)
    colleague.sees("Een collega heeft dit signaal nu voor zich")
    colleague.press("Toon het toch")
    colleague.sees("Let vandaag extra op deze leerling")
    colleague.press("Ontvangen")
    scripted.sees("Een collega heeft het signaal al ontvangen")
    assert name not in scripted.page.content()
    colleague.context.close()


def test_a_screen_that_lost_the_desk_says_so(tmp_path: Path, engine: object) -> None:
    with bench(tmp_path) as desk:
        person = _open(engine, desk, tmp_path / "profile", CONTACT)
        playwright.expect(person.page.locator("#verbonden")).to_be_visible()
        desk.kill()
        person.sees("Dit scherm is niet verbonden met het bureau", 60)
        assert person.page.title() == "Bureau"
        assert not person.page.get_by_text("Er is nu geen signaal").is_visible()
        person.context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_is_the_desk_on_either_kind_of_address(tmp_path: Path, engine: object, host: str) -> None:
    """The bell and ``staff add`` name the desk so: browsers make passkeys for a name only."""
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        pytest.skip("this machine has no such address")
    with bench(tmp_path, settings=settings_of(tmp_path, desk=Desk(host=host, port=free_port()))) as desk:
        assert desk.url.startswith("http://localhost:")
        _open(engine, desk, tmp_path / "profile", CONTACT).context.close()
