"""Fixtures for all tests: fresh mail servers, a submission server. The functions stand in ``tests.helpers``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import need
from tests.servers import Courier, Cyrus, Dovecot, MailServer, SmtpSink

#: Minutes after which the tests that are left are skipped, and said to be; 0: never. For machines with a hard limit.
BUDGET = 60.0 * float(os.environ.get("HWC_TEST_BUDGET_MINUTES", "0"))
_BEGUN = time.monotonic()
#: Files that take minutes, each in one process. Side by side with others they begin first, or all would wait for them.
LONG = ("tests/worlds/", "tests/timelapse/test_year", "tests/report/test_whole_month", "tests/rehearsal/test_rehearsal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rules first, then real servers, then what takes long, then the browser: what is cheap to know is known first."""

    def cost(item: pytest.Item) -> int:
        area = item.nodeid.split("/")[1]
        if "test_parts" in item.nodeid:
            return -2  # searches the memory of this process, which grows with every test
        if os.environ.get("PYTEST_XDIST_WORKER") and item.nodeid.startswith(LONG):
            return -1
        if item.get_closest_marker("browser"):
            return 4
        if item.get_closest_marker("slow"):
            return 3
        return {"domain": 0, "settings": 1, "watch": 1, "story": 1, "mailbox": 1, "workers": 1, "post": 1}.get(area, 2)

    items.sort(key=cost)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the budget does not cover."""
    if BUDGET and time.monotonic() - _BEGUN > BUDGET:
        pytest.skip("no time left on this machine (HWC_TEST_BUDGET_MINUTES)")


@pytest.fixture(scope="session")
def playwright_engine() -> Iterator[Any]:
    """Playwright, once: a second one beside it in the same process cannot be started."""
    api = pytest.importorskip("playwright.sync_api")
    need(None if Path("/usr/bin/chromium").exists() else "no Chromium")
    with api.sync_playwright() as started:
        yield started


def _fresh(cls: type[MailServer], profile: str = "standard") -> Iterator[MailServer]:
    need(cls.why_not())
    with cls(profile) as server:
        yield server


@pytest.fixture
def dovecot() -> Iterator[MailServer]:
    """A Dovecot of this test's own."""
    yield from _fresh(Dovecot)


@pytest.fixture
def cyrus() -> Iterator[MailServer]:
    """A Cyrus of this test's own; it keeps expunged mail until ``expire()``, as Debian ships it."""
    yield from _fresh(Cyrus)


@pytest.fixture
def courier() -> Iterator[MailServer]:
    """A Courier of this test's own: no MOVE, no special use, folders below INBOX."""
    yield from _fresh(Courier)


@pytest.fixture(params=[Dovecot, Cyrus, Courier], ids=lambda cls: f"{cls.name}:standard")
def imap_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """Each of the three kinds of server in turn."""
    yield from _fresh(request.param)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A submission server with STARTTLS that keeps what it is sent."""
    with SmtpSink("starttls") as sink:
        yield sink
