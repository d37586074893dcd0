"""The demo's own look finds what is there: in files, in names of files, in the memory of another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hwc_school_agent.demo import own_look, signals

NAME = "Voorbeeldsma-Zwaluwen"

_HOLDER = """
import sys
kept = sys.stdin.readline()
if sys.argv[1] == "forget":
    del kept
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("form", ["utf-8", "utf-16-le", "utf-32-le"])
def test_a_file_that_holds_it(tmp_path: Path, form: str) -> None:
    needles = own_look.written([NAME])
    (tmp_path / "below").mkdir()
    assert not own_look.in_files(tmp_path, needles)
    (tmp_path / "below" / "file").write_bytes(b"\0\1" + NAME.encode(form) + b"\2")
    assert own_look.in_files(tmp_path, needles)


def test_a_file_that_is_called_so(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.txt").touch()
    assert own_look.in_files(tmp_path, own_look.written([NAME]))


def _look_into(text: str) -> bool:
    """Give a new process a line to keep, and look for ``NAME`` in its memory."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, "keep"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(text.encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        assert own_look.processes(process.pid) == (process.pid,)
        return own_look.in_memory(process.pid, own_look.written([NAME]))
    except own_look.NotAllowed:
        pytest.skip("this account may not look into the memory of other processes")
    finally:
        process.kill()
        process.communicate()


def test_the_memory_of_a_process_that_holds_it() -> None:
    assert _look_into(f"Noor {NAME}, 3-5-2017")
    assert not _look_into("Noor Anders, 3-5-2017")


def test_a_process_that_has_ended_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not own_look.in_memory(process.pid, own_look.written([NAME]))


def test_invented_family_names_occur_nowhere_else_in_the_program() -> None:
    package = Path(signals.__file__).parents[1]
    for path in package.rglob("*"):
        if path.suffix in (".py", ".html", ".js", ".css", ".toml") and path != Path(signals.__file__):
            text = path.read_text()
            assert not any(family in text for family in signals.FAMILY_NAMES), path.name
