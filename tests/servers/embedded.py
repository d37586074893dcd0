"""pymap (pip install pymap) as an embedded, in-memory IMAP server in a thread of this process.

    with Embedded() as server: ...

UIDPLUS, MOVE, IDLE and LITERAL+ work out of the box. ``_patch()`` adds what pymap 0.36.7 as
released lacks for a mail robot:

* keywords: PERMANENTFLAGS gets ``\\*``, so $MDNSent can be stored,
* SPECIAL-USE attributes in LIST, by folder name, and the capability of that name,
* one write per response: pymap sends a FETCH in pieces, and imapclient's ``idle_check`` fails on
  half a line ("unterminated line") when the pieces arrive separately,
* an IDLE that looks every 50 ms: pymap loses a change that happens while it reports another one
  (an EXPUNGE right after a STORE was not pushed).

Profiles: ``standard`` (with the patches), ``as-released`` (without).

Nothing is on disk; ``disk_find`` looks through the messages in memory instead.
"""

from __future__ import annotations

import asyncio
import importlib.util
from argparse import Namespace
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from .base import MailServer
from .loop_thread import LoopThread
from .ports import HOST, StartError

ROLES = {
    "Drafts": b"Drafts",
    "Concepten": b"Drafts",
    "Sent": b"Sent",
    "Verzonden items": b"Sent",
    "Trash": b"Trash",
    "Prullenbak": b"Trash",
    "Verwijderde items": b"Trash",
    "Junk": b"Junk",
    "Ongewenste e-mail": b"Junk",
    "Archive": b"Archive",
    "Archief": b"Archive",
}


class _OneWrite:
    """Collects what a response writes piece by piece."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: Any) -> None:
        self.parts.append(bytes(data))


_original: dict[str, Any] = {}


def _patch(on: bool) -> None:
    """Put the additions in place, or take them back (they are global to pymap)."""
    import pymap.backend.dict as backend
    import pymap.backend.dict.mailbox as mailbox
    import pymap.imap as imap
    import pymap.listtree as listtree
    from pymap.backend.mailbox import MailboxDataInterface
    from pymap.config import BackendCapability
    from pymap.parsing.specials.flag import Flag, Recent, Wildcard, get_system_flags

    if not _original:
        _original.update(
            flags=MailboxDataInterface.permanent_flags,
            attributes=listtree.ListEntry.attributes,
            capability=backend.Config.backend_capability,
            write=imap.IMAPConnection.write_response,
            update=mailbox.MailboxData.update_selected,
        )
    flags = (get_system_flags() - {Recent}) | {Wildcard, Flag(b"$MDNSent")}

    def attributes(self: Any) -> list[bytes]:
        role = ROLES.get(self.name)
        return [*_original["attributes"].fget(self), *([role] if role else [])]

    async def write_response(self: Any, resp: Any) -> None:
        buffer = _OneWrite()
        try:
            await resp.async_write(buffer)
            self.writer.write(b"".join(buffer.parts))
            await self.writer.drain()
        except ConnectionError:
            pass

    async def update_selected(self: Any, selected: Any, *, wait_on: Any = None) -> Any:
        if wait_on is not None:
            while not wait_on.is_set() and selected.mod_sequence == self._mod_sequences.highest:
                await asyncio.sleep(0.05)
        return await _original["update"](self, selected)

    capability = BackendCapability(idle=True, object_id=True, multi_append=True, custom=[b"SPECIAL-USE"])
    for owner, name, key, ours in (
        (mailbox.MailboxData, "permanent_flags", "flags", property(lambda self: flags)),
        (listtree.ListEntry, "attributes", "attributes", property(attributes)),
        (backend.Config, "backend_capability", "capability", property(lambda self: capability)),
        (imap.IMAPConnection, "write_response", "write", write_response),
        (mailbox.MailboxData, "update_selected", "update", update_selected),
    ):
        setattr(owner, name, ours if on else _original[key])


class Embedded(MailServer):
    name = "pymap"
    packages = ()
    profiles = ("standard", "as-released")

    def __init__(self, profile: str = "standard", *, folders: list[str] | None = None, **kw: Any) -> None:
        super().__init__(profile, **kw)
        if len(self.users) > 1:
            raise ValueError("pymap's demo back end has one account")
        self.folders = ["Sent", "Trash", "Junk", "Drafts"] if folders is None else folders
        self._running: LoopThread | None = None
        self._config: Any = None

    @classmethod
    def why_not(cls) -> str | None:
        return None if importlib.util.find_spec("pymap") else "pymap is not installed (pip install pymap)"

    def _prepare(self) -> None:
        self._set: Any = None

    def _launch(self) -> None:
        _patch(self.profile == "standard")
        from proxyprotocol.reader import ProxyProtocolReader
        from pymap.backend.dict import DictBackend
        from pymap.imap import IMAPServer

        async def serve() -> AsyncExitStack:
            args = Namespace(
                host=HOST,
                port=str(self.port),
                debug=False,
                cert=self.cert.chain,
                key=self.cert.key,
                tls=True,
                proxy_protocol=None,
                passlib_cfg=None,
                demo_data=False,
                demo_user=self.user,
                demo_password=self.password,
                inherited_sockets=None,
            )
            backend, config = await DictBackend.init(args)
            config.apply_context()
            self._config = config
            if self._set is not None:  # restarted: keep the mail
                config.set_cache[self.user] = self._set
            stack = AsyncExitStack()
            await backend.start(stack)
            inner = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
            sessions: set[Any] = set()  # asyncio itself holds its tasks weakly

            async def callback(reader: Any, writer: Any) -> None:
                task = asyncio.current_task()
                sessions.add(task)
                try:
                    await inner(reader, writer)
                finally:
                    sessions.discard(task)

            for port, ctx in ((self.port, None), (self.tls_port, config.ssl_context)):
                await stack.enter_async_context(await asyncio.start_server(callback, HOST, port, ssl=ctx))
            # the first session creates the account's mailboxes
            async with backend.login.demo_user_identity.new_session() as session:
                self._set = config.set_cache[self.user]
                for f in self.folders:
                    if f not in session.mailbox_set._set:
                        await session.mailbox_set.add_mailbox(f)
            return stack

        self._running = LoopThread(f"pymap-{self.port}")
        try:
            self._running.start(serve)
        except Exception as e:
            raise StartError(f"pymap: {e!r}") from e

    def _end_processes(self, hurry: bool = False) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def kill(self) -> None:
        self._end_processes()

    def deliver(self, raw: bytes, folder: str = "INBOX", user: str | None = None) -> None:
        from pymap.parsing.message import AppendMessage

        async def put() -> None:
            box = await self._set[0].get_mailbox(folder)
            await box.append(AppendMessage(raw, datetime.now(UTC), frozenset()), recent=True)

        assert self._running is not None
        asyncio.run_coroutine_threadsafe(put(), self._running.loop).result(10)

    def disk_find(self, needle: bytes, logs: bool = False) -> list[str]:
        boxes = {"INBOX": self._set[0]._inbox, **self._set[0]._set}
        return [
            f"memory:{name}/{uid}"
            for name, box in boxes.items()
            for uid, msg in box._messages.items()
            if needle in bytes(msg._content)
        ]
