"""``doctor --send-test``: the running agent takes a message the whole way, and nothing of it is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hwc_school_agent.doctor.send_test import judge_clock
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.mailbox.trial import sent_so_far, server_time
from tests.agent import Agent
from tests.helpers import settings_for, signal_mail, unique_child
from tests.rehearsal.conftest import delivering
from tests.servers import MailServer, SmtpSink


def asked(agent: Agent) -> dict[str, str]:
    done = agent.command("--credentials", str(agent.credentials), "doctor", "--send-test", "--json")
    assert done.stderr == ""
    return {f["code"]: f["level"] for f in json.loads(done.stdout)["findings"]}


@pytest.mark.slow
@pytest.mark.parametrize("copies", [False, True], ids=["no copies", "copies in Sent"])
def test_the_whole_way(
    copies: bool, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivering(dovecot, smtp_sink)
    if copies:
        into_inbox = smtp_sink.on_message
        assert into_inbox

        def both(received: object) -> None:
            dovecot.deliver(received.data, folder="Sent")  # type: ignore[attr-defined]
            into_inbox(received)  # type: ignore[arg-type]

        smtp_sink.on_message = both
    monkeypatch.setenv("HWC_TEST_LIMIT", "200")
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")  # the daily rehearsal is off: a person asks for this one
    agent.module = "tests.rehearsal.quick_agent"
    agent.add_staff()
    child = unique_child()
    dovecot.deliver(signal_mail(child.name, child.born))
    agent.start()
    try:
        levels = asked(agent)
    finally:
        agent.stop()
    assert levels["HWC-241"] == "good"
    assert levels["HWC-372"] == "good"
    assert levels["HWC-437"] == ("warning" if copies else "good")
    with dovecot.client() as client:
        for folder in ("Drafts", "Sent", "Trash"):
            assert client.select_folder(folder, readonly=True)[b"EXISTS"] == 0
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 1, "the signal still waits"
        assert client.search("UNSEEN")


def test_without_an_agent(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")
    levels = asked(agent)
    assert levels["HWC-282"] == "fault"
    assert levels["HWC-372"] == "good"
    assert smtp_sink.messages == []


def test_the_servers_clock(imap_server: MailServer, tmp_path: Path) -> None:
    mailbox = settings_for(imap_server, None, tmp_path).mailbox
    before = SystemClock().now()
    told = server_time(mailbox, "a1b2")
    assert told is not None
    assert judge_clock(before, told, SystemClock().now()).well
    assert sent_so_far(mailbox)
    with imap_server.client() as client:
        folders = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
        assert [client.select_folder(f, readonly=True)[b"EXISTS"] for f in folders] == [0] * len(folders)
