"""Accidents while a signal is finished, at every single command, on real servers: it is run again, and all is well.

The line is cut, an answer is lost, a refusal or a lie; the server falls silent; the worker is killed.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import FINAL_GOOD
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host import child as children
from hwc_school_agent.mailbox import library
from hwc_school_agent.workers import finish
from tests.helpers import InventedChild, eventually, unique_child
from tests.mailbox.scene import Scene
from tests.servers import Cyrus, ImapFaults, MailServer, SmtpSink

FEWEST = 10  # commands to finish a signal, on any server


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "READ_SECONDS", 10.0)


@pytest.mark.parametrize(("how", "step"), [("cut-after", 2), ("lie", 2), ("stall", 7)])
def test_a_fault_at_some_commands(
    dovecot: MailServer, tmp_path: Path, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, how: str, step: int
) -> None:
    faults(dovecot, smtp_sink, tmp_path, monkeypatch, how, step)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["cut", "cut-after", "no", "bad", "lie", "stall"])
def test_a_fault_at_every_command(
    imap_server: MailServer, tmp_path: Path, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    faults(imap_server, smtp_sink, tmp_path, monkeypatch, how, 1)


def test_kill_9_at_some_commands(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    kills(dovecot, smtp_sink, tmp_path, 6)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_kill_9_at_every_command(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    kills(imap_server, smtp_sink, tmp_path, 1)


def faults(
    server: MailServer, sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, step: int
) -> None:
    """One signal for each ``step``-th command, whatever it is; at that command something goes wrong once."""
    if how == "stall":
        monkeypatch.setattr(library, "READ_SECONDS", 1.0)
    with ImapFaults(server.port) as proxy:
        scene = Scene.on(server, sink, tmp_path, proxy)
        others, gone = [scene.signal(), scene.signal()], []
        for number in count(0, step):
            child, place = confirmed(scene)
            gone.append(child)
            sink.clear()
            proxy.rule(b"", "delay", times=number, seconds=0)  # let these pass
            proxy.rule(b"", how, times=1)
            fault = proxy.rules[-1]
            for _ in range(5):
                said = scene.finish(place)
                proxy.heal()
                if well(said):
                    break
            assert well(said), (how, number, said)
            ids = scene.receipts()
            assert ids, (how, number)
            assert set(ids) == {ids[0]}, (how, number)
            assert [scene.flags(p) for p in others] == [frozenset()] * 2, (how, number)
            assert scene.counts() == {"INBOX": 2}, (how, number)
            if not isinstance(server, Cyrus):
                assert scene.nothing_left(child), (how, number)
            if fault.times:
                assert number >= FEWEST, "that were all commands"
                break
        # Cyrus forgets by night only: all of them at once
        assert scene.nothing_left(*gone), how


def kills(server: MailServer, sink: SmtpSink, tmp_path: Path, step: int) -> None:
    """One signal for each ``step``-th command; there the worker that finishes it is killed, and others follow."""
    with ImapFaults(server.port) as proxy:
        scene = Scene.on(server, sink, tmp_path, proxy)
        other = scene.signal()
        for number in count(0, step):
            child, place = confirmed(scene)
            sink.clear()
            proxy.commands.clear()
            proxy.rule(b"", "delay", times=number, seconds=0)
            proxy.rule(b"", "stall")  # the server hears nothing more; the worker is killed there
            job = scene.job(place)
            worker = children.fork(lambda say: finish.run(scene.settings, job, lambda s: say(s.line())))  # noqa: B023
            eventually(lambda: len(proxy.commands) > number or ended(worker))  # noqa: B023
            over = len(proxy.commands) <= number
            worker.kill()
            assert worker.reap() == (0 if over else -9), number
            proxy.heal()
            assert eventually(lambda: well(scene.finish(place))), number  # noqa: B023
            assert scene.nothing_left(child), number
            assert len(set(scene.receipts())) == 1, number
            assert scene.flags(other) == frozenset(), number
            if over:
                assert number >= FEWEST, "that were all commands"
                return


def ended(worker: children.Child) -> bool:
    """Whether it has ended by itself; it can still be reaped."""
    return os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def confirmed(scene: Scene) -> tuple[InventedChild, Place]:
    """A signal that a person has confirmed, with its copies."""
    child = unique_child()
    scene.remark()
    place = scene.signal(child)
    scene.copy(place)
    scene.confirm(place)
    return child, place


def well(said: list[str]) -> bool:
    """Whether the last word is a good one."""
    return said[-1] in {word.value for word in FINAL_GOOD}
