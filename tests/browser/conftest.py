"""The desk's own fixtures, for a browser before it."""

from tests.desk.conftest import _running, desk  # noqa: F401 - pytest finds fixtures by name
