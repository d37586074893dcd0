"""The day's closing on real servers."""

from __future__ import annotations

import time
from pathlib import Path

from hwc_school_agent.domain.job import CloseJob, FinishJob
from hwc_school_agent.domain.outcome import FolderRole, Said, Word
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.post import receipt
from hwc_school_agent.workers import close
from tests.helpers import signal_mail
from tests.mailbox.scene import Scene
from tests.servers import ImapFaults, MailServer, SmtpSink


def closed(scene: Scene, *jobs: FinishJob) -> str:
    said: list[Said] = []
    close.run(scene.settings, CloseJob(jobs, time.time()), said.append)
    closed, last = (one for one in said if one.word is not Word.LEVELLING)
    if not jobs:
        assert closed == last
    return last.line()


def our_receipt(scene: Scene, number: int) -> bytes:
    """A receipt as a server files it in Sent."""
    key = derived(installation_key(scene.settings.state.directory), receipt.PURPOSE)
    place = scene.signal()
    own = receipt.receipt_id(key, f"<{number}@x>", b"", place, "hwc@school.example")
    scene.flag(place, b"\\Seen \\Flagged \\Answered \\Deleted")
    with scene.server.client() as client:
        client.select_folder(place.folder)
        client.uid_expunge([place.uid])
    return signal_mail("x", "y", text="Ontvangstbevestiging", message_id=own)


def test_an_ordinary_day(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, smtp_sink, tmp_path)
    assert closed(scene) == "empty"


def test_finishes_what_is_confirmed_and_nothing_else(
    imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    scene = Scene.on(imap_server, smtp_sink, tmp_path)
    done, unread, read = scene.signal(), scene.signal(), scene.signal()
    scene.copy(done)
    scene.confirm(done)
    scene.flag(read, b"\\Seen")
    assert closed(scene, scene.job(done), scene.job(unread), scene.job(read)) == "clean"
    assert scene.flags(done) is None
    assert scene.flags(unread) == frozenset()
    assert scene.flags(read) == {"\\seen"}
    assert len(smtp_sink.messages) == 1


def test_sweeps_our_own_receipts(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    for number, role in enumerate((FolderRole.SENT, FolderRole.TRASH, FolderRole.DRAFTS)):
        scene.deliver(our_receipt(scene, number), role)
    scene.deliver(signal_mail("x", "y", text="Een brief van de school", sender="hwc@school.example"), FolderRole.SENT)
    unread = scene.deliver(our_receipt(scene, 9))  # somebody sent it back: unread, so a person looks first
    assert closed(scene) == "clean"
    sent = scene.folder(FolderRole.SENT)
    assert sent is not None
    assert scene.counts() == {"INBOX": 1, sent.name: 1}
    assert scene.flags(unread) == frozenset()


def test_a_receipt_that_cannot_go_leaves_the_message(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    place = scene.signal()
    scene.confirm(place)
    smtp_sink.fail("rcpt", "451 4.7.1 Later")
    assert closed(scene, scene.job(place)) == "left inbox"
    assert scene.flags(place) == {"\\flagged"}


def test_only_claims_what_was_counted(dovecot: MailServer, tmp_path: Path) -> None:
    with ImapFaults(dovecot.port) as proxy:
        scene = Scene.on(dovecot, None, tmp_path, proxy)
        proxy.rule(b'EXAMINE "Trash"', "lie")
        assert closed(scene) == "not_counted trash"
        proxy.heal()
        proxy.rule(b"LIST", "lie")
        assert closed(scene) == "unreachable"
    dovecot.shut()
    assert closed(scene) == "unreachable"
