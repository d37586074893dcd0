"""The event stream: tells an open page *that* something changed. Never what: the page loads itself again."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from hwc_school_agent.desk.life import Life

BEAT_SECONDS = 10.0
STILL_SECONDS = 2.0  # a person who was taken off the list is off the screen as fast as this
MOST = 40  # open at once, all people together


@dataclass(frozen=True, slots=True)
class Beat:
    """All that goes over the stream."""

    version: int
    ring: int
    notice: int
    look: str
    sign: int  # seconds since watch last spoke

    def line(self) -> bytes:
        """The event, as text/event-stream wants it (WHATWG HTML 9.2)."""
        data = {"version": self.version, "ring": self.ring, "notice": self.notice, "look": self.look, "sign": self.sign}
        return f"event: stand\ndata: {json.dumps(data)}\n\n".encode()


async def beats(life: Life, beat: Callable[[], Beat | None]) -> AsyncIterator[bytes]:
    """One event at once, then at every change and every ten seconds; ends when ``beat`` has nobody to speak to."""
    loop = asyncio.get_running_loop()
    with life.busy():
        yield b"retry: 1000\n\n"
        last, due = None, 0.0
        while not life.leaving:
            changed = life.changed  # taken before looking, so that no change falls between looking and waiting
            now = beat()
            if now is None:
                return
            if (now.version, now.ring, now.notice) != last or loop.time() >= due:
                yield now.line()
                last, due = (now.version, now.ring, now.notice), loop.time() + BEAT_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), max(0.0, min(due - loop.time(), STILL_SECONDS)))
