"""The computer at which people look: what its browser keeps of a day with a signal and of a day without one.

Measured with Chromium 156, profile searched after the browser has ended. The last title of an address stays in
``History`` and ``Sessions``, the last icon in ``Favicons``, whether it came from an address of ours, from ``data:`` or
from ``blob:``: so both are the same on every page. What is left is *how often* the one address was opened, and when.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hwc_school_agent.domain.board import Rings
from tests.browser.test_desk import CONTACT, Person, _open, engine
from tests.desk.harness import Bench, bench

__all__ = ["engine"]  # a fixture
pytestmark = pytest.mark.browser

#: What differs from profile to profile and says nothing: identifiers, numbers, times, sealed values.
_NONCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9A-Fa-f]{16,}\b|[\w+/-]{40,}={0,2}|\d+")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("desk")) as made:
        yield made


def _rows(file: Path) -> Iterator[str]:
    """Every row of every table, without its numbers."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        base.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in base.execute(f'select * from "{table}"'):
                # the language of a page that was open long enough: the same on every page
                yield f"{table}: {[value for value in row if isinstance(value, str) and value not in ('', 'nl')]}"


def _leaves(tree: object, path: str = "") -> Iterator[str]:
    """Every key and word of a JSON file."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, path)
    else:
        yield f"{path}: {tree if isinstance(tree, str) else ''}"


def _strings(data: bytes) -> Iterator[str]:
    """Addresses, titles and pictures in any other file, in the two encodings that browsers write."""
    runs = [found.decode() for found in re.findall(rb"[\x20-\x7e]{5,}", data)]
    runs += [found.decode("utf-16-le") for found in re.findall(rb"(?:[\x20-\x7e]\0){5,}", data)]
    yield from (run for run in runs if re.search(r"http|svg|ureau|ignaal", run))


def kept(profile: Path) -> set[str]:
    """All that a profile says, file by file."""
    found = set()
    for file in (profile / "Default").rglob("*"):
        if not file.is_file():
            continue
        data, name = file.read_bytes(), _NONCE.sub("#", str(file.relative_to(profile)))
        if data.startswith(b"SQLite format 3\0"):
            lines = _rows(file)
        elif data.startswith(b"{"):
            lines = _leaves(json.loads(data))
        else:
            lines = _strings(data)
        found |= {f"{name}: {_NONCE.sub('#', line)}" for line in lines}
    return found


def calm(desk: Bench, person: Person) -> None:
    for _ in range(3):
        person.press("Kijk nu opnieuw")
        person.sees("Er is nu geen signaal")


def covered(desk: Bench, person: Person) -> None:
    desk.put(waiting=(desk.signal(put=False),), ring=Rings(contact=1))
    person.sees("Er is een signaal voor je")


def shown(desk: Bench, person: Person) -> None:
    covered(desk, person)
    person.press("Toon het signaal")
    person.sees("Let vandaag extra op deze leerling")


def received(desk: Bench, person: Person) -> None:
    shown(desk, person)
    person.press("Ontvangen")
    person.sees("Dank je wel. We ronden het nu af")


def a_day(
    engine: object, desk: Bench, profile: Path, what: Callable[[Bench, Person], None], *, stay: int = 1500
) -> set[str]:
    """Log in, live through it, stay (milliseconds), close the browser; what its profile says afterwards."""
    desk.reset()
    person = _open(engine, desk, profile, CONTACT)
    what(desk, person)
    person.page.wait_for_timeout(stay)
    person.context.close()
    assert person.faults == []
    return kept(profile)


@pytest.fixture(scope="module")
def calm_days(playwright_engine: object, desk: Bench, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the profiles of two days without a signal say, one of them long enough for all that a browser does later."""
    new = tmp_path_factory.mktemp
    return set().union(
        *(a_day(playwright_engine, desk, new("calm"), calm, stay=milliseconds) for milliseconds in (1500, 12000))
    )


@pytest.mark.parametrize("left_at", [covered, shown, received])
def test_a_signal_leaves_no_word_in_the_profile(
    engine: object, desk: Bench, tmp_path: Path, calm_days: set[str], left_at: Callable[[Bench, Person], None]
) -> None:
    day = a_day(engine, desk, tmp_path, left_at)
    for place, word in (("History", "'Bureau'"), ("Favicons", "bureau.svg"), ("Sessions", "Bureau")):
        assert any(place in line and word in line for line in day), f"nothing found in {place}: not looked at"
    assert sorted(day - calm_days) == []


_COUNTED = """
  window.Notification = class {
    constructor(title, options) { sessionStorage.said = (sessionStorage.said || "") + title + ": " + options.body; }
    close() {}
  };
  Notification.permission = "granted";
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
"""


def test_a_notification_of_the_page_comes_at_the_morning_look_only(engine: object, desk: Bench, tmp_path: Path) -> None:
    """Windows, macOS and phones keep a notification with its time."""
    desk.reset()
    person = _open(engine, desk, tmp_path, CONTACT)
    page = person.page
    page.add_init_script(_COUNTED)
    page.reload()
    page.wait_for_selector("#verbonden:visible")
    covered(desk, person)
    page.wait_for_selector("#verbonden:visible")
    assert page.evaluate("sessionStorage.said") is None
    desk.put(ring=Rings(contact=2), notice=1)
    page.wait_for_function("sessionStorage.said")
    assert page.evaluate("sessionStorage.said") == "Bureau: Open het bureau."
    person.context.close()
