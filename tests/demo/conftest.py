"""The demo's servers without the agent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from imapclient import IMAPClient

from hwc_school_agent.demo.background import Background
from hwc_school_agent.demo.imap_server import ImapServer
from hwc_school_agent.demo.school import ADDRESSES
from hwc_school_agent.demo.smtp_server import SmtpServer
from hwc_school_agent.demo.veilig_thuis import VeiligThuis
from hwc_school_agent.host.clock import SystemClock

PASSWORD = "een-wachtwoord"


@dataclass
class Servers:
    """Mailbox, post and pretend Veilig Thuis, connected to each other."""

    background: Background
    mailbox: ImapServer
    post: SmtpServer
    veilig_thuis: VeiligThuis

    def client(self) -> IMAPClient:
        """A logged-in client."""
        client = IMAPClient("127.0.0.1", self.mailbox.port, ssl=False, timeout=20)
        client.login(ADDRESSES.school, PASSWORD)
        return client

    def deliver(self, message: bytes, folder: str = "INBOX") -> None:
        """Put a message into the mailbox."""
        self.background.run(self.mailbox.deliver(message, folder))


@pytest.fixture
def servers() -> Iterator[Servers]:
    background = Background()
    mailbox = ImapServer(ADDRESSES.school, PASSWORD)
    veilig_thuis = VeiligThuis(ADDRESSES, SystemClock())
    post = SmtpServer(ADDRESSES, PASSWORD, mailbox, veilig_thuis.receive)
    background.run(mailbox.start())
    background.run(post.start())
    veilig_thuis.smtp_port = post.port
    yield Servers(background, mailbox, post, veilig_thuis)
    background.run(post.stop())
    background.run(mailbox.stop())
    background.stop()
