"""The desk's door: holds the listening sockets and never reads from them. When somebody knocks, a child is forked
that serves the page; when it ends (idle, or content was shown) the door waits for the next knock.

The tables of sessions and failed log-ins live here, so that a new child knows who is logged in.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import socket
from collections.abc import Callable

from hwc_school_agent.domain.board import Attempts, Board, Order, OrderWord, Session
from hwc_school_agent.domain.site import at_port, held_at
from hwc_school_agent.host.child import Child, Say, fork
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.loop import Loop

MAX_LINE = 1 << 20
PATIENCE = 4 << 20  # a desk that has not read so many bytes has hung
CRASH_SECONDS = 2.0
NO_CERTIFICATE = 3  # exit code of a desk whose certificate or key cannot be used
AGAIN_SECONDS = 10.0  # then a next one tries; a renewed file needs no restart


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``OSError`` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    s.listen(64)
    s.setblocking(False)
    return s


class NotFree(OSError):
    """An address of the desk that cannot be had. ``taken``: another program listens there."""

    def __init__(self, address: str, *, taken: bool) -> None:
        self.address, self.taken = address, taken


def open_doors(host: str, port: int) -> tuple[socket.socket, ...]:
    """The listening sockets of a desk at ``host``: all that ``domain.site.held_at`` names and this machine has.

    Raises ``NotFree``.
    """
    first, *others = held_at(host)
    with contextlib.ExitStack() as held:
        doors: list[socket.socket] = []
        for address in (first, *others):
            try:
                doors.append(held.enter_context(listen(address, port)))
            except OSError as error:
                if address in others and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    continue  # no IPv6 here: then nobody else can be there either
                raise NotFree(at_port(address, port), taken=error.errno == errno.EADDRINUSE) from None
        held.pop_all()
    return tuple(doors)


class Door:
    """At most one desk at a time."""

    def __init__(
        self,
        settings: Settings,
        loop: Loop,
        doors: tuple[socket.socket, ...],
        key: bytes,
        board: Callable[[], Board],
        on_order: Callable[[Order], None],
        steady: Callable[[], float],
    ) -> None:
        self._settings, self._loop, self._doors, self._key = settings, loop, doors, key
        self._board, self._on_order, self._steady = board, on_order, steady
        self.sessions: tuple[Session, ...] = ()
        self.attempts: tuple[Attempts, ...] = ()
        self._child: Child | None = None
        self._control: socket.socket | None = None
        self._in, self._out = bytearray(), bytearray()
        self._born = 0.0
        self._crashes = 0
        self._told = False  # the log says that the certificate cannot be used; once is enough
        self._wait_for_knock()

    @property
    def open(self) -> bool:
        """Whether a desk runs."""
        return self._child is not None

    def _wait_for_knock(self) -> None:
        for door in self._doors:
            self._loop.add_reader(door.fileno(), self._knock)

    def _stop_waiting(self) -> None:
        for door in self._doors:
            self._loop.remove_reader(door.fileno())

    def _knock(self) -> None:
        self._stop_waiting()
        mine, theirs = socket.socketpair()
        board = self._board()
        settings, sessions, attempts, key = self._settings, self.sessions, self.attempts, self._key
        doors = self._doors

        def task(_say: Say) -> None:
            desk = importlib.import_module("hwc_school_agent.desk.main")
            desk.run(settings, doors, theirs, board, sessions, attempts, key)

        self._child = fork(task, keep=(*(door.fileno() for door in doors), theirs.fileno()))
        theirs.close()
        mine.setblocking(False)
        self._control = mine
        self._in.clear()
        self._out.clear()
        self._born = self._steady()
        self._loop.add_reader(mine.fileno(), self._hear)

    def tell(self, board: Board) -> None:
        """Send the board to the desk, if one runs."""
        if self._control is None:
            return
        self._out += board.json().encode() + b"\n"
        if len(self._out) > PATIENCE and self._child is not None:
            self._child.kill()
        self._write()

    def _write(self) -> None:
        if self._control is None:
            return
        fd = self._control.fileno()
        try:
            while self._out:
                del self._out[: self._control.send(self._out)]
        except BlockingIOError:
            self._loop.add_writer(fd, self._write)
            return
        except OSError:
            self._out.clear()  # it is ending; the reader sees the end of file
        self._loop.remove_writer(fd)

    def _hear(self) -> None:
        if self._control is None:
            return
        try:
            piece = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self._in += piece
        while (end := self._in.find(b"\n")) >= 0:
            line = bytes(self._in[:end])
            del self._in[: end + 1]
            self._obey(line)
        if not piece or len(self._in) > MAX_LINE:
            self._ended()

    def _obey(self, line: bytes) -> None:
        try:
            order = Order.parse(line.decode())
        except (ValueError, KeyError, TypeError):
            log(Event.FAULT, 1)
            return
        if order.word is OrderWord.SESSIONS:
            self.sessions, self.attempts = order.sessions, order.attempts
        self._on_order(order)

    def _ended(self) -> None:
        if self._control is None or self._child is None:
            return
        self._loop.remove_reader(self._control.fileno())
        self._loop.remove_writer(self._control.fileno())
        self._control.close()
        self._control = None
        child, self._child = self._child, None
        child.kill()  # it has said its last word; what it showed must not outlive that
        code = child.reap()
        if code == NO_CERTIFICATE:
            if not self._told:
                log(Event.DESK_CERTIFICATE)
            self._told = True
            self._loop.call_later(AGAIN_SECONDS, self._wait_for_knock)
            return
        self._told = False
        well = code in (0, -9)
        quick = self._steady() - self._born < CRASH_SECONDS
        if well or not quick:
            self._crashes = 0
            self._wait_for_knock()
        else:
            self._crashes += 1
            log(Event.DESK_FAILED, self._crashes)
            self._loop.call_later(min(30.0, 2.0**self._crashes), self._wait_for_knock)

    def close(self) -> None:
        """End the desk and stop listening."""
        if self._control is not None:
            self._loop.remove_reader(self._control.fileno())
            self._loop.remove_writer(self._control.fileno())
            self._control.close()
            self._control = None
        if self._child is not None:
            self._child.kill()
            self._child.reap()
            self._child = None
        self._stop_waiting()
        for door in self._doors:
            door.close()
