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

Works for anything over TCP, TLS included. ``ImapFaults`` understands IMAP (plain text only):

    with ImapFaults(server.port) as p:
        p.rule(rb"UID EXPUNGE", "no", times=1)         # one NO, later ones pass
        p.rule(rb"EXPUNGE", "lie")                     # says OK, does nothing
        p.rule(rb"UID (MOVE|COPY)", "cut-after")       # executed, but the answer never arrives
        p.hide("MOVE", "UIDPLUS", "IDLE")              # taken out of CAPABILITY and refused
        p.commands                                     # every command line the client sent (no passwords)

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

from ._base import HOST, free_port, release_port

_READ = 65536


@dataclass(eq=False)
class _Link:
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
        self._links: set[_Link] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._t0 = time.monotonic()

    # -- controls ----------------------------------------------------------------------
    def cut(self, how: str = "rst") -> None:
        """End all open connections: "rst" (reset) or "fin" (orderly close)."""

        def all_of_them() -> None:
            for link in list(self._links):
                self._kill(link, how)

        self._call(all_of_them)

    def cut_after(self, up: int | None = None, down: int | None = None, how: str = "rst", times: int = 1) -> None:
        """The next ``times`` connections end after that many bytes from the client / to the client."""
        self._next_cut += [(up, down, how)] * times

    def cut_when(
        self, direction: str, pattern: bytes | str, before: bool = True, times: int = 1, how: str = "rst"
    ) -> None:
        """End the connection when these bytes (a regular expression) come by. ``before``: they are
        not passed on any more; else right after them. Plain text only, of course."""
        self._triggers.append(_Trigger(direction, _rx(pattern), "cut", before, times, how))

    def stall_when(self, direction: str, pattern: bytes | str, before: bool = True, times: int = 1) -> None:
        """The same, but the connection goes silent instead of closing."""
        self._triggers.append(_Trigger(direction, _rx(pattern), "stall", before, times, ""))

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
        ready: list[Any] = []
        up = threading.Event()

        def main() -> None:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            self._loop = loop
            try:
                srv = loop.run_until_complete(asyncio.start_server(self._accept, HOST, self.port, limit=_READ))
                ready.append(srv)
            except BaseException as e:
                ready.append(e)
                return
            finally:
                up.set()
            try:
                loop.run_forever()
            finally:
                srv.close()
                tasks = asyncio.all_tasks(loop)
                for t in tasks:
                    t.cancel()
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
                loop.close()

        self._thread = threading.Thread(target=main, daemon=True, name=f"proxy-{self.port}")
        self._thread.start()
        up.wait(10)
        if isinstance(ready[0], BaseException):
            raise ready[0]
        return self

    def stop(self) -> None:
        if self._loop is not None and self._thread is not None:
            loop = self._loop

            def end() -> None:
                for link in list(self._links):
                    self._kill(link, "rst")
                loop.call_soon(loop.stop)

            self._call(end)
            self._thread.join(5)
            self._loop = None
            release_port(self.port)

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _call(self, fn: Callable[[], Any]) -> None:
        if self._loop is None:
            return
        done = threading.Event()

        def wrapped() -> None:
            try:
                fn()
            finally:
                done.set()

        self._loop.call_soon_threadsafe(wrapped)
        done.wait(5)

    # -- work ----------------------------------------------------------------------------
    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        link = _Link(self.connections, writer)
        link.state = self.new_state()
        if self._next_cut:
            link.cut_up, link.cut_down, link.how = self._next_cut.pop(0)
        self._links.add(link)
        try:
            if self.refuse:
                self._kill(link, "rst")
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
                self._kill(link, "rst")
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
            self._kill(link, "fin")
            self._links.discard(link)

    async def _pump(self, link: _Link, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
                    self._kill(link, "rst")
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

    async def _write(self, link: _Link, way: str, data: bytes, writer: asyncio.StreamWriter) -> bool:
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
                self._count(link, way, piece)
                try:
                    writer.write(piece)
                    await writer.drain()
                except OSError:
                    self._kill(link, "rst")
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
                self._kill(link, then[1])
                return False
        return True

    def _count(self, link: _Link, way: str, data: bytes) -> None:
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

    def _inspect(self, link: _Link, way: str, data: bytes) -> tuple[bytes, tuple[str, str] | None]:
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

    def _kill(self, link: _Link, how: str) -> None:
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

    def filter(self, link: _Link, way: str, data: bytes) -> bytes:
        """May change what goes through; runs before the delay."""
        return data

    def answer(self, link: _Link, data: bytes) -> None:
        """Say something to the client in the server's place."""
        if not link.dead:
            self._count(link, "down", data)
            link.client.write(data)


def _rx(p: bytes | str) -> re.Pattern:
    return re.compile(p.encode() if isinstance(p, str) else p, re.I | re.S)


def _nodelay(w: asyncio.StreamWriter) -> None:
    sock = w.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


# -- IMAP ---------------------------------------------------------------------------------


@dataclass
class _Rule:
    pattern: re.Pattern
    action: str
    times: int | None
    text: str
    seconds: float


class _Lines:
    """Splits one direction of an IMAP stream into lines, stepping over literals."""

    def __init__(self) -> None:
        self.buf = b""
        self.skip = 0

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        out: list[tuple[str, bytes]] = []
        self.buf += data
        while self.buf:
            if self.skip:
                part, self.buf = self.buf[: self.skip], self.buf[self.skip :]
                self.skip -= len(part)
                out.append(("literal", part))
                continue
            i = self.buf.find(b"\n")
            if i < 0:
                break
            line, self.buf = self.buf[: i + 1], self.buf[i + 1 :]
            m = re.search(rb"\{(\d+)\+?\}\r?\n$", line)
            if m:
                self.skip = int(m.group(1))
            out.append(("line", line))
        return out


class _ImapState:
    def __init__(self) -> None:
        self.up, self.down = _Lines(), _Lines()
        self.fresh = True  # the next client line starts a command
        self.swallow = False  # the rest of a rejected command
        self.cut_on: set[bytes] = set()  # tags whose answer must not arrive
        self.passed = 0  # bytes of the unfinished line in down.buf the client has already


class ImapFaults(Proxy):
    """Rules on IMAP commands; see the module's text. Use it in front of the plain port."""

    ACTIONS = ("no", "bad", "lie", "cut", "cut-after", "stall", "delay")

    def __init__(self, *a: Any, **kw: Any) -> None:
        super().__init__(*a, **kw)
        self.rules: list[_Rule] = []
        self.hidden: list[bytes] = []
        self.commands: list[bytes] = []

    def rule(
        self,
        pattern: bytes | str,
        action: str,
        times: int | None = None,
        text: str = "refused by the test",
        seconds: float = 1.0,
    ) -> None:
        """``pattern`` is matched at the start of the command, after the tag ("UID EXPUNGE", "APPEND").

        no, bad     answered NO / BAD with ``text``, not passed on
        lie         answered OK, not passed on
        cut         the connection is reset, the command never reaches the server
        cut-after   the server executes it, the connection is reset before the answer arrives
        stall       swallowed, no answer
        delay       passed on ``seconds`` later"""
        if action not in self.ACTIONS:
            raise ValueError(action)
        self.rules.append(_Rule(_rx(pattern), action, times, text, seconds))

    def hide(self, *capabilities: str) -> None:
        """Take capabilities out of every CAPABILITY and refuse the commands they bring."""
        brings = {
            "MOVE": "(UID )?MOVE",
            "UIDPLUS": "UID EXPUNGE",
            "IDLE": "IDLE",
            "UNSELECT": "UNSELECT",
            "ENABLE": "ENABLE",
            "NAMESPACE": "NAMESPACE",
            "ID": "ID\\b",
        }
        for c in capabilities:
            self.hidden.append(c.upper().encode())
            if c.upper() in brings:
                self.rule(brings[c.upper()], "bad", text="Unknown command")

    def heal(self) -> None:
        super().heal()
        self.rules.clear()
        self.hidden.clear()

    def new_state(self) -> _ImapState:
        return _ImapState()

    def filter(self, link: _Link, way: str, data: bytes) -> bytes:
        st: _ImapState = link.state
        return self._up(link, st, data) if way == "up" else self._down(link, st, data)

    def _up(self, link: _Link, st: _ImapState, data: bytes) -> bytes:
        out = b""
        for kind, part in st.up.feed(data):
            ends = kind == "line" and not st.up.skip and not re.search(rb"\{\d+\+?\}\r?\n$", part)
            if st.fresh and kind == "line":
                st.fresh = False
                verdict = self._command(link, st, part)
                st.swallow = not verdict
                if not verdict and re.search(rb"\{\d+\}\r?\n$", part):
                    # a synchronising literal: the client will not send it after our refusal
                    st.up.skip = 0
                    ends = True
            if not st.swallow:
                out += part
            if ends:
                st.fresh, st.swallow = True, False
        return out

    def _command(self, link: _Link, st: _ImapState, line: bytes) -> bool:
        """True: pass the command on."""
        tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
        if not rest:  # DONE, or an answer to a challenge
            return True
        self.commands.append(b"LOGIN ..." if rest[:6].upper() == b"LOGIN " else rest)
        for r in self.rules:
            if r.times == 0 or not r.pattern.match(rest):
                continue
            if r.times is not None:
                r.times -= 1
            if r.action in ("no", "bad"):
                self.answer(link, b"%s %s %s\r\n" % (tag, r.action.upper().encode(), r.text.encode()))
                return False
            if r.action == "lie":
                self.answer(link, b"%s OK completed\r\n" % tag)
                return False
            if r.action == "cut":
                self._kill(link, "rst")
                return False
            if r.action == "stall":
                return False
            if r.action == "cut-after":
                st.cut_on.add(tag)
            if r.action == "delay":
                time.sleep(r.seconds)  # stops the whole proxy, which is what a busy server looks like
            return True
        return True

    def _down(self, link: _Link, st: _ImapState, data: bytes) -> bytes:
        parts = st.down.feed(data)
        if not self.hidden and not st.cut_on:
            # nothing to rewrite: pass the bytes as they come, but keep step with lines and literals
            st.passed = len(st.down.buf)
            return data
        out = b""
        for kind, part in parts:
            whole, part = part, part[st.passed :]
            st.passed = 0
            if kind == "line" and st.cut_on and whole.split(b" ", 1)[0] in st.cut_on:
                self._kill(link, "rst")
                return b""
            if st.cut_on:
                continue  # untagged answers of that command do not arrive either
            if kind == "line" and self.hidden and b"CAPABILITY" in part:
                part = self._strip(part)
            out += part
        return out

    @staticmethod
    def _flush(st: _ImapState) -> bytes:
        """Do not hold back half a line when nothing has to be rewritten."""
        rest, st.down.buf = st.down.buf, b""
        return rest

    def _strip(self, line: bytes) -> bytes:
        def clean(m: re.Match) -> bytes:
            words = [w for w in m.group(2).split(b" ") if w.upper() not in self.hidden]
            return m.group(1) + b" ".join(words)

        return re.sub(rb"(CAPABILITY )([^\]\r\n]*)", clean, line)
