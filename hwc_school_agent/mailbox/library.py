"""The edge towards IMAPClient and imaplib: connect, map every error, read imaplib's table of responses.

Nothing but ``session`` uses this. Texts of the library and of the server end here: they can quote what was fetched.
"""

from __future__ import annotations

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.wire import ProtocolError, Token, parse
from hwc_school_agent.settings import Mailbox, Tls

CONNECT_SECONDS = 15.0
READ_SECONDS = 30.0

Tokens = tuple[Token, ...]


class _Greeted:
    """imaplib that believes the capabilities in the greeting, which saves a round trip."""

    welcome: bytes | None
    capabilities: tuple[str, ...]
    _tls_established: bool

    def _get_capabilities(self) -> None:
        said = re.search(rb"\[CAPABILITY ([^\]]*)\]", self.welcome or b"")
        if said and not self._tls_established:  # what was said before STARTTLS counts no more (RFC 3501 6.2.1)
            self.capabilities = tuple(said.group(1).decode("ascii", "replace").upper().split())
        else:
            super()._get_capabilities()  # type: ignore[misc]


class _Plain(_Greeted, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Greeted, IMAP4_TLS):  # type: ignore[misc]
    pass


class _Client(IMAPClient):  # type: ignore[misc]
    def _create_IMAP4(self) -> imaplib.IMAP4:
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, CONNECT_SECONDS)
        return _Plain(self.host, self.port, CONNECT_SECONDS)


def connect(mailbox: Mailbox) -> IMAPClient:
    """A connection that is not logged in yet. Errors of the library come as they are: call it inside ``wrapped``."""
    _shut_loggers()
    context = None
    if mailbox.tls is not Tls.NONE:
        try:
            context = ssl.create_default_context(cafile=mailbox.ca_file or None)
        except OSError:
            raise MailboxTrouble(Trouble.CERTIFICATE) from None
    client = _Client(
        mailbox.host,
        mailbox.port,
        ssl=mailbox.tls is Tls.IMPLICIT,
        ssl_context=context,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    try:
        client._imap.debug = 0  # IMAPClient sets 5, which formats every body it reads
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if mailbox.tls is Tls.STARTTLS:
            client._imap.starttls(ssl_context=context)
            client.socket().settimeout(READ_SECONDS)
    except BaseException:
        hang_up(client)
        raise
    return client


def _shut_loggers() -> None:
    """IMAPClient logs whole messages at DEBUG. Nothing of it may reach any handler, whatever the root logger does."""
    for name in ("imapclient", "imapclient.imaplib", "imapclient.imapclient"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.disabled = True


def hang_up(client: IMAPClient) -> None:
    """Close the connection. No LOGOUT: it would cost a turn and tell nobody anything."""
    with suppress(OSError, ValueError):
        client._imap.shutdown()


@contextmanager
def wrapped() -> Iterator[None]:
    """Turn every error of the layers below into ``MailboxTrouble``, without its text."""
    try:
        yield
        return
    except socket.gaierror:
        kind = Trouble.NO_NAME
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        kind = Trouble.NO_ANSWER
    except ssl.SSLError:
        kind = Trouble.CERTIFICATE
    except LoginError:
        kind = Trouble.LOGIN
    except (imaplib.IMAP4.abort, OSError):
        kind = Trouble.NO_ANSWER
    except (imaplib.IMAP4.error, ProtocolError, ValueError, LookupError, TypeError):
        kind = Trouble.PROTOCOL
    raise MailboxTrouble(kind) from None


_COUNTERS = frozenset({"EXISTS", "UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ"})
_READ = (
    frozenset({"ACL", "LIST", "LSUB", "MYRIGHTS", "STATUS", "FETCH", "SEARCH", "PERMANENTFLAGS", "CAPABILITY"})
    | _COUNTERS
)


def data(raw: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Tokens, ...]]:
    """imaplib's table as tokens. Names we never read are kept without their data, which may be free text."""
    return {name.upper(): _lines(name, raw[name]) if name.upper() in _READ else () for name in raw}


def _lines(name: str, pieces: Sequence[Any]) -> tuple[Tokens, ...]:
    """imaplib cuts a response with literals into tuples; the piece that is no tuple ends it."""
    lines: list[Tokens] = []
    raw = b""
    for piece in pieces:
        if isinstance(piece, tuple):
            raw += piece[0] + b"\r\n" + piece[1]
        else:
            lines.append(parse(b"* " + name.encode() + b" " + raw + (piece or b"")).tokens)
            raw = b""
    return tuple(lines)
