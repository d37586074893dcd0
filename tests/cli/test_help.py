"""docs/cli.md is what the program says of itself, and saying it is cheap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli import make_help

PROGRAM = str(Path(sys.executable).with_name("hwc-school-agent"))


def test_the_page_is_what_the_program_says() -> None:
    assert make_help.PAGE.read_text(encoding="utf-8") == make_help.page(), "run: python -m tests.cli.make_help"


def test_the_installed_program_says_the_same() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HWC_CONFIG"} | {"COLUMNS": "100"}
    said = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert said.stdout == make_help.help_of()
    assert said.stderr == ""


def test_only_verbs_that_work() -> None:
    assert {" ".join(words) for words in make_help.verbs()} == {
        "",
        "report",
        "visit",
        "run",
        "check",
        "close",
        "doctor",
        "drill",
        "bell",
        "demo",
        "config",
        "config show",
        "config validate",
        "init",
        "calendar",
        "calendar show",
        "calendar import",
        "bell-token",
        "bell-token add",
        "bell-token list",
        "bell-token remove",
        "keys",
        "keys show",
        "keys rotate",
        "keys new",
        "verify",
        "staff",
        "staff add",
        "staff list",
        "staff role",
        "staff remove",
        "staff reset",
    }


def test_every_verb_and_option_is_explained() -> None:
    for words in make_help.verbs():
        usage, *rest = make_help.help_of(*words).split("\n\n")
        assert rest, words
        assert usage.startswith("Usage: hwc-school-agent")


def test_help_loads_next_to_nothing() -> None:
    """Counted, not timed: what makes ``--help`` slow is what it imports."""
    code = (
        "import sys; from hwc_school_agent.__main__ import main; sys.argv[1:] = ['--help']; main(); "
        "print('|'.join(sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names))))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    foreign = {name for name in said.stdout.splitlines()[-1].split("|") if not name.startswith("_")}
    assert foreign == {"click", "hwc_school_agent"}


def test_help_loads_nothing_of_ours_but_the_command_line() -> None:
    code = (
        "import sys; from hwc_school_agent.__main__ import main; sys.argv[1:] = ['staff', '--help']; main(); "
        "print('|'.join(m for m in sys.modules if m.startswith('hwc_school_agent.')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    ours = {name.partition(".")[2] for name in said.stdout.splitlines()[-1].split("|")}
    assert ours == {
        *(
            "__main__",
            "cli",
            "cli_bell",
            "cli_calendar",
            "cli_common",
            "cli_doctor",
            "cli_drill",
            "cli_init",
            "cli_init_answers",
        ),
        *("cli_keys", "cli_report", "cli_staff", "cli_verify"),
    }
