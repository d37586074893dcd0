"""A running desk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.harness import Bench, bench


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    """A desk with three people, an empty mailbox, and messages as the test scripts them."""
    with bench(tmp_path) as made:
        yield made
