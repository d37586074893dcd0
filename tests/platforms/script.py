"""A server that says what a transcript says, to a conversation of ``watch`` and to a session of a worker.

Rules are tried in order; the first that fits a command answers it. ``{tag}`` in an answer is the command's tag; an
answer without a last line of its own ends in ``OK``. Every command that came stands in ``commands``, without tag.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress

from hwc_school_agent.mailbox.folders import quoted
from hwc_school_agent.mailbox.listen import Conversation, Look
from hwc_school_agent.mailbox.talk import Lost, Wait
from hwc_school_agent.mailbox.wire import Reader, Response
from hwc_school_agent.settings import Mailbox, Secret, Tls

Rules = Sequence[tuple[str, bytes]]


class Script:
    """One transcript. A context manager when it is to be spoken to over a socket."""

    def __init__(self, capabilities: str, rules: Rules) -> None:
        self.capabilities, self.commands = capabilities, list[str]()
        self.writes: list[int] = []  # commands in each write of ``watch``
        self._rules = [(re.compile(pattern, re.I), answer) for pattern, answer in rules]
        self._later: list[tuple[str, Rules]] = []

    def after(self, command: str, rules: Rules) -> None:
        """From a command on that begins so, these rules come first. Several calls: one after the other."""
        self._later.append((command, rules))

    def greeting(self) -> bytes:
        return b"* OK ready\r\n"

    def answer(self, line: bytes) -> bytes:
        """What is said to one command."""
        tag, _, command = line.rstrip(b"\r\n").partition(b" ")
        said = command.decode("latin-1")
        self.commands.append("LOGIN" if said.upper().startswith("LOGIN") else said)
        if tag.upper() == b"DONE":
            return b"idle OK done\r\n"
        if self._later and said.startswith(self._later[0][0]):
            _, rules = self._later.pop(0)
            self._rules = [(re.compile(p, re.I), a) for p, a in rules] + self._rules
        found = next((answer for pattern, answer in self._rules if pattern.match(said)), None)
        if found is None:
            known = {"CAPABILITY": b"* CAPABILITY " + self.capabilities.encode() + b"\r\n"}
            found = known.get(said.upper(), b"")
        if b"{tag}" not in found:
            found += b"{tag} OK done\r\n"
        return found.replace(b"{tag}", tag)

    # -- over a socket --------------------------------------------------------------------------------------------

    def __enter__(self) -> Script:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.mailbox = Mailbox("127.0.0.1", "hwc", self._socket.getsockname()[1], Tls.NONE, password=Secret("geheim"))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes ``accept``, which would hold the port
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(self.greeting())
            for line in lines:
                connection.sendall(self.answer(line))


def look_of(script: Script, mailbox: Mailbox | None = None) -> Look:
    """The first look of ``watch`` at a server that speaks so. Raises ``Lost``."""
    looks: list[Look] = []
    mailbox = mailbox or Mailbox("127.0.0.1", "hwc", 143, Tls.NONE, password=Secret("geheim"))
    talk = Conversation(mailbox, lambda: 60.0, looks.append, {}).run()
    reader, heard = Reader(), list[Response]()
    heard += reader.feed(script.greeting())
    ask = next(talk)
    for _ in range(1000):
        if looks:
            return looks[0]
        if isinstance(ask, bytes):
            script.writes.append(ask.count(b"\r\n"))
            for line in ask.splitlines(keepends=True):
                heard += reader.feed(script.answer(line))
            ask = next(talk)
        else:
            assert isinstance(ask, Wait)
            ask = talk.send(heard.pop(0) if heard else None)
    raise Lost


def folder(name: str, messages: int = 0, uidnext: int = 1) -> tuple[str, bytes]:
    """The rule that answers STATUS of one folder."""
    spoken = quoted(name)
    counts = b"* STATUS %b (MESSAGES %d UIDNEXT %d UIDVALIDITY 14 UNSEEN %d)\r\n" % (
        spoken,
        messages,
        uidnext,
        messages,
    )
    return "STATUS " + re.escape(spoken.decode("latin-1")), counts


def opened(name: str, messages: int = 0, uidnext: int = 1) -> tuple[str, bytes]:
    """The rule that answers EXAMINE of one folder."""
    return "EXAMINE " + re.escape(quoted(name).decode("latin-1")), (
        b"* %d EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)\r\n"
        b"* OK [PERMANENTFLAGS ()] Permanent flags\r\n* OK [UIDVALIDITY 14] UIDVALIDITY value\r\n"
        b"* OK [UIDNEXT %d] The next unique identifier value\r\n{tag} OK [READ-ONLY] EXAMINE completed.\r\n"
        % (messages, uidnext)
    )
