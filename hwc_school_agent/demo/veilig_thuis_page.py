"""The page of the pretend Veilig Thuis: one button, and the answers as they come in. On this machine only."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from hwc_school_agent.demo.signals import Sort
from hwc_school_agent.demo.veilig_thuis import TIMEZONE, VeiligThuis
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.host.clock import local

_STATIC = {"/proef.css": "text/css; charset=utf-8", "/proef.js": "text/javascript; charset=utf-8"}
_LONGEST_POLL = 20.0  # seconds; the page asks again
_LONGEST_FORM = 1000  # bytes


def _pages(tr: Language) -> Environment:
    """The templates, in a language."""
    pages = Environment(loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined)
    pages.add_extension("jinja2.ext.i18n")
    pages.install_gettext_callables(tr.gettext, tr.ngettext, newstyle=True)  # type: ignore[attr-defined]
    pages.globals["language"] = tr.code

    def clock(epoch: float) -> str:
        at = local(epoch, TIMEZONE)
        return tr("%(hour)02d.%(minute)02d.%(second)02d uur", hour=at.hour, minute=at.minute, second=at.second)

    pages.filters["clock"] = clock
    return pages


class Page:
    """``start()`` serves on a free port, in threads of its own; ``stop()`` ends that."""

    def __init__(self, veilig_thuis: VeiligThuis, desk: str, tr: Language = DUTCH) -> None:
        self._http = _Http(veilig_thuis, desk, _pages(tr))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="demo-page", daemon=True)

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://{self._http.here}/"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more. May be called before ``start``."""
        if self._thread.is_alive():
            self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, veilig_thuis: VeiligThuis, desk: str, pages: Environment) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.veilig_thuis, self.desk, self.pages = veilig_thuis, desk, pages
        self.here = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own would ask the network for this machine's name

    def handle_error(self, *_: object) -> None:
        """Nothing: a browser that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    timeout = 30

    def log_message(self, *_: object) -> None:
        """Nothing: a terminal keeps what is written to it."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if not self._from_here():
            self._refuse(HTTPStatus.FORBIDDEN)
        elif url.path == "/":
            failed = parse_qs(url.query).get("lukte") == ["niet"]
            self._html("veilig_thuis.html", desk=self.server.desk, failed=failed)
        elif url.path == "/stand":
            self._follow(parse_qs(url.query).get("na", [""])[0])
        elif url.path in _STATIC:
            data = files(__package__).joinpath("static", url.path[1:]).read_bytes()
            self._answer(HTTPStatus.OK, data, {"Content-Type": _STATIC[url.path]})
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not self._from_here() or not (length.isascii() and length.isdigit() and int(length) <= _LONGEST_FORM):
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        form = parse_qs(self.rfile.read(int(length)).decode("ascii", "replace"))
        try:
            self.server.veilig_thuis.send(Sort(form.get("soort", [Sort.PLAIN.value])[0]))
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST)
        except OSError:
            self._answer(HTTPStatus.SEE_OTHER, b"", {"Location": "/?lukte=niet"})
        else:
            self._answer(HTTPStatus.SEE_OTHER, b"", {"Location": "/"})

    def _from_here(self) -> bool:
        """Whether the request is meant for this page and comes from it, not from another site in the same browser."""
        here = self.server.here
        return self.headers.get("Host") == here and self.headers.get("Origin", f"http://{here}") == f"http://{here}"

    def _follow(self, version: str) -> None:
        known = int(version) if version.isascii() and version.isdigit() else -1
        if self.server.veilig_thuis.wait_for_change(known, _LONGEST_POLL):
            self._html("stand.html")
        else:
            self._answer(HTTPStatus.NO_CONTENT, b"", {})

    def _html(self, template: str, **more: object) -> None:
        version, sent, loose = self.server.veilig_thuis.state()
        text = self.server.pages.get_template(template).render(version=version, sent=sent, loose=loose, **more)
        self._answer(
            HTTPStatus.OK, text.encode(), {"Content-Type": "text/html; charset=utf-8", "X-Stand": str(version)}
        )

    def _refuse(self, status: HTTPStatus) -> None:
        self._answer(status, status.phrase.encode(), {"Content-Type": "text/plain"})

    def _answer(self, status: HTTPStatus, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**_ALWAYS, **headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


_ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
