"""Whole school days of the real agent, with a steered clock: what the ledger says of them, and what it cannot say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hwc_school_agent.proof import ledger
from tests.helpers import need, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink
from tests.timelapse import ZONE, TimeLapse

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
BEGIN = "2026-09-10 16:50:00"  # a Thursday


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    need(Dovecot.why_not())
    with ExitStack() as stack:
        yield stack


def school(servers: ExitStack, directory: Path) -> TimeLapse:
    server, sink = servers.enter_context(Dovecot()), servers.enter_context(SmtpSink())
    return servers.enter_context(TimeLapse(server, sink, directory, at=BEGIN))


def days(lapse: TimeLapse) -> list[tuple[str, str, str]]:
    return [(d.day.isoformat(), d.rehearsal.value, d.close.value) for d in ledger.read(lapse.state).days]


def entered(lapse: TimeLapse) -> list[str]:
    return [f"{at:%a %H:%M}" for at, code in lapse.codes if code == "ENTERED"]


def test_with_and_without_signals_the_ledger_is_the_same(servers: ExitStack, tmp_path: Path) -> None:
    """An unread signal, one whose receipt cannot be sent, and a mail that nobody understands: not a byte differs but
    the key's. The entries come at the same moment, also over a weekend."""
    busy, quiet = school(servers, tmp_path / "busy"), school(servers, tmp_path / "quiet")
    for lapse in (busy, quiet):
        assert lapse.state.joinpath("ledger").exists(), "made at the start, not with the first entry"
    one, two = unique_child(), unique_child()
    busy.deliver(signal_mail(one.name, one.born, sent=busy.clock.now()))
    busy.sink.fail("rcpt", "451 4.7.1 later", times=None)
    busy.advance(timedelta(seconds=20))
    anouk = busy.person("anouk")
    anouk.wait_for("signaal")
    anouk.press("Toon")
    anouk.press("Ontvangen")
    busy.settle()
    busy.deliver(signal_mail(two.name, two.born, sent=busy.clock.now()))
    busy.deliver(signal_mail("x", "y", text="Kunt u mij bellen?", sent=busy.clock.now()))
    for until in ("17:29:59", "17:31", "2026-09-14 17:31"):
        for lapse in (busy, quiet):
            if " " in until:
                lapse.jump(until.replace("17:31", "16:59"))
            lapse.advance(until)
        assert days(busy) == days(quiet), until
        stats = [(lapse.state / "ledger").stat() for lapse in (busy, quiet)]
        assert stats[0].st_size == stats[1].st_size
        if until != "17:29:59":
            assert stats[0].st_mtime == stats[1].st_mtime
    assert days(quiet) == [(f"2026-09-{d}", "off", word) for d, word in (("10", "ok"), ("11", "off"), ("14", "ok"))]
    assert entered(busy) == entered(quiet) == ["Thu 17:30", "Mon 17:30"], "on Friday the machine slept"
    assert datetime.fromtimestamp(stats[0].st_mtime, ZONE) == datetime(2026, 9, 14, 17, 30, tzinfo=ZONE)
    for lapse in (busy, quiet):
        assert [f for f in os.listdir(lapse.state) if f.startswith((".", "ledger"))] in (
            ["ledger", "ledger.key"],
            ["ledger.key", "ledger"],
        )


def test_a_mailbox_that_cannot_be_reached_is_degraded_unless_a_later_closing_goes_well(
    servers: ExitStack, tmp_path: Path
) -> None:
    lapse = school(servers, tmp_path / "school")
    lapse.server.shut()
    lapse.advance("17:31")
    assert days(lapse) == [("2026-09-10", "off", "degraded")]


def test_a_ledger_that_was_cut_is_said_in_the_log_and_people_are_rung_as_ever(
    servers: ExitStack, tmp_path: Path
) -> None:
    lapse = school(servers, tmp_path / "school")
    path = lapse.state / "ledger"
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    lapse.advance("17:31")
    assert [code for _, code in lapse.codes if "ENTERED" in code] == ["NOT_ENTERED 6"]
    path.write_bytes(data)  # put back: the same evening is enough
    lapse.advance("17:45")
    assert days(lapse) == [("2026-09-10", "off", "ok")]
    assert [code for _, code in lapse.codes if "ENTERED" in code] == ["NOT_ENTERED 6", "ENTERED"], "said once"
