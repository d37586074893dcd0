"""Make key and ledger at the first start: a child, for cryptography stays out of ``watch``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from hwc_school_agent.domain.outcome import Entered
from hwc_school_agent.proof import beginning
from hwc_school_agent.settings import Secret


def run(directory: Path, secret: Secret, today: date, _say: Callable[[Entered], None]) -> None:
    """``directory``: of the state. ``secret``: the credential ``ledger__key``, or empty. Says nothing: what is wrong is
    said when the day's entry cannot be written. Raises ``OSError``."""
    beginning.ensure(directory, secret.reveal(), today)
