"""The console script. ``run`` starts without the command line's library: the resident process stays small."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

DEFAULT_CONFIG = "/etc/hwc-school-agent/config.toml"


def main() -> int:
    """Run the program with ``sys.argv``; returns the exit code (0, 1, 2, 3, 4, 5 or 78)."""
    given = plain_run(sys.argv[1:])
    if given is None:
        from hwc_school_agent import cli

        return cli.main(sys.argv[1:])
    from hwc_school_agent.watch import start

    return start.main(*given)


def plain_run(arguments: Sequence[str]) -> tuple[Path, Path | None] | None:
    """Config and credentials when the arguments are ``[--config F] [--credentials D] run`` and nothing else."""
    if not arguments or arguments[-1] != "run":
        return None
    found: dict[str, str] = {}
    words = iter(arguments[:-1])
    for word in words:
        option, equals, value = word.partition("=")
        if option not in ("--config", "--credentials") or option in found:
            return None
        found[option] = value if equals else next(words, "")
        if not found[option] or (not equals and found[option].startswith("-")):
            return None  # the command line says what is wrong with it
    config = found.get("--config") or os.environ.get("HWC_CONFIG") or DEFAULT_CONFIG
    credentials = found.get("--credentials")
    return Path(config), Path(credentials) if credentials else None


if __name__ == "__main__":
    sys.exit(main())
