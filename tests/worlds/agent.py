"""The agent of the time-lapse, with a leak on purpose:  python -m tests.worlds.agent --config F --credentials D run

``HWC_TEST_LEAK`` names one of ``tests/worlds/leaks.py``; empty: the program as it is.
"""

from __future__ import annotations

import os
import sys

from tests.timelapse import agent as lapse
from tests.worlds.leaks import LEAKS, SLOW

if __name__ == "__main__":
    sys.exit(lapse.main((LEAKS | SLOW).get(os.environ.get("HWC_TEST_LEAK", ""), lambda: None)))
