"""Trouble that is not the mailbox's: outgoing mail, the disk, a bell. Each made for real; none of it hides a signal."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, MailServer, SmtpSink, ns
from tests.story.school import CALM, DONE, RUNG
from tests.timelapse import TimeLapse

pytestmark = pytest.mark.timeout(300)
REHEARSED = "De proef van vanmorgen is mislukt"


def test_outgoing_mail_is_refused(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    rehearsal = 'enabled = true\nat = "07:05"\nmonthly_drill = false'
    with TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 07:04:50", rehearsal=rehearsal) as lapse:
        smtp_sink.fail("rcpt", "550 5.7.1 Not allowed", times=None)
        lapse.advance("07:06:20")
        assert ("07:05", "REHEARSAL_FAILED 1") in [(f"{at:%H:%M}", code) for at, code in lapse.codes]
        assert lapse.status == "laatste blik 07.06; proef mislukt (HWC-241)"
        assert lapse.rings == [], "not before anybody is there"
        anouk = lapse.person("anouk")
        anouk.wait_for(REHEARSED)
        assert "HWC-241" in anouk.page
        assert "0800 2000" in anouk.page
        assert CALM not in anouk.page
        lapse.advance("07:46")
        assert [(f"{r.at:%H:%M}", r.why, len(r.roles), r.card) for r in lapse.rings] == [
            ("07:45", "LOOK", 1, False),
            ("07:45", "TROUBLE", 3, True),
        ]
        child = unique_child()
        lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
        lapse.person("anouk").wait_for(RUNG)  # a signal is shown all the same
        lapse.person("anouk").press("Toon")
        assert child.name in lapse.person("anouk").page
        smtp_sink.heal()
        lapse.delivering()
        lapse.person("anouk").press("Ontvangen")
        lapse.advance("08:22")  # it is tried every quarter of an hour
        assert lapse.status.endswith("; proef gelukt"), lapse.status
        anouk = lapse.person("anouk")
        anouk.wait_for(DONE)
        anouk.press("Terug naar het begin")
        anouk.wait_for(CALM)


def test_the_disk_is_full(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """The state directory is a file system of its own that something else has filled."""
    need(Dovecot.why_not())
    need(ns.why_not())
    full, done = tmp_path / "full", tmp_path / "done"
    lapse = TimeLapse(dovecot, smtp_sink, tmp_path / "school", at="2026-09-07 06:59:50")
    state = lapse.state
    lapse.within = ns.mounts(f"""
        cp -a {state} {state}.before
        mount -t tmpfs -o size=1m,mode=700 none {state}
        cp -a {state}.before/. {state}
        (( while kill -0 $$ 2>/dev/null; do
            if [ -e {full} ]; then cat /dev/zero >>{state}/filler || touch {done}
            else rm -f {state}/filler {done}; fi
            sleep 0.1
        done ) >/dev/null 2>&1 & )""")

    def fill(on: bool) -> None:
        full.touch() if on else full.unlink()
        eventually(lambda: done.exists() is on)

    with lapse:
        lapse.advance("07:46")
        lapse.person("anouk").wait_for(CALM)
        fill(True)
        lapse.advance("14:00")
        child = unique_child()
        lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
        lapse.advance(timedelta(minutes=1))
        assert lapse.rings[-1].why == "ARRIVAL"
        lapse.take(child)
        assert len(smtp_sink.messages) == 1
        lapse.advance("17:36")
        last = [code for at, code in lapse.codes if at >= lapse.at("17:00") and not code.startswith("LOOK_OK")]
        assert last[0] == "CLOSED"
        assert [code.partition(" ")[0] for code in last[1:]] == ["NOT_ENTERED"]
        assert lapse.status.endswith("; controleboek niet bijgewerkt (HWC-250)")
        assert {r.why for r in lapse.rings} == {"LOOK", "ARRIVAL"}, "nobody is rung for the disk"
        fill(False)
        lapse.advance("17:46")  # tried every ten minutes
        assert "ENTERED" in [code for _, code in lapse.codes]
        assert lapse.status == "laatste blik 17.45"


def test_a_bell_hangs(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """It is connected and neither reads nor answers, as a desktop does that froze."""
    need(Dovecot.why_not())
    with TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 07:43:50") as lapse:
        good = lapse.bell()
        frozen = socket.socket(socket.AF_UNIX)
        frozen.connect(str(lapse.runtime / "bell.sock"))
        eventually(lambda: lapse.bells == 2)
        lapse.hung(1)
        lapse.advance("07:44:10")
        assert lapse.bells == 2
        lapse.advance("07:44:45")
        assert lapse.bells == 1, "dropped, for it left two pings unanswered"
        lapse.hung(0)
        lapse.advance("08:10:15")
        assert [f"{r.at:%H:%M}" for r in lapse.rings] == ["07:45", "08:00", "08:10"], "the ladder goes on for all"
        assert [f"{at:%H:%M}" for at, word in good.heard if word == "look"] == ["07:45", "08:00", "08:10"]
        assert lapse.status == "laatste blik 08.10"
        lapse.person("anouk").wait_for(CALM)
        frozen.close()
        lapse.jump("2026-09-08 07:44:30")
        mended = lapse.bell()  # it connects again, and hears the next one
        lapse.advance("07:45:20")
        assert "look" in mended.words


@pytest.mark.parametrize("minutes", [-61, 4])
def test_the_clock_of_the_mail_server_differs(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, minutes: int
) -> None:
    """Seen by the rehearsal alone: when it went, and when it came by the server's clock."""
    need(Dovecot.why_not())
    rehearsal = 'enabled = true\nat = "07:05"\nmonthly_drill = false'
    with TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 07:04:50", rehearsal=rehearsal) as lapse:
        lapse.delivering(ahead=timedelta(minutes=minutes))
        lapse.advance("07:08:20")
        told = [code for _, code in lapse.codes if code.startswith("CLOCK_APART")]
        check = lapse.command("--credentials", str(lapse.credentials), "check")
        if abs(minutes) < 5:
            assert (told, check.returncode) == ([], 0)
            assert lapse.status == "laatste blik 07.08; proef gelukt"
            assert "HWC-372" not in lapse.person("anouk").page
            return
        assert told == ["CLOCK_APART 61"]
        assert lapse.status == "laatste blik 07.08; proef gelukt; klok 61 min anders dan de mailserver (HWC-372)"
        assert (check.returncode, "HWC-372" in check.stdout + check.stderr) == (1, True)
        assert "HWC-372" in lapse.command("--credentials", str(lapse.credentials), "doctor").stdout
        anouk = lapse.person("anouk")
        anouk.wait_for(CALM)
        assert "De klok van het programma loopt niet gelijk" in anouk.page
        assert "61 minuten" in anouk.page
        lapse.advance("07:15")
        assert lapse.rings == [], "nobody is rung for it"
        lapse.delivering()  # somebody has set it right
        lapse.advance("07:26")
        assert lapse.status.endswith("; proef gelukt")
        assert "HWC-372" not in lapse.person("anouk").page
