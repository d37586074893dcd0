"""A school for whole stories: mail server, faults in between, submission, agent, and people at its desk.

Everything is done from outside: mail is delivered, buttons are pressed, processes are killed by their number, and the
mailbox is looked into over a connection of the test's own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.agent import PASSPHRASE, Agent, Visitor, kill_9
from tests.helpers import InventedChild, eventually, signal_mail, unique_child
from tests.servers import Dovecot, ImapFaults, SmtpSink
from tests.servers.smtp_sink import Received

CALM = "Er is nu geen signaal"
RUNG = "Er is een signaal voor je"
LOOK_YOURSELF = "Er is een bericht voor je"
ELSEWHERE = "Is dit bericht al afgehandeld?"
DONE = "is ontvangen en gewist"
NOT_DONE = "Ontvangen, maar nog niet overal gewist"
TROUBLE = "We kunnen de postbus niet bereiken"
WORKER = re.compile(rb"[A-Z]{4}\d+$")  # a worker's tags, as imapclient makes them; ``watch`` has others
ANY = re.compile(rb"")
CONFIRMS = re.compile(rb"UID STORE \d+ \+FLAGS.SILENT \(\\Flagged\)")


@dataclass(eq=False)
class Trap:
    """Waits for a command; then this command and all behind it on that connection never reach the server."""

    pattern: re.Pattern[bytes]
    tags: re.Pattern[bytes]
    passes: int  # how many commands that fit are let through
    after_confirmation: bool  # only on connections opened after the one that set the flag for Ontvangen
    link: Any = None
    from_link: int = field(default=1 << 60)

    def closes(self, link: Any, tag: bytes, command: bytes) -> bool:
        if CONFIRMS.match(command):
            self.from_link = min(self.from_link, link.number + 1)
        if self.link is not None or not self.tags.match(tag) or not self.pattern.match(command):
            return False
        if self.after_confirmation and link.number < self.from_link:
            return False
        self.passes -= 1
        if self.passes >= 0:
            return False
        self.link = link
        return True


class Wire(ImapFaults):
    """IMAP faults, and traps that hold one process at one command."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.traps: list[Trap] = []

    def trap(
        self, pattern: bytes, *, passes: int = 0, tags: re.Pattern[bytes] = WORKER, after_confirmation: bool = True
    ) -> Trap:
        """Hold the first process that sends such a command."""
        self.traps.append(Trap(re.compile(pattern), tags, passes, after_confirmation))
        return self.traps[-1]

    def _command(self, link: Any, st: Any, line: bytes) -> bool:
        tag, _, command = line.rstrip(b"\r\n").partition(b" ")
        if any(trap.link is link for trap in self.traps):
            return False
        if [trap for trap in self.traps if trap.closes(link, tag, command)]:
            return False
        return super()._command(link, st, line)

    def heal(self) -> None:
        super().heal()
        self.traps.clear()


