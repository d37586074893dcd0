"""The optional heartbeat: one GET without content to an address that the school's IT chose."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from hwc_school_agent.domain.outcome import Beat

SECONDS = 8.0


def run(url: str, say: Callable[[Beat], None]) -> None:
    """Say HEARD when the answer is a 2xx. Redirects are not followed. Raises what the connection raises."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"User-Agent": "hwc-school-agent", "Connection": "close"})
        if 200 <= connection.getresponse().status < 300:
            say(Beat.HEARD)
    finally:
        connection.close()
