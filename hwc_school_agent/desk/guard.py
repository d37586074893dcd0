"""What every request must pass and every answer must carry. Wraps the whole application.

* Host: exact, against DNS rebinding (a foreign name that resolves to this machine).
* Sec-Fetch-Site, else Origin: a page elsewhere cannot press our buttons (CSRF). Neither header: not a browser.
* Small bodies only. Fixed headers on all answers. One request per connection, so that nobody keeps a line open to a
  process that is about to end.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hwc_school_agent.desk.life import Life
from hwc_school_agent.settings import Desk

BODY_LIMIT = 4096

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    ),
    "referrer-policy": "same-origin",  # no-referrer would make our own forms send "Origin: null"
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=()",
    "x-robots-tag": "noindex, nofollow",
    "connection": "close",
}

Refuse = Callable[[int], ASGIApp]


class Guard:
    """ASGI middleware. ``refuse(status)`` makes the plain page for a status."""

    def __init__(self, app: ASGIApp, desk: Desk, life: Life, refuse: Refuse) -> None:
        self._app = app
        self._life = life
        self._refuse = refuse
        self._scheme = "https" if desk.certificate else "http"
        self._hosts = hosts(desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sent = False

        async def send_safely(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.start":
                sent = True
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", "no-store")
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        with self._life.busy():
            status = self._fault(scope["method"], Headers(scope=scope))
            try:
                await (self._refuse(status) if status else self._app)(scope, receive, send_safely)
            except Exception:  # nothing of it may be printed: it could quote what was on the page
                if not sent:
                    await self._refuse(500)(scope, receive, send_safely)

    def _fault(self, method: str, headers: Headers) -> int:
        """The status to refuse with, or 0."""
        asked = headers.getlist("host")
        if len(asked) != 1 or asked[0].lower() not in self._hosts:
            return 421
        if not headers.get("content-length", "0").isdecimal() or int(headers.get("content-length", "0")) > BODY_LIMIT:
            return 413
        if not self._same_origin(method, headers, asked[0].lower()):
            return 403
        return 0

    def _same_origin(self, method: str, headers: Headers, host: str) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin" or (site == "none" and method in ("GET", "HEAD"))
        origin = headers.get("origin")
        if origin is None:
            return True
        return origin.lower() in (f"{self._scheme}://{host}", f"https://{host}")


def hosts(desk: Desk) -> frozenset[str]:
    """Every ``Host`` under which the page may be asked for, with and without the port for names behind a proxy."""
    found = {f"{name}:{desk.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    try:
        address = ipaddress.ip_address(desk.host)
        if not address.is_unspecified:
            found.add(f"[{address}]:{desk.port}" if address.version == 6 else f"{address}:{desk.port}")
    except ValueError:
        found.add(f"{desk.host.lower()}:{desk.port}")
    for name in desk.names:
        found |= {name.lower(), f"{name.lower()}:{desk.port}"}
    if desk.port == (443 if desk.certificate else 80):
        found |= {name.removesuffix(f":{desk.port}") for name in found}
    return frozenset(found)
