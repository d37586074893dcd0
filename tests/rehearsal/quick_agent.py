"""The agent with a rehearsal that is in a hurry:  python -m tests.rehearsal.quick_agent --config F --credentials D run

``HWC_TEST_LIMIT``: seconds for the whole way. ``HWC_TEST_LEAK=1``: a build with one fault on purpose, the name of the
rehearsal's child stays in the memory of ``watch``.
"""

from __future__ import annotations

import os
import sys

from hwc_school_agent import __main__
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.watch import rehearsal

rehearsal.LIMIT_SECONDS = float(os.environ.get("HWC_TEST_LIMIT", "100"))
rehearsal.TRY_SECONDS = rehearsal.LOOK_SECONDS = rehearsal.TIDY_SECONDS = 1.0

if os.environ.get("HWC_TEST_LEAK") == "1":
    _part = rehearsal.Rehearsal._part
    kept: list[str] = []

    def leaking(self: rehearsal.Rehearsal, run: rehearsal._Run, part: rehearsal.Part) -> None:
        from hwc_school_agent.domain.rehearsal import child_of
        from hwc_school_agent.post.rehearsal import key_of

        kept.append(child_of(key_of(self._settings), Kind.REHEARSAL, run.nonce).name)
        _part(self, run, part)

    rehearsal.Rehearsal._part = leaking  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(__main__.main())
