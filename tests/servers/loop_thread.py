"""An event loop in a thread of its own, for servers that live in the process of the tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any


class LoopThread:
    """One loop, from ``start`` to ``stop``."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._up = threading.Event()
        self._trouble: BaseException | None = None

    def start(self, begin: Callable[[], Awaitable[Any]]) -> None:
        """Run ``begin`` in the loop, which makes the servers. Raises what it raises."""
        self._begin = begin
        self._thread.start()
        self._up.wait(10)
        if self._trouble is not None:
            raise self._trouble

    def stop(self, first: Callable[[], None] = lambda: None) -> None:
        """End the loop and everything in it; ``first`` is called in it."""

        def end() -> None:
            first()
            self.loop.call_soon(self.loop.stop)

        self.loop.call_soon_threadsafe(end)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            made = self.loop.run_until_complete(self._begin())
        except BaseException as e:
            self._trouble = e
            return
        finally:
            self._up.set()
        try:
            self.loop.run_forever()
        finally:
            if isinstance(made, asyncio.Server):
                made.close()
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.close()
