"""The daily mail of a bell: the same shape every morning, loop-safe, sent by its worker, its filed copy swept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.domain.outcome import Mailed
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.post import bell_mail, receipt
from hwc_school_agent.settings import Bell
from hwc_school_agent.workers import bell_mail as worker
from tests.helpers import settings_for
from tests.servers import MailServer, SmtpSink

ZONE = ZoneInfo("Europe/Amsterdam")
KEY = b"k" * 32
TO = ("anouk@school.example", "bram@school.example")


def mail(at: datetime) -> bytes:
    return bell_mail.build(sender="De Linde <hwc@school.example>", to=TO[0], at=at, key=KEY).as_bytes()


def test_every_morning_it_has_the_same_size_and_words() -> None:
    first = datetime(2026, 8, 31, 7, 45, 2, tzinfo=ZONE)
    mails = [mail(first + timedelta(days=n, seconds=n % 14)) for n in range(300)]  # both clock changes are in it
    assert len({len(one) for one in mails}) == 1
    variable = (b"Date:", b"Message-ID:")
    fixed = {b"\n".join(row for row in one.split(b"\n") if not row.startswith(variable)) for one in mails}
    assert len(fixed) == 1
    assert len(set(mails)) == 300


def test_nobody_answers_it_and_it_is_known_again() -> None:
    at = datetime(2026, 11, 23, 7, 45, tzinfo=ZONE)
    message = bell_mail.build(sender="hwc@school.example", to=TO[0], at=at, key=KEY)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Subject"] == "Bureau"
    assert receipt.is_ours(message["Message-ID"], KEY)
    assert mail(at) == mail(at), "sent twice, it is the same message"
    assert "Open het bureau." in message.get_content()


@pytest.mark.parametrize("files_a_copy", [False, True])
def test_the_worker_sends_it_to_everybody(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, files_a_copy: bool
) -> None:
    settings = settings_for(dovecot, smtp_sink, tmp_path, bell=Bell(mail_to=TO))
    if files_a_copy:
        smtp_sink.on_message = lambda received: dovecot.deliver(received.data, "Sent")
    said: list[Mailed] = []
    worker.run(settings, datetime(2026, 11, 23, 6, 45, tzinfo=UTC).timestamp(), said.append)
    assert said == [Mailed.SENT]
    assert [received.rcpt_tos for received in smtp_sink.wait(2, 20)] == [[to] for to in TO]
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    assert all(receipt.is_ours(received.parsed()["Message-ID"], key) for received in smtp_sink.messages)
    with dovecot.client() as client:
        client.select_folder("Sent", readonly=True)
        assert client.search() == []


def test_one_refused_address_does_not_keep_the_mail_from_the_others(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    settings = settings_for(dovecot, smtp_sink, tmp_path, bell=Bell(mail_to=TO))
    smtp_sink.fail("rcpt", "550 5.1.1 No such user", match="anouk@")
    said: list[Mailed] = []
    worker.run(settings, 1_795_420_440.0, said.append)
    assert said == [], "so watch writes that it could not be sent to everybody"
    assert [received.rcpt_tos for received in smtp_sink.wait(1, 20)] == [[TO[1]]]
