"""Everything the demo runs, put together and taken down again: mail servers, Veilig Thuis, the agent."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from hwc_school_agent.demo.agent import Agent, Mail
from hwc_school_agent.demo.background import Background
from hwc_school_agent.demo.imap_server import ImapServer
from hwc_school_agent.demo.smtp_server import Addresses, SmtpServer
from hwc_school_agent.demo.veilig_thuis import VeiligThuis
from hwc_school_agent.demo.veilig_thuis_page import Page
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.host.clock import Clock

ADDRESSES = Addresses(school="handlewithcare@delinde.example", veilig_thuis="meldingen@veiligthuis.example")


class School:
    """``with School(clock) as school:`` everything runs; afterwards nothing does, and the folder is gone."""

    def __init__(self, clock: Clock, tr: Language = DUTCH) -> None:
        self._clock = clock
        self.tr = tr
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack as stack:  # whatever was started is taken down again if the rest cannot be
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hwc-demo-")))
            self.password = secrets.token_urlsafe(18)
            self.veilig_thuis = VeiligThuis(ADDRESSES, self._clock)
            self._background = background = Background()
            stack.callback(background.stop)
            self.mailbox = ImapServer(ADDRESSES.school, self.password)
            post = SmtpServer(ADDRESSES, self.password, self.mailbox, self.veilig_thuis.receive)
            stack.callback(lambda: background.run(post.stop()))
            stack.callback(lambda: background.run(self.mailbox.stop()))
            background.run(self.mailbox.start())
            background.run(post.start())
            self.veilig_thuis.smtp_port = post.port
            domain = "@" + ADDRESSES.veilig_thuis.partition("@")[2]
            ports = self.mailbox.port, post.port
            self.agent = Agent(self.folder, Mail(ADDRESSES.school, self.password, domain, *ports, self.tr.code))
            self.page = Page(self.veilig_thuis, self.agent.desk, self.tr)
            stack.callback(self.page.stop)
            self.page.start()
            stack.callback(self.agent.stop)
            self.agent.start()
            self._stack = stack.pop_all()
        return self

    def put_into(self, folder: str, message: bytes) -> None:
        """Put a message into a folder of the mailbox, as a rule or a colleague may. Raises ``KeyError``."""
        self._background.run(self.mailbox.deliver(message, folder))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
