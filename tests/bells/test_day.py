"""The real agent through real school days: who is rung, what the pages say, and when the daily mail goes."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hwc_school_agent.bells import poll
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, MailServer, SmtpSink, free_port, shared_ca
from tests.story.school import RUNG
from tests.timelapse import ORDINARY, TimeLapse

CARD = "Nog niemand heeft op het seintje gereageerd."
PEOPLE = """
[people]
phone_card = ["Anouk de Boer, contact, 06-12345678", "Bram Smit, backup, 06-12345679"]
"""
MAIL = """
[bell]
mail_to = ["anouk@school.example", "bram@school.example"]
"""
pytestmark = pytest.mark.timeout(300)


@contextlib.contextmanager
def school(dovecot: MailServer, sink: SmtpSink, folder: Path, extra: str) -> Iterator[TimeLapse]:
    need(Dovecot.why_not())
    with TimeLapse(dovecot, sink, folder, at="2026-09-07 07:40:00", extra=ORDINARY + extra) as started:
        yield started


def test_the_phone_card_comes_with_the_third_step_and_goes_with_a_look(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with school(dovecot, smtp_sink, tmp_path, PEOPLE) as lapse:
        stranger = lapse.visitor()
        lapse.advance("08:09")
        assert CARD not in stranger.open()
        assert "06-12345678" not in stranger.page
        lapse.advance("08:11")
        assert CARD in stranger.open()
        for text in ("Anouk de Boer (contactpersoon)", 'href="tel:0612345678"', "Bram Smit (achterwacht)", "0800 2000"):
            assert text in stranger.page, text
        anouk = lapse.person("anouk")  # logging in is a look
        assert CARD not in anouk.open()
        assert CARD not in stranger.open()
        lapse.advance("12:31")
        assert CARD not in stranger.open(), "somebody has looked: no third ring, no card"
        stranger.close()


def test_a_signal_alone_never_brings_the_phone_card(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    with school(dovecot, smtp_sink, tmp_path, PEOPLE) as lapse:
        lapse.advance("07:46")
        lapse.person("anouk").open()
        child = unique_child()
        lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
        lapse.advance("09:30")  # it is left lying: rung again and again, for everybody at last
        assert len([r for r in lapse.rings if r.why == "ARRIVAL"]) > 3
        stranger = lapse.visitor()
        assert CARD not in stranger.open()
        stranger.close()


def test_the_daily_mail_goes_at_the_look_and_never_because_of_a_signal(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with school(dovecot, smtp_sink, tmp_path, MAIL) as lapse:
        sizes = []
        for day, comes in (("2026-09-07", False), ("2026-09-08", True)):
            lapse.advance(f"{day} 07:44:30")
            assert smtp_sink.messages == []
            lapse.advance(f"{day} 07:45:20")
            sent = smtp_sink.wait(2, 30)
            assert [r.rcpt_tos for r in sent] == [["anouk@school.example"], ["bram@school.example"]]
            assert [r.parsed()["Subject"] for r in sent] == ["Bureau", "Bureau"]
            sizes.append([len(r.data) for r in sent])
            if comes:
                lapse.person("anouk").open()
                child = unique_child()
                lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
                lapse.advance(f"{day} 08:20:00")
                assert [r.why for r in lapse.rings][-1] == "ARRIVAL"
                lapse.person("anouk").wait_for(RUNG)
                page = lapse.person("anouk").page
                assert 'data-bericht="2"' in page, "a notification of the page: at the look of both days, and not now"
            lapse.advance(f"{day} 17:01")
            assert len(smtp_sink.messages) == 2, "nothing at any other moment"
            smtp_sink.clear()
        assert sizes[0] == sizes[1]


def test_a_mail_that_cannot_be_sent_is_said_on_the_clock(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with school(dovecot, smtp_sink, tmp_path, MAIL) as lapse:
        smtp_sink.fail("rcpt", "451 4.7.1 Try again", times=None)
        lapse.advance("07:46")
        assert [f"{at:%H:%M}" for at, code in lapse.codes if code.startswith("BELL_MAIL_FAILED")] == ["07:45"]
        smtp_sink.heal()
        lapse.advance("09:00")
        assert smtp_sink.messages == [], "not made up for at another minute"


def test_the_bell_of_another_machine_at_the_real_agent(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk with TLS, the house beside it; the house lives on while a desk that has shown content ends."""
    need(Dovecot.why_not())
    monkeypatch.setattr(poll, "BEAT", 0.2)
    port, cert = free_port(), shared_ca().issue("localhost", "127.0.0.1")
    bell = f'{ORDINARY}\n[bell]\nlisten = "127.0.0.1:{port}"\n'
    lapse = TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 07:40:00", extra=bell)
    text = lapse.config.read_text()
    lapse.config.write_text(text.replace("[desk]\n", f'[desk]\ncertificate = "{cert.chain}"\nkey = "{cert.key}"\n'))
    token = tmp_path / "token"
    with lapse:
        added = lapse.command("bell-token", "add", "--role", "backup", "--name", "laptop")
        token.write_text(added.stdout)
        house = eventually(lambda: lapse.holder_of(port))
        desk = f"https://localhost:{lapse.desk_port}"
        connect = poll.over(desk, port, token, Path(shared_ca().cafile))
        with connect() as line, line.makefile("rb") as words:
            lapse.advance("07:46")
            for _ in range(5):
                assert words.readline() == b"ping\n", "the contact is rung, not the backup"
            lapse.advance("07:59:50")
            lapse.hung(1)  # nobody answers the ring here, and nobody waits for that
            lapse.advance("08:00:10")
            assert b"look\n" in [words.readline() for _ in range(50)]
            trust = shared_ca().client_context()
            with httpx.Client(base_url=desk, verify=trust, timeout=90) as browser:
                assert "inloggen" in browser.get("/").text
            assert lapse.desk not in (0, house), "a desk is another process"
            os.kill(lapse.desk, signal.SIGKILL)  # as it ends when what it showed is over
            for _ in range(5):
                assert words.readline() == b"ping\n"
        assert lapse.holder_of(port) == house
        assert not [line for line in lapse.log if "HWC-321" in line]
