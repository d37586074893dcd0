"""After *Ontvangen*, on real servers: receipt, purge, proof; and the same after every kind of accident."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import Answered, FolderRole
from hwc_school_agent.host import child as children
from hwc_school_agent.settings import Senders
from hwc_school_agent.workers import finish
from tests.helpers import SENDER, eventually, signal_mail, unique_child
from tests.mailbox.scene import Scene
from tests.servers import Dovecot, ImapFaults, MailServer, SmtpSink


@pytest.fixture
def scene(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Scene:
    return Scene.on(imap_server, smtp_sink, tmp_path)


def test_the_whole_way(scene: Scene) -> None:
    child = unique_child()
    place = scene.signal(child, message_id="<signaal@veiligthuis.example>")
    assert scene.copy(place)
    scene.confirm(place)
    assert scene.finish(place) == ["receipted", "purged", "empty"]
    assert scene.counts() == {}
    assert scene.nothing_left(child)
    assert scene.sink is not None
    (mail,) = scene.sink.wait(1)
    assert mail.rcpt_tos == [SENDER]
    parsed = mail.parsed()
    assert parsed["In-Reply-To"] == "<signaal@veiligthuis.example>"
    assert parsed["Auto-Submitted"] == "auto-replied"
    text = mail.data.decode()
    assert not [t for t in (*child.traces, child.born_text, "Handle", "Re:") if t in text]
    assert "gelezen" in parsed.get_content()


def test_dovecot_keeps_no_header_in_its_index(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    """Delivery by LMTP writes headers into Dovecot's cache; our own reading must not. So: saved without LMTP."""
    with Dovecot() as server:
        scene, child = Scene.on(server, smtp_sink, tmp_path), unique_child()
        server.doveadm("save", "-u", server.user, data=signal_mail(child.name, child.born, subject=child.last))
        place = scene.signal()
        for uid in (place.uid - 1, place.uid):
            one = place.__class__(place.folder, place.role, place.uidvalidity, uid)
            scene.copy(one)
            scene.confirm(one)
            said = scene.finish(one)
        assert said[-1] == "empty"
        assert not server.disk_find(child.last.encode())


def test_nobody_confirmed(scene: Scene) -> None:
    place = scene.signal()
    for flags in (b"\\Seen", b"\\Answered"):
        scene.flag(place, flags)
        assert scene.finish(place) == ["not_confirmed"]
    assert scene.flags(place) == {"\\seen", "\\answered"}
    assert scene.receipts() == []


def test_not_of_our_school(scene: Scene) -> None:
    place = scene.signal()
    scene.confirm(place)
    assert scene.finish(place, Answered.NOT_OURS) == ["receipted", "purged", "empty"]
    assert scene.sink is not None
    assert "zit niet bij ons op school" in scene.sink.messages[0].parsed().get_content()


def test_told_by_telephone(scene: Scene) -> None:
    place = scene.signal()
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED) == ["not_owed", "purged", "empty"]
    assert scene.receipts() == []


