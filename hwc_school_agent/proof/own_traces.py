"""What this machine itself could keep: files in the state folder, swap, core dumps. Nothing of the mailbox."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path

from hwc_school_agent.domain.findings import Files, Switch
from hwc_school_agent.domain.state_files import is_known

_PR_GET_DUMPABLE = 3


def files(directory: Path) -> Files:
    """The state folder, compared with the closed list. A folder in it is never on the list."""
    try:
        with os.scandir(directory) as entries:
            known = all(is_known(e.name) and e.is_file(follow_symlinks=False) for e in entries)
    except OSError:
        return Files.NOT_SEEN
    return Files.KNOWN if known else Files.OTHERS


def swap(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> Switch:
    """Whether this process can be written to a swap device: forbidden to its group, or there is none."""
    try:
        (line,) = (ln for ln in (proc / "self/cgroup").read_text().splitlines() if ln.startswith("0::"))
        here = groups / line.removeprefix("0::").lstrip("/")
        for group in (here, *here.parents):
            limit = group / "memory.swap.max"
            if limit.is_file() and limit.read_text().strip() == "0":
                return Switch.OFF
            if group == groups:
                break
    except (OSError, ValueError):
        pass  # no control groups of version 2; the list of devices tells as well
    try:
        devices = (proc / "swaps").read_text().splitlines()[1:]
    except OSError:
        return Switch.NOT_SEEN
    return Switch.ON if devices else Switch.OFF


def cores() -> Switch:
    """Whether a fault of this process could leave its memory on the disk. All processes of the agent are alike: they
    are forks of one that has forbidden it, as this one is, or begin with that (``host/process.py``)."""
    if sys.platform != "linux":
        return Switch.NOT_SEEN
    dumpable = ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
    forbidden = dumpable == 0 and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    return Switch.OFF if forbidden else Switch.ON
