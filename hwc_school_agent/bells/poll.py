"""A bell on another machine than the agent's: asks over https every five seconds, also when there is nothing to hear.

A thread asks; the bell sees a socket on which the agent's words arrive, as on the rope. Runs on Windows and macOS too.
"""

from __future__ import annotations

import http.client
import select
import socket as sockets
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from hwc_school_agent.bells.page import PATH, SIZE, page, word_on
from hwc_school_agent.bells.words import Ack, Call, Garbage, Reader, line

BEAT = 5.0  # seconds between two questions
_PATIENCE = 10.0  # seconds for a connection and for an answer


class Unusable(Exception):
    """Address, token or authority cannot be used. ``text`` says what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def over(desk: str, port: int, token_file: Path, ca_file: Path | None) -> Callable[[], sockets.socket]:
    """How to connect to the agent at ``desk`` (``https://bureau.school.nl``), port ``[bell] listen``.

    Raises ``Unusable``. What it returns raises ``OSError`` while the agent cannot be reached or refuses the token.
    """
    try:
        host = urlsplit(desk).hostname if urlsplit(desk).scheme == "https" else None
    except ValueError:
        host = None
    if not host:
        raise Unusable("--desk is not an address of a desk. Write it as https://bureau.school.nl.")
    try:
        token = token_file.read_text("utf-8-sig").strip()
    except (OSError, ValueError):
        raise Unusable("The token file cannot be read. Put into it what bell-token add printed.") from None
    if not token.isascii() or not token or any(c.isspace() for c in token):
        raise Unusable("There is no token in the token file. Put into it what bell-token add printed.")
    try:
        trust = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError):
        raise Unusable("The file of --ca-file cannot be read as certificates (PEM).") from None

    def connect() -> sockets.socket:
        asker = _Asker(http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=trust), token)
        word = asker.ask(Ack.HERE)
        mine, theirs = sockets.socketpair()
        threading.Thread(target=asker.carry, args=(theirs, word), daemon=True).start()
        return mine

    return connect


class _Asker:
    """One connection to the agent."""

    def __init__(self, connection: http.client.HTTPSConnection, token: str) -> None:
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
        self._owed: deque[Ack] = deque(maxlen=8)

    def ask(self, ack: Ack) -> Call:
        """Say one word and hear one. Raises ``OSError``; the connection is closed then."""
        try:
            self._connection.request("POST", PATH, page(ack), self._headers)
            answer = self._connection.getresponse()
            if answer.status != 200:
                raise ConnectionRefusedError
            return word_on(answer.read(SIZE + 1), Call)
        except (OSError, http.client.HTTPException, Garbage):
            self._connection.close()
            raise ConnectionError from None

    def carry(self, bell: sockets.socket, word: Call) -> None:
        """Pass words between agent and bell until one of them is gone."""
        try:
            with bell:
                while True:
                    bell.sendall(line(word))
                    self._rest(bell)
                    word = self.ask(self._owed.popleft() if self._owed else Ack.HERE)
        except (OSError, Garbage):
            pass  # the bell sees that its end is closed, and connects again
        finally:
            self._connection.close()

    def _rest(self, bell: sockets.socket) -> None:
        """Wait for the next beat, whatever the bell says meanwhile."""
        acks, end = Reader(Ack), time.monotonic() + BEAT
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([bell], [], [], left)
            if ready:
                data = bell.recv(256)
                if not data:
                    raise ConnectionError
                self._owed.extend(ack for ack in acks.feed(data) if ack is not Ack.HERE)
