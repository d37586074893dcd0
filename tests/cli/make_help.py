"""Write docs/cli.md from the program's own help:  python -m tests.cli.make_help"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import click

from hwc_school_agent import cli

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
HEAD = """\
# Command line

Every verb and its options, as the program itself tells them (`hwc-school-agent VERB --help`).
This page is generated: `python -m tests.cli.make_help`; a test compares it with the program.
"""


def verbs(command: click.Command = cli.hwc, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, as the words that call it."""
    yield above
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from verbs(command.commands[name], (*above, name))


def help_of(*words: str) -> str:
    """What ``--help`` prints on a terminal of 100 columns."""
    kept = {name: os.environ.pop(name, None) for name in ("COLUMNS", "HWC_CONFIG")}
    os.environ["COLUMNS"] = "100"
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            code = cli.main([*words, "--help"])
    finally:
        del os.environ["COLUMNS"]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
    if code:
        raise RuntimeError(f"{words} --help ended with {code}")
    return printed.getvalue()


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for words in verbs():
        title = " ".join(("hwc-school-agent", *words))
        parts.append(f"## {title}\n\n```text\n{help_of(*words)}```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
