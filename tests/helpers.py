"""What most tests need: an invented child, a signal mail, settings for a test server, patience."""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hwc_school_agent.host.clock import local
from hwc_school_agent.settings import (
    Desk,
    Mailbox,
    School,
    Secret,
    Senders,
    Settings,
    State,
    Submission,
    Tls,
)
from tests.servers import MailServer, SmtpSink, free_port

SENDER = "meldingen@veiligthuis.example"
CODEWORD = "Handle with Care"

#: How much longer than on a quiet machine a condition may take before it counts as broken.
PATIENCE = float(os.environ.get("HWC_TEST_PATIENCE", "4"))

_counter = itertools.count(1)
T = TypeVar("T")


# -- an invented child ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InventedChild:
    """A child that does not exist. The name is ASCII and stands in no library, so that a search means something."""

    first: str
    last: str
    born: date

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def born_text(self) -> str:
        """As in the covenant's example: ``3-2-2006``."""
        return f"{self.born.day}-{self.born.month}-{self.born.year}"

    @property
    def line(self) -> str:
        """The whole signal: ``David Pieterse, 3-2-2006, Handle with Care``."""
        return f"{self.name}, {self.born_text}, {CODEWORD}"

    @property
    def traces(self) -> tuple[str, ...]:
        """Texts that may be left nowhere: each half of the name on its own."""
        return self.first, self.last


def unique_child() -> InventedChild:
    """Another name and birth date at each call, in this run and in others at the same time."""
    chance = random.SystemRandom()

    def word(syllables: int) -> str:
        return "".join(
            chance.choice("bdfgkmprtvwz") + chance.choice("aeiou") + chance.choice("lnrsk") for _ in range(syllables)
        )

    # a day above 12, so that swapping day and month cannot go unnoticed
    born = date(chance.randint(2008, 2018), chance.randint(1, 9), chance.randint(13, 28))
    return InventedChild(word(3).capitalize(), (word(3) + "hof").capitalize(), born)


# -- a signal -----------------------------------------------------------------------------


def signal_mail(
    name: str,
    born: date | str,
    *,
    text: str | None = None,
    html: bool = False,
    subject: str = CODEWORD,
    sender: str = SENDER,
    sender_name: str = "Meldingen Veilig Thuis",
    to: str = "hwc@school.example",
    message_id: str | None = None,
    sent: float | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A signal as Veilig Thuis sends it: one line ``name, d-m-yyyy, Handle with Care``. Bytes with CRLF line ends.

    ``text`` replaces the line. ``html``: multipart/alternative as Outlook makes it. ``sent``: epoch seconds (now).
    ``headers``: more of them, or other values; ``""`` leaves the header out.
    """
    if not isinstance(born, str):
        born = f"{born.day}-{born.month}-{born.year}"
    line = f"{name}, {born}, {CODEWORD}" if text is None else text
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((sender_name, sender)) if sender_name else sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(local(time.time() if sent is None else sent, "Europe/Amsterdam"))
    mail["Message-ID"] = message_id or f"<{next(_counter)}.{time.time_ns()}@{sender.partition('@')[2]}>"
    for key, value in (headers or {}).items():
        del mail[key]
        if value:
            mail[key] = value
    mail.set_content(line + "\n", cte=None if line.isascii() else "8bit")
    if html:
        mail.add_alternative(f"<html><body><p>{line}</p></body></html>\n", subtype="html")
    return mail.as_bytes()


# -- settings -----------------------------------------------------------------------------


def settings_for(server: MailServer, sink: SmtpSink | None, tmp_path: Path, **changes: Any) -> Settings:
    """Settings of an agent on this test server, with TLS and the test CA. Its folders are below ``tmp_path``.

    ``sink=None``: nobody listens at the submission port. ``changes`` are fields of ``Settings``; for a section a
    mapping changes only what it names: ``mailbox={"port": proxy.port}, rehearsal={"enabled": False}``.
    """
    settings = Settings(
        school=School(name="De Testschool"),
        mailbox=Mailbox(
            host=server.host,
            user=server.user,
            port=server.tls_port or 0,
            tls=Tls.IMPLICIT,
            ca_file=server.cafile,
            password=Secret(server.password),
        ),
        submission=Submission(
            host=server.host,
            sender=server.user,
            user=sink.user if sink else server.user,
            port=sink.port if sink else free_port(),
            tls=Tls(sink.tls) if sink else Tls.STARTTLS,
            ca_file=sink.cafile if sink else server.cafile,
            password=Secret(sink.password if sink else server.password),
        ),
        senders=Senders(allowed=("@" + SENDER.partition("@")[2],)),
        desk=Desk(port=free_port()),
        state=State(tmp_path / "state", tmp_path / "run"),
    )
    for key, value in changes.items():
        if isinstance(value, Mapping):
            changes[key] = replace(getattr(settings, key), **value)
    return replace(settings, **changes)


# -- waiting and leaving out --------------------------------------------------------------


def eventually(condition: Callable[[], T], seconds: float = 20, every: float = 0.02) -> T:
    """Call ``condition`` until it returns something true, and return that. Fails after ``seconds`` (times PATIENCE).

    An ``AssertionError`` inside counts as "not yet"; the last one is what the failure shows.
    """
    until = time.monotonic() + seconds * PATIENCE
    while True:
        last: AssertionError | None = None
        try:
            if result := condition():
                return result
        except AssertionError as e:
            last = e
        if time.monotonic() > until:
            raise last or AssertionError(
                f"not true within {seconds} s: {getattr(condition, '__qualname__', condition)}"
            )
        time.sleep(every)


def need(reason: str | None) -> None:
    """Leave this test out for ``reason`` (None: go on). Under HWC_REQUIRE_SERVERS=1 a missing part is a failure."""
    if not reason:
        return
    if os.environ.get("HWC_REQUIRE_SERVERS") == "1":
        pytest.fail(f"needed here: {reason}", pytrace=False)
    pytest.skip(reason)
