"""The desk's process: forked by ``watch`` when somebody connects, gone when nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hwc_school_agent.desk.app import App
from hwc_school_agent.desk.form import Refused
from hwc_school_agent.desk.guard import Guard
from hwc_school_agent.desk.life import Life
from hwc_school_agent.desk.link import Link
from hwc_school_agent.domain.board import Attempts, Board, Session
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.settings import Settings

NO_CERTIFICATE = 3  # exit code that ``watch/door.py`` knows


def run(
    settings: Settings,
    doors: tuple[socket.socket, ...],
    control: socket.socket,
    board: Board,
    sessions: tuple[Session, ...],
    attempts: tuple[Attempts, ...],
    key: bytes,
) -> None:
    """Serve the page until nobody uses it or what was shown is over. Does not return: ends the process.

    ``doors`` are shared with ``watch`` and are left open there; ``control`` carries boards in and orders out.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a browser that is closed while it is answered ends no desk
    logging.disable(logging.CRITICAL)  # nothing a request holds may reach a log, whoever wants to log it
    code = 1
    try:
        asyncio.run(_serve(settings, doors, control, board, sessions, attempts, key))
        code = 0
    finally:
        os._exit(code)


class _Server(uvicorn.Server):
    """Signals keep their default: the service manager's SIGTERM ends a desk at once, and its memory with it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    settings: Settings,
    doors: tuple[socket.socket, ...],
    control: socket.socket,
    board: Board,
    sessions: tuple[Session, ...],
    attempts: tuple[Attempts, ...],
    key: bytes,
) -> None:
    if not _certificate_fits(settings):
        os._exit(NO_CERTIFICATE)
    life = Life()
    link = Link(control, board, life.tell)
    app = App(settings, link, life, SystemClock(), sessions, attempts, key)
    desk = settings.desk
    config = uvicorn.Config(
        Guard(routes(app), desk, life, app.refusal),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        h11_max_incomplete_event_size=16384,
        ssl_certfile=desk.certificate or None,
        ssl_keyfile=desk.key or None,
    )
    server = _Server(config)
    life.listens(server)
    await server.serve(sockets=list(doors))


def _certificate_fits(settings: Settings) -> bool:
    """Whether uvicorn can use certificate and key. Every desk reads them anew, so a renewed file needs no restart."""
    desk = settings.desk
    try:
        if desk.certificate:  # a key with a pass phrase must not make us ask for it on a terminal
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(desk.certificate, desk.key, password=lambda: "")
    except (OSError, ValueError):
        return False
    return True


def routes(app: App) -> Starlette:
    """One page, its event stream and its files; nothing else."""

    async def refused(request: Request, fault: Exception) -> Response:
        return app.refusal(fault.status if isinstance(fault, Refused) else 500)

    async def unknown(request: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        return app.refusal(status if status in (404, 405) else 400)

    return Starlette(
        routes=[
            Route("/", app.show, methods=["GET"]),
            Route("/", app.act, methods=["POST"]),
            Route("/sleutel", app.passkey_options, methods=["GET"]),
            Route("/stand", app.stand, methods=["GET"]),
            Route("/static/{name}", app.static, methods=["GET"]),
        ],
        exception_handlers={Refused: refused, HTTPException: unknown},
    )
