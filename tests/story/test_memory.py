"""Nothing in memory: whatever ends the look at a signal, no byte of name or birth date is left in a process of ours.

The search is known to look: each time it must find a marker, and the name itself while it is on the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent import Agent, Visitor, alive, files_below, kill_9
from tests.helpers import InventedChild, eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink
from tests.story.school import ANY, CALM, DONE, NOT_DONE, RUNG, School, pressed, shown
from tests.timelapse import TimeLapse
from tests.tools import memscan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def births(child: InventedChild) -> list[str]:
    """The birth date as mails, pages and programs write it."""
    return [child.born_text, child.born.isoformat(), f"{child.born:%d-%m-%Y}"]


def left(agent: Agent, child: InventedChild) -> list[str]:
    """Where something of the child stands: processes, the files of the agent, its log."""
    assert agent.process is not None
    # pieces of a date stand everywhere; of a name that exists nowhere else every piece counts
    patterns = [*memscan.build_patterns(child.traces), *memscan.build_patterns(births(child), fragment=0)]
    found = []
    for pid in [agent.process.pid, *agent.children()]:
        try:
            report = memscan.scan_pid(pid, patterns, marker="hwc_school_agent")
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            assert not alive(pid)
            continue
        if not alive(pid):
            continue
        assert report.marker_found, "the scan is void"
        if "VmSwap:" in status and "VmSwap:\t       0 kB" not in status:
            found.append("swap")  # what went there cannot be searched
        found += ["watch" if pid == agent.process.pid else "child"] * bool(report.hits)
    for path in files_below(agent.directory):
        data = path.read_bytes()
        found += [path.name for t in (*child.traces, *births(child)) if t.encode() in data]
    return found + ["log" for t in child.traces if t in "\n".join(agent.log)]


@pytest.fixture
def on_screen(school: School) -> Iterator[tuple[School, InventedChild, Visitor]]:
    """A signal is uncovered; and the search finds it."""
    child = school.signal()
    person = shown(school, child)
    assert left(school.agent, child) == ["child"], "the desk has it on the screen, and nobody else"
    yield school, child, person
    school.clean = False


def test_after_it_was_covered_again(on_screen: tuple[School, InventedChild, Visitor]) -> None:
    school, child, person = on_screen
    person.press("Dek het weer af")
    assert child.last not in person.page
    eventually(lambda: not left(school.agent, child), 60)


def test_after_logging_out(on_screen: tuple[School, InventedChild, Visitor]) -> None:
    school, child, person = on_screen
    person.press("Uitloggen")
    eventually(lambda: not left(school.agent, child), 60)
    assert "Inloggen" in person.heading


def test_after_a_crash_of_the_desk(on_screen: tuple[School, InventedChild, Visitor]) -> None:
    school, child, _person = on_screen
    kill_9(school.agent.desk)
    eventually(lambda: not left(school.agent, child), 60)
    school.anouk.press("Dek het weer af") if "Dek het weer af" in school.anouk.buttons() else None
    eventually(lambda: not left(school.agent, child), 60)


def test_after_ontvangen_and_a_crash_of_finish(school: School) -> None:
    child = school.signal()
    trap = school.wire.trap(rb"UID STORE .*\\Deleted")
    anouk = pressed(school, child)
    finish = school.held(trap)
    school.kill(finish)
    eventually(lambda: not left(school.agent, child), 60)
    school.wire.heal()
    anouk.wait_for(NOT_DONE, 60)
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE, 60)
    eventually(lambda: not left(school.agent, child), 60)


def test_after_a_crash_of_triage(school: School) -> None:
    trap = school.wire.trap(rb"UID FETCH \d+ .*BODY.PEEK", tags=ANY, after_confirmation=False)
    child = school.signal()
    triage = school.held(trap)
    school.kill(triage)
    school.wire.heal()
    assert not left(school.agent, child)
    school.anouk.wait_for("Er is een", 60)  # what could not be read still rings
    assert not left(school.agent, child)


def test_after_the_time_is_over(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    child = unique_child()
    with TimeLapse(dovecot, smtp_sink, tmp_path, at="2026-09-02 09:59") as lapse:
        lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
        person = lapse.person("anouk")
        person.wait_for(RUNG)
        person.press("Toon")
        assert child.name in person.page
        assert left(lapse, child) == ["child"]
        lapse.advance("10:20")
        eventually(lambda: not left(lapse, child), 60)
        assert child.last not in person.open()


def test_a_build_that_keeps_a_reference_is_found(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    need(Dovecot.why_not())
    child = unique_child()
    agent = Agent(dovecot, smtp_sink, tmp_path)
    agent.module = "tests.story.keeping_agent"
    with agent:
        anouk = agent.visitor("anouk")
        anouk.wait_for(CALM)
        dovecot.deliver(signal_mail(child.name, child.born))
        anouk.wait_for(RUNG, 60)
        assert left(agent, child) == ["watch"]


def test_no_process_can_be_dumped(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """Undumpable: no core, also none for a program that the system hands cores to (systemd-coredump, which no limit
    stops), and no other process of the account may look in."""
    need(Dovecot.why_not())
    child = unique_child()
    agent = Agent(dovecot, smtp_sink, tmp_path)
    agent.module = "tests.story.without_rights"
    ordinary = subprocess.Popen([*PLAIN, sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        eventually(lambda: readable(ordinary.pid))  # the control: this is how one may look into a process
        with agent:
            dovecot.deliver(signal_mail(child.name, child.born))
            anouk = agent.visitor("anouk")
            anouk.wait_for(RUNG, 60)
            anouk.press("Toon")
            assert agent.process is not None
            processes = [agent.process.pid, *agent.children()]
            assert len(processes) >= 2, "watch and the desk that shows a child"
            for pid in processes:
                assert not readable(pid)
                limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
                assert [line.split()[4:6] for line in limits if line.startswith("Max core")] == [["0", "0"]]
    finally:
        ordinary.kill()
        ordinary.wait()


#: without the powers of root, which may look anywhere
PLAIN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def readable(pid: int) -> bool:
    """Whether another process of the same account may look into this one."""
    done = subprocess.run([*PLAIN, "cat", f"/proc/{pid}/environ"], capture_output=True, check=False)
    return done.returncode == 0
