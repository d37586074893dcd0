"""The time-lapse itself: what it says of time is true, and the real program behind it follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, ImapFaults, MailServer, SmtpSink
from tests.story.school import CALM, RUNG
from tests.timelapse import ZONE, TimeLapse

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def lapse(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[TimeLapse]:
    """A school on the Monday of the first week, ten seconds before the morning watch."""
    need(Dovecot.why_not())
    with TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 06:59:50") as started:
        yield started


def rung(lapse: TimeLapse) -> list[tuple[str, str, str]]:
    """Every ring: minute, why, who."""
    return [(f"{r.at:%H:%M}", r.why, ",".join(sorted(r.roles))) for r in lapse.rings]


def test_a_day_in_a_second_with_every_look_at_its_time(lapse: TimeLapse) -> None:
    bell = lapse.bell()
    lapse.advance("17:01")
    looks = [at for at, code in lapse.codes if code == "LOOK_OK" and at >= lapse.at("07:01")]
    assert len([at for at in looks if at < lapse.at("08:30")]) == 89
    assert {at.second for at in looks} <= set(range(16)), "within a tick of the minute"
    assert rung(lapse) == [
        ("07:45", "LOOK", "contact"),
        ("08:00", "AGAIN", "backup,contact"),
        ("08:10", "AGAIN", "backup,contact,head"),
        ("12:30", "AGAIN", "backup,contact,head"),
    ]
    assert [r.card for r in lapse.rings] == [False, False, True, True]
    assert [f"{at:%H:%M}" for at, word in bell.heard if word == "look"] == ["07:45", "08:00", "08:10", "12:30"]
    assert [f"{at:%H:%M}" for at, code in lapse.codes if code == "CLOSED"] == ["17:01"]
    assert lapse.status == "laatste blik 17.00"


def test_a_signal_goes_the_whole_way_in_steered_time(lapse: TimeLapse, smtp_sink: SmtpSink) -> None:
    lapse.advance("07:46")
    anouk = lapse.person("anouk")
    anouk.wait_for(CALM)
    lapse.advance("14:00")
    child = unique_child()
    lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
    lapse.advance(timedelta(seconds=15))
    assert rung(lapse)[-1] == ("14:00", "ARRIVAL", "contact")
    lapse.take(child)
    (receipt,) = smtp_sink.messages
    assert "7 september 2026" in receipt.parsed().get_content() or "07-09-2026" in receipt.parsed().get_content()
    assert f"{lapse.now:%d %b %Y}" in receipt.parsed()["Date"]


def test_a_jump_fires_what_fell_due_once(lapse: TimeLapse) -> None:
    before = len(lapse.codes)
    lapse.jump("2026-09-12 10:00")
    lapse.advance(timedelta(seconds=15))
    assert [code for _, code in lapse.codes[before:] if "LOOK" in code] == ["LOOK_OK"]
    assert lapse.rings == [], "a Saturday"


def test_a_resume_at_half_past_ten_rings_within_a_tick(lapse: TimeLapse) -> None:
    lapse.suspend("10:30")
    assert lapse.rings == []
    lapse.advance(timedelta(seconds=15))
    assert rung(lapse) == [("10:30", "LOOK", "backup,contact,head")]


def test_a_clock_set_back_stops_no_tick(lapse: TimeLapse) -> None:
    """APScheduler alone would wait until the wall clock is where it was."""
    lapse.advance("09:00")
    lapse.person("anouk")
    lapse.set_clock("07:30")
    before = len(lapse.codes)
    lapse.advance("07:35")
    looks = [at for at, code in lapse.codes[before:] if code == "LOOK_OK"]
    assert len(looks) == 6, looks
    lapse.set_clock("2026-09-08 06:59")
    lapse.advance("07:46")
    assert rung(lapse)[-1] == ("07:45", "LOOK", "contact")


def test_after_a_clock_set_back_what_waits_rings_and_a_look_counts(lapse: TimeLapse) -> None:
    lapse.advance("07:46")
    lapse.person("anouk")
    lapse.advance("10:00")
    child = unique_child()
    lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
    lapse.advance("10:04")
    lapse.set_clock("09:00")
    lapse.advance("09:08")
    assert rung(lapse)[-3:] == [
        ("10:00", "ARRIVAL", "contact"),
        ("09:01", "ARRIVAL", "backup,contact"),
        ("09:06", "ARRIVAL", "backup,contact,head"),
    ]
    lapse.person("anouk").wait_for(RUNG)
    lapse.advance("09:17")
    assert rung(lapse)[-1][0] == "09:06", "somebody has looked"
    lapse.advance("09:19")
    assert rung(lapse)[-1] == ("09:18", "ARRIVAL", "contact"), "and left it lying"


def test_after_a_clock_set_back_trouble_rings_after_three_minutes(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    need(Dovecot.why_not())
    with (
        ImapFaults(dovecot.port) as wire,
        TimeLapse(
            dovecot, smtp_sink, tmp_path, at="2026-09-07 08:19:50", imap_port=wire.port, plain_imap=True
        ) as lapse,
    ):  # fmt: skip
        wire.refuse = True
        wire.cut()
        lapse.noticed_the_cut()
        lapse.advance("08:22")
        lapse.set_clock("07:22")
        lapse.advance("07:24")
        assert [r[:2] for r in rung(lapse)] == [("08:19", "LOOK"), ("07:23", "TROUBLE")], (
            "rung at the start, for it was late"
        )
        assert lapse.status.startswith("storing sinds 07.19")


def test_a_message_after_a_resume_writes_no_line_of_its_own(lapse: TimeLapse) -> None:
    """Else the second of that line would tell when it came."""
    lapse.advance("09:59")
    lapse.suspend("11:00:04")
    before = len(lapse.codes)
    child = unique_child()
    lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
    assert lapse.codes[before:] == []
    lapse.advance(timedelta(seconds=30))
    assert [code for _, code in lapse.codes[before:]][-1] == "LOOK_OK"


def test_time_runs_when_it_is_told_to(lapse: TimeLapse) -> None:
    lapse.run(600)
    eventually(lambda: lapse.rings, 60)
    lapse.run(0)
    assert lapse.rings[0].at >= datetime(2026, 9, 7, 7, 45, tzinfo=ZONE)
    stands = lapse.now
    assert lapse.now == stands
