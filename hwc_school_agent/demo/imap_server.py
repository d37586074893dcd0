"""The demo school's mailbox: pymap as an IMAP server in memory, on this machine only, for one account.

pymap 0.36.7 as released lacks four things that every school's server has. Subclasses of its parts add them here,
which is why its version is pinned exactly:

* keywords: ``PERMANENTFLAGS`` says ``\\*``, so that ``$MDNSent`` is kept (RFC 3501 section 7.1),
* SPECIAL-USE: folders carry their role in LIST, by attribute and not by name (RFC 6154),
* one write per response: pymap sends a FETCH in pieces, and a client that reads between two pieces may fail,
* an IDLE that loses nothing: pymap misses a change that happens while it reports another one.
"""

from __future__ import annotations

import asyncio
import logging
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Event
from pymap.config import BackendCapability
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.listtree import ListEntry, ListTree
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import Response
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Recent, Seen, Wildcard, get_system_flags
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

INBOX, SENT = "INBOX", "Verzonden items"

#: The folders of the demo mailbox beside INBOX, named as Outlook names them in Dutch, and their roles.
ROLES: dict[str, bytes] = {
    SENT: b"Sent",
    "Verwijderde items": b"Trash",
    "Ongewenste e-mail": b"Junk",
    "Concepten": b"Drafts",
    "Archief": b"Archive",
}

_GLANCE = 0.05  # seconds between two glances of an idling connection at its folder

logging.getLogger("pymap").addHandler(logging.NullHandler())
logging.getLogger("pymap").propagate = False


class ImapServer:
    """``await start()`` opens a free port on 127.0.0.1; ``deliver`` puts a message into a folder."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self._password = user, password
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._folders = _Folders()

    async def start(self) -> None:
        """Listen. Raises ``OSError`` when this machine has no free port."""
        arguments = Namespace(
            host="127.0.0.1", port="0", debug=False, cert=None, key=None, tls=False, proxy_protocol=None,
            passlib_cfg=None, demo_data=False, demo_user=self.user, demo_password=self._password,
            inherited_sockets=None,
        )  # fmt: skip
        # the password is random and lives as long as the demo: hashing it would only cost 0.3 s per login
        config = _Config.from_args(arguments, hash_context=Cleartext(), reject_dnsbl=False)
        config.apply_context()
        login = Login(config)
        await login.demo_user_identity.set(UserMetadata(config, self.user, password=self._password))
        for name in ROLES:
            await self._folders.add_mailbox(name)
        config.set_cache[self.user] = (self._folders, FilterSet())
        serve = _Server(login, config)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if task := asyncio.current_task():
                self._connections.add(task)  # asyncio itself holds its tasks weakly
                task.add_done_callback(self._connections.discard)
            await serve(reader, writer, SocketInfo.get(writer, None))

        self._server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()

    async def deliver(self, message: bytes, folder: str = INBOX, *, seen: bool = False) -> None:
        """Put a message into a folder, as the mail system does. Raises ``KeyError`` for an unknown folder."""
        box = await self._folders.get_mailbox(folder)
        flags = frozenset({Seen}) if seen else frozenset()
        await box.append(AppendMessage(message, datetime.now(UTC), flags), recent=True)


class _Config(Config):
    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=True, multi_append=True, custom=[b"SPECIAL-USE"])

    @property
    def greeting(self) -> bytes:
        return b"Proefpostbus"  # pymap would ask the network for this machine's full name


class _Folder(MailboxData):
    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return (get_system_flags() - {Recent}) | {Wildcard, Flag(b"$MDNSent")}

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        if wait_on is not None:
            while not wait_on.is_set() and selected.mod_sequence == self._mod_sequences.highest:
                await asyncio.sleep(_GLANCE)
        return await super().update_selected(selected)


class _Folders(MailboxSet):
    def __init__(self) -> None:
        super().__init__()
        self._inbox = self._new()

    def _new(self) -> _Folder:
        return _Folder(self._content_cache, self._thread_cache)

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._set:
            raise ValueError("a folder of that name exists")
        self._set[name] = folder = self._new()
        return folder.mailbox_id

    async def list_mailboxes(self) -> ListTree:
        return _Tree(self.delimiter).update("INBOX", *self._set)


class _Tree(ListTree):
    def list(self) -> Iterable[ListEntry]:
        return (_Entry(e.name, e.exists, e.marked, e.has_children) for e in super().list())


@dataclass(frozen=True)
class _Entry(ListEntry):
    @property
    def attributes(self) -> Sequence[bytes]:
        role = ROLES.get(self.name)
        return [*super().attributes, *([role] if role else [])]


class _Gathered:
    """Takes what a response writes piece by piece."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += bytes(data)


class _Connection(IMAPConnection):
    async def write_response(self, resp: Response) -> None:
        gathered = _Gathered()
        try:
            await resp.async_write(gathered)
            self.writer.write(bytes(gathered.data))
            await self.writer.drain()
        except ConnectionError:
            pass  # the client hung up


class _Server(IMAPServer):
    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sock_info: SocketInfo) -> None:
        connection = _Connection(self.commands, self._config, reader, writer, sock_info)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(ConnectionState(self._login, self._config))
