"""A crash while a name is on the screen: the kernel hands no core to the program that the system collects cores with.

Collected by systemd-coredump itself (Debian's, with its own ``core_pattern``, which no RLIMIT_CORE stops, and with
``fs.suid_dumpable = 2`` as its package sets it), and by a pipe that takes whatever the kernel hands out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.agent import Agent, alive
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink, debs
from tests.story.school import RUNG

PATTERN, SUID_DUMPABLE = Path("/proc/sys/kernel/core_pattern"), Path("/proc/sys/fs/suid_dumpable")
SOCKET, KEPT = Path("/run/systemd/coredump"), Path("/var/lib/systemd/coredump")
ARGUMENTS = "%P %u %g %s %t 9223372036854775808 %h %d"  # /usr/lib/sysctl.d/50-coredump.conf
pytestmark = pytest.mark.slow

#: whether a core of that process was collected
Collected = Callable[[int], bool]


@contextmanager
def kernel(setting: Path, value: str) -> Iterator[None]:
    """One of the kernel's settings, for a while."""
    before = setting.read_text()
    try:
        setting.write_text(value)
    except OSError:
        pytest.skip(f"{setting} cannot be set here")
    try:
        yield
    finally:
        setting.write_text(before)


def script(path: Path, text: str) -> Path:
    """A program for the kernel to start."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@contextmanager
def pipe(directory: Path) -> Iterator[Collected]:
    """Keeps whatever it is handed."""
    collector = script(directory / "collect", f"cat > {directory}/core.$1")
    with kernel(PATTERN, f"|{collector} %P"):
        yield lambda pid: (directory / f"core.{pid}").exists() and (directory / f"core.{pid}").stat().st_size > 0


@contextmanager
def systemd_coredump(directory: Path) -> Iterator[Collected]:
    """systemd-coredump as systemd runs it: started by the kernel, passing the core on to one started by a socket."""
    dirs = ("/lib/systemd", "/usr/lib/systemd")
    program, listener = debs.find("systemd-coredump", *dirs), debs.find("systemd-socket-activate")
    need(None if program and listener else "systemd-coredump is not here: python -m tests.servers fetch")
    assert program
    assert listener
    if SOCKET.exists():
        pytest.skip("this machine collects cores by itself")
    libraries = ":".join([debs.library_path(), *map(str, debs.root().glob("usr/lib/*-linux-gnu/systemd"))])
    started = script(directory / "started", f'LD_LIBRARY_PATH={libraries} exec {program} "$@"')
    env = {**os.environ, "LD_LIBRARY_PATH": libraries} if debs.unpacked_only(listener) else dict(os.environ)
    command = [listener, "--seqpacket", "--accept", "--listen", str(SOCKET), str(started)]
    SOCKET.parent.mkdir(exist_ok=True)
    listening = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=env)
    before = set(KEPT.glob("*"))
    at_work = Path(f"/proc/{listening.pid}/task/{listening.pid}/children")

    def collected(pid: int) -> bool:
        eventually(lambda: not at_work.read_text())  # the core has its name once it is whole
        return bool(list(KEPT.glob(f"core.*.{pid}.*")))

    try:
        eventually(SOCKET.exists)
        with kernel(PATTERN, f"|{started} {ARGUMENTS}"), kernel(SUID_DUMPABLE, "2"):
            yield collected
    finally:
        listening.terminate()
        listening.wait()
        SOCKET.unlink(missing_ok=True)
        for path in set(KEPT.glob("*")) - before:  # also of others that crashed meanwhile
            path.unlink()


@pytest.mark.parametrize("collector", [pipe, systemd_coredump])
def test_no_core_of_any_process_while_a_name_is_shown(
    dovecot: Dovecot,
    smtp_sink: SmtpSink,
    tmp_path: Path,
    collector: Callable[[Path], object],
) -> None:
    need(None if os.geteuid() == 0 and os.access(PATTERN, os.W_OK) else "the kernel's core_pattern cannot be set here")
    child = unique_child()
    with ExitStack() as stack:
        collected: Collected = stack.enter_context(collector(tmp_path))  # type: ignore[arg-type]
        agent = stack.enter_context(Agent(dovecot, smtp_sink, tmp_path / "agent"))
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
        eventually(lambda: collected(ordinary.pid))  # the control: this one is handed over
        assert [pid for pid in ours if collected(pid)] == []
