"""The limit for unread signals, on real servers: what goes, and above all what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.domain.outcome import FolderRole, Said
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.workers import expire
from tests.helpers import signal_mail, unique_child
from tests.mailbox.scene import Scene
from tests.servers import Cyrus, ImapFaults, MailServer, SmtpSink

HERE = ZoneInfo("Europe/Amsterdam")
EVERY_DAY = Calendar(weekdays=(0, 1, 2, 3, 4, 5, 6))
LIMIT = 2
OVER = LIMIT + 1  # days after arrival: neither the day of arrival nor today counts


def limited(scene: Scene, limit: int = LIMIT, calendar: Calendar = EVERY_DAY) -> Scene:
    scene.settings = replace(scene.settings, unread_school_days=limit, calendar=calendar)
    return scene


def today() -> date:
    """At school; this machine may be in another time zone."""
    return datetime.now(HERE).date()


def closing(days: int) -> float:
    """17:00, so many days from today."""
    return datetime.combine(today() + timedelta(days=days), time(17), HERE).timestamp()


def expire_at(scene: Scene, place: Place, days: int = OVER) -> list[str]:
    said: list[Said] = []
    expire.run(scene.settings, place, closing(days), said.append)
    return [s.line() for s in said]


@pytest.fixture
def scene(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Scene:
    return limited(Scene.on(dovecot, smtp_sink, tmp_path))


def test_every_copy_goes_and_the_sender_hears_nothing(
    imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    scene = limited(Scene.on(imap_server, smtp_sink, tmp_path))
    child = unique_child()
    place, other = scene.signal(child), scene.signal()
    assert scene.copy(place)
    assert expire_at(scene, place) == ["purged", "clean"]
    assert scene.counts() == {"INBOX": 1}
    assert scene.flags(other) == frozenset()
    if isinstance(imap_server, Cyrus):
        imap_server.expire()
    assert not any(imap_server.disk_find(trace.encode()) for trace in child.traces)
    assert smtp_sink.messages == []
    assert expire_at(scene, other) == ["purged", "empty"]


def test_not_before_the_limit(scene: Scene) -> None:
    place = scene.signal()
    for days in range(OVER):
        assert expire_at(scene, place, days) == ["not_confirmed"]
    assert scene.flags(place) == frozenset()
    assert expire_at(scene, place, OVER)[0] == "purged"


def test_never_without_a_limit(scene: Scene) -> None:
    place = scene.signal()
    limited(scene, 0)
    assert expire_at(scene, place, 4000) == ["not_confirmed"]
    assert scene.flags(place) == frozenset()


def test_holidays_do_not_count(scene: Scene) -> None:
    place = scene.signal()
    closed = (today() + timedelta(days=2), today() + timedelta(days=40))
    holiday = Calendar(EVERY_DAY.weekdays, closed=(closed,))
    limited(scene, LIMIT, holiday)
    assert expire_at(scene, place, 41) == ["not_confirmed"]
    assert expire_at(scene, place, 42) == ["purged", "empty"]


@pytest.mark.parametrize("flag", [b"\\Seen", b"\\Flagged", b"\\Answered", b"\\Deleted", b"\\Flagged \\Answered"])
def test_what_somebody_has_touched_stays(scene: Scene, flag: bytes) -> None:
    place = scene.signal()
    scene.flag(place, flag)
    assert expire_at(scene, place) == ["not_confirmed"]
    assert scene.flags(place) == {f.decode().lower() for f in flag.split()}


@pytest.mark.parametrize(
    "raw",
    [
        signal_mail("", "", text="Je hebt een beveiligd bericht. https://app.zivver.com/view/abc", subject="Zivver"),
        signal_mail("", "", text="Wil je mij bellen?", subject="Vraag"),
        signal_mail("", "", text="Ik ben er niet.", subject="Afwezig", headers={"Auto-Submitted": "auto-replied"}),
    ],
    ids=["secure-mail notice", "unclear", "automatic answer"],
)
def test_only_what_is_surely_a_signal_goes(scene: Scene, raw: bytes) -> None:
    place = scene.deliver(raw)
    assert expire_at(scene, place, 400) == ["not_confirmed"]
    assert scene.flags(place) == frozenset()


def test_nothing_of_ours_in_sent(scene: Scene) -> None:
    child = unique_child()
    place = scene.deliver(signal_mail(child.name, child.born), FolderRole.SENT)
    assert expire_at(scene, place) == ["not_confirmed"]


def test_the_servers_own_time_counts(scene: Scene) -> None:
    """Not the Date that the sender wrote."""
    child = unique_child()
    place = scene.deliver(signal_mail(child.name, child.born, sent=closing(-300)))
    assert expire_at(scene, place, 1) == ["not_confirmed"]


def test_gone_or_renumbered(scene: Scene) -> None:
    place = scene.signal()
    assert expire_at(scene, replace(place, uid=place.uid + 7)) == ["gone"]
    assert expire_at(scene, replace(place, uidvalidity=place.uidvalidity + 1)) == ["gone"]
    assert scene.flags(place) == frozenset()


def test_only_claims_what_was_seen(dovecot: MailServer, tmp_path: Path) -> None:
    with ImapFaults(dovecot.port) as proxy:
        scene = limited(Scene.on(dovecot, None, tmp_path, proxy))
        place = scene.signal()
        proxy.rule(b"UID EXPUNGE", "lie")
        assert expire_at(scene, place) == ["left inbox"]
        proxy.heal()
        # what was marked is no longer untouched: now a person decides
        assert expire_at(scene, place) == ["not_confirmed"]
        proxy.rule(b'EXAMINE "Trash"', "lie")
        assert expire_at(scene, scene.signal()) == ["purged", "not_counted trash"]
    dovecot.shut()
    assert expire_at(scene, place) == ["unreachable"]
