"""The loop, the workers it starts, the control socket: small parts with real descriptors."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import Said, Word
from hwc_school_agent.host.child import fork
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.watch import hands
from hwc_school_agent.watch.control import NAME, Control
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.ticker import tick_every_15_seconds


def until(loop: Loop, condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        loop.once(0.05)


def test_timers_run_in_order_and_a_cancelled_one_does_not() -> None:
    loop, ran = Loop(SystemClock()), []
    loop.call_later(0.03, lambda: ran.append("late"))
    loop.call_later(0.01, lambda: ran.append("early"))
    loop.call_later(0.02, lambda: ran.append("never")).cancel()
    until(loop, lambda: len(ran) == 2)
    assert ran == ["early", "late"]


def test_a_tick_that_fails_ends_the_loop_and_writes_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    """A ring that was lost in it is given after the restart; APScheduler would have gone on as if it was given."""
    at = [1_800_000_000.0, 0.0]

    class Stepped:
        def now(self) -> float:
            return at[0]

        def steady(self) -> float:
            at[1] += 1.0
            return at[1]

    loop = Loop(Stepped())
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) > 1:
            raise KeyError("a name from outside")

    tick_every_15_seconds(loop, tick, "Europe/Amsterdam")
    with pytest.raises(KeyError):
        loop.run()
    assert len(ticks) == 2
    assert capfd.readouterr().err == ""


def test_a_reader_taken_away_in_the_same_round_is_not_called() -> None:
    loop, calls = Loop(SystemClock()), []
    pairs = [socket.socketpair() for _ in range(2)]
    for a, b in pairs:
        b.send(b"x")

        def readable(fd: int = a.fileno()) -> None:
            calls.append(fd)
            for other, _ in pairs:
                loop.remove_reader(other.fileno())

        loop.add_reader(a.fileno(), readable)
    loop.once(1.0)
    assert len(calls) == 1
    for a, b in pairs:
        a.close()
        b.close()


class FakeWorker:
    """A module in ``workers`` for one test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, run: Callable[..., None]) -> None:
        module = type("Module", (), {"run": staticmethod(run)})
        monkeypatch.setattr(hands.importlib, "import_module", lambda _name: module)


def test_a_worker_says_its_words_and_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeWorker(monkeypatch, lambda say: [say(Said(Word.RECEIPTED)), say(Said(Word.EMPTY))])
    loop, lines, ends = Loop(SystemClock()), [], []
    Hands(loop).start(Worker.FINISH, (), 20.0, lines.append, ends.append)
    until(loop, lambda: ends)
    assert lines == ["receipted", "empty"]
    assert ends == [True]


def test_a_worker_that_crashes_or_hangs_ends_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_say: object) -> None:
        raise ValueError("a name")

    for run, seconds in ((crash, 20.0), (lambda _say: time.sleep(60), 0.3)):
        FakeWorker(monkeypatch, run)
        loop, lines, ends = Loop(SystemClock()), [], []
        Hands(loop).start(Worker.FINISH, (), seconds, lines.append, ends.append)
        until(loop, lambda ends=ends: ends)
        assert (lines, ends) == ([], [False])


def test_a_child_keeps_no_descriptor_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    secret, other = socket.socketpair()

    def task(say: Callable[[str], None]) -> None:
        open_ones = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}"))
        os.write(2, b"a name")
        os.write(1, b"a name")
        say(" ".join(map(str, open_ones)))
        raise ValueError("a name")

    child = fork(task)
    said = b""
    while piece := os.read(child.fd, 4096):
        said += piece
    assert child.reap() == 1
    kept = set(map(int, said.split()))
    assert {0, 1, 2} <= kept
    assert len(kept) <= 5, "standard ones, the pipe, and the listing itself"
    assert secret.fileno() not in kept or other.fileno() not in kept
    assert capfd.readouterr() == ("", "")
    secret.close()
    other.close()


def test_a_child_dies_with_its_parent() -> None:
    ours, theirs = os.pipe()
    parent = os.fork()
    if parent == 0:
        os.close(ours)
        fork(lambda _say: (os.write(theirs, b"%d\n" % os.getpid()), time.sleep(60)), keep=(theirs,))
        time.sleep(60)
        os._exit(0)
    os.close(theirs)
    grandchild = int(os.read(ours, 32))
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert os.read(ours, 1) == b"", "the last holder of the pipe is gone"
    os.close(ours)
    end = time.monotonic() + 10
    while Path(f"/proc/{grandchild}/stat").exists() and " Z " not in Path(f"/proc/{grandchild}/stat").read_text():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_control_socket_knows_one_word(tmp_path: Path) -> None:
    loop, answers = Loop(SystemClock()), []

    def on_close(answer: Callable[[str], None]) -> None:
        answers.append(1)
        answer("empty")

    control = Control(tmp_path, loop, {"close": on_close})
    control.open()
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    for said, expected in ((b"close\n", b"empty\n"), (b"open\n", b"")):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(tmp_path / NAME))
            s.send(said)
            s.setblocking(False)
            heard: list[bytes] = []

            def received(s: socket.socket = s, heard: list[bytes] = heard) -> bool:
                try:
                    heard.append(s.recv(64))
                except BlockingIOError:
                    return False
                return True

            until(loop, received)
            assert heard == [expected]
    assert len(answers) == 1
    control.close()
    assert not (tmp_path / NAME).exists()
