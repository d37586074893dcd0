"""plyer in its child process: whatever it does, the bell lives on and claims nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hwc_school_agent.bells import fallback
from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.bells.way import Occasion
from hwc_school_agent.bells.words import Ack
from tests.bells.conftest import Desktop, Loop


def test_a_hung_helper_is_killed_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hung = tmp_path / "notify-send"
    hung.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    hung.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(fallback, "PATIENCE", 2.0)
    begun = time.monotonic()
    assert fallback.Plyer().ring(Occasion.LOOK)
    assert 1.9 < time.monotonic() - begun < 12
    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < end, "the helper outlived its time"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_it_rings_at_fixed_times_only_and_never_counts_as_rung(
    loop: Loop, rope: Rope, desktop: Desktop, tmp_path: Path
) -> None:
    tool = desktop.folder / "notify-send"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {desktop.folder}/sent\n')
    tool.chmod(0o755)
    desktop.environment |= {
        "PATH": f"{desktop.folder}:{os.environ['PATH']}", "DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "",
    }  # fmt: skip
    desktop.bell(tmp_path / "bell.sock")
    assert loop.until(lambda: rope.connected == 1)
    rope.ring()
    assert loop.until(lambda: loop.acks == [Ack.FAILED])
    assert not (desktop.folder / "sent").exists()
    rope.ring(fixed_time=True)
    assert loop.until(lambda: loop.acks == [Ack.FAILED, Ack.FAILED])
    assert "Open het bureau." in (desktop.folder / "sent").read_text()
