"""The demo's post: signals reach the school, receipts reach Veilig Thuis, nobody else gets through."""

from __future__ import annotations

import email
import smtplib
from email import policy
from email.message import EmailMessage

import pytest

from hwc_school_agent.demo.school import ADDRESSES
from hwc_school_agent.demo.signals import Sort
from tests.demo.conftest import PASSWORD, Servers


def _receipt(to: str, answers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADDRESSES.school, to, "Ontvangen"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content("Jullie bericht is ontvangen.\n")
    return mail


def _send_from_school(servers: Servers, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", servers.post.port, timeout=20) as smtp:
        smtp.login(ADDRESSES.school, PASSWORD)
        smtp.send_message(mail)


def _texts(servers: Servers, folder: str) -> list[bytes]:
    with servers.client() as client:
        client.select_folder(folder, readonly=True)
        return [m[b"BODY[]"] for m in client.fetch(client.search("ALL"), ["BODY.PEEK[]"]).values()]


def test_a_signal_reaches_the_school(servers: Servers) -> None:
    sent = servers.veilig_thuis.send()
    (raw,) = _texts(servers, "INBOX")
    text = raw.decode()
    assert f"From: Veilig Thuis (proef) <{ADDRESSES.veilig_thuis}>" in text
    assert f"Message-ID: {sent.message_id}" in text
    assert sent.children[0].name not in text.partition("\r\n\r\n")[0]


@pytest.mark.parametrize("sort", list(Sort))
def test_every_sort_can_be_read(servers: Servers, sort: Sort) -> None:
    sent = servers.veilig_thuis.send(sort)
    message = email.message_from_bytes(_texts(servers, "INBOX")[0], policy=policy.default)
    content = message.get_content()
    assert message.get_content_type() == ("text/html" if sort is Sort.HTML else "text/plain")
    assert len(sent.children) == (2 if sort is Sort.TWO else 1)
    for child in sent.children:
        assert child.line in content
    assert (len(content.splitlines()) > 2) == (sort is Sort.MORE)


def test_the_school_must_log_in_to_send(servers: Servers) -> None:
    with smtplib.SMTP("127.0.0.1", servers.post.port, timeout=20) as smtp:
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.send_message(_receipt(ADDRESSES.veilig_thuis, ""))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(ADDRESSES.school, "iets anders")
    assert servers.veilig_thuis.state()[2] == ()


def test_mail_to_anybody_else_is_refused(servers: Servers) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send_from_school(servers, _receipt("iemand@anders.example", ""))


def test_a_receipt_answers_its_signal_and_a_copy_is_filed(servers: Servers) -> None:
    first, second = servers.veilig_thuis.send(), servers.veilig_thuis.send()
    _send_from_school(servers, _receipt(ADDRESSES.veilig_thuis, first.message_id))
    answer = servers.veilig_thuis.wait_for_answer(first, 20)
    assert answer is not None
    assert answer.text == "Jullie bericht is ontvangen."
    assert servers.veilig_thuis.wait_for_answer(second, 0) is None
    assert len(_texts(servers, "Verzonden items")) == 1


def test_a_receipt_for_no_signal_of_ours_is_kept_apart(servers: Servers) -> None:
    sent = servers.veilig_thuis.send()
    _send_from_school(servers, _receipt(ADDRESSES.veilig_thuis, "<iets@anders.example>"))
    assert servers.veilig_thuis.wait_for_answer(sent, 0.2) is None
    assert len(servers.veilig_thuis.state()[2]) == 1


def test_a_mail_to_itself_arrives_and_is_filed(servers: Servers) -> None:
    _send_from_school(servers, _receipt(ADDRESSES.school, ""))
    assert len(_texts(servers, "INBOX")) == len(_texts(servers, "Verzonden items")) == 1


def test_a_signal_that_was_refused_is_not_shown_as_sent(servers: Servers) -> None:
    servers.background.run(servers.post.stop())
    with pytest.raises(OSError):
        servers.veilig_thuis.send()
    assert servers.veilig_thuis.state()[1] == ()
