"""Trouble as IT sees it in ``systemctl status``, and who is rung: each fault made on a real server, in steered time."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from hwc_school_agent.desk.troubles import TROUBLES
from hwc_school_agent.domain.board import Trouble, code_of
from hwc_school_agent.host.event_log import Event
from tests.helpers import need
from tests.servers import Dovecot, ImapFaults, MailServer, SmtpSink, ns
from tests.servers.tls import shared_ca
from tests.story.school import CALM, TROUBLE
from tests.timelapse import TimeLapse

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300)


def test_page_and_status_name_a_trouble_by_the_same_code() -> None:
    assert {trouble: words[1] for trouble, words in TROUBLES.items()} == {t: f"HWC-{code_of(t)}" for t in Trouble}


def test_the_page_for_it_has_every_code_and_no_other() -> None:
    page, log = (ROOT / "docs" / "trouble.md").read_text().split("## Wat in het journaal staat")
    told = set(re.findall(r"^\| (HWC-\d{3}) \|", page, re.M))
    files = [p for p in (ROOT / "hwc_school_agent" / "desk").rglob("*") if p.suffix in (".py", ".html")]
    assert told == {code for p in files for code in re.findall(r"HWC-\d{3}", p.read_text())}
    lines = re.findall(r"^\| HWC-(\d{3}) \| (.*) \|$", log, re.M)
    assert lines == [(str(event.value[0]), event.value[2]) for event in Event]


@pytest.mark.parametrize(("fault", "code"), [("refused", 213), ("down", 210), ("dropped", 210)])
def test_trouble_in_the_morning_watch(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, fault: str, code: int
) -> None:
    need(Dovecot.why_not())
    with ImapFaults(dovecot.port) as wire:
        lapse = TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-07 07:09:50", imap_port=wire.port, plain_imap=True)
        with lapse:
            assert lapse.status == "laatste blik 07.09"
            if fault == "dropped":
                lapse.silent(True)
                wire.blackhole = True
            else:
                if fault == "refused":
                    wire.rule(rb"LOGIN", "no", text="[AUTHENTICATIONFAILED] refused")
                else:
                    wire.refuse = True
                wire.cut()
                lapse.noticed_the_cut()
            said_in_time(lapse, code)
            wire.heal()
            lapse.silent(False)
            healed(lapse)


def said_in_time(lapse: TimeLapse, code: int) -> None:
    """Trouble since 07:10: on the page and in the status at once, and after three minutes everybody is rung."""
    lapse.advance("07:12:30")
    assert lapse.rings == [], "not yet three minutes"
    assert lapse.status.startswith("storing sinds 07.")
    assert f"(HWC-{code})" in lapse.status
    assert "laatste blik 07.1" in lapse.status or "laatste blik 07.09" in lapse.status
    anouk = lapse.person("anouk")
    anouk.wait_for(TROUBLE)
    assert f"HWC-{code}" in anouk.page
    assert "0800 2000" in anouk.page
    assert CALM not in anouk.page
    lapse.advance("07:15")
    assert {(r.why, len(r.roles), r.card) for r in lapse.rings} == {("TROUBLE", 3, True)}


def healed(lapse: TimeLapse) -> None:
    """It heals by itself, and says so."""
    lapse.advance(timedelta(minutes=1))
    assert lapse.status.startswith("laatste blik 07.1")
    lapse.person("anouk").wait_for(CALM)


def test_a_certificate_that_expired(smtp_sink: SmtpSink, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    ca = shared_ca()
    used, old = ca.issue(), ca.issue(valid_from=-10, valid_days=5)
    good = [(path, Path(path).read_bytes()) for path in (used.chain, used.key)]
    with Dovecot(cert=used) as server, TimeLapse(server, smtp_sink, tmp_path, at="2026-09-07 07:09:50") as lapse:
        server.shut()
        for (path, _), other in zip(good, (old.chain, old.key), strict=True):
            Path(path).write_bytes(Path(other).read_bytes())
        server.start()
        lapse.noticed_the_cut()
        said_in_time(lapse, 212)
        server.shut()
        for path, content in good:
            Path(path).write_bytes(content)
        server.start()
        healed(lapse)


def test_the_name_of_the_mail_server_is_gone_from_dns(smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """In a mount namespace with a hosts file and a resolver of its own."""
    need(Dovecot.why_not())
    need(ns.why_not())
    name, hosts, resolver = "post.school.test", tmp_path / "hosts", tmp_path / "resolv.conf"
    hosts.write_text(f"127.0.0.1 localhost {name}\n")
    resolver.write_text("nameserver 127.99.99.99\noptions timeout:1 attempts:1\n")
    with Dovecot(cert=shared_ca().issue(name, "localhost", "127.0.0.1")) as server:
        lapse = TimeLapse(server, smtp_sink, tmp_path / "school", at="2026-09-07 07:09:50")
        lapse.config.write_text(lapse.config.read_text().replace(f'host = "{server.host}"', f'host = "{name}"', 1))
        lapse.within = ns.mounts(f"mount --bind {hosts} /etc/hosts; mount --bind {resolver} /etc/resolv.conf")
        with lapse:
            hosts.write_text("127.0.0.1 localhost\n")
            server.shut()
            server.start()
            lapse.noticed_the_cut()
            said_in_time(lapse, 211)
            hosts.write_text(f"127.0.0.1 localhost {name}\n")
            healed(lapse)
