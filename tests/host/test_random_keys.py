"""The key of this installation."""

from __future__ import annotations

import os
from pathlib import Path

from hwc_school_agent.host.random_keys import KEY_FILE, installation_key


def test_made_once_and_private(tmp_path: Path) -> None:
    key = installation_key(tmp_path / "state")
    assert len(key) == 32
    assert installation_key(tmp_path / "state") == key
    assert (tmp_path / "state" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / "state").iterdir()] == [KEY_FILE]


def test_using_it_leaves_no_time_of_last_access(tmp_path: Path) -> None:
    installation_key(tmp_path)
    path = tmp_path / KEY_FILE
    os.utime(path, (1_000_000, 1_000_001))  # a read would be noted: older than the last change
    installation_key(tmp_path)
    assert path.stat().st_atime == 1_000_000
