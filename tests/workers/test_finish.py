"""After *Ontvangen*, on real servers: receipt, purge, proof; and the same after every kind of accident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import Answered, FolderRole, Word
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host import child as children
from hwc_school_agent.mailbox import library
from hwc_school_agent.settings import Senders
from hwc_school_agent.workers import finish
from tests.helpers import SENDER, InventedChild, eventually, signal_mail, unique_child
from tests.mailbox.scene import Scene
from tests.servers import Cyrus, Dovecot, ImapFaults, MailServer, SmtpSink

GOOD = {Word.EMPTY.value, Word.CLEAN.value, Word.GONE.value}


@pytest.fixture
def scene(imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Scene:
    return Scene.on(imap_server, smtp_sink, tmp_path)


def receipts(scene: Scene) -> list[str]:
    """The Message-IDs of the receipts that the submission server took."""
    assert scene.sink is not None
    return [str(m.parsed()["Message-ID"]) for m in scene.sink.messages]


def nothing_left(scene: Scene, child: InventedChild) -> bool:
    if isinstance(scene.server, Cyrus):
        scene.server.expire()
    return not any(scene.server.disk_find(t.encode()) for t in child.traces)


def test_the_whole_way(scene: Scene) -> None:
    child = unique_child()
    place = scene.signal(child, message_id="<signaal@veiligthuis.example>")
    assert scene.copy(place)
    scene.confirm(place)
    assert scene.finish(place) == ["receipted", "purged", "empty"]
    assert scene.counts() == {}
    assert nothing_left(scene, child)
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
    assert receipts(scene) == []


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
    assert receipts(scene) == []


def test_a_stranger_gets_no_receipt(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, smtp_sink, tmp_path)
    place = scene.signal(sender="iemand@elders.example", headers={"Reply-To": SENDER})
    scene.confirm(place)
    assert scene.finish(place) == ["not_owed", "purged", "empty"]
    assert receipts(scene) == []


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
    assert len(receipts(scene)) == 1


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
    one, two = receipts(scene)
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
        assert len(receipts(scene)) == 1


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
        assert nothing_left(scene, child)


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


class TestAccidents:
    """At every single IMAP command: the line is cut, the answer lost, refused, or a lie. Then it is run again."""

    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(library, "READ_SECONDS", 10.0)

    @pytest.mark.parametrize("how", ["cut-after", "lie"])
    def test_dovecot(self, tmp_path: Path, smtp_sink: SmtpSink, how: str) -> None:
        with Dovecot() as server:
            self.everywhere(server, smtp_sink, tmp_path, how, step=2)

    @pytest.mark.sweep
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("how", ["cut", "cut-after", "no", "lie"])
    def test_all_servers(self, imap_server: MailServer, tmp_path: Path, smtp_sink: SmtpSink, how: str) -> None:
        self.everywhere(imap_server, smtp_sink, tmp_path, how)

    def test_silence(self, tmp_path: Path, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(library, "READ_SECONDS", 1.0)
        with Dovecot() as server:
            self.everywhere(server, smtp_sink, tmp_path, "stall", step=7)

    def everywhere(self, server: MailServer, sink: SmtpSink, tmp_path: Path, how: str, step: int = 1) -> None:
        with ImapFaults(server.port) as proxy:
            scene = Scene.on(server, sink, tmp_path, proxy)
            others = [scene.signal()]
            self.prepared(scene, proxy)
            commands = len(proxy.commands)
            others.append(scene.signal())
            for number in range(0, commands, step):
                child, place = self.confirmed(scene)
                sink.clear()
                proxy.rule(b"", "delay", times=number, seconds=0)  # let these pass
                proxy.rule(b"", how, times=1)
                runs = 0
                while (last := scene.finish(place)[-1]) not in GOOD:
                    proxy.heal()
                    runs += 1
                    assert runs < 5, (how, number, last)
                proxy.heal()
                ids = receipts(scene)
                assert ids, (how, number)
                assert set(ids) == {ids[0]}, (how, number)
                assert [scene.flags(p) for p in others] == [frozenset()] * 2, (how, number)
                assert scene.counts() == {"INBOX": 2}, (how, number)
                if not isinstance(server, Cyrus):
                    assert nothing_left(scene, child), (how, number)

    def prepared(self, scene: Scene, proxy: ImapFaults) -> None:
        """One undisturbed run, which tells how many commands there are."""
        _, place = self.confirmed(scene)
        proxy.commands.clear()
        assert scene.finish(place)[-1] == "clean"

    @staticmethod
    def confirmed(scene: Scene) -> tuple[InventedChild, Place]:
        child = unique_child()
        scene.remark()
        place = scene.signal(child)
        scene.copy(place)
        scene.confirm(place)
        return child, place


@pytest.fixture
def killed_anywhere(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[tuple[Scene, ImapFaults]]:
    with ImapFaults(dovecot.port) as proxy:
        yield Scene.on(dovecot, smtp_sink, tmp_path, proxy), proxy


def test_kill_9_at_any_moment(killed_anywhere: tuple[Scene, ImapFaults]) -> None:
    scene, proxy = killed_anywhere
    other = scene.signal()
    for number in (1, 4, 6, 15, 20, 30):
        child, place = TestAccidents.confirmed(scene)
        assert scene.sink is not None
        scene.sink.clear()
        proxy.commands.clear()
        proxy.rule(b"", "delay", times=number, seconds=0)
        proxy.rule(b"", "stall", times=None)  # the server hears nothing more; the worker is killed there
        job = scene.job(place)
        worker = children.fork(lambda say: finish.run(scene.settings, job, lambda s: say(s.line())))  # noqa: B023
        eventually(lambda: len(proxy.commands) > number)  # noqa: B023
        worker.kill()
        assert worker.reap() == -9
        proxy.heal()
        assert eventually(lambda: scene.finish(place)[-1] in GOOD)  # noqa: B023
        assert nothing_left(scene, child)
        assert len(set(receipts(scene))) == 1
        assert scene.flags(other) == frozenset()


def test_in_a_child(scene: Scene) -> None:
    """As ``watch`` runs it: forked, one word a line, exit code 0."""
    place = scene.signal()
    scene.confirm(place)
    job = scene.job(place)
    worker = children.fork(lambda say: finish.run(scene.settings, job, lambda s: say(s.line())))
    assert children.collect(worker) == (0, b"receipted\npurged\nempty\n")
