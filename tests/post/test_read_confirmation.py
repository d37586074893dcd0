"""RFC 8098: when a receipt is also a read confirmation, and what it says to machines."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.domain.receipt import read_confirmation, receipt_address
from hwc_school_agent.domain.sender_check import Verdict
from hwc_school_agent.post import receipt
from hwc_school_agent.settings import Auth, Mailbox, School, Settings, Submission

TO = "Meldingen@veiligthuis.example"


@pytest.mark.parametrize(
    ("asked", "answered", "sent", "expected"),
    [
        (TO, Answered.READ, False, True),
        ("Meldingen@VeiligThuis.EXAMPLE", Answered.READ, False, True),
        (TO, Answered.NOT_OURS, False, True),  # it was read, and that is all that "displayed" says
        (TO, Answered.VOUCHED, False, True),
        (TO, Answered.PHONED, False, False),
        (TO, Answered.READ, True, False),  # a mail program has sent one: never two
        ("meldingen@veiligthuis.example", Answered.READ, False, False),  # local parts may differ in case
        ("", Answered.READ, False, False),  # not asked for, or for several, or unreadable
        ("anders@veiligthuis.example", Answered.READ, False, False),
        ("Meldingen@elders.example", Answered.READ, False, False),
    ],
)
def test_when(asked: str, answered: Answered, sent: bool, expected: bool) -> None:
    assert read_confirmation(Envelope(read_receipt_to=asked), TO, answered, sent=sent) is expected


@pytest.mark.parametrize(
    ("mailbox", "wish", "expected"),
    [
        (Mailbox("mail.school.example", "u"), "auto", True),
        (Mailbox("outlook.office365.com", "u"), "auto", False),
        (Mailbox("mail.school.example", "u", auth=Auth.MICROSOFT), "auto", False),
        (Mailbox("outlook.office365.com", "u", auth=Auth.MICROSOFT), "always", True),
        (Mailbox("mail.school.example", "u"), "never", False),
    ],
)
def test_never_both_theirs_and_ours(mailbox: Mailbox, wish: str, expected: bool) -> None:
    submission = Submission("smtp.school.example", "hwc@school.example", read_confirmation=wish)
    assert Settings(School("x"), mailbox, submission).confirms_reading is expected


def built(*, confirmation: bool, original: str = "<AM0PR04MB" + "0" * 70 + "@prod.exchange.example>") -> bytes:
    mail = receipt.build(
        sender="hwc@school.example",
        to=TO,
        answered=Answered.READ,
        school="De Linde",
        at=datetime(2026, 11, 26, 7, 50, tzinfo=UTC),
        message_id="<hwc-1@school.example>",
        envelope=Envelope(message_id=original),
        read_confirmation=confirmation,
        mailbox="hwc@school.example",
    )
    return mail.as_bytes()


def test_the_form() -> None:
    raw = built(confirmation=True)
    mail = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/report"
    assert mail["Content-Type"].params["report-type"] == "disposition-notification"
    assert "Disposition-Notification-To" not in mail
    assert mail["Auto-Submitted"] == "auto-replied"
    text, about = mail.iter_parts()  # two parts: the third would quote the message
    assert "heeft het gelezen" in text.get_content()
    assert about.get_content_type() == "message/disposition-notification"
    fields = about.get_payload()[0]
    assert fields["Final-Recipient"] == "rfc822; hwc@school.example"
    assert fields["Original-Message-ID"] == "<AM0PR04MB" + "0" * 70 + "@prod.exchange.example>"
    assert fields["Disposition"] == "manual-action/MDN-sent-manually; displayed"
    assert raw.isascii()


def test_an_id_that_is_none_is_left_out() -> None:
    assert b"Original-Message-ID" not in built(confirmation=True, original="")


def test_without_a_request_it_is_a_plain_receipt() -> None:
    assert message_from_bytes(built(confirmation=False), policy=default).get_content_type() == "text/plain"


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("vouched", [True, False])
def test_who_is_in_doubt_gets_an_answer_only_if_a_person_vouches(verdict: Verdict, vouched: bool) -> None:
    allowed, own = ("@veiligthuis.example",), ("hwc@school.example",)
    listed = Envelope(sender=TO, verdict=verdict)
    to = receipt_address(listed, allowed=allowed, receipt_to="", own=own, vouched=vouched)
    assert (to == TO) is (vouched or verdict in (Verdict.UNJUDGED, Verdict.PASSED))
    stranger = Envelope(sender="iemand@elders.example", verdict=verdict)
    assert receipt_address(stranger, allowed=allowed, receipt_to="", own=own, vouched=vouched) is None
