"""The agent's end of the bells: a Unix socket to which the bells in people's sessions connect.

Lives in ``watch``: one thread, one loop, no waiting. Every socket is non-blocking, and a bell that does not
read, sends anything but the words it owes, or sends more of them than it was asked for, is dropped.
Who may connect is said twice: by the mode of the socket file, and by what the kernel tells of the peer.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import struct
from collections.abc import Callable
from pathlib import Path

from hwc_school_agent.bells.words import Ack, Call, Garbage, Reader, Whose, line

MOST_BELLS = 20
_PINGS_UNANSWERED = 2  # a bell that left so many unanswered is dropped by the next ping
_SEND_BUFFER = 8192  # bytes: room for some twenty words that a slow bell has not read yet
_SO_PEERGROUPS = 59  # <asm-generic/socket.h>, Linux 4.13; Python has no name for it
EVERYBODY = frozenset(Whose)
_PEER = struct.Struct("3i")  # struct ucred: pid, uid, gid


class _Bell:
    """One connected bell, and what it may still say."""

    __slots__ = ("named", "pings", "reader", "rings", "sock", "unopened", "whose")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.reader: Reader[Ack | Whose] = Reader(Ack, Whose)
        self.whose = Whose.ALL  # until it says another: better one ring too many
        self.named = False
        self.pings = 0  # pings not answered yet
        self.rings = 0  # rings not answered yet
        self.unopened = 0  # rings that nobody has clicked on yet

    def name(self, whose: Whose) -> bool:
        """Take in whose bell it is; False when it has said so before."""
        before, self.named, self.whose = self.named, True, whose
        return not before

    def pay(self, ack: Ack) -> bool:
        """Take one answer off what the bell owes; False when it owes none of that kind."""
        match ack:
            case Ack.HERE:
                self.pings, owed = max(0, self.pings - 1), self.pings
            case Ack.OPENED:
                self.unopened, owed = max(0, self.unopened - 1), self.unopened
            case Ack.RUNG | Ack.FAILED:
                self.rings, owed = max(0, self.rings - 1), self.rings
        return owed > 0


class Rope:
    """The bells that are connected, and how to ring them.

    ``path``: the socket file. ``group``: name of the group whose members may connect, or empty for the
    service's own account only. ``add_reader(fd, callback)`` and ``remove_reader(fd)`` belong to the caller's loop.
    ``refused()`` is called for each peer that had no right to connect.
    """

    def __init__(
        self,
        path: Path,
        group: str,
        add_reader: Callable[[int, Callable[[], None]], None],
        remove_reader: Callable[[int], None],
        refused: Callable[[], None],
    ) -> None:
        self.on_ack: Callable[[Ack], None] | None = None  # told RUNG, OPENED and FAILED
        self.on_join: Callable[[], bool] | None = None  # asked when a bell joins: shall it ring at once?
        self._path = path
        self._group = group
        self._gid: int | None = None
        self._add_reader = add_reader
        self._remove_reader = remove_reader
        self._refused = refused
        self._listener: socket.socket | None = None
        self._bells: list[_Bell] = []

    @property
    def connected(self) -> int:
        """How many bells are connected."""
        return len(self._bells)

    @property
    def hang(self) -> frozenset[Whose]:
        """Whose bells they are."""
        return frozenset(bell.whose for bell in self._bells)

    def open(self) -> None:
        """Make the socket and listen. A socket left by an agent that died is replaced; anything else at that path
        is not. Raises ``OSError``, also when there is no such group."""
        if self._group:
            self._gid = _gid(self._group)
        if self._path.exists() and not stat.S_ISSOCK(self._path.lstat().st_mode):
            raise FileExistsError(errno.EEXIST, "the bells' socket is taken by another file")
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        new.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            before = os.umask(0o177)
            try:
                listener.bind(os.fspath(new))
            finally:
                os.umask(before)
            if self._gid is not None:
                os.chown(new, -1, self._gid)
                new.chmod(0o660)
            listener.listen(MOST_BELLS)
            new.rename(self._path)  # the path never shows a socket with the wrong group or mode
        except OSError:
            listener.close()
            new.unlink(missing_ok=True)
            raise
        self._listener = listener
        self._add_reader(listener.fileno(), self._accept)

    def close(self) -> None:
        """Drop all bells and take the socket away."""
        for bell in self._bells[:]:
            self._drop(bell)
        if self._listener is not None:
            self._remove_reader(self._listener.fileno())
            self._listener.close()
            self._listener = None
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def ring(self, whose: frozenset[Whose] = EVERYBODY, *, fixed_time: bool = False) -> int:
        """Ring the bells of these people; returns how many were told. ``fixed_time``: this ring is the same on days
        with and without a signal, so that ways which leave a trace may ring as well."""
        call = Call.LOOK if fixed_time else Call.RING
        return sum([self._ring(bell, call) for bell in self._bells[:] if bell.whose.among(whose)])

    def hush(self) -> None:
        """Take the notification away everywhere: somebody has looked, for all."""
        for bell in self._bells[:]:
            self._say(bell, Call.HUSH)

    def ping(self) -> None:
        """Ask every bell whether it is there, and drop those that have not answered for two pings."""
        for bell in self._bells[:]:
            if bell.pings >= _PINGS_UNANSWERED:
                self._drop(bell)
            else:
                self._ping(bell)

    def _ping(self, bell: _Bell) -> None:
        if self._say(bell, Call.PING):
            bell.pings += 1

    def _ring(self, bell: _Bell, call: Call) -> bool:
        if not self._say(bell, call):
            return False
        bell.rings += 1
        bell.unopened += 1
        return True

    def _say(self, bell: _Bell, call: Call) -> bool:
        data = line(call)
        try:
            sent = bell.sock.send(data, socket.MSG_NOSIGNAL)
        except OSError:  # gone, or it has not read for so long that its buffer is full
            sent = 0
        if sent < len(data):
            self._drop(bell)
        return sent == len(data)

    def _drop(self, bell: _Bell) -> None:
        if bell in self._bells:
            self._bells.remove(bell)
            self._remove_reader(bell.sock.fileno())
            bell.sock.close()

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            sock, _ = self._listener.accept()
        except OSError:  # it left before we came
            return
        if not self._may_connect(sock):
            sock.close()
            self._refused()
            return
        if len(self._bells) >= MOST_BELLS:
            sock.close()
            return
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        bell = _Bell(sock)
        self._bells.append(bell)
        self._add_reader(sock.fileno(), lambda: self._read(bell))
        if self.on_join is not None and self.on_join():
            self._ring(bell, Call.RING)

    def _may_connect(self, sock: socket.socket) -> bool:
        try:
            _, uid, gid = _PEER.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
            if uid in (0, os.geteuid()):
                return True
            if self._gid is None:
                return False
            # 1024 bytes is the most Python asks for: a peer in more than 256 groups is an error here, so refused
            return gid == self._gid or self._gid in memoryview(
                sock.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, 1024)
            ).cast("I")
        except OSError:
            return False

    def _read(self, bell: _Bell) -> None:
        try:
            data = bell.sock.recv(256)
            words = bell.reader.feed(data)
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, Garbage):
            self._drop(bell)
            return
        if not data:
            self._drop(bell)
        for word in words:
            if not (bell.name(word) if isinstance(word, Whose) else bell.pay(word)):  # more answers than questions
                self._drop(bell)
                return
            if isinstance(word, Whose):
                self._ping(bell)  # so that it knows that it hangs here
            elif word is not Ack.HERE and self.on_ack is not None:
                self.on_ack(word)


def _gid(group: str) -> int:
    import grp  # only where a group is set

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise OSError(errno.EINVAL, "there is no group of that name for the bells") from None
