"""Making key and ledger of an installation: at ``init``, or when the agent starts. Never because of a day's entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof import keys, ledger
from hwc_school_agent.proof.keys import SigningKey


def ensure(directory: Path, secret: str, today: date) -> bool:
    """Make key and ledger if neither is there; says whether it did. ``secret``: credential ``ledger__key`` or empty.

    Where one of the two is there, nothing is made: a missing half is for a person to look at. Raises ``OSError``.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (directory / keys.FILE).exists() or (directory / ledger.FILE).exists():
        return False
    key = SigningKey.new()
    keys.write_keys(directory, (key,), secret)
    replace_file(directory, ledger.FILE, ledger.begun(key, today).data())
    return True
