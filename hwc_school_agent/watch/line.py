"""A line to the mail server: holds a talk (``mailbox/talk.py``) on a real socket, in the loop, without blocking.

Connects, reconnects for ever with back-off, does TLS, and says why a connection was lost.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.host import tls
from hwc_school_agent.mailbox.talk import Lost, StartTls, Talk, Wait
from hwc_school_agent.mailbox.wire import ProtocolError, Reader, Response
from hwc_school_agent.settings import Mailbox, Tls
from hwc_school_agent.watch.dial import Dial
from hwc_school_agent.watch.loop import Loop, Timer
from hwc_school_agent.watch.tokens import Tokens

FIRST_RETRY, LONGEST_RETRY = 0.2, 15.0
LOGIN_RETRY = 30.0  # a server that refuses the password locks accounts that insist
_PASSING = frozenset(
    {Trouble.NO_ANSWER, Trouble.NO_NAME, Trouble.CERTIFICATE, Trouble.PROTOCOL, Trouble.NO_TOKEN_SERVER}
)


class Line:
    """One connection after another to one mailbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        loop: Loop,
        make_talk: Callable[[], Talk],
        on_lost: Callable[[Trouble, float], None],
        longest_retry: float = LONGEST_RETRY,
        tokens: Tokens | None = None,
    ) -> None:
        """``make_talk``: a new talk for each connection. ``on_lost(trouble, retry_in)``: after each loss.

        ``tokens``: asked for one before each connection, where the mailbox wants one.
        """
        self._tokens = tokens
        self._waiting = False  # for a token
        self._mailbox, self._loop, self._make_talk, self._on_lost = mailbox, loop, make_talk, on_lost
        self._longest = longest_retry
        self._retry = FIRST_RETRY
        self._dial: Dial | None = None
        self._again: Timer | None = None
        self._clear()

    def _clear(self) -> None:
        self._socket: socket.socket | None = None
        self._talk: Talk | None = None
        self._reader = Reader()
        self._queue: deque[Response] = deque()
        self._out = bytearray()
        self._wait: Wait | None = None
        self._timer: Timer | None = None
        self._shaking = False
        self._poked = False

    def start(self) -> None:
        """Connect now."""
        self._again = None
        if self._tokens is None:
            self._connect()
        elif not self._waiting:
            self._waiting = True
            self._tokens.need(self._have_token)

    def _have_token(self, trouble: Trouble | None) -> None:
        waited, self._waiting = self._waiting, False
        if not waited:
            return  # stopped meanwhile
        if trouble is None:
            self._connect()
        else:
            self._lost(trouble)

    def _connect(self) -> None:
        self._dial = Dial(self._loop, self._mailbox.host, self._mailbox.port, self._connected, self._lost)

    def stop(self) -> None:
        """Hang up and stay away."""
        self._waiting = False
        if self._dial:
            self._dial.cancel()
            self._dial = None
        if self._again:
            self._again.cancel()
        self._drop()

    def poke(self) -> None:
        """Look as soon as possible."""
        if self._wait is not None and self._wait.idle:
            self._advance(None)
        else:
            self._poked = True
        if self._again is not None:
            self._again.cancel()
            self.start()

    def went_well(self) -> None:
        """The talk did what it is for: the next loss is tried again at once."""
        self._retry = FIRST_RETRY
        if self._tokens is not None:
            self._tokens.served()

    def take(self) -> socket.socket | None:
        """Hand over the connection, logged in and at rest; the next one is made a second later. ``None``: not now."""
        if self._wait is None or not self._wait.idle or self._out or self._queue or self._reader.pending():
            return None
        connection, self._socket = self._socket, None
        if connection is not None:
            self._loop.remove_reader(connection.fileno())
            self._drop()
            self._again = self._loop.call_later(1.0, self.start)
        return connection

    # -- the connection -------------------------------------------------------------------

    def _connected(self, connection: socket.socket) -> None:
        self._dial = None
        self._clear()
        self._socket = connection
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # the kernel finds a link that a router forgot, within about 25 s and without waking us
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 25_000)
        self._talk = self._make_talk()
        self._timer = self._loop.call_later(15.0, self._too_late)
        if self._mailbox.tls is Tls.IMPLICIT:
            self._begin_tls()
        else:
            self._loop.add_reader(connection.fileno(), self._readable)
            self._advance(None)

    def _begin_tls(self) -> None:
        if self._socket is None:
            return
        self._loop.remove_reader(self._socket.fileno())
        # what came before TLS was not protected: an answer injected there must not be read after it
        self._reader, self._queue = Reader(), deque()
        try:
            self._socket = tls.client_context(self._mailbox.ca_file).wrap_socket(
                self._socket, server_hostname=self._mailbox.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError):
            self._lost(Trouble.CERTIFICATE)
            return
        self._shaking = True
        self._shake()

    def _shake(self) -> None:
        connection = self._socket
        if not isinstance(connection, ssl.SSLSocket):
            return
        fd = connection.fileno()
        try:
            connection.do_handshake()
        except ssl.SSLWantReadError:
            self._loop.remove_writer(fd)
            self._loop.add_reader(fd, self._shake)
            return
        except ssl.SSLWantWriteError:
            self._loop.add_writer(fd, self._shake)
            return
        except ssl.SSLError:
            self._lost(Trouble.CERTIFICATE)
            return
        except OSError:
            self._lost(Trouble.NO_ANSWER)
            return
        self._shaking = False
        self._loop.remove_writer(fd)
        self._loop.add_reader(fd, self._readable)
        self._advance(None)
        self._readable()  # TLS may already hold decrypted bytes

    def _readable(self) -> None:
        while self._socket is not None and not self._shaking:
            try:
                data = self._socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError:
                self._lost(Trouble.NO_ANSWER)
                return
            if not data:
                self._lost(Trouble.NO_ANSWER)
                return
            try:
                self._queue.extend(self._reader.feed(data))
            except ProtocolError:
                self._lost(Trouble.PROTOCOL)
                return
        while self._queue and self._wait is not None:
            self._advance(self._queue.popleft())

    def _send(self, data: bytes) -> None:
        self._out += data
        self._writable()

    def _writable(self) -> None:
        if self._socket is None:
            return
        fd = self._socket.fileno()
        try:
            while self._out:
                del self._out[: self._socket.send(self._out)]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            self._loop.add_writer(fd, self._writable)
            return
        except OSError:
            # the reader sees the same end and reports it; here the talk may be in the middle of a step
            self._out.clear()
        self._loop.remove_writer(fd)

    # -- the conversation -----------------------------------------------------------------

    def _advance(self, value: Response | None) -> None:
        """Give the conversation what came and do what it asks, until it waits again."""
        talk, self._wait = self._talk, None
        if talk is None:
            return
        if self._timer:
            self._timer.cancel()
        try:
            ask = talk.send(value)
            while not isinstance(ask, Wait):
                if isinstance(ask, StartTls):
                    self._begin_tls()
                    return
                self._send(ask)
                ask = talk.send(None)
        except StopIteration:  # it wants another connection, at once
            self._drop()
            self.start()
            return
        except Lost as lost:
            if lost.trouble is Trouble.NO_PERMISSION and self._tokens is not None and self._tokens.refused(lost.token):
                self._drop()
                self.start()  # with a token asked for anew: the old one may have ended or been withdrawn
                return
            self._lost(lost.trouble)
            return
        except ProtocolError:
            self._lost(Trouble.PROTOCOL)
            return
        if self._talk is not talk:  # stopped from within a report
            return
        self._wait = ask
        self._timer = self._loop.call_later(0.0 if ask.idle and self._poked else ask.seconds, self._too_late)
        self._poked = self._poked and not ask.idle

    def _too_late(self) -> None:
        if self._wait is None:  # still shaking hands
            self._lost(Trouble.NO_ANSWER)
        else:
            self._advance(None)

    def _drop(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
            self._socket.close()
        self._clear()

    def _lost(self, trouble: Trouble) -> None:
        self._dial = None
        self._drop()
        if trouble is Trouble.CERTIFICATE:
            tls.read_again(self._mailbox.ca_file)  # the file may be newer than what was read of it
        wait = self._retry if trouble in _PASSING else max(self._retry, LOGIN_RETRY)
        self._retry = min(self._retry * 2, self._longest)
        self._again = self._loop.call_later(wait, self.start)
        self._on_lost(trouble, wait)
