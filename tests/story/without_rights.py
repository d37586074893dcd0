"""The agent without the powers of root, as in its unit:  python -m tests.story.without_rights ARGUMENTS

Then another process of the same account, without them too, may look into it unless it has made itself undumpable.
"""

from __future__ import annotations

import os
import sys

from tests.sealed import drop_capabilities

if __name__ == "__main__":
    drop_capabilities()
    os.execv(sys.executable, [sys.executable, "-m", "hwc_school_agent", *sys.argv[1:]])
