"""Schools that several stories share; each story finds its school as new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers import need
from tests.servers import Dovecot
from tests.story.school import School


@pytest.fixture(scope="package")
def _asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    need(Dovecot.why_not())
    with School(tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture(scope="package")
def _trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    need(Dovecot.why_not())
    with School(tmp_path_factory.mktemp("trusting"), handled_elsewhere="trust") as school:
        yield school


@pytest.fixture
def school(_asking: School) -> School:
    """A school on Dovecot with the default settings."""
    _asking.fresh()
    return _asking


@pytest.fixture
def trusting(_trusting: School) -> School:
    """A school that trusts what staff did in their own mail program."""
    _trusting.fresh()
    return _trusting
