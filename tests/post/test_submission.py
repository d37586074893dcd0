"""Submission to a real SMTP server, willing and unwilling."""

from __future__ import annotations

import traceback
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.post import submission as post
from hwc_school_agent.post.receipt import build
from hwc_school_agent.post.submission import SubmissionLater, SubmissionRefused, submit
from hwc_school_agent.settings import Secret, Submission, Tls
from tests.servers import CA, SmtpSink, free_port

TO = "meldingen@veiligthuis.example"
MESSAGE = build(
    sender="hwc@school.example", to=TO, answered=Answered.READ, school="De Testschool",
    at=datetime(2026, 11, 23, 7, 52, tzinfo=ZoneInfo("Europe/Amsterdam")), message_id="<r@school.example>",
    envelope=Envelope(),
)  # fmt: skip


def towards(sink: SmtpSink, **changes: object) -> Submission:
    facts = {
        "host": sink.host, "sender": "hwc@school.example", "user": sink.user, "port": sink.port, "tls": Tls(sink.tls),
        "ca_file": sink.cafile, "password": Secret(sink.password),
    }  # fmt: skip
    return Submission(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_accepted(tls: str) -> None:
    with SmtpSink(tls) as sink:
        submit(towards(sink), MESSAGE)
        (got,) = sink.wait(1)
    assert (got.mail_from, got.rcpt_tos, got.tls) == ("hwc@school.example", [TO], tls != "none")
    assert got.data.replace(b"\r\n", b"\n").strip() == MESSAGE.as_bytes().replace(b"\r\n", b"\n").strip()
    assert sink.logins == [sink.user]


def test_no_login_without_a_user() -> None:
    with SmtpSink("none") as sink:
        submit(towards(sink, user=""), MESSAGE)
        assert len(sink.wait(1)) == 1
        assert not sink.logins


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "message"])
@pytest.mark.parametrize(
    ("reply", "error"), [("451 4.7.1 Kanarie", SubmissionLater), ("550 5.7.1 Kanarie", SubmissionRefused)]
)
def test_refused(smtp_sink: SmtpSink, stage: str, reply: str, error: type[Exception]) -> None:
    smtp_sink.fail(stage, reply)
    with pytest.raises(error) as caught:
        submit(towards(smtp_sink), MESSAGE)
    assert "Kanarie" not in str(caught.value)
    assert caught.value.__context__ is None
    assert not smtp_sink.messages
    submit(towards(smtp_sink), MESSAGE)
    assert len(smtp_sink.wait(1)) == 1


@pytest.mark.parametrize("stage", ["connect", "ehlo", "starttls", "auth"])
def test_before_the_message_everything_is_later(smtp_sink: SmtpSink, stage: str) -> None:
    smtp_sink.fail(stage, "554 5.7.1 No", times=None)
    with pytest.raises(SubmissionLater):
        submit(towards(smtp_sink), MESSAGE)


def test_no_answer_after_data_is_later(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail("message", drop=True)
    with pytest.raises(SubmissionLater):
        submit(towards(smtp_sink), MESSAGE)
    submit(towards(smtp_sink), MESSAGE)
    assert {m.parsed()["Message-ID"] for m in smtp_sink.wait(2)} == {"<r@school.example>"}


@pytest.mark.parametrize("stage", ["connect", "rcpt", "message"])
def test_silence_ends(smtp_sink: SmtpSink, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "SECONDS", 0.5)
    smtp_sink.fail(stage, stall=True)
    with pytest.raises(SubmissionLater):
        submit(towards(smtp_sink), MESSAGE)


def test_accepted_is_accepted_however_the_goodbye_goes(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail("quit", "421 4.3.2 Bye", then="close")
    submit(towards(smtp_sink), MESSAGE)
    assert len(smtp_sink.wait(1)) == 1


def test_never_in_the_clear() -> None:
    with SmtpSink("none") as sink:
        with pytest.raises(SubmissionLater):
            submit(towards(sink, tls=Tls.STARTTLS), MESSAGE)
        assert not sink.logins
        assert not sink.messages


def test_nobody_there_or_a_stranger(smtp_sink: SmtpSink) -> None:
    for changes in (
        {"port": free_port()},
        {"host": "smtp.invalid"},
        {"ca_file": ""},
        {"ca_file": "/geen.pem"},
        {"password": Secret("fout-é")},
        {"password": Secret("fout")},
    ):
        with pytest.raises(SubmissionLater) as caught:
            submit(towards(smtp_sink, **changes), MESSAGE)
        assert "fout" not in "".join(traceback.format_exception(caught.value))
    assert not smtp_sink.messages
    ca = CA()
    with SmtpSink("starttls", ca=ca, cert=ca.issue("elders.example")) as other, pytest.raises(SubmissionLater):
        submit(towards(other), MESSAGE)
