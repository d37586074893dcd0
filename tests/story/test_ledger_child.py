"""The process that writes the ledger knows no password: it is no copy of ``watch``, which knows them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from pathlib import Path

import pytest

from hwc_school_agent.proof import ledger
from tests.helpers import eventually, need
from tests.servers import Dovecot, SmtpSink
from tests.timelapse import TimeLapse
from tests.tools import memscan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def held(pid: int, secrets: list[str]) -> set[int]:
    """Which of the secrets stand in the memory, the arguments or the environment of a process, whole or in pieces."""
    report = memscan.scan_pid(pid, memscan.build_patterns(secrets), marker="hwc_school_agent")
    assert report.marker_found, "the scan is void"
    return {hit.canary for hit in report.hits}


def test_the_ledger_writer_holds_no_password(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    secrets = [dovecot.password, "wilgentak-uit-1987"]
    assert min(map(len, secrets)) >= 8, "too short to be looked for"
    lapse = TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-10 16:59:00")
    (lapse.credentials / "submission__password").write_text(secrets[1])  # nothing is sent here
    with lapse:
        assert lapse.process is not None
        assert held(lapse.process.pid, secrets) == {0, 1}, "watch logs in with both, and the search finds them"
        before = set(lapse.children())
        state = os.open(lapse.state, os.O_RDONLY)
        try:
            fcntl.flock(state, fcntl.LOCK_EX)  # the writer waits for this, with all it knows
            ending = threading.Thread(target=lapse.advance, args=("17:31",), daemon=True)
            ending.start()
            eventually(lambda: writers(lapse, before), 60)
            (writer,) = writers(lapse, before)
            assert held(writer, secrets) == set()
            assert Path(f"/proc/{writer}/mem").stat().st_uid == 0, "undumpable: nobody but root may look"
            status = Path(f"/proc/{writer}/limits").read_text()
            assert "Max core file size        0                    0" in status
        finally:
            os.close(state)
        ending.join(60)
        eventually(lambda: [day.close.value for day in ledger.read(lapse.state).days] == ["ok"], 30)


def writers(lapse: TimeLapse, before: set[int]) -> list[int]:
    """New children that have come as far as the lock: the state directory is open."""
    found = []
    for pid in set(lapse.children()) - before:
        with contextlib.suppress(OSError):
            if str(lapse.state) in {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}:
                found.append(pid)
    return found
