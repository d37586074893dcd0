"""A stand-in for a daemon that a server asks over a Unix socket: each connection in a thread of its own."""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import BinaryIO


class UnixStub:
    """A subclass says in ``answer`` what it does with one connection."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._sock: socket.socket | None = None

    def answer(self, stream: BinaryIO) -> None:
        """Read a question and write the answer. What goes wrong closes the connection."""
        raise NotImplementedError

    def start(self) -> None:
        if os.path.exists(self.path):
            os.unlink(self.path)
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.bind(self.path)
        os.chmod(self.path, 0o777)
        self._sock.listen(64)
        threading.Thread(target=self._loop, args=(self._sock,), daemon=True).start()

    def stop(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _loop(self, listener: socket.socket) -> None:
        while True:
            try:
                c, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(c,), daemon=True).start()

    def _serve(self, c: socket.socket) -> None:
        with c, c.makefile("rwb") as stream:
            try:
                self.answer(stream)
                stream.flush()
            except (OSError, ValueError, LookupError, struct.error):
                pass
