"""A TCP proxy that misbehaves on request, and counts round trips.

    with Proxy(server.port) as p:                      # p.host, p.port: connect there
        p.delay_up = p.delay_down = 0.05               # 100 ms round trip time
        p.rate_down = 20_000                           # bytes per second
        p.chunk_down = 7                               # TCP segments of 7 bytes
        p.cut_after(down=3000)                         # the next connection dies after 3000 bytes
        p.cut_when("down", rb"A\\d+ OK Expunge")       # ... just before the client would read this
        p.blackhole = True                             # nothing moves any more, nothing closes
        p.refuse = True                                # new connections are reset
        p.cut()                                        # reset what is open now
        p.round_trips, p.connections, p.bytes_up, p.bytes_down, p.reset_counters()

Works for anything over TCP, TLS included. ``imap_faults.ImapFaults`` understands IMAP.

A "round trip" is counted when the client sends after it was sent something: the number a client
pays network latency for. The TCP handshake is not in it (add ``connections``); with TLS the
handshake is.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .loop_thread import LoopThread
from .ports import HOST, free_port, release_port

_READ = 65536


@dataclass(eq=False)
class Link:
    """One client connection and its counterpart to the server."""

    number: int
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    up: int = 0
    down: int = 0
    turn: str = "down"  # who spoke last
    cut_up: int | None = None
    cut_down: int | None = None
    how: str = "rst"
    dead: bool = False
    stalled: bool = False
    tail: dict[str, bytes] = field(default_factory=lambda: {"up": b"", "down": b""})
    state: Any = None  # for subclasses
    tasks: list[Any] = field(default_factory=list)


@dataclass
class _Trigger:
    direction: str
    pattern: re.Pattern
    action: str  # cut or stall
    before: bool
    times: int
    how: str


class Proxy:
    def __init__(
        self,
        target_port: int,
        target_host: str = HOST,
        *,
        delay_up: float = 0.0,
        delay_down: float = 0.0,
        jitter: float = 0.0,
        rate_up: float | None = None,
        rate_down: float | None = None,
        chunk_up: int | None = None,
        chunk_down: int | None = None,
        record: bool = False,
    ) -> None:
        """Delays in seconds, rates in bytes per second. All may be changed while it runs.
        ``record``: keep everything in ``transcript`` as (seconds, connection, "up"/"down", bytes)."""
        self.target = (target_host, target_port)
        self.delay_up, self.delay_down, self.jitter = delay_up, delay_down, jitter
        self.rate_up, self.rate_down = rate_up, rate_down
        self.chunk_up, self.chunk_down = chunk_up, chunk_down
        self.record = record
        self.blackhole = False
        self.refuse = False
        self.host = HOST
        self.port = 0
        self.transcript: list[tuple[float, int, str, bytes]] = []
        self.connections = self.round_trips = self.bytes_up = self.bytes_down = 0
        self._next_cut: list[tuple[int | None, int | None, str]] = []
        self._triggers: list[_Trigger] = []
        self._links: set[Link] = set()
        self._running: LoopThread | None = None
        self._t0 = time.monotonic()

    # -- controls ----------------------------------------------------------------------
    def cut(self, how: str = "rst") -> None:
        """End all open connections: "rst" (reset) or "fin" (orderly close)."""

        def all_of_them() -> None:
            for link in list(self._links):
                self.kill(link, how)

        self._call(all_of_them)

    def cut_after(self, up: int | None = None, down: int | None = None, how: str = "rst", times: int = 1) -> None:
        """The next ``times`` connections end after that many bytes from the client / to the client."""
        self._next_cut += [(up, down, how)] * times

    def cut_when(
        self, direction: str, pattern: bytes | str, before: bool = True, times: int = 1, how: str = "rst"
    ) -> None:
        """End the connection when these bytes (a regular expression) come by. ``before``: they are
        not passed on any more; else right after them. Plain text only, of course."""
        self._triggers.append(_Trigger(direction, pattern_of(pattern), "cut", before, times, how))

    def stall_when(self, direction: str, pattern: bytes | str, before: bool = True, times: int = 1) -> None:
        """The same, but the connection goes silent instead of closing."""
        self._triggers.append(_Trigger(direction, pattern_of(pattern), "stall", before, times, ""))

    def reset_counters(self) -> None:
        self.connections = self.round_trips = self.bytes_up = self.bytes_down = 0
        self.transcript.clear()

    def heal(self) -> None:
        """Back to a transparent proxy; open connections stay as they are."""
        self.delay_up = self.delay_down = self.jitter = 0.0
        self.rate_up = self.rate_down = self.chunk_up = self.chunk_down = None
        self.blackhole = self.refuse = False
        self._next_cut.clear()
        self._triggers.clear()

    # -- life ----------------------------------------------------------------------------
    def start(self) -> Proxy:
        self.port = self.port or free_port()
        self._running = LoopThread(f"proxy-{self.port}")
        self._running.start(lambda: asyncio.start_server(self._accept, HOST, self.port, limit=_READ))
        return self

    def stop(self) -> None:
        if self._running is not None:

            def reset() -> None:
                for link in list(self._links):
                    self.kill(link, "rst")

            self._running.stop(reset)
            self._running = None
            release_port(self.port)

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _call(self, fn: Callable[[], Any]) -> None:
        if self._running is None:
            return
        done = threading.Event()

        def wrapped() -> None:
            try:
                fn()
            finally:
                done.set()

        self._running.loop.call_soon_threadsafe(wrapped)
        done.wait(5)

    # -- work ----------------------------------------------------------------------------
    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        link = Link(self.connections, writer)
        link.state = self.new_state()
        if self._next_cut:
            link.cut_up, link.cut_down, link.how = self._next_cut.pop(0)
        self._links.add(link)
        try:
            if self.refuse:
                self.kill(link, "rst")
                return
            _nodelay(writer)
            rtt = self.delay_up + self.delay_down
            if rtt:
                await asyncio.sleep(rtt)  # what the TCP handshake would have cost
            while self.blackhole and not link.dead:
                await asyncio.sleep(0.02)
            try:
                s_reader, link.server = await asyncio.open_connection(*self.target, limit=_READ)
            except OSError:
                self.kill(link, "rst")
                return
            _nodelay(link.server)
            link.tasks = [
                asyncio.ensure_future(self._pump(link, "up", reader, link.server)),
                asyncio.ensure_future(self._pump(link, "down", s_reader, writer)),
            ]
            await asyncio.gather(*link.tasks, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.kill(link, "fin")
            self._links.discard(link)

    async def _pump(self, link: Link, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read now, deliver ``delay`` later: latency does not cost bandwidth."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=512)

        async def deliver() -> None:
            due_before = 0.0
            while True:
                due, data = await queue.get()
                due = max(due, due_before)  # jitter must not reorder a byte stream
                due_before = due
                wait = due - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                while (self.blackhole or link.stalled) and not link.dead:
                    await asyncio.sleep(0.02)
                if link.dead:
                    return
                if data == b"":
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                if not await self._write(link, way, data, writer):
                    return

        worker = asyncio.ensure_future(deliver())
        try:
            while not link.dead:
                try:
                    data = await reader.read(_READ)
                except OSError:
                    self.kill(link, "rst")
                    return
                delay = self.delay_up if way == "up" else self.delay_down
                if self.jitter:
                    delay += random.uniform(0, self.jitter)
                if data:
                    data = self.filter(link, way, data)
                    if not data:
                        continue
                await queue.put((time.monotonic() + delay, data))
                if data == b"":
                    break
            await worker
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _write(self, link: Link, way: str, data: bytes, writer: asyncio.StreamWriter) -> bool:
        data, then = self._inspect(link, way, data)
        rate = self.rate_up if way == "up" else self.rate_down
        chunk = self.chunk_up if way == "up" else self.chunk_down
        step = chunk or (max(1, int(rate / 20)) if rate else len(data)) or 1
        for i in range(0, len(data), step):
            if link.dead:
                return False
            piece = data[i : i + step]
            budget = link.cut_up if way == "up" else link.cut_down
            if budget is not None:
                done = link.up if way == "up" else link.down
                if done + len(piece) >= budget:
                    piece = piece[: budget - done]
                    then = then or ("cut", link.how)
            if piece:
                self.count(link, way, piece)
                try:
                    writer.write(piece)
                    await writer.drain()
                except OSError:
                    self.kill(link, "rst")
                    return False
            if then and budget is not None and (link.up if way == "up" else link.down) >= budget:
                break
            if rate:
                await asyncio.sleep(len(piece) / rate)
            elif chunk and i + step < len(data):
                await asyncio.sleep(0.001)  # let the segment leave on its own
        if then:
            if then[0] == "stall":
                link.stalled = True
            else:
                await asyncio.sleep(0.02)  # let the last bytes arrive before the reset overtakes them
                self.kill(link, then[1])
                return False
        return True

    def count(self, link: Link, way: str, data: bytes) -> None:
        if way == "up":
            link.up += len(data)
            self.bytes_up += len(data)
            if link.turn == "down":
                self.round_trips += 1
        else:
            link.down += len(data)
            self.bytes_down += len(data)
        link.turn = way
        if self.record:
            self.transcript.append((time.monotonic() - self._t0, link.number, way, data))

    def _inspect(self, link: Link, way: str, data: bytes) -> tuple[bytes, tuple[str, str] | None]:
        for trig in self._triggers:
            if trig.direction != way or trig.times <= 0:
                continue
            seen = link.tail[way]
            m = trig.pattern.search(seen + data)
            if m and m.end() > len(seen):
                trig.times -= 1
                at = (m.start() if trig.before else m.end()) - len(seen)
                return data[: max(0, at)], (trig.action, trig.how)
        link.tail[way] = (link.tail[way] + data)[-2000:]
        return data, None

    def kill(self, link: Link, how: str) -> None:
        if link.dead and how == "fin":
            return
        link.dead = True
        for w in (link.client, link.server):
            if w is None or w.transport is None:
                continue
            if how == "rst":
                sock = w.get_extra_info("socket")
                try:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                except (OSError, AttributeError):
                    pass
                w.transport.abort()
            else:
                w.close()
        here = asyncio.current_task()
        for t in link.tasks:
            if t is not here:
                t.cancel()

    # -- for subclasses ------------------------------------------------------------------
    def new_state(self) -> Any:
        return None

    def filter(self, link: Link, way: str, data: bytes) -> bytes:
        """May change what goes through; runs before the delay."""
        return data

    def answer(self, link: Link, data: bytes) -> None:
        """Say something to the client in the server's place."""
        if not link.dead:
            self.count(link, "down", data)
            link.client.write(data)


def pattern_of(p: bytes | str) -> re.Pattern:
    return re.compile(p.encode() if isinstance(p, str) else p, re.I | re.S)


def _nodelay(w: asyncio.StreamWriter) -> None:
    sock = w.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
