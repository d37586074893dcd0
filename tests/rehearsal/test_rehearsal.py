"""The rehearsal on real servers, from outside: it ends well, it fails where something fails, and it leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent import files_below
from tests.helpers import eventually, signal_mail, unique_child
from tests.rehearsal.conftest import School, delivering, logged
from tests.servers import ImapFaults, MailServer, SmtpSink
from tests.story.test_whole_way import folders_are_empty

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


def test_it_goes_the_whole_way_and_leaves_nothing(
    school: School, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    delivering(dovecot, smtp_sink)
    agent = school()
    logged(agent, "140")
    signal, echo = (m.parsed() for m in smtp_sink.wait(2))
    assert [m["To"] for m in (signal, echo)] == ["hwc@school.example"] * 2
    assert "Er is geen kind" in signal.get_content()
    assert signal["Auto-Submitted"] == "auto-generated"
    assert echo["In-Reply-To"] == signal["Message-ID"]
    name = signal.get_content().split(",")[0]
    assert name.startswith("Proefkind ")
    word = name.split()[1]
    assert word not in str(echo)
    assert folders_are_empty(dovecot)
    dovecot.expire()
    assert dovecot.disk_find(word.encode()) == []
    assert not [p for p in files_below(tmp_path) if word.encode() in p.read_bytes()]
    assert word not in "\n".join(agent.log)
    assert agent.visitor("anouk").wait_for("geen signaal"), "nobody is rung, nothing is shown"


def test_a_second_one_of_the_same_day_is_not_sent(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    delivering(dovecot, smtp_sink)
    agent = school()
    logged(agent, "140")
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born))
    agent.visitor("anouk").wait_for("Er is een signaal", 60)
    assert len(smtp_sink.messages) == 2


def test_smtp_that_is_down_fails_the_first_leg(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    delivering(dovecot, smtp_sink)
    smtp_sink.fail("mail", "421 4.3.2 not now", times=None)
    agent = school(limit=15)
    assert logged(agent, "240").endswith(" 1")


def test_smtp_that_refuses_for_good_is_not_waited_for(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    smtp_sink.fail("rcpt", "550 5.1.1 no such user", times=None)
    assert logged(school(limit=1000), "240").endswith(" 1")


def test_mail_that_does_not_arrive_fails_the_second_leg(school: School, smtp_sink: SmtpSink) -> None:
    agent = school(limit=40)
    assert logged(agent, "240").endswith(" 2")
    visitor = agent.visitor("anouk")
    assert "De proef" in visitor.wait_for("De proef")
    assert "HWC-242" in visitor.page
    assert "geen signaal" not in visitor.heading, "not the page of a day without a signal"
    assert smtp_sink.messages


def test_a_receipt_that_does_not_return_fails(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    def deliver(received: object) -> None:
        if b"Proefsignaal" in received.data:  # type: ignore[attr-defined]
            dovecot.deliver(received.data)  # type: ignore[attr-defined]

    smtp_sink.on_message = deliver
    assert logged(school(limit=40), "240").endswith(" 5")


def test_a_name_left_in_memory_is_found(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    """The control of the search: a build that keeps the name must fail."""
    delivering(dovecot, smtp_sink)
    assert logged(school(leak=True), "240").endswith(" 8")
    assert folders_are_empty(dovecot)


def test_a_real_signal_in_between(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    child = unique_child()
    delivering(dovecot, smtp_sink)
    deliver = smtp_sink.on_message

    def with_a_signal(received: object) -> None:
        deliver(received)  # type: ignore[misc,arg-type]
        if b"Proefsignaal" in received.data:  # type: ignore[attr-defined]
            dovecot.deliver(signal_mail(child.name, child.born, message_id="<real@veiligthuis.example>"))

    smtp_sink.on_message = with_a_signal
    agent = school()
    anouk = agent.visitor("anouk")
    anouk.wait_for("Er is een signaal", 60)
    assert "Er wacht nog een" not in anouk.page
    logged(agent, "140")
    anouk.open()
    anouk.press("Toon het signaal")
    assert child.name in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for("gewist", 60)
    assert [m for m in smtp_sink.messages if m.rcpt_tos == ["meldingen@veiligthuis.example"]]
    assert folders_are_empty(dovecot)


def test_without_a_key_nobody_makes_one(school: School, dovecot: MailServer, smtp_sink: SmtpSink) -> None:
    """A mail that looks like a drill in all but the hash, and one with the ID of ours on another child: both ring."""
    delivering(dovecot, smtp_sink)
    agent = school()
    logged(agent, "140")
    ours = smtp_sink.messages[0].parsed()["Message-ID"]
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born, message_id=ours))
    anouk = agent.visitor("anouk")
    anouk.wait_for("Er is een signaal", 60)
    forged = smtp_sink.messages[0].data.replace(ours.encode(), ours.replace("-rehearsal-", "-drill-").encode())
    dovecot.deliver(forged)
    eventually(lambda: "Er wacht nog een" in anouk.open(), 60)


def test_a_purge_that_is_refused_fails_and_the_closing_sweeps_it(
    school: School, dovecot: MailServer, smtp_sink: SmtpSink
) -> None:
    delivering(dovecot, smtp_sink)
    with ImapFaults(dovecot.port) as proxy:
        proxy.rule(rb"UID EXPUNGE", "no")
        agent = school(limit=50, imap_port=proxy.port, plain_imap=True)
        assert logged(agent, "240").endswith(" 6")
        assert not folders_are_empty(dovecot)
        proxy.heal()
        assert agent.command("close").returncode == 0
        eventually(lambda: folders_are_empty(dovecot))  # what was still on its way in meanwhile goes after it


def test_off_sends_nothing(school: School, smtp_sink: SmtpSink, dovecot: MailServer) -> None:
    agent = school(rehearsal="enabled = false\n")
    agent.visitor("anouk").wait_for("geen signaal")
    assert smtp_sink.messages == []
