"""A web service that answers in JSON, for stand-ins; over https where a CA is given.

    with JsonHttp(lambda asked: (200, {"path": asked.path}), ca) as http:
        http.address    # https://127.0.0.1:23456

It can be stopped and started again on the same port.
"""

from __future__ import annotations

import json
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from .ports import HOST, free_port, release_port
from .tls import CA


@dataclass(frozen=True)
class Asked:
    """One request. ``path``: with its query. ``body``: as text."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


#: Status and what goes into JSON; bytes go as they are.
Answer = tuple[int, Any]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that hangs up, or does not trust the CA, is no fault
            super().handle_error(request, client_address)


class JsonHttp:
    """``answer`` is called in a thread of each connection's own."""

    def __init__(self, answer: Callable[[Asked], Answer], ca: CA | None = None) -> None:
        self._answer, self._ca = answer, ca
        self._http: ThreadingHTTPServer | None = None
        self.port = free_port()

    @property
    def address(self) -> str:
        return f"{'https' if self._ca else 'http'}://{HOST}:{self.port}"

    def start(self) -> None:
        if self._http is not None:
            return
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
                status, said = answer(Asked(self.command, self.path, dict(self.headers), body))
                data = b"" if status == 204 else said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = _serve

        self._http = _Server((HOST, self.port), Handler)
        if self._ca is not None:
            self._http.socket = self._ca.server_context(self._ca.issue("localhost", HOST)).wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )  # in the connection's own thread: nobody who connects and says nothing holds up the others
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None
            release_port(self.port)

    def __enter__(self) -> JsonHttp:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class StandsIn(ABC):
    """A stand-in that is such a service, over https, from ``with`` on. Its ``_answer`` answers."""

    ca: CA
    _http: JsonHttp

    @abstractmethod
    def _answer(self, asked: Asked) -> Answer: ...

    def __enter__(self) -> Self:
        self._http = JsonHttp(self._answer, self.ca)
        self._http.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.stop()
