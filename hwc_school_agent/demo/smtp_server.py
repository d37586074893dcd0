"""The demo's post: aiosmtpd on this machine only. Brings signals to the school and receipts to Veilig Thuis.

Like the servers of the large mail providers, it lets only a logged-in school send in the school's name, and files a
copy of what the school sends among its sent mail. That copy is one of the things the agent has to purge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hwc_school_agent.demo.imap_server import SENT, ImapServer

logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd notes a deprecation per login
logging.getLogger("mail.log").propagate = False


@dataclass(frozen=True, slots=True)
class Addresses:
    """Who takes part: the school's mailbox and the sender of signals."""

    school: str
    veilig_thuis: str


class SmtpServer:
    """``await start()`` opens a free port; ``to_veilig_thuis`` is called with every message for Veilig Thuis."""

    def __init__(
        self, addresses: Addresses, password: str, mailbox: ImapServer, to_veilig_thuis: Callable[[bytes], None]
    ) -> None:
        self._addresses, self._password = addresses, password
        self._mailbox, self._to_veilig_thuis = mailbox, to_veilig_thuis
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises ``OSError`` when this machine has no free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; what is connected ends with the loop."""
        if self._server is not None:
            self._server.close()

    def _session(self) -> SMTP:
        return SMTP(
            self, hostname="proefpost", ident="Proefpost", authenticator=self._authenticate, auth_require_tls=False,
            enable_SMTPUTF8=True, loop=asyncio.get_running_loop(),
        )  # fmt: skip

    # -- called by aiosmtpd, by these names ---------------------------------------------------------------------

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        ours = LoginPassword(self._addresses.school.encode(), self._password.encode())
        return AuthResult(success=data == ours, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self._addresses.school and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() not in (self._addresses.school, self._addresses.veilig_thuis):
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address.lower())
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = envelope.original_content or b""
        trace = f"Return-Path: <{envelope.mail_from or ''}>\r\nReceived: from proefpost; {formatdate()}\r\n".encode()
        if session.authenticated:
            await self._mailbox.deliver(message, SENT, seen=True)
        if self._addresses.school in envelope.rcpt_tos:
            await self._mailbox.deliver(trace + message)
        if self._addresses.veilig_thuis in envelope.rcpt_tos:
            self._to_veilig_thuis(trace + message)
        return "250 2.0.0 OK"
