"""``run`` and the way to it: the resident process never loads click."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hwc_school_agent.__main__ import DEFAULT_CONFIG, plain_run
from tests.cli.conftest import Hwc


@pytest.mark.parametrize(
    ("words", "config", "credentials"),
    [
        ("run", DEFAULT_CONFIG, None),
        ("--config a run", "a", None),
        ("--config=a run", "a", None),
        ("--credentials c run", DEFAULT_CONFIG, "c"),
        ("--config a --credentials c run", "a", "c"),
        ("--credentials=c --config a run", "a", "c"),
        ("--credentials c --config=a=b run", "a=b", "c"),
        ("--config run run", "run", None),
    ],
)
def test_plain_run(words: str, config: str, credentials: str | None) -> None:
    assert plain_run(words.split()) == (Path(config), Path(credentials) if credentials else None)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "check",
        "run --help",
        "--config run",
        "--config a --config b run",
        "--config= run",
        "--help run",
        "--config --credentials run",
        "-x run",
        "staff run",
        "run run",
        "--config a b run",
        "--credentials c --config run",
    ],
)
def test_everything_else_is_for_the_command_line(words: str) -> None:
    assert plain_run(words.split()) is None


def test_the_environment_names_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HWC_CONFIG", "from-environment")
    assert plain_run(["run"]) == (Path("from-environment"), None)
    assert plain_run(["--config", "a", "run"]) == (Path("a"), None)


def test_run_says_what_is_wrong_without_click(tmp_path: Path) -> None:
    code = (
        "import sys; from hwc_school_agent.__main__ import main\n"
        f"sys.argv[1:] = ['--config', {str(tmp_path / 'none.toml')!r}, 'run']; code = main()\n"
        "print(sorted({'click', 'pydantic', 'imapclient', 'tomllib'} & set(sys.modules))); sys.exit(code)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert said.stdout == "[]\n"
    assert said.returncode == 78
    assert f"{tmp_path}/none.toml  There is no such file." in said.stderr


def test_the_module_is_the_program() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "hwc_school_agent", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.startswith("hwc-school-agent 0")


def test_run_with_something_more_ends_the_same_way(hwc: Hwc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hwc("run", "--frob").code == 2
    assert hwc().code == 2
    assert hwc("frob").code == 2
    assert hwc("--config").code == 2
