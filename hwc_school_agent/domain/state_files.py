"""The closed list of what may stand in the state folder. ``doctor`` and the inspection report compare with it.

The list grows by calendar and ledger only: never because a signal came (promise P5).
"""

from __future__ import annotations

import re
from datetime import date

#: Months that are kept; older reports are removed when a new one is frozen.
REPORTS_KEPT = 12
REPORT_KINDS = ("html", "json", "pdf")

_ALWAYS = frozenset({"installation.key", "staff.json", "bells.json", "ledger", "ledger.key"})
_REPORT = re.compile(r"report-(20[0-9]{2})-(0[1-9]|1[0-2])\.(html|json|pdf)")


def report_name(month: date, kind: str) -> str:
    """``report-2026-11.html``: the frozen report about a month."""
    return f"report-{month:%Y-%m}.{kind}"


def report_month(name: str) -> date | None:
    """The first day of the month that a frozen report is about; ``None`` for other files."""
    match = _REPORT.fullmatch(name)
    return date(int(match[1]), int(match[2]), 1) if match else None


def is_known(name: str) -> bool:
    """Whether a file of this name belongs in the state folder."""
    return name in _ALWAYS or report_month(name) is not None
