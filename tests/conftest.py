"""Fixtures for all tests: fresh mail servers, a submission server. The functions stand in ``tests.helpers``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers import need
from tests.servers import Courier, Cyrus, Dovecot, MailServer, SmtpSink


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
