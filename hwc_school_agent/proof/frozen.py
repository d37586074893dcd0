"""The frozen reports in the state folder, and handing out copies. Never makes one."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from hwc_school_agent.domain.state_files import REPORT_KINDS, report_month, report_name

CHECK_PAGE = Path(__file__).parent / "static" / "nakijken.html"


def newest(directory: Path) -> date | None:
    """The month of the newest report that is whole; ``None`` before the first. Raises ``OSError``."""
    whole = report_name(date(2000, 1, 1), "json")[-5:]
    months = [m for p in directory.iterdir() if p.name.endswith(whole) and (m := report_month(p.name)) is not None]
    return max(months, default=None)


def copy(directory: Path, month: date, out: Path) -> list[str]:
    """Copy the files of a report, with their times, and the page that checks them. Returns the names.

    Raises ``OSError``.
    """
    out.mkdir(parents=True, exist_ok=True)
    sources = [directory / report_name(month, kind) for kind in REPORT_KINDS]
    names = []
    for source in [*sources, CHECK_PAGE]:
        if source.exists():
            target = out / source.name
            target.write_bytes(source.read_bytes())
            times = source.stat()
            os.utime(target, (times.st_atime, times.st_mtime))
            names.append(target.name)
    return names
