"""The first mail of a mailbox that nobody ever opened: on Courier nothing there has a lasting number yet."""

from __future__ import annotations

import time
from pathlib import Path

from tests.agent import Agent
from tests.helpers import signal_mail, unique_child
from tests.servers import ImapFaults, MailServer, SmtpSink
from tests.story.school import DONE, LOOK_YOURSELF, RUNG


def test_given_its_number_changes_after_the_look_then_it_is_looked_for_again_at_once(
    courier: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    child = unique_child()
    courier.deliver(signal_mail(child.name, child.born))
    with ImapFaults(courier.port) as faults:
        faults.rule(rb"SELECT", "delay", times=1, seconds=1.2)  # Courier numbers by the second: triage comes too late
        with Agent(courier, smtp_sink, tmp_path, plain_imap=True, imap_port=faults.port) as agent:
            anouk = agent.visitor("anouk")
            anouk.wait_for(RUNG, 10)  # the clock's next look may be a minute away
            anouk.press("Toon")
            assert child.name in anouk.page
            anouk.press("Ontvangen")
            anouk.wait_for(DONE)
    assert len(smtp_sink.messages) == 1


def test_given_its_number_never_lasts_then_it_rings_and_the_server_is_not_asked_without_end(
    courier: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    courier.deliver(signal_mail(unique_child().name, unique_child().born))
    with ImapFaults(courier.port) as faults:
        faults.rule(rb"SELECT", "no")
        faults.rule(rb"LOGIN", "delay", seconds=1.1)  # each triage ends in another second than its look
        with Agent(courier, smtp_sink, tmp_path, plain_imap=True, imap_port=faults.port) as agent:
            agent.visitor("anouk").wait_for(LOOK_YOURSELF)
            time.sleep(2)  # the one look that follows
            faults.commands.clear()
            time.sleep(4)
            assert sum(command.startswith(b"LIST") for command in faults.commands) <= 1, "the clock's, perhaps"
