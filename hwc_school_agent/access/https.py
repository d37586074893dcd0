"""How token servers are spoken to: bounded in time, with the school's own certificate authority if it has one."""

from __future__ import annotations

from typing import Any

import requests

SECONDS = 15.0


class Https(requests.Session):
    """A session that waits at most ``SECONDS`` and trusts ``ca_file`` (empty: what this machine trusts).

    requests lets ``$REQUESTS_CA_BUNDLE`` win over a session's own setting; here the configuration wins.
    """

    def __init__(self, ca_file: str) -> None:
        super().__init__()
        self._ca_file = ca_file

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """As in ``requests.Session``."""
        options["timeout"] = SECONDS
        if self._ca_file:
            options["verify"] = self._ca_file
        return super().request(method, url, *args, **options)
