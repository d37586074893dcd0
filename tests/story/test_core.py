"""A crash while a name is on the screen: the kernel hands no core to the program that the system collects cores with.

That is the way of systemd-coredump: a pipe in ``core_pattern``, which no RLIMIT_CORE stops.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agent import Agent, alive
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink
from tests.story.school import RUNG

PATTERN = Path("/proc/sys/kernel/core_pattern")
pytestmark = pytest.mark.slow


@pytest.fixture
def cores(tmp_path: Path) -> Iterator[Callable[[int], bytes | None]]:
    """Collect cores as systemd-coredump does; gives the core of a process, or ``None``."""
    need(None if os.geteuid() == 0 and os.access(PATTERN, os.W_OK) else "the kernel's core_pattern cannot be set here")
    collector = tmp_path / "collect"
    collector.write_text(f"#!/bin/sh\ncat > {tmp_path}/core.$1\n")
    collector.chmod(0o755)
    before = PATTERN.read_text()
    try:
        PATTERN.write_text(f"|{collector} %P\n")
    except OSError:
        pytest.skip("the kernel's core_pattern cannot be set here")
    try:
        yield lambda pid: (tmp_path / f"core.{pid}").read_bytes() if (tmp_path / f"core.{pid}").exists() else None
    finally:
        PATTERN.write_text(before)


def test_no_core_of_any_process_while_a_name_is_shown(
    dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path, cores: Callable[[int], bytes | None]
) -> None:
    child = unique_child()
    with Agent(dovecot, smtp_sink, tmp_path / "agent") as agent:
        dovecot.deliver(signal_mail(child.name, child.born))
        anouk = agent.visitor("anouk")
        anouk.wait_for(RUNG, 60)
        anouk.press("Toon")
        assert child.name in anouk.page
        assert agent.process is not None
        ours = [agent.desk, agent.process.pid]
        for pid in ours:
            os.kill(pid, signal.SIGABRT)  # dumps core, wherever a process may be dumped
            eventually(lambda pid=pid: not alive(pid))
        held = "import os, sys\nname = sys.stdin.read()\nos.abort()"
        ordinary = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ordinary.communicate(child.name.encode())
        eventually(lambda: child.last.encode() in (cores(ordinary.pid) or b""))  # the control: this one is handed over
        assert [pid for pid in ours if cores(pid) is not None] == []
