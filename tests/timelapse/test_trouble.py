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
from tests.servers import Dovecot, ImapFaults, MailServer, SmtpSink
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
            wire.heal()
            lapse.silent(False)
            lapse.advance(timedelta(minutes=1))
            assert lapse.status.startswith("laatste blik 07.1"), "it heals by itself, and says so"
            lapse.person("anouk").wait_for(CALM)
