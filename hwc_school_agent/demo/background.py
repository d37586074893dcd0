"""An asyncio loop in a thread of its own; the demo's two mail servers live in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """``run`` hands work to the loop and waits for it; ``stop`` ends everything that still runs there."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # pymap and asyncio would print what a broken connection choked on, and that can be mail
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-mail", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], limit: float = 20.0) -> T:
        """Run ``work`` in the loop and return its result. Raises what it raises, or ``TimeoutError``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit)

    def stop(self) -> None:
        """Cancel all that is left, close the loop, end the thread. May be called twice."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _cancel_all(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=5) if rest else None
