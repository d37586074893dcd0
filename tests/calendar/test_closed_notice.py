"""The notice on days without school: whom it tells what, and that it touches nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.outcome import Answered, FolderRole, Said
from hwc_school_agent.domain.school_days import Calendar, held_over_till
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.mailbox.session import folders_with_status, open_session, quoted
from hwc_school_agent.post import receipt
from hwc_school_agent.workers import close, closed_notice
from tests.calendar.test_expire import closing
from tests.helpers import SENDER, signal_mail, unique_child
from tests.mailbox.scene import Scene
from tests.servers import MailServer, SmtpSink

HERE = ZoneInfo("Europe/Amsterdam")
AUTUMN = Calendar(
    closed=((date(2026, 10, 10), date(2026, 10, 18)), (date(2026, 10, 26), date(2026, 10, 26))),
    half_days=((date(2026, 10, 9), time(12, 0)), (date(2026, 10, 20), time(12, 0))),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(7, 12), None),
        (at(7, 23), None),  # tomorrow is school
        (at(9, 11, 59), None),
        (at(9, 12), 19),  # a half day before the break
        (at(14, 8), 19),
        (at(18, 23, 59), 19),
        (at(19, 0), None),
        (at(20, 13), None),  # a half day with school the day after
        (at(23, 16, 59), None),
        (at(23, 17), 27),  # Friday evening; Monday is closed
        (at(24, 8), 27),
        (at(26, 7, 45), 27),
    ],
)
def test_when(now: datetime, first: int | None) -> None:
    assert held_over_till(now, time(17), AUTUMN) == (first and date(2026, 10, first))


@pytest.fixture
def scene(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Scene:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    scene.settings = replace(
        scene.settings, calendar=AUTUMN, senders=replace(scene.settings.senders, closed_notice=True)
    )
    return scene


HOLIDAY, SCHOOL_DAY = at(14, 21).timestamp(), at(20, 9).timestamp()


def notice(scene: Scene, place: object, now: float = HOLIDAY) -> str:
    said: list[Said] = []
    closed_notice.run(scene.settings, place, now, said.append)  # type: ignore[arg-type]
    (last,) = said
    return last.line()


def test_the_sender_hears_the_first_school_day(scene: Scene, smtp_sink: SmtpSink) -> None:
    child = unique_child()
    place = scene.signal(child, message_id="<signaal@veiligthuis.example>")
    assert notice(scene, place) == "receipted"
    (mail,) = smtp_sink.wait(1)
    assert mail.rcpt_tos == [SENDER]
    parsed, text = mail.parsed(), mail.parsed().get_content()
    assert "maandag 19 oktober 2026" in text
    assert "Nog niemand heeft je bericht gelezen." in text
    assert parsed["Auto-Submitted"] == "auto-replied"
    assert parsed["In-Reply-To"] == "<signaal@veiligthuis.example>"
    assert parsed["Subject"] == "Je bericht is nog niet gelezen"
    whole = mail.data.decode()
    assert not [t for t in (*child.traces, child.born_text, "Handle", "Re:") if t in whole]


def test_nothing_is_changed_in_the_mailbox(scene: Scene) -> None:
    place = scene.signal()
    assert notice(scene, place) == "receipted"
    assert scene.flags(place) == frozenset()
    assert scene.counts() == {"INBOX": 1}


def test_the_same_id_each_time_and_another_than_the_receipt(scene: Scene, smtp_sink: SmtpSink) -> None:
    place = scene.signal()
    assert [notice(scene, place), notice(scene, place)] == ["receipted"] * 2
    scene.confirm(place)
    assert scene.finish(place, Answered.READ)[0] == "receipted"
    first, second, last = [str(m.parsed()["Message-ID"]) for m in smtp_sink.messages]
    assert first == second != last
    key = derived(installation_key(scene.settings.state.directory), receipt.PURPOSE)
    assert receipt.is_ours(first, key)
    assert "Een medewerker van de school heeft het gelezen." in smtp_sink.messages[2].parsed().get_content()


@pytest.mark.parametrize("flag", [b"\\Seen", b"\\Flagged", b"\\Deleted", b"\\Answered"])
def test_silent_once_somebody_touched_it(scene: Scene, smtp_sink: SmtpSink, flag: bytes) -> None:
    place = scene.signal()
    scene.flag(place, flag)
    assert notice(scene, place) == "not_owed"
    assert smtp_sink.messages == []


def test_silent_on_a_school_day_and_when_switched_off(scene: Scene, smtp_sink: SmtpSink) -> None:
    place = scene.signal()
    assert notice(scene, place, SCHOOL_DAY) == "not_owed"
    scene.settings = replace(scene.settings, senders=replace(scene.settings.senders, closed_notice=False))
    assert notice(scene, place) == "not_owed"
    assert smtp_sink.messages == []


@pytest.mark.parametrize(
    "mail",
    [
        {"sender": "iemand@elders.example"},
        {"headers": {"Auto-Submitted": "auto-replied"}},
        {"headers": {"List-Id": "<x.veiligthuis.example>"}},
        {"sender": "no-reply@veiligthuis.example"},
    ],
)
def test_nobody_who_would_get_no_receipt(scene: Scene, smtp_sink: SmtpSink, mail: dict[str, object]) -> None:
    assert notice(scene, scene.signal(**mail)) == "not_owed"
    assert smtp_sink.messages == []


def test_swept_from_sent_at_once_and_at_the_closing(scene: Scene, smtp_sink: SmtpSink) -> None:
    """Exchange and Gmail file a copy of what is submitted."""
    place = scene.signal()
    notice(scene, place)
    copy = smtp_sink.messages[0].data
    scene.deliver(copy, FolderRole.SENT)
    assert notice(scene, place) == "receipted"
    assert scene.counts() == {"INBOX": 1}
    scene.deliver(copy, FolderRole.SENT)
    said: list[Said] = []
    close.run(scene.settings, CloseJob((), closing(0)), said.append)
    assert said[-1].line() == "clean"
    assert scene.counts() == {"INBOX": 1}
    assert scene.flags(place) == frozenset()


def test_when_it_cannot_go(scene: Scene, smtp_sink: SmtpSink, dovecot: MailServer) -> None:
    place = scene.signal()
    smtp_sink.fail("rcpt", "451 4.7.1 Later")
    assert notice(scene, place) == "receipt_later"
    smtp_sink.fail("rcpt", "550 5.1.1 No")
    assert notice(scene, place) == "receipt_refused"
    assert notice(scene, replace(place, uid=place.uid + 5)) == "gone"
    dovecot.shut()
    assert notice(scene, place) == "unreachable"


def test_no_keyword_is_made(scene: Scene) -> None:
    """The names of a folder's keywords outlive its messages on some servers."""
    place = scene.signal()
    with open_session(scene.direct.mailbox) as session:
        folders_with_status(session)
        (before,) = session.run(b"SELECT " + quoted(place.folder))
    notice(scene, place)
    with open_session(scene.direct.mailbox) as session:
        (after,) = session.run(b"SELECT " + quoted(place.folder))
    assert after.words("FLAGS") == before.words("FLAGS")


def test_words_of_the_message_are_read_by_a_box_only(scene: Scene, smtp_sink: SmtpSink) -> None:
    """A header that tries to add another receiver."""
    raw = signal_mail("x", "y").replace(b"From: ", b"From: a@elders.example, ", 1)
    assert notice(scene, scene.deliver(raw)) == "not_owed"
    assert smtp_sink.messages == []
