"""Where the bells of other machines hang: a small process of its own, with TLS and tokens and nothing else.

``python -I -m hwc_school_agent.bells.house``, started by ``watch/bell_house.py``. It is not the desk: a desk ends when
what it has shown is over, and a bell that lost its line then would tell that something was shown. Started anew, not
forked: it never holds a password or a message.

Each bell asks every five seconds (``poll``), and question and answer always have the same size: a ring is a word in an
answer that would have gone out anyway, so that nobody on the network sees on which day somebody was rung.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections import Counter
from pathlib import Path

from hwc_school_agent.bells import tokens
from hwc_school_agent.bells.page import PATH, SIZE, page, word_on
from hwc_school_agent.bells.words import Ack, Call, Garbage, Reader, Whose, line
from hwc_school_agent.host.process import harden

MOST, MOST_FROM_ONE = 60, 30  # connections, also of those who have shown no token yet
HANDSHAKE = 5.0  # seconds
SILENCE = 20.0  # seconds after which a bell that asks nothing is gone
REFUSAL = 1.0  # seconds before the answer to a wrong token: the same for every kind of wrong
SAID_EVERY = 3600.0  # seconds between two words to ``watch`` about refused bells
RELOAD = 60.0  # seconds after which a renewed certificate counts
_HEAD = 4096  # bytes

REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_ANSWER = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\nContent-Length: {SIZE}\r\n\r\n"


class _Wrong(Exception):
    """Not a question of a bell that we know. Says nothing more: nor do we."""


class _Strand:
    """One bell's place on the rope of ``watch``, and the word that waits for its next question."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whose: Whose) -> None:
        self.whose = whose
        self.cut = False  # the agent is gone, or dropped this bell
        self._waits = Call.PING
        self._reader, self._writer = reader, writer
        writer.write(line(whose))
        self._task = asyncio.get_running_loop().create_task(self._listen())

    def take(self) -> Call:
        """What the agent has said since; ``PING`` when nothing."""
        word, self._waits = self._waits, Call.PING
        return word

    def say(self, ack: Ack) -> None:
        """Pass on what the bell answers; that it is there has been said already."""
        if ack is not Ack.HERE:
            self._writer.write(line(ack))

    def close(self) -> None:
        self._task.cancel()
        self._writer.close()

    async def _listen(self) -> None:
        calls = Reader(Call)
        with contextlib.suppress(OSError, Garbage):
            while data := await self._reader.read(256):
                for call in calls.feed(data):
                    if call is Call.PING:
                        self._writer.write(line(Ack.HERE))  # its last question is less than SILENCE old
                    elif (call, self._waits) != (Call.RING, Call.LOOK):  # the louder one stays
                        self._waits = call
        self.cut = True


class House:
    """Serves bells until it is killed."""

    def __init__(self, listening: socket.socket, certificate: Path, key: Path, state: Path, rope: Path):
        """``state``: where ``tokens`` are. ``rope``: the socket of the bells."""
        self._listening, self._state, self._rope = listening, state, rope
        self._certificate, self._key = certificate, key
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._guests: Counter[str] = Counter()
        self._seen: tuple[int, int, int] | None = None
        self._known: dict[str, Whose] = {}
        self._told = -SAID_EVERY
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Accept for ever. Raises ``OSError`` when the listening socket is lost."""
        loop = asyncio.get_running_loop()
        loop.call_later(RELOAD, self._reload)
        while True:
            sock, address = await loop.sock_accept(self._listening)
            if self._guests.total() >= MOST or self._guests[address[0]] >= MOST_FROM_ONE:
                sock.close()
                continue
            task = loop.create_task(self._guest(sock, address[0]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _reload(self) -> None:
        with contextlib.suppress(OSError):  # half written: the next time
            self._tls.load_cert_chain(self._certificate, self._key)
        asyncio.get_running_loop().call_later(RELOAD, self._reload)

    async def _guest(self, sock: socket.socket, address: str) -> None:
        self._guests[address] += 1
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            with contextlib.suppress(OSError, TimeoutError):  # from here on asyncio closes the socket
                transport, _ = await loop.connect_accepted_socket(
                    lambda: protocol, sock, ssl=self._tls, ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=1.0
                )
                await self._talk(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
        finally:
            self._guests[address] -= 1

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        strand: _Strand | None = None
        try:
            while strand is None or not strand.cut:
                async with asyncio.timeout(SILENCE):
                    whose, ack = await self._question(reader)
                if strand is None:
                    strand = _Strand(*await asyncio.open_unix_connection(self._rope), whose)
                if whose is not strand.whose:
                    raise _Wrong
                strand.say(ack)
                writer.write(_ANSWER.encode() + page(strand.take()))
                await writer.drain()
        except _Wrong:
            self._tell()
            await asyncio.sleep(REFUSAL)
            writer.write(REFUSED)
            with contextlib.suppress(OSError):
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # it has hung up
        finally:
            if strand is not None:
                strand.close()
            writer.close()
            await writer.wait_closed()

    async def _question(self, reader: asyncio.StreamReader) -> tuple[Whose, Ack]:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *rest = head.decode("ascii").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
            body_fits = fields.get("content-length") == str(SIZE)
            scheme, _, token = fields.get("authorization", "").partition(" ")
            whose = self._whose(token) if scheme == "Bearer" and tokens.TOKEN.fullmatch(token) else None
            if first != f"POST {PATH} HTTP/1.1" or whose is None or not body_fits:
                raise _Wrong
            return whose, word_on(await reader.readexactly(SIZE), Ack)
        except (asyncio.LimitOverrunError, UnicodeDecodeError, Garbage):
            raise _Wrong from None

    def _whose(self, token: str) -> Whose | None:
        """Asked for every question, so that a machine that was taken off the list hears no further word."""
        try:
            stat = (self._state / tokens.FILE).stat()
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen != self._seen:
                self._known = {one.hash: one.whose for one in tokens.listed(self._state)}
                self._seen = seen
        except (OSError, tokens.TokenError):
            self._known, self._seen = {}, None
        return self._known.get(tokens.hash_of(token))

    def _tell(self) -> None:
        """Say to ``watch`` that somebody was refused; seldom, so that nobody can fill the log from outside."""
        now = asyncio.get_running_loop().time()
        if now - self._told >= SAID_EVERY:
            self._told = now
            os.write(1, b"refused\n")


def main(arguments: list[str]) -> None:
    """``LISTENING-FD CERTIFICATE KEY STATE-DIRECTORY ROPE``; stdout goes to ``watch``. Ends with its parent."""
    harden()
    descriptor, *paths = arguments
    listening = socket.socket(fileno=int(descriptor))
    certificate, key, state, rope = map(Path, paths)
    asyncio.run(House(listening, certificate, key, state, rope).serve())


if __name__ == "__main__":
    main(sys.argv[1:])
