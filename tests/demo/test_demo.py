"""The demo as a newcomer runs it: the public command line, the real agent, nothing left behind."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hwc_school_agent.demo import signals, walk
from hwc_school_agent.demo.school import School
from hwc_school_agent.host.clock import SystemClock
from tests.language.test_pages import DUTCH, words_of

pytestmark = pytest.mark.slow  # each starts the whole demo

PATIENCE = 60.0
COMMAND = [sys.executable, "-m", "hwc_school_agent", "demo"]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: the path of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="d") as folder:
        yield Path(folder)


def test_once_goes_all_the_way_and_leaves_nothing(short: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--once"], env=_environment(short), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert list(short.iterdir()) == []
    assert len(done.stdout.splitlines()) == 11
    assert not any(family in done.stdout for family in signals.FAMILY_NAMES)
    assert not re.search(r"\d{1,2}-\d{1,2}-\d{4}", done.stdout)


def test_once_in_english(short: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--once", "--language", "en"],
        env=_environment(short), capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 11
    assert words_of(done.stdout) & DUTCH == set()


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    with School(SystemClock()) as school:
        yield school


def _fails(step: Callable[[], str]) -> str:
    with pytest.raises(walk.Failed) as failed:
        step()
    return str(failed.value)


def test_the_walk_sees_what_is_left(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a good walk, plant what must not be there: each step that looks for it has to fail."""
    clock = SystemClock()
    way = walk.Walk(school, clock)
    steps = dict(way.steps())
    for step in steps.values():
        step()
    monkeypatch.setattr(walk, "LIMIT", 1.0)
    child = way.sent.children[0]

    school.put_into("Archief", b"Subject: kopie\r\n\r\n" + child.line.encode())
    assert "Archief" in _fails(steps["eigen blik in de mappen"])

    planted = school.folder / "state" / "planted"
    planted.write_text(child.line)
    assert "bestand" in _fails(steps["bestanden en uitvoer"])
    planted.unlink()
    steps["bestanden en uitvoer"]()

    monkeypatch.setattr(type(school.agent), "printed", property(lambda _: f"x {child.birth_date} x".encode()))
    assert "uitvoer" in _fails(steps["bestanden en uitvoer"])


def test_an_agent_that_ends_on_the_way_is_a_failure(school: School) -> None:
    school.agent.stop()
    lines: list[str] = []
    clock = SystemClock()
    assert not walk.walk(school, clock, clock.steady(), lines.append)
    assert len(lines) == 1
    assert "MISLUKT" in lines[0]


@contextmanager
def _open_demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    process = subprocess.Popen(
        COMMAND, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, [process.stdout.readline() for _ in range(5)]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _addresses(lines: list[str]) -> tuple[str, str]:
    first, second = (re.search(r"http://(?:127\.0\.0\.1|localhost):\d+/", line) for line in lines[:2])
    assert first is not None
    assert second is not None
    return first[0], second[0]


def _wait_for_desk(demo: subprocess.Popen[str], address: str) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return urllib.request.urlopen(address, timeout=5).read().decode()
        except OSError:
            if demo.poll() is not None:
                pytest.fail("the demo ended: " + demo.communicate()[1])
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_it_shows_two_addresses_and_ends_clean(short: Path, number: signal.Signals) -> None:
    with _open_demo(short) as (process, lines):
        veilig_thuis, desk = _addresses(lines)
        assert "Stuur een signaal" in urllib.request.urlopen(veilig_thuis).read().decode()
        assert "Inloggen" in _wait_for_desk(process, desk)
        assert lines[2].split()[0] == "Contactpersoon"
        assert all(len(line.split()[-1]) >= 12 for line in lines[2:4])
        assert "Ctrl-C" in lines[4]
        process.send_signal(number)
        rest, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, rest, errors) == (0, "", "")
    assert list(short.iterdir()) == []
    for address in (veilig_thuis, desk):
        with pytest.raises(OSError):
            urllib.request.urlopen(address, timeout=5)


def test_a_stop_while_it_starts_leaves_nothing(short: Path) -> None:
    process = subprocess.Popen(COMMAND, env=_environment(short), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while not list(short.glob("hwc-demo-*/*")) and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, b"")
    assert list(short.iterdir()) == []


def test_where_it_cannot_start_it_says_so(short: Path) -> None:
    done = subprocess.run(
        COMMAND, env=_environment(short), capture_output=True, text=True, timeout=PATIENCE, preexec_fn=_no_files
    )
    assert done.returncode == 1
    assert "De proef kan hier niet starten" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _no_files() -> None:
    """As on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
