"""Our files: nothing that does not belong there, and nobody else who can reach them.

In the state directory a file that is not ours is counted, not named.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.state_files import is_known

_OPEN_TO_OTHERS = 0o077


def judge_state(directory: Path, names: Iterable[str], about: os.stat_result, owners: Iterable[int]) -> list[Finding]:
    """``names``: what stands in the directory. ``owners``: uids of the files in it."""
    strange = [name for name in names if not is_known(name)]
    open_ = bool(stat.S_IMODE(about.st_mode) & _OPEN_TO_OTHERS) or not {*owners} <= {0, about.st_uid}
    return [
        found(Check.STATE_MODE, file=directory, mode="700") if open_ else well(Check.STATE_MODE),
        found(Check.STATE_UNKNOWN, file=directory, count=len(strange)) if strange else well(Check.STATE_UNKNOWN),
    ]


def look_state(directory: Path) -> list[Finding]:
    """The state directory and the files in it."""
    try:
        about = directory.stat()
        names = sorted(os.listdir(directory))
        files = [(name, (directory / name).lstat()) for name in names]
    except FileNotFoundError:
        return [found(Check.STATE_MISSING, file=directory)]
    except OSError:
        return [found(Check.STATE_UNREADABLE, file=directory)]
    findings = judge_state(directory, names, about, (each.st_uid for _, each in files))
    loose = [name for name, each in files if is_known(name) and stat.S_IMODE(each.st_mode) & _OPEN_TO_OTHERS]
    if loose and findings[0].well:
        findings[0] = found(Check.STATE_MODE, file=directory / loose[0], mode="600")
    return findings


def look_credentials(directory: Path | None, *, by_systemd: bool) -> list[Finding]:
    """Every file in the directory with passwords, used or not. systemd's own are guarded by systemd."""
    if directory is None or by_systemd:
        return []
    try:
        files = [path for path in sorted(directory.iterdir()) if path.is_file()]
        loose = [path for path in files if stat.S_IMODE(path.stat().st_mode) & _OPEN_TO_OTHERS]
    except OSError:
        return []
    return [found(Check.CREDENTIAL_MODE, file=loose[0]) if loose else well(Check.CREDENTIAL_MODE)]


def look_config(config: Path) -> list[Finding]:
    """Who can write the configuration can send the passwords elsewhere."""
    try:
        mode = stat.S_IMODE(config.stat().st_mode)
    except OSError:
        return []
    return [found(Check.CONFIG_WRITABLE, file=config) if mode & 0o022 else well(Check.CONFIG_WRITABLE)]
