"""How long a desk lives. It holds a child's name in its memory for as long as a person needs it, and not longer.

It ends when nobody uses it, and as soon as content that was shown is over: then the operating system takes the
memory back. The next page load reaches a new process, which ``watch`` forks.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

IDLE_SECONDS = 60.0
LEAVE_SECONDS = 0.9
_FLUSH_SECONDS = 0.05


class Server(Protocol):
    """The part of ``uvicorn.Server`` that is needed here."""

    servers: list[asyncio.base_events.Server]


class Life:
    """Counts what is under way, and ends the process when it is time."""

    def __init__(self) -> None:
        self.leaving = False
        self.changed = asyncio.Event()  # set and replaced whenever the open pages should hear something
        self.left = asyncio.Event()  # set once, when this process begins to end
        self._server: Server | None = None
        self._under_way = 0
        self._loop = asyncio.get_running_loop()
        self._last_use = self._loop.time()
        self._loop.call_later(IDLE_SECONDS, self._check_idle)

    def listens(self, server: Server) -> None:
        """The server that accepts: it stops before leaving, and connections wait for the next desk."""
        self._server = server

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Something is under way: a request, or an open event stream."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._last_use = self._loop.time()

    def tell(self) -> None:
        """Wake the open event streams."""
        event, self.changed = self.changed, asyncio.Event()
        event.set()

    def leave(self) -> None:
        """Accept nobody any more, let what is under way finish, and end within a second.

        Called before the last answer is sent: a browser that follows it must reach the next process, not this one.
        """
        if self.leaving:
            return
        self.leaving = True
        self.left.set()
        for listener in self._server.servers if self._server is not None else ():
            listener.close()
        self.tell()
        self._loop.create_task(self._end())

    async def _end(self) -> None:
        deadline = self._loop.time() + LEAVE_SECONDS
        while self._under_way and self._loop.time() < deadline:
            await asyncio.sleep(0.005)
        await asyncio.sleep(_FLUSH_SECONDS)  # the last bytes go to the kernel
        os._exit(0)

    def _check_idle(self) -> None:
        idle = self._loop.time() - self._last_use
        if not self._under_way and idle >= IDLE_SECONDS:
            self.leave()
        else:
            again = IDLE_SECONDS if self._under_way else max(1.0, IDLE_SECONDS - idle)
            self._loop.call_later(again, self._check_idle)
