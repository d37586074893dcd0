"""How long a signal takes, and what the agent costs while nothing comes.

    python -m benchmarks.way            all measures, 7 runs each, on Dovecot (and one on Cyrus)
    python -m benchmarks.way --runs 3 --quiet-seconds 20

Dovecot itself waits 500 ms before it tells an IDLE client of a change; that share is shown apart and is not ours.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hwc_school_agent
from tests.agent import Agent
from tests.helpers import signal_mail, unique_child
from tests.servers import Cyrus, Dovecot, MailServer, Proxy, SmtpSink

SERVERS_SHARE = 0.5  # seconds: Dovecot's NOTIFY_DELAY_MSECS


@contextmanager
def running(delay: float, make: type[MailServer] = Dovecot) -> Iterator[tuple[MailServer, Agent, Proxy]]:
    """An agent behind a link with ``delay`` seconds each way."""
    directory = Path(tempfile.mkdtemp(prefix="hwc-bench-"))
    with make() as server, SmtpSink("starttls") as sink, Proxy(server.tls_port) as proxy:
        proxy.delay_up = proxy.delay_down = delay
        agent = Agent(server, sink, directory, imap_port=proxy.port)
        agent.add_staff()
        try:
            yield server, agent, proxy
        finally:
            agent.stop()
            shutil.rmtree(directory, ignore_errors=True)


def bell(agent: Agent) -> socket.socket:
    """A bell, connected; ``recv`` returns when it is rung."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(str(agent.runtime / "bell.sock"))
    return s


def rung(s: socket.socket) -> float:
    """Wait for the ring, answer it, and return the moment."""
    said = b""
    while b"ring\n" not in said:
        said = s.recv(64)
        if b"ping" in said:
            s.send(b"here\n")
    moment = time.perf_counter()
    s.send(b"rung\n")
    return moment


def mail() -> bytes:
    """A signal about an invented child."""
    child = unique_child()
    return signal_mail(child.name, child.born)


def wait_for_look(agent: Agent) -> None:
    """Until the clock's look is in the log."""
    while not any("HWC-110" in line for line in agent.log):
        time.sleep(0.002)


def start_to_look(delay: float, runs: int) -> list[float]:
    """Process start to the first look told, in seconds."""
    found = []
    for _ in range(runs):
        with running(delay) as (_server, agent, _proxy):
            began = time.perf_counter()
            agent.start()
            wait_for_look(agent)
            found.append(time.perf_counter() - began)
    return found


def delivery_to_ring(delay: float, runs: int, make: type[MailServer] = Dovecot) -> list[float]:
    """LMTP's 250 to the word ``ring`` on a bell, without the server's own 500 ms; the message was looked into."""
    found = []
    share = SERVERS_SHARE if make is Dovecot else 0.0
    with running(delay, make) as (server, agent, _proxy):
        agent.start()
        wait_for_look(agent)
        time.sleep(2)
        with bell(agent) as s:
            for _ in range(runs):
                server.deliver(mail())
                delivered = time.perf_counter()
                found.append(rung(s) - delivered - share)
                time.sleep(1.5)
    return found


def received_to_empty(delay: float, runs: int) -> tuple[list[float], list[int]]:
    """*Ontvangen* to the page that says that all folders were seen empty: seconds, and IMAP round trips."""
    seconds, trips = [], []
    with running(delay) as (server, agent, proxy):
        agent.start()
        wait_for_look(agent)
        for _ in range(runs):
            server.deliver(mail())
            visitor = agent.visitor("anouk")
            visitor.wait_for("Er is een signaal")
            visitor.press("Toon het signaal")
            proxy.reset_counters()
            began = time.perf_counter()
            visitor.press("Ontvangen")
            visitor.wait_for("gewist")
            seconds.append(time.perf_counter() - began)
            trips.append(proxy.round_trips)
            visitor.press("Terug")
            visitor.press("Uitloggen")
            visitor.close()
    return seconds, trips


def memory_and_cpu(quiet: float) -> dict[str, float]:
    """All resident processes together after a quiet time with no page open."""
    with running(0.0) as (_server, agent, _proxy):
        agent.start()
        wait_for_look(agent)
        assert agent.process is not None
        before = cpu(agent.process.pid)
        time.sleep(quiet)
        pids = [agent.process.pid, *agent.children()]
        used = (cpu(agent.process.pid) - before) * 60 / quiet
        total = {"Rss": 0.0, "Pss": 0.0, "Private": 0.0}
        for pid in pids:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                name, _, value = line.partition(":")
                for key in total:
                    if name == key or (key == "Private" and name in ("Private_Clean", "Private_Dirty")):
                        total[key] += int(value.split()[0]) / 1024
        return {"processes": len(pids), **total, "cpu ms/min": used * 1000}


def cpu(pid: int) -> float:
    """Processor seconds used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(what: str, found: list[float]) -> None:
    """One line: minimum, median, maximum in milliseconds."""
    ms = sorted(1000 * f for f in found)
    print(f"{what:<68}{ms[0]:>8.0f}{statistics.median(ms):>8.0f}{ms[-1]:>8.0f}", flush=True)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quiet-seconds", type=float, default=60.0)
    given = parser.parse_args()
    # as pip does when it installs: a machine that writes no bytecode would compile every file in every process
    compileall.compile_dir(Path(hwc_school_agent.__file__).parent, quiet=1)
    print(f"{'milliseconds':<68}{'min':>8}{'median':>8}{'max':>8}")
    for delay in (0.0, 0.025):
        link = f"{delay * 1000:.0f} ms each way"
        show(f"start to first look, {link}", start_to_look(delay, given.runs))
        show(f"delivery to ring, less the server's 500 ms, {link}", delivery_to_ring(delay, given.runs))
        show(f"the same on Cyrus, which tells only that mail came, {link}", delivery_to_ring(delay, given.runs, Cyrus))
        seconds, trips = received_to_empty(delay, given.runs)
        show(f"Ontvangen to verified empty on the page, {link}", seconds)
        label = "  IMAP round trips of all connections meanwhile"
        print(f"{label:<68}{min(trips):>8}{statistics.median(trips):>8.0f}{max(trips):>8}")
    cost = memory_and_cpu(given.quiet_seconds)
    print("quiet: " + ", ".join(f"{k} {v:.1f}" for k, v in cost.items()) + " (memory in MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
