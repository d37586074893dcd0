"""The embedded server of the demo, with the face of the other test servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import IMAPClient

from hwc_school_agent.demo.imap_server import ImapServer

PASSWORD = "alleen-voor-de-proef"


class DemoServer:
    """One account on 127.0.0.1, without TLS, in memory. A context manager."""

    name, host, user, password, cafile = "demo", "127.0.0.1", "hwc@school.example", PASSWORD, ""
    tls_port = None

    @classmethod
    def why_not(cls) -> str | None:
        """It comes with the project."""
        return None

    def __enter__(self) -> DemoServer:
        self._server = ImapServer(self.user, PASSWORD)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._run(self._server.start())
        self.port = self._server.port
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        """Let a message come."""
        self._run(self._server.deliver(raw, folder))

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A connection of the test's own."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=30) as client:
            client.login(self.user, PASSWORD)
            yield client

    def _run(self, task: object) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(30)  # type: ignore[arg-type]
