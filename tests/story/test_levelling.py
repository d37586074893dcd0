"""The day's closing raises the mailbox's counters: nobody is rung for that, and what comes meanwhile is not missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent import Agent
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Cyrus, Dovecot, ImapFaults, MailServer, SmtpSink
from tests.story.school import CALM, RUNG, School, pressed

LATER = "Ontvangen, maar Veilig Thuis weet het nog niet"


@pytest.mark.parametrize("kind", [Dovecot, Cyrus], ids=lambda c: c.name)
def test_given_a_signal_comes_while_the_counters_are_raised_then_only_it_rings(
    kind: type[MailServer], smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    need(kind.why_not())
    child = unique_child()
    with kind() as server, ImapFaults(server.port) as wire:
        agent = Agent(server, smtp_sink, tmp_path, plain_imap=True, imap_port=wire.port)
        with agent, agent.bell() as bell:
            anouk = agent.visitor("anouk")
            anouk.wait_for(CALM)
            for _ in range(2):
                assert agent.command("close").returncode == 0
                assert CALM in anouk.open() or CALM in anouk.heading
            eventually(lambda: "ping" in bell.words)
            assert "ring" not in bell.words, "nobody is rung for fillers"

            delivered: list[bytes] = []
            pass_on = wire._command

            def deliver(link: object, st: object, line: bytes) -> bool:
                if b"UID STORE" in line and not delivered:  # fillers stand in the first folder now
                    delivered.append(line)
                    server.deliver(signal_mail(child.name, child.born))
                return pass_on(link, st, line)

            wire._command = deliver  # type: ignore[method-assign]
            assert agent.command("close").returncode == 0
            assert delivered
            anouk.wait_for(RUNG, 60)
            assert "Er wacht nog een" not in anouk.page
            anouk.press("Toon")
            assert child.name in anouk.page


@pytest.mark.slow
def test_given_a_message_that_cannot_be_finished_then_the_line_of_the_closing_does_not_tell(school: School) -> None:
    """The person who asked is told; the log has the word that it has on every other day. (Its moment: tests/worlds.)"""
    child = school.signal()
    school.sink.fail("rcpt", "451 4.7.1 Later", times=None)
    pressed(school, child).wait_for(LATER, 60)
    before = len(school.agent.log)
    told = school.agent.command("close")
    assert told.returncode != 0
    assert "niet gesloten" in told.stdout + told.stderr
    written = eventually(lambda: [line for line in school.agent.log[before:] if "HWC-13" in line], 75, every=0.5)
    assert len(written) == 1
    assert "HWC-130" in written[0]
    school.sink.heal()
