"""Verbs are run as in tests/cli."""

from tests.cli.conftest import hwc

__all__ = ["hwc"]
