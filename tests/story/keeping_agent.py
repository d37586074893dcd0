"""The agent with a fault on purpose: ``watch`` reads each new message and keeps it. For the control of the search."""

from __future__ import annotations

import sys
from typing import Any

from hwc_school_agent import __main__
from hwc_school_agent.watch import errands

kept: list[bytes] = []
_triage = errands.Errands.triage


def keeping(self: Any, entry: Any) -> None:
    from hwc_school_agent.mailbox.read import read_message
    from hwc_school_agent.mailbox.session import open_session

    with open_session(self._settings.mailbox) as session:
        kept.append(read_message(session, entry.place))
    _triage(self, entry)


errands.Errands.triage = keeping  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(__main__.main())
