"""A signal comes, is rung, shown, confirmed, answered, and is gone: on real servers, from outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.agent import Agent, alive, files_below
from tests.helpers import InventedChild, eventually, need, signal_mail, unique_child
from tests.servers import Courier, Cyrus, Dovecot, MailServer, SmtpSink
from tests.tools import memscan


def folders_are_empty(server: MailServer) -> bool:
    """Our own look, over a connection of our own."""
    with server.client() as client:
        for _flags, _delimiter, name in client.list_folders():
            if client.select_folder(name, readonly=True)[b"EXISTS"]:
                return False
    return True


def on_disk(server: MailServer, child: InventedChild) -> set[Path]:
    """Every file of the server in which a part of the name stands."""
    return {path for trace in child.traces for path in server.disk_find(trace.encode())}


# while one idles, Courier looks for new mail by the clock: here more often than Debian's once a minute
KINDS = [Dovecot, Cyrus, partial(Courier, idle=2)]


@pytest.mark.parametrize("kind", KINDS, ids=["dovecot", "cyrus", "courier"])
def test_the_whole_way(kind: Callable[[], MailServer], smtp_sink: SmtpSink, tmp_path: Path) -> None:
    server, child = kind(), unique_child()
    need(server.why_not())
    with server, Agent(server, smtp_sink, tmp_path) as agent:
        anouk, bram = agent.visitor("anouk"), agent.visitor("bram")
        anouk.wait_for("geen signaal")
        raw = signal_mail(child.name, child.born, message_id="<sig-1@veiligthuis.example>")
        if not isinstance(server, Cyrus):  # which copies every header into its cache when it delivers
            # others keep in a cache what is asked for of a header, beyond the message's end
            raw = raw.replace(b"Subject:", f"Thread-Topic: {child.last}\r\nSubject:".encode(), 1)
        server.deliver(raw)
        anouk.wait_for("Er is een signaal", 90)
        assert len(on_disk(server, child)) == 1, "in the message and nowhere else"
        assert anouk.title == "Bureau"
        assert child.last not in anouk.page, "covered"

        anouk.press("Toon het signaal")
        assert child.name in anouk.page
        assert f"{child.born.day} " in anouk.page
        assert len(on_disk(server, child)) == 1, "reading put it nowhere"
        assert bram.open()
        assert bram.heading.startswith("Een collega")
        assert child.last not in bram.page

        anouk.press("Ontvangen")
        assert child.last not in anouk.page
        anouk.wait_for("gewist")
        assert bram.open()
        assert "geen signaal" in bram.heading

        [receipt] = smtp_sink.wait(1)
        parsed = receipt.parsed()
        assert receipt.rcpt_tos == ["meldingen@veiligthuis.example"]
        assert parsed["In-Reply-To"] == "<sig-1@veiligthuis.example>"
        assert parsed["Auto-Submitted"] == "auto-replied"
        for trace in (*child.traces, child.born_text):
            assert trace.encode() not in receipt.data

        assert folders_are_empty(server)
        assert isinstance(server, Cyrus) or not on_disk(server, child), "Cyrus keeps what is erased till it expires"
        anouk.press("Terug naar het begin")
        assert "geen signaal" in anouk.heading
        eventually(lambda: not memory_holds(agent, child.traces))
        for trace in child.traces:
            assert not [p for p in files_below(tmp_path) if trace.encode() in p.read_bytes()]
            assert trace not in "\n".join(agent.log)
        server.expire()
        assert not on_disk(server, child)


def memory_holds(agent: Agent, traces: tuple[str, ...]) -> bool:
    """Whether any process of the agent that lives holds a part of the name. The marker proves that the scan works."""
    assert agent.process is not None
    patterns = memscan.build_patterns(list(traces))
    found = False
    for pid in [agent.process.pid, *agent.children()]:
        report = memscan.scan_pid(pid, patterns, marker="hwc_school_agent")
        if alive(pid):
            assert report.marker_found, "the scan is void"
            found |= bool(report.hits)
    return found
