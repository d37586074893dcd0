"""Who gets a receipt, what stands in it, and how one of ours is known again."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.outcome import Answered, FolderRole
from hwc_school_agent.domain.receipt import receipt_address, receipt_text
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.post.receipt import build, is_ours, receipt_id

SENDER = "meldingen@veiligthuis.example"
AGREED = Envelope(sender=SENDER, message_id="<m1@veiligthuis.example>", return_path=SENDER)
AT = datetime(2026, 11, 23, 7, 52, tzinfo=ZoneInfo("Europe/Amsterdam"))
PLACE = Place("INBOX", FolderRole.INBOX, 7, 12)
KEY = b"k" * 32


def address(envelope: Envelope, receipt_to: str = "") -> str | None:
    return receipt_address(
        envelope, allowed=("@veiligthuis.example", "no-reply@politie.example"), receipt_to=receipt_to,
        own={"hwc@school.example"},
    )  # fmt: skip


class TestWho:
    def test_the_agreed_sender(self) -> None:
        assert address(AGREED) == SENDER
        assert address(replace(AGREED, auto_submitted="auto-generated")) == SENDER  # their system mails signals
        assert address(replace(AGREED, auto_submitted="no", precedence="bulk")) == SENDER

    def test_the_address_that_the_school_set(self) -> None:
        assert address(AGREED, "retour@veiligthuis.example") == "retour@veiligthuis.example"
        no_reply = replace(AGREED, sender="no-reply@politie.example")
        assert address(no_reply, "wijkagent@politie.example") == "wijkagent@politie.example"

    def test_never_return_path(self) -> None:
        assert address(replace(AGREED, return_path="ander@elders.example")) == SENDER

    @pytest.mark.parametrize(
        "envelope",
        [
            replace(AGREED, sender=""),
            replace(AGREED, sender="iemand@elders.example"),
            replace(AGREED, sender="x@sub.veiligthuis.example"),
            replace(AGREED, is_list=True),
            replace(AGREED, return_path="<>"),
            replace(AGREED, content_report="delivery-status"),
            replace(AGREED, content_report="disposition-notification"),
            replace(AGREED, auto_submitted="auto-replied"),
            replace(AGREED, auto_submitted="auto-notified"),
            replace(AGREED, auto_submitted="unknown"),
            replace(AGREED, precedence="list"),
            replace(AGREED, precedence="auto_reply"),
            replace(AGREED, sender="no-reply@politie.example"),
            *(
                replace(AGREED, sender=f"{name}@veiligthuis.example")
                for name in ("MAILER-DAEMON", "postmaster", "noreply", "no_reply", "do-not-reply", "donotreply",
                             "no-reply-zivver", "noreply+1", "bounce", "bounces+x=y", "geen-antwoord")
            ),
            replace(AGREED, sender="a b@veiligthuis.example"),
            replace(AGREED, sender="a\r\nBcc: x@y@veiligthuis.example"),
            replace(AGREED, sender="a" * 250 + "@veiligthuis.example"),
        ],
    )  # fmt: skip
    def test_nobody(self, envelope: Envelope) -> None:
        assert address(envelope) is None
        if envelope.sender != "no-reply@politie.example" and not envelope.sender.endswith("@veiligthuis.example"):
            assert address(envelope, "retour@veiligthuis.example") is None

    def test_never_ourselves(self) -> None:
        ours = ("@school.example",)
        own = {"HWC@school.example"}
        us = replace(AGREED, sender="hwc@school.example")
        assert receipt_address(us, allowed=ours, receipt_to="", own=own) is None
        assert receipt_address(us, allowed=ours, receipt_to="ander@school.example", own=own) is None
        theirs = ("@veiligthuis.example",)
        assert receipt_address(AGREED, allowed=theirs, receipt_to="hwc@school.example", own=own) is None


class TestText:
    def test_read(self) -> None:
        text = receipt_text(Answered.READ, "De Testschool", AT)
        assert "ontvangen" in text
        assert "gelezen" in text
        assert "07.52 uur, op maandag 23 november 2026" in text

    def test_not_ours(self) -> None:
        text = receipt_text(Answered.NOT_OURS, "De Testschool", AT)
        assert "zit niet bij ons op school" in text
        assert "controleren" in text

    def test_in_english(self) -> None:
        text = receipt_text(Answered.NOT_OURS, "De Testschool", AT, language("en"))
        assert "does not go to our school" in text
        assert "Confirmed at 07:52, on Monday 23 November 2026." in text
        assert "ontvangen" not in text

    def test_told_by_telephone(self) -> None:
        with pytest.raises(ValueError):
            receipt_text(Answered.PHONED, "De Testschool", AT)


def built(envelope: Envelope = AGREED, **changes: object) -> bytes:
    facts: dict[str, object] = {"sender": "hwc@school.example", "to": SENDER, "school": "De Testschool"}
    facts["message_id"] = "<r@school.example>"
    return build(answered=Answered.READ, at=AT, envelope=envelope, **(facts | changes)).as_bytes()  # type: ignore[arg-type]


class TestMessage:
    def test_subject_in_english(self) -> None:
        mail = email.message_from_bytes(built(tr=language("en")), policy=email.policy.default)
        assert str(mail["Subject"]) == "Receipt"
        assert "has read it" in mail.get_content()

    def test_headers(self) -> None:
        mail = email.message_from_bytes(built(), policy=email.policy.default)
        assert {k: str(v) for k, v in mail.items()} == {
            "From": "hwc@school.example", "To": SENDER, "Subject": "Ontvangstbevestiging",
            "Date": "Mon, 23 Nov 2026 07:52:00 +0100", "Message-ID": "<r@school.example>",
            "In-Reply-To": AGREED.message_id, "References": AGREED.message_id, "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All", "MIME-Version": "1.0",
            "Content-Type": 'text/plain; charset="utf-8"', "Content-Transfer-Encoding": "quoted-printable",
        }  # fmt: skip
        assert not mail.defects

    def test_long_ids_stay_whole(self) -> None:
        """Python's default policy turns ids of Exchange into encoded words."""
        long = "<AM0PR04MB" + "X" * 90 + "@AM0PR04MB5555.eurprd04.prod.outlook.com>"
        many = tuple(f"<{n:03}{'y' * 80}@veiligthuis.example>" for n in range(20))
        raw = built(replace(AGREED, message_id=long, references=many))
        assert f"In-Reply-To: {long}\r\n".encode() in raw
        line = next(li for li in raw.split(b"\r\n") if li.startswith(b"References:"))
        assert line.endswith(f"{many[-1]} {long}".encode())
        assert b"=?" not in raw
        assert max(map(len, raw.split(b"\r\n"))) <= 998

    @pytest.mark.parametrize("bad", ["<a\r\nBcc: x@y>", "geen", "<a b@c>", "<" + "a" * 300 + ">", "<é@x>", "<a><b>"])
    def test_bad_ids_are_left_out(self, bad: str) -> None:
        raw = built(replace(AGREED, message_id=bad, references=(bad,)))
        assert b"In-Reply-To" not in raw
        assert b"Bcc" not in raw
        assert bad.encode() not in built(replace(AGREED, references=(bad,)))

    @pytest.mark.parametrize("field", ["to", "sender", "message_id"])
    def test_no_header_can_be_smuggled_in(self, field: str) -> None:
        try:
            raw = built(**{field: "a@b.example\r\nBcc: derde@elders.example"})
        except ValueError:
            return
        assert b"\nBcc" not in raw

    def test_a_school_name_beyond_ascii(self) -> None:
        raw = built(school="Één Plus")
        assert raw.isascii()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert "Één Plus" in mail.get_content()  # type: ignore[attr-defined]


class TestId:
    def test_the_same_each_time_and_ours(self) -> None:
        one = receipt_id(KEY, "<m@x>", b"date", PLACE, "hwc@school.example")
        assert one == receipt_id(KEY, "<m@x>", b"date", PLACE, "Bureau <hwc@school.example>")
        assert one.endswith("@school.example>")
        assert is_ours(one, KEY)

    def test_every_message_has_its_own(self) -> None:
        ids = {
            receipt_id(key, original, arrived, place, "hwc@school.example")
            for key in (KEY, b"j" * 32) for original in ("<m@x>", "<n@x>") for arrived in (b"1", b"2")
            for place in (PLACE, replace(PLACE, uid=13), replace(PLACE, uidvalidity=8))
        }  # fmt: skip
        assert len(ids) == 24

    def test_others_are_not_ours(self) -> None:
        one = receipt_id(KEY, "<m@x>", b"date", PLACE, "hwc@school.example")
        assert not is_ours(one, b"j" * 32)
        assert not is_ours(one.replace("hwc-", "hwd-"), KEY)
        flipped = one[:5] + ("0" if one[5] != "0" else "1") + one[6:]
        for other in (flipped, "", "<x@y>", one[1:], one + "\n", " " + one):
            assert not is_ours(other, KEY)
