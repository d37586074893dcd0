"""A drill: people see a practice signal, and every page says that it is one."""

from __future__ import annotations

import pytest

from tests.helpers import eventually
from tests.rehearsal.conftest import School, delivering
from tests.servers import MailServer, SmtpSink
from tests.story.test_whole_way import folders_are_empty

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


def test_a_drill_from_the_command_line(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    delivering(dovecot, smtp_sink)
    agent = school(rehearsal="enabled = false")
    done = agent.command("drill")
    assert (done.returncode, "verstuurd" in done.stdout) == (0, True), done.stderr
    anouk, bram = agent.visitor("anouk"), agent.visitor("bram")
    anouk.wait_for("Er is een oefensignaal", 60)
    assert anouk.title == "Bureau"
    assert "<strong>Oefening.</strong>" in anouk.page
    assert "Oefenkind" not in anouk.page, "covered, like a signal"
    anouk.press("Toon het oefensignaal")
    assert "Oefenkind " in anouk.page
    assert "<strong>Oefening.</strong>" in anouk.page
    assert anouk.heading.startswith("Oefening")
    bram.open()
    assert "<strong>Oefening.</strong>" in bram.page
    anouk.press("Ontvangen")
    anouk.wait_for("Dit was een oefening, en alles werkte", 60)
    assert "Veilig Thuis weet" not in anouk.page
    signal, echo = (m.parsed() for m in smtp_sink.wait(2))
    assert [m["To"] for m in (signal, echo)] == ["hwc@school.example"] * 2
    assert "oefening" in echo["Subject"]
    assert "Dit is een oefening" in echo.get_content()
    eventually(lambda: folders_are_empty(dovecot), 60)
    assert agent.visitor("bram").wait_for("geen signaal")


def test_a_drill_that_cannot_be_sent(school: School, smtp_sink: SmtpSink) -> None:
    smtp_sink.fail("rcpt", "550 5.1.1 no such user", times=None)
    done = school(rehearsal="enabled = false").command("drill")
    assert (done.returncode, "weigert" in done.stderr) == (1, True)


def test_nobody_confirmed_it_and_the_day_is_closed(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    delivering(dovecot, smtp_sink)
    agent = school(rehearsal="enabled = false")
    agent.command("drill")
    agent.visitor("anouk").wait_for("Er is een oefensignaal", 60)
    assert agent.command("close").returncode == 0
    assert folders_are_empty(dovecot)
