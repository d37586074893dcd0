"""One running desk for all tests of a module; each test finds it as if just started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.harness import Bench, bench


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def desk(_running: Bench) -> Bench:
    """A desk with three people, an empty mailbox, and messages as the test scripts them."""
    _running.reset()
    return _running
