"""The bell in a session, on a real session bus and a real notification service, rung over the real rope."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from hwc_school_agent.bells.notification import PATIENCE
from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.bells.words import TEXT, TITLE, Ack, Whose
from tests.bells.conftest import Desktop, Loop, end

URL = "https://127.0.0.1:8420/"


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "bell.sock"


def answers(loop: Loop, acks: list[Ack]) -> bool:
    return loop.until(lambda: len(loop.acks) >= len(acks)) and loop.acks == acks


def test_a_ring_is_shown_and_acknowledged(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.dunst()
    desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    assert desktop.displayed() == 0
    assert rope.ring() == 1
    assert answers(loop, [Ack.RUNG])
    assert desktop.displayed() == 1

    rope.ring(fixed_time=True)  # in place of the first
    assert answers(loop, [Ack.RUNG, Ack.RUNG])
    assert desktop.displayed() == 1

    rope.hush()
    assert loop.until(lambda: desktop.displayed() == 0)
    shown = desktop.history()
    assert len(shown) == 1
    assert shown[0]["summary"]["data"] == TITLE
    assert shown[0]["body"]["data"] == TEXT
    assert shown[0]["appname"]["data"] == TITLE
    assert loop.until((desktop.folder / "seen.critical").exists)  # urgent and transient, says the service


def test_a_click_opens_the_desk(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.dunst()
    desktop.bell(socket, URL)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.RUNG])
    assert not (desktop.folder / "opened").exists()
    assert desktop.dunstctl("action") is not None
    assert answers(loop, [Ack.RUNG, Ack.OPENED])
    assert loop.until(lambda: desktop.displayed() == 0)
    assert loop.until((desktop.folder / "opened").exists)
    assert (desktop.folder / "opened").read_text() == URL


@pytest.mark.slow
def test_a_hung_service_counts_as_failed_and_harms_nobody(
    loop: Loop, rope: Rope, desktop: Desktop, socket: Path
) -> None:
    dunst = desktop.dunst()
    bell = desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    dunst.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    rope.ring()
    rope.ping()
    assert answers(loop, [Ack.FAILED])
    assert PATIENCE - 0.1 < time.monotonic() - begun < PATIENCE + 1.5
    rope.ring()
    rope.hush()
    assert answers(loop, [Ack.FAILED, Ack.FAILED])

    dunst.send_signal(signal.SIGCONT)  # what it shows too late is taken away: somebody has looked meanwhile
    assert loop.until(lambda: len(desktop.history()) == 2)
    assert loop.until(lambda: desktop.displayed() == 0)
    rope.ring()
    assert answers(loop, [Ack.FAILED, Ack.FAILED, Ack.RUNG])
    assert desktop.displayed() == 1
    assert bell.poll() is None


@pytest.mark.slow
def test_a_late_notification_is_the_one_that_a_click_and_a_hush_know(
    loop: Loop, rope: Rope, desktop: Desktop, socket: Path
) -> None:
    dunst = desktop.dunst()
    desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    dunst.send_signal(signal.SIGSTOP)
    rope.ring()
    assert answers(loop, [Ack.FAILED])
    rope.ring()
    assert answers(loop, [Ack.FAILED, Ack.FAILED])
    dunst.send_signal(signal.SIGCONT)
    assert loop.until(lambda: len(desktop.history()) == 1)  # of two requests one stays
    assert desktop.displayed() == 1
    rope.hush()
    assert loop.until(lambda: desktop.displayed() == 0)


def test_no_service(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.FAILED])
    desktop.dunst()  # it comes later: the same bell rings
    rope.ring()
    assert answers(loop, [Ack.FAILED, Ack.RUNG])


def test_a_service_that_cannot_start_is_an_error_reply(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    (desktop.folder / "services" / "n.service").write_text(
        "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/false\n"
    )
    desktop.processes[0].send_signal(signal.SIGHUP)  # read the folder again
    desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.FAILED])


def test_a_service_that_restarts_is_rung_again(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    first = desktop.dunst()
    desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.RUNG])
    end(first)
    desktop.dunst()
    for _ in range(5):  # other programs get the numbers that ours had: they are not to be replaced
        end(desktop.start("dunstify", "--timeout=0", "something else"), by_itself=True)
    assert loop.until(lambda: desktop.displayed() == 5)
    rope.ring()
    assert answers(loop, [Ack.RUNG, Ack.RUNG])
    assert desktop.displayed() == 6


@pytest.mark.parametrize("address", ["", "unix:path=/nonexistent/bus", "tcp:host=127.0.0.1"])
def test_no_session_bus(loop: Loop, rope: Rope, desktop: Desktop, socket: Path, address: str) -> None:
    desktop.environment |= {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": ""}
    bell = desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.FAILED])
    assert bell.poll() is None


def test_the_bus_ends_and_comes_back(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    bell = desktop.bell(socket)
    desktop.dunst()
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.RUNG])
    end(desktop.processes.pop(0))
    rope.ring()
    assert answers(loop, [Ack.RUNG, Ack.FAILED])
    (desktop.folder / "bus").unlink(missing_ok=True)
    desktop.bus()
    desktop.dunst()
    rope.ring()
    assert answers(loop, [Ack.RUNG, Ack.FAILED, Ack.RUNG])
    assert bell.poll() is None


def test_a_bell_that_is_killed_leaves_the_rope_whole(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.dunst()
    first, _ = desktop.bell(socket), desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 2)
    first.kill()
    assert loop.until(lambda: rope.connected == 1)
    assert rope.ring() == 1
    assert answers(loop, [Ack.RUNG])


def test_the_bell_finds_an_agent_that_restarts(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.dunst()
    bell = desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.close()
    rope.open()
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.RUNG])
    assert bell.poll() is None


def test_sigterm_ends_the_bell_and_takes_its_notification_away(
    loop: Loop, rope: Rope, desktop: Desktop, socket: Path
) -> None:
    desktop.dunst()
    bell = desktop.bell(socket)
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert answers(loop, [Ack.RUNG])
    assert end(bell) == 0
    assert loop.until(lambda: desktop.displayed() == 0 and rope.connected == 0)


def test_each_rings_for_its_role_and_all_are_hushed(loop: Loop, rope: Rope, desktop: Desktop, socket: Path) -> None:
    desktop.dunst()
    desktop.bell(socket, role="backup")
    desktop.bell(socket, role="contact")
    assert loop.until(lambda: [bell.named for bell in rope._bells] == [True, True])
    assert rope.ring(frozenset({Whose.HEAD})) == 0
    assert rope.ring(frozenset({Whose.CONTACT})) == 1
    assert answers(loop, [Ack.RUNG])
    assert desktop.displayed() == 1
    assert rope.ring(frozenset({Whose.CONTACT, Whose.BACKUP}), fixed_time=True) == 2
    assert answers(loop, [Ack.RUNG] * 3)
    assert 1 <= desktop.displayed() <= 2  # dunst shows two of the same words as one
    rope.hush()
    assert loop.until(lambda: desktop.displayed() == 0)
