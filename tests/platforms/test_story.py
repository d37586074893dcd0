"""One whole story on every platform, from arrival to nothing left; and mail that nobody has read stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.mailbox.session import open_session
from hwc_school_agent.settings import Mailbox, Platform, Secret, Tls
from tests.agent import Agent
from tests.helpers import need, signal_mail, unique_child
from tests.platforms.demo_server import DemoServer
from tests.servers import Courier, Cyrus, Dovecot, SmtpSink
from tests.servers.smtp_sink import Received

Server = Any  # a MailServer, or the demo's: both have host, port, user, password, deliver and client


@dataclass(frozen=True)
class Case:
    """A server, what it must be taken for, and the folder into which it files what is sent."""

    make: Callable[[], Server]
    why_not: Callable[[], str | None]
    platform: Platform
    sent: str


def _dovecot(profile: str, platform: Platform, sent: str, **more: Any) -> Case:
    return Case(lambda: Dovecot(profile, **more), Dovecot.why_not, platform, sent)


GMAIL = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS MOVE ESEARCH LIST-EXTENDED LIST-STATUS"
CASES = {
    "dovecot": _dovecot("standard", Platform.PIPELINED, "Sent"),
    "dovecot, mdbox": _dovecot("mdbox", Platform.PIPELINED, "Sent"),
    "exchange-like": _dovecot("exchange-like", Platform.EXCHANGE, "Verzonden items"),
    "exchange-like, recovery folder shown": _dovecot("exchange-visible", Platform.EXCHANGE, "Verzonden items"),
    "gmail-like": _dovecot("gmail-like", Platform.GMAIL, "[Gmail]/Sent Mail", capability=GMAIL),
    "cyrus": Case(Cyrus, Cyrus.why_not, Platform.PIPELINED, "Sent"),
    # while one idles, Courier looks for new mail by the clock: here more often than Debian's once a minute
    "courier": Case(lambda: Courier(idle=2), Courier.why_not, Platform.OLD, "Sent"),
    "demo": Case(DemoServer, DemoServer.why_not, Platform.OLD, "Verzonden items"),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    found = CASES[request.param]
    need(found.why_not())
    return found


@pytest.fixture
def server(case: Case) -> Iterator[Server]:
    with case.make() as running:
        yield running


def stands(server: Server) -> list[tuple[str, bytes, frozenset[str]]]:
    """Our own look: folder, bytes and flags of every message in every folder."""
    found = []
    with server.client() as client:
        for attributes, _delimiter, folder in client.list_folders():
            if {a.lower() for a in attributes} & {b"\\noselect", b"\\nonexistent"}:
                continue
            client.select_folder(folder, readonly=True)
            uids = client.search()
            fetched = client.fetch(uids, ["FLAGS", "BODY.PEEK[]"]) if uids else {}
            found += [
                (folder, data[b"BODY[]"], frozenset(f.decode().lower() for f in data[b"FLAGS"]))
                for data in fetched.values()
            ]
    return found


@pytest.mark.slow
def test_from_arrival_to_nothing_left(case: Case, server: Server, tmp_path: Path) -> None:
    child = unique_child()
    unread = signal_mail(
        "", "", text="Ik ben er niet.", subject="Automatisch antwoord", sender="iemand@elders.example",
        message_id="<onaangeroerd@elders.example>", headers={"Auto-Submitted": "auto-replied"},
    )  # fmt: skip
    signal = signal_mail(child.name, child.born, message_id="<sig-1@veiligthuis.example>")
    server.deliver(unread)
    plain = server.tls_port is None

    def file_a_copy(sent: Received) -> None:
        server.deliver(sent.data, case.sent)

    with SmtpSink("starttls", on_message=file_a_copy) as sink, Agent(server, sink, tmp_path, plain_imap=plain) as agent:
        anouk = agent.visitor("anouk")
        anouk.wait_for("geen signaal")
        server.deliver(signal)
        anouk.wait_for("Er is een signaal", 90)
        anouk.press("Toon het signaal")
        assert child.name in anouk.page
        anouk.press("Ontvangen")
        assert child.last not in anouk.page
        anouk.wait_for("is ontvangen en gewist", 90)

        [receipt] = sink.wait(1)
        assert receipt.rcpt_tos == ["meldingen@veiligthuis.example"]
        assert receipt.parsed()["In-Reply-To"] == "<sig-1@veiligthuis.example>"
        for trace in (*child.traces, child.born_text):
            assert trace.encode() not in receipt.data

    left = stands(server)
    assert {re.sub(rb"\s", b"", re.findall(rb"(?im)^message-id:\s*(\S+)", raw)[0]) for _, raw, _ in left} == {
        b"<onaangeroerd@elders.example>"
    }
    assert not [folder for folder, raw, _ in left if any(t.encode() in raw for t in child.traces)]
    assert not [flags for _, _, flags in left if flags - {"\\recent"}], "nobody has read it, and nobody touched it"
    assert "INBOX" in {folder for folder, _, _ in left}


def test_it_is_taken_for_what_it_is(case: Case, server: Server) -> None:
    mailbox = Mailbox(server.host, server.user, server.port, Tls.NONE, password=Secret(server.password))
    with open_session(mailbox) as session:
        assert session.strategy.platform is case.platform