def test_a_stranger_gets_no_receipt(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    place = scene.signal(sender="iemand@elders.example", headers={"Reply-To": SENDER})
    scene.confirm(place)
    assert scene.finish(place) == ["not_owed", "purged", "empty"]
    assert scene.receipts() == []


def test_the_address_for_receipts(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    senders = Senders(scene.settings.senders.allowed, "retour@veiligthuis.example")
    scene.settings = replace(scene.settings, senders=senders)
    place = scene.signal()
    scene.confirm(place)
    assert scene.finish(place)[0] == "receipted"
    assert smtp_sink.messages[0].rcpt_tos == ["retour@veiligthuis.example"]


def test_elsewhere(scene: Scene) -> None:
    """The school trusts what staff did in their own mail program, but never with unread mail."""
    unread, read, replied = scene.signal(), scene.signal(), scene.signal()
    scene.flag(unread, b"\\Answered")
    assert scene.finish(unread, elsewhere=True) == ["not_confirmed"]
    scene.flag(read, b"\\Seen")
    assert scene.finish(read, elsewhere=True) == ["receipted", "purged", "clean"]
    scene.flag(replied, b"\\Seen \\Answered")
    assert scene.finish(replied, elsewhere=True) == ["not_owed", "purged", "clean"]
    assert scene.flags(unread) == {"\\answered"}
    assert len(scene.receipts()) == 1


@pytest.mark.parametrize(
    ("reply", "word"), [("451 4.7.1 Later", "receipt_later"), ("550 5.1.1 Nee", "receipt_refused")]
)
def test_nothing_is_purged_before_the_receipt(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, reply: str, word: str
) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    place = scene.signal()
    copies = scene.copy(place)
    scene.confirm(place)
    smtp_sink.fail("rcpt", reply)
    assert scene.finish(place) == [word]
    assert sum(n or 0 for n in scene.counts().values()) == copies + 1
    assert scene.flags(place) == {"\\flagged"}
    assert scene.finish(place) == ["receipted", "purged", "empty"]


def test_no_answer_after_data_sends_the_same_receipt_again(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    place = scene.signal()
    scene.confirm(place)
    smtp_sink.fail("message", drop=True)
    assert scene.finish(place) == ["receipt_later"]
    assert scene.finish(place) == ["receipted", "purged", "empty"]
    one, two = scene.receipts()
    assert one == two


def test_a_receipt_that_the_server_files_in_sent_goes_too(scene: Scene) -> None:
    assert scene.sink is not None
    sent = scene.folder(FolderRole.SENT)
    assert sent is not None
    scene.sink.on_message = lambda m: scene.server.deliver(m.data, folder=sent.name)
    place = scene.signal()
    scene.confirm(place)
    # it was filed after the folders were listed: the same job finds it in the next run at the latest
    assert eventually(lambda: scene.finish(place)[-1] in ("empty", "gone") and scene.counts() == {})


def test_the_message_went_away_meanwhile(scene: Scene) -> None:
    place, other = scene.signal(), scene.signal()
    scene.confirm(place)
    assert scene.finish(place)[-1] == "clean"
    assert scene.finish(place) == ["gone"]
    assert scene.flags(other) == frozenset()


def test_a_purge_that_fails_does_not_send_the_receipt_again(
    imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with ImapFaults(imap_server.port) as proxy:
        scene = Scene.on(imap_server, smtp_sink, tmp_path, proxy)
        place = scene.signal()
        scene.confirm(place)
        proxy.rule(rb"UID STORE .*Deleted", "no", times=1)
        assert scene.finish(place) == ["receipted", "purge_failed inbox"]
        assert (scene.flags(place) or set()) >= {"\\flagged", "\\answered"}
        assert scene.finish(place) == ["not_owed", "purged", "empty"]
        assert len(scene.receipts()) == 1


def test_the_message_stays_until_every_folder_was_searched(imap_server: MailServer, tmp_path: Path) -> None:
    """With the message gone, a copy that was not found could never be told from other mail."""
    with ImapFaults(imap_server.port) as proxy:
        scene, child = Scene.on(imap_server, None, tmp_path, proxy), unique_child()
        place = scene.signal(child)
        scene.copy(place, [FolderRole.SENT])
        scene.confirm(place)
        proxy.rule(rb'EXAMINE "[^"]*Sent"', "no")
        assert scene.finish(place, Answered.PHONED) == ["not_owed", "purge_failed sent"]
        assert scene.flags(place) is not None
        proxy.heal()
        assert scene.finish(place, Answered.PHONED) == ["not_owed", "purged", "empty"]
        assert scene.nothing_left(child)


def test_what_cannot_be_counted_is_not_claimed(imap_server: MailServer, tmp_path: Path) -> None:
    with ImapFaults(imap_server.port) as proxy:
        scene = Scene.on(imap_server, None, tmp_path, proxy)
        place = scene.signal()
        scene.confirm(place)
        junk = scene.folder(FolderRole.JUNK)
        assert junk is not None
        proxy.rule(b'EXAMINE "?' + junk.name.encode(), "no")
        assert scene.finish(place, Answered.PHONED) == ["not_owed", "purged", "not_counted junk"]
        proxy.heal()
        assert scene.finish(place, Answered.PHONED) == ["empty"]


def test_unreachable(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    place = scene.signal()
    scene.confirm(place)
    dovecot.shut()
    assert scene.finish(place) == ["unreachable"]


def test_in_a_child(scene: Scene) -> None:
    """As ``watch`` runs it: forked, one word a line, exit code 0."""
    place = scene.signal()
    scene.confirm(place)
    job = scene.job(place)
    worker = children.fork(lambda say: finish.run(scene.settings, job, lambda s: say(s.line())))
    assert children.collect(worker) == (0, b"receipted\npurged\nempty\n")
