"""A mailbox that cannot be looked into is trouble, never silence; it comes back by itself, and what came rings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import need
from tests.servers import Dovecot, SmtpSink
from tests.story.school import CALM, DONE, RUNG, TROUBLE, Agent, School, pressed


def says_trouble(page: str) -> None:
    assert "Storing" in page
    assert "0800 2000" in page
    assert "geen signaal" not in page
    assert "Niets te doen" not in page


def test_given_the_mailbox_goes_down_when_a_signal_comes_meanwhile_then_it_rings_by_itself(school: School) -> None:
    anouk = school.anouk
    anouk.wait_for(CALM)
    school.wire.refuse = True
    school.wire.cut()
    anouk.wait_for(TROUBLE, 60)
    says_trouble(anouk.page)
    assert anouk.title == "Bureau"
    child = school.signal()
    school.wire.refuse = False
    anouk.wait_for(RUNG, 90)
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_a_signal_waits_when_the_mailbox_goes_down_then_both_are_said(school: School) -> None:
    child = school.signal()
    anouk = school.anouk
    anouk.wait_for(RUNG)
    school.wire.refuse = True
    school.wire.cut()
    anouk.wait_for_text("We kunnen nu niet goed in de postbus kijken", 60)
    assert RUNG in anouk.heading
    anouk.press("Toon het signaal")
    assert "We kunnen het bericht nu niet ophalen" in anouk.heading
    school.wire.refuse = False
    anouk.press("Probeer het opnieuw")
    anouk.wait_for("Let vandaag extra op", 60)
    assert child.name in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=1)


@pytest.mark.parametrize("fault", ["password", "nobody listens"])
def test_given_it_never_worked_then_the_page_never_says_silence(
    smtp_sink: SmtpSink, tmp_path: Path, fault: str
) -> None:
    need(Dovecot.why_not())
    with Dovecot() as server:
        agent = Agent(server, smtp_sink, tmp_path)
        if fault == "password":
            (agent.credentials / "mailbox__password").write_text("niet-dit")
        else:
            server.shut()
        with agent:
            anouk = agent.visitor("anouk")
            anouk.wait_for(TROUBLE, 60)
            says_trouble(anouk.page)
            assert ("weigert het wachtwoord" in anouk.page) is (fault == "password")
            if fault == "nobody listens":
                server.start()
                anouk.press("Kijk nu opnieuw")
                anouk.wait_for(CALM, 60)