class School:
    """One school. A context manager; ``fresh`` makes it as new between two stories."""

    def __init__(self, directory: Path, *, border: str = "", **mailbox: object) -> None:
        """``border``: ``[senders] border``; the rest are keys of ``[mailbox]``."""
        self._border = border
        self.server, self.sink = Dovecot(), SmtpSink("starttls")
        self._directory, self._mailbox = directory, mailbox
        self.clean = True  # the last story ended well, so the agent has nothing left to do
        self._people: dict[str, Visitor] = {}

    def __enter__(self) -> School:
        self.server.start()
        self.sink.start()
        self.wire = Wire(self.server.port)
        self.wire.start()
        self.agent = Agent(
            self.server, self.sink, self._directory, plain_imap=True, imap_port=self.wire.port, mailbox=self._mailbox
        )
        if self._border:
            text = self.agent.config.read_text()
            self.agent.config.write_text(text.replace("[senders]\n", f'[senders]\nborder = "{self._border}"\n'))
        self.agent.add_staff()
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.agent.stop()
        self.wire.stop()
        self.sink.stop()
        self.server.stop()

    def fresh(self) -> None:
        """No mail, no faults, nothing under way, nobody in the middle of anything."""
        self.wire.heal()
        self.sink.heal()
        with self.server.client() as client:
            for _flags, _delimiter, folder in client.list_folders():
                client.select_folder(folder)
                if uids := client.search():
                    client.delete_messages(uids)
                    client.expunge(uids)
        if not self.clean:
            self.agent.kill()
            self._start()
        self.sink.clear()
        self.clean = False

    def crash(self) -> None:
        """kill -9 of ``watch``, and what the service manager does then."""
        self.agent.kill()
        self.wire.heal()
        self._start()

    def _start(self) -> None:
        """Start the agent and wait for its first look."""
        before = self._looks()
        self.agent.start()
        eventually(lambda: self._looks() > before, 30)

    def _looks(self) -> int:
        return sum("HWC-110" in line for line in self.agent.log)

    # -- people -------------------------------------------------------------------------------------------------------

    def person(self, name: str) -> Visitor:
        """Somebody at the desk: logged in, at the beginning."""
        visitor = self._people.setdefault(name, self.agent.visitor())
        visitor.open()
        if "Inloggen" in visitor.buttons():
            visitor.log_in(name, PASSPHRASE)
        if "Terug naar het begin" in visitor.buttons():
            visitor.press("Terug naar het begin")
        assert "Inloggen" not in visitor.buttons()
        return visitor

    @property
    def anouk(self) -> Visitor:
        """The contact."""
        return self.person("anouk")

    @property
    def bram(self) -> Visitor:
        """The backup."""
        return self.person("bram")

    # -- mail ---------------------------------------------------------------------------------------------------------

    def signal(self, folder: str = "INBOX", **changes: Any) -> InventedChild:
        """A signal about an invented child arrives. ``changes`` as for ``signal_mail``."""
        child = unique_child()
        self.server.deliver(signal_mail(child.name, child.born, **changes), folder)
        return child

    def absence(self) -> str:
        """Unrelated unread mail that asks nobody for anything: an answering machine. Returns its Message-ID."""
        message_id = f"<absence-{unique_child().last}@elders.example>"
        self.server.deliver(signal_mail(
            "", "", text="Ik ben er niet.", subject="Automatisch antwoord", sender="iemand@elders.example",
            message_id=message_id, headers={"Auto-Submitted": "auto-replied"},
        ))  # fmt: skip
        return message_id

    def mail(self) -> list[tuple[str, str, frozenset[str]]]:
        """Our own look: (folder, Message-ID, flags) of every message in every folder."""
        found = []
        with self.server.client() as client:
            for _flags, _delimiter, folder in client.list_folders():
                client.select_folder(folder, readonly=True)
                uids = client.search()
                for data in (client.fetch(uids, ["FLAGS", "BODY.PEEK[]"]) if uids else {}).values():
                    message_id = re.search(rb"(?im)^message-id: *(\S+)", data[b"BODY[]"])
                    flags = frozenset(f.decode().lower() for f in data[b"FLAGS"]) - {"\\recent"}
                    found.append((folder, message_id.group(1).decode() if message_id else "", flags))
        return found

    def receipts(self) -> list[Received]:
        """What the submission server was given."""
        return list(self.sink.messages)

    # -- holding and killing ----------------------------------------------------------------------------------------

    def held(self, trap: Trap) -> int:
        """Wait until somebody is in the trap. Returns the process."""
        eventually(lambda: trap.link is not None, 60)
        peer = trap.link.client.get_extra_info("peername")[1]
        return int(eventually(lambda: self.agent.holder_of(peer, self.wire.port)))

    def kill(self, pid: int) -> None:
        """kill -9 of one child."""
        assert pid in self.agent.children()
        kill_9(pid)
        eventually(lambda: pid not in self.agent.children())

    # -- what must be true at the end ---------------------------------------------------------------------------------

    def nothing_left(
        self, *children: InventedChild, receipts: int | range, kept: tuple[str, ...] = (), text: str = ""
    ) -> None:
        """Every folder is empty but for mail in ``kept``, which nobody touched; the receipts say the truth.

        ``text`` has to stand in each of them; they are all for one message, so they have one Message-ID.
        """
        assert sorted(self.mail()) == sorted(("INBOX", message_id, frozenset()) for message_id in kept)
        sent = self.receipts()
        assert len(sent) in ([receipts] if isinstance(receipts, int) else receipts)
        assert len({r.parsed()["Message-ID"] for r in sent}) <= 1
        for receipt in sent:
            assert receipt.rcpt_tos == ["meldingen@veiligthuis.example"]
            assert text in receipt.parsed().get_content()
            for child in children:
                for trace in (*child.traces, child.born_text):
                    assert trace.encode() not in receipt.data
        self.clean = True


def shown(school: School, child: InventedChild, who: str = "anouk", heading: str = RUNG) -> Visitor:
    """Wait for a signal and uncover it."""
    person = school.person(who)

    def uncovered() -> bool:
        person.wait_for(heading, 60)
        assert child.last not in person.page, "covered"
        person.press("Toon")
        if child.last not in person.page and "Terug naar het begin" in person.buttons():
            person.press("Terug naar het begin")  # it was moved a moment ago, and the page did not know yet
        return child.last in person.page

    eventually(uncovered)
    return person


def pressed(school: School, child: InventedChild, who: str = "anouk", heading: str = RUNG) -> Visitor:
    """Wait for a signal, uncover it, and press Ontvangen."""
    person = shown(school, child, who, heading)
    assert not school.receipts(), "nobody has pressed anything yet"
    person.press("Ontvangen")
    assert child.last not in person.page
    return person


def in_background(act: Callable[[], object]) -> threading.Thread:
    """Press a button whose answer does not come."""

    def go() -> None:
        try:
            act()
        except httpx.TransportError:
            pass  # the desk was killed under it

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread
