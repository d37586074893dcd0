"""The agent with tokens that are renewed after three seconds:  python -m tests.access.quick_agent --config F run"""

from __future__ import annotations

import sys

from hwc_school_agent import __main__
from hwc_school_agent.watch import tokens

tokens.renew_in = lambda lifetime: 3.0  # type: ignore[attr-defined]

if __name__ == "__main__":
    sys.exit(__main__.main())
