"""A stand-in for Microsoft Graph over https, as its documentation describes it: one mailbox's Recoverable Items.

learn.microsoft.com, Graph v1.0: "List exchangeSettings", "List items" and "Delete items" of a mailboxFolder. Nothing
real can run here: that needs a tenant.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.servers.ports import HOST, free_port
from tests.servers.tls import CA

USER, MAILBOX_ID, TOKEN = "hwc@school.example", "MBX:e0648f21@aab09c93", "een-token-voor-graph"
FOLDER = f"/v1.0/admin/exchange/mailboxes/{quote(MAILBOX_ID, safe='')}/folders/recoverableitemsdeletions/items"


@dataclass
class GraphStandIn:
    """A context manager. ``items``: identifiers of what stands there."""

    ca: CA
    items: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)  # a hold keeps them: 403
    rights: bool = True  # without: 403 to everything
    pages: int = 2  # items a page
    broken: tuple[int, bytes] | None = None  # the answer to everything
    next_link: str = ""  # where a page sends to, instead of to the next
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self._port}"

    def __enter__(self) -> GraphStandIn:
        self._port = free_port()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self._answer(*outer._get(self.path, self.headers.get("Authorization", "")))

            def do_DELETE(self) -> None:
                self._answer(*outer._delete(self.path, self.headers.get("Authorization", "")))

            def _answer(self, status: int, body: Any) -> None:
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data) if status != 204 else 0))
                self.end_headers()
                self.wfile.write(data if status != 204 else b"")

        self._http = ThreadingHTTPServer((HOST, self._port), Handler)
        self._http.socket = self.ca.server_context(self.ca.issue("localhost", HOST)).wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )  # in the connection's own thread: nobody who connects and says nothing holds up the others
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _refused(self, path: str, authorization: str) -> tuple[int, Any] | None:
        self.asked.append(path)
        if self.broken is not None:
            return self.broken
        if authorization != f"Bearer {TOKEN}":
            return 401, {"error": {"code": "InvalidAuthenticationToken"}}
        return None if self.rights else (403, {"error": {"code": "ErrorAccessDenied"}})

    def _get(self, path: str, authorization: str) -> tuple[int, Any]:
        if refused := self._refused(path, authorization):
            return refused
        where, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if where == f"/v1.0/users/{quote(USER, safe='')}/settings/exchange":
            return 200, {"primaryMailboxId": MAILBOX_ID}
        if where != FOLDER:
            return 404, {"error": {"code": "ResourceNotFound"}}
        assert query["$select"] == ["id"], "nothing but identifiers is asked for"
        begin = int(query.get("$skip", ["0"])[0])
        page = self.items[begin : begin + self.pages]
        answer: dict[str, Any] = {"value": [{"id": item} for item in page]}
        if begin + self.pages < len(self.items):
            following = f"{self.address}{FOLDER}?$select=id&$top=100&$skip={begin + self.pages}"
            answer["@odata.nextLink"] = self.next_link or following
        return 200, answer

    def _delete(self, path: str, authorization: str) -> tuple[int, Any]:
        if refused := self._refused(path, authorization):
            return refused
        where, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        item = unquote(where.removeprefix(FOLDER + "/"))
        if query.get("disposalType") != ["hardDelete"]:
            return 400, {"error": {"code": "BadRequest"}}
        if item in self.held:
            return 403, {"error": {"code": "ErrorAccessDenied"}}
        if item not in self.items:
            return 404, {"error": {"code": "ErrorItemNotFound"}}
        self.items.remove(item)
        return 204, b""
