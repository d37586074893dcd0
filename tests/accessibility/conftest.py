"""One browser for all tests of accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.accessibility.stage import WIDE, Stage, stage


@pytest.fixture(scope="session")
def _one_stage(playwright_engine: Any) -> Iterator[Stage]:
    with stage(playwright_engine) as made:
        yield made


@pytest.fixture
def desk_stage(_one_stage: Stage) -> Stage:
    """The browser as if just opened: wide, light, ordinary colours."""
    _one_stage.size(WIDE)
    _one_stage.look(reduced_motion="no-preference")
    return _one_stage
