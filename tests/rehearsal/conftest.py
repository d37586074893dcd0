"""A school whose mail server delivers to itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.agent import Agent
from tests.helpers import eventually, need
from tests.servers import Dovecot, MailServer, SmtpSink
from tests.servers.smtp_sink import Received

#: the rehearsal is due at every moment of the day
DUE = 'at = "00:00"\nmonthly_drill = false'
OURS = "hwc@school.example"

School = Callable[..., Agent]


def delivering(server: MailServer, sink: SmtpSink) -> None:
    """What is submitted to the school's own address arrives in its mailbox."""

    def deliver(received: Received) -> None:
        if OURS in received.rcpt_tos:
            server.deliver(received.data)

    sink.on_message = deliver


@pytest.fixture
def school(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[School]:
    """Start an agent on a Dovecot; ``limit``: seconds for the rehearsal; ``leak``: with the fault on purpose."""
    need(Dovecot.why_not())
    started: list[Agent] = []

    def start(*, rehearsal: str = DUE, limit: float = 100.0, leak: bool = False, **more: object) -> Agent:
        monkeypatch.setenv("HWC_TEST_LIMIT", str(limit))
        monkeypatch.setenv("HWC_TEST_LEAK", "1" if leak else "0")
        agent = Agent(dovecot, smtp_sink, tmp_path, rehearsal=rehearsal, **more)  # type: ignore[arg-type]
        agent.module = "tests.rehearsal.quick_agent"
        agent.add_staff()
        started.append(agent.start())
        return agent

    if datetime.now().strftime("%H:%M") >= "23:57":
        time.sleep(200)  # no school day at all between day_end and midnight
    yield start
    for agent in started:
        agent.stop()


def logged(agent: Agent, code: str, seconds: float = 150) -> str:
    """Wait for a line of the event log, and return it."""
    return eventually(lambda: next((x for x in agent.log if f"HWC-{code}" in x), ""), seconds)
