"""The real agent on the first school day of a month: frozen at a fixed time, the same whether or not a signal waits."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from hwc_school_agent.domain.report_facts import parse
from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof.keys import write_keys
from hwc_school_agent.proof.ledger import FILE
from hwc_school_agent.proof.seal import opened
from tests.helpers import need, signal_mail, unique_child
from tests.report.book import book
from tests.servers import Dovecot, SmtpSink
from tests.timelapse import TimeLapse

Files = dict[str, tuple[bytes, float, int]]


def first_of_december(
    folder: Path, *, signals: bool, handled: bool = False, until: str = "06:00"
) -> tuple[Files, list[str]]:
    """What stands in the state folder on 1 December at ``until``, and the event log from 04:50 on."""
    made = book(folder / "written").until(date(2026, 11, 30))
    with Dovecot() as server, SmtpSink("starttls") as sink:
        lapse = TimeLapse(server, sink, folder / "agent", "2026-12-01 04:30:00", warm=False)
        lapse.add_staff()
        write_keys(lapse.state, (made.key,), "")
        replace_file(lapse.state, FILE, made.ledger.data())
        lapse.start()
        try:
            if signals:
                for _ in range(2):
                    child = unique_child()
                    lapse.deliver(signal_mail(child.name, child.born))
            if handled:
                with server.client() as client:
                    client.append("Trash", b"Subject: x\r\n\r\nx\r\n", (b"\\Seen",))
            lapse.advance("04:50")
            before = len(lapse.log)
            lapse.advance("05:20")
            assert not list(lapse.state.glob("report-*")), "not before its time"
            lapse.advance(until)
            log = [f"{at:%H:%M:%S} {code}" for at, code in lapse.codes if code in {"FROZEN", "FREEZE_FAILED"}]
            assert len(lapse.log) >= before
            files = {
                p.name: (p.read_bytes(), p.stat().st_mtime, p.stat().st_mode) for p in lapse.state.glob("report-*")
            }
        finally:
            lapse.stop()
    return files, log


@pytest.mark.slow
def test_frozen_at_a_fixed_time_whatever_waits(tmp_path: Path) -> None:
    """P5: two worlds, byte by byte, with names, sizes, modes, times, and the log."""
    need(Dovecot.why_not())
    quiet, quiet_log = first_of_december(tmp_path / "quiet", signals=False)
    busy, busy_log = first_of_december(tmp_path / "busy", signals=True)
    assert {"report-2026-11.html", "report-2026-11.json"} <= set(quiet)
    assert busy == quiet
    assert quiet_log == busy_log
    assert len(quiet_log) == 1
    assert quiet_log[0].endswith("FROZEN")
    said = parse(opened(json.loads(quiet["report-2026-11.json"][0])["note"]).text)
    assert said.found[0].finding.value == "folders_clear_twice"
    assert said.close.ok == 21


@pytest.mark.slow
def test_what_was_handled_and_is_still_there_is_not_passed_over(tmp_path: Path) -> None:
    """P6 comes first: then the report claims nothing about the folders; it comes at the same time."""
    need(Dovecot.why_not())
    files, log = first_of_december(tmp_path, signals=True, handled=True)
    said = parse(opened(json.loads(files["report-2026-11.json"][0])["note"]).text)
    assert said.found[0].finding.value == "folders_not_established"
    assert len(log) == 1
