"""Open a TCP connection without ever blocking ``watch``: a child looks up the name and connects,
then hands the connected socket up. A dead name server or a silent host costs a child, not the loop.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.host.child import Child, Say, fork
from hwc_school_agent.watch.loop import Loop

CONNECT_SECONDS = 15.0


class Dial:
    """One attempt. Exactly one of ``connected`` and ``failed`` is called, unless ``cancel`` comes first."""

    def __init__(
        self,
        loop: Loop,
        host: str,
        port: int,
        connected: Callable[[socket.socket], None],
        failed: Callable[[Trouble], None],
    ) -> None:
        self._loop, self._connected, self._failed = loop, connected, failed
        self._mine, theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._child: Child | None = fork(lambda _say: _connect(host, port, theirs, _say), keep=(theirs.fileno(),))
        theirs.close()
        loop.add_reader(self._mine.fileno(), self._answer)
        self._timer = loop.call_later(CONNECT_SECONDS, self._too_late)

    def cancel(self) -> None:
        """Give up; calls nobody."""
        if self._child is None:
            return
        self._loop.remove_reader(self._mine.fileno())
        self._timer.cancel()
        self._mine.close()
        self._child.kill()
        self._child.reap()
        self._child = None

    def _answer(self) -> None:
        try:
            word, fds, _flags, _address = socket.recv_fds(self._mine, 1, 1)
        except OSError:
            word, fds = b"", []
        self.cancel()
        if word == b"c" and fds:
            self._connected(socket.socket(fileno=fds[0]))
        else:
            for fd in fds:
                os.close(fd)
            self._failed(Trouble.NO_NAME if word == b"n" else Trouble.NO_ANSWER)

    def _too_late(self) -> None:
        self.cancel()
        self._failed(Trouble.NO_ANSWER)


def _connect(host: str, port: int, answer: socket.socket, _say: Say) -> None:
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        answer.send(b"n")
        return
    for family, kind, protocol, _name, address in addresses:
        with contextlib.suppress(OSError):
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(CONNECT_SECONDS / 2)
            connection.connect(address)
            connection.setblocking(False)
            socket.send_fds(answer, [b"c"], [connection.fileno()])
            return
    answer.send(b"r")
