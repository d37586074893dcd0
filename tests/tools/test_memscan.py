"""The memory scanner finds what is planted, in every encoding, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MEMSCAN = Path(__file__).with_name("memscan.py")


def test_scanner_finds_every_planted_form() -> None:
    run = subprocess.run([sys.executable, str(MEMSCAN), "--self-test"], capture_output=True, text=True, timeout=100)
    assert run.returncode == 0, run.stdout


def test_a_process_that_cannot_be_read_is_not_called_clean() -> None:
    nobody = 2**22 - 3  # above any process number
    run = subprocess.run([sys.executable, str(MEMSCAN), str(nobody), "--canary", "Zwaantje"], capture_output=True)
    assert run.returncode == 2
