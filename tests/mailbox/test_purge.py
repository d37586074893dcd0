"""What is a copy and what is not (P1), and purging on servers that make it hard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import Answered, FolderRole
from hwc_school_agent.mailbox.copies import Message, Sought, day_of
from tests.helpers import SENDER, need, signal_mail, unique_child
from tests.mailbox.scene import COPIES, Scene
from tests.servers import Courier, Dovecot, Embedded, ImapFaults, MailServer

R = FolderRole


def message(*, header: str = "", flags: str = "", size: int = 100, uid: int = 1) -> Message:
    return Message(uid, frozenset(flags.split()), size, b"23-Nov-2026 21:52:48 +0000", header.encode())


MINE = "Message-ID: <a@b.example>\r\nSubject: x\r\n\r\n"
ORIGINAL = message(header=MINE, flags="\\flagged")
NAMELESS = message(header="Subject: x\r\n\r\n", flags="\\flagged")


@pytest.mark.parametrize(
    ("original", "other", "role", "copy"),
    [
        (ORIGINAL, message(header=MINE), R.ARCHIVE, True),
        (ORIGINAL, message(header=MINE), R.INBOX, True),  # nothing tells it apart
        (ORIGINAL, message(header=MINE, size=101), R.INBOX, False),  # unread, and longer: another message
        (ORIGINAL, message(header=MINE, size=101, flags="\\seen"), R.INBOX, True),
        (ORIGINAL, message(header="X: y\r\n" + MINE), R.INBOX, False),  # sent again with the same Message-ID, unread
        (ORIGINAL, message(header="X: y\r\n" + MINE), R.JUNK, False),
        (ORIGINAL, message(header="X: y\r\n" + MINE), R.TRASH, False),
        (ORIGINAL, message(header="X: y\r\n" + MINE, flags="\\seen"), R.TRASH, True),
        (NAMELESS, message(header="Subject: x\r\n\r\n"), R.INBOX, False),
        (NAMELESS, message(header="Subject: x\r\n\r\n", flags="\\seen"), R.INBOX, True),
        (NAMELESS, message(header="Message-ID:\r\n\r\n", flags="\\seen"), R.INBOX, False),
        (ORIGINAL, message(header="In-Reply-To: <a@b.example>\r\n\r\n"), R.SENT, True),
        (ORIGINAL, message(header="References: <z@z>\r\n\t<a@b.example>\r\n\r\n"), R.DRAFTS, True),
        (ORIGINAL, message(header="References: <a@b.example>\r\n\r\n", flags="\\seen"), R.INBOX, False),
        (ORIGINAL, message(header="Subject: <a@b.example>\r\n\r\n"), R.SENT, False),
        (None, message(header=MINE, flags="\\seen"), R.TRASH, False),
        (None, message(header="Message-ID: <ours>\r\n\r\n"), R.SENT, True),
        (None, message(header="Message-ID: <ours>\r\n\r\n"), R.INBOX, False),
        (None, message(header="Message-ID: <ours>\r\n\r\n", flags="\\seen"), R.INBOX, True),
    ],
)
def test_what_is_a_copy(original: Message | None, other: Message, role: FolderRole, copy: bool) -> None:
    assert Sought(original, lambda i: i == "<ours>").matches(other, role) is copy


def test_hostile_headers_are_read_in_no_time() -> None:
    nasty = message(header="References: " + "<" * 200_000 + "\r\n" + " <\r\n" * 50_000 + "\r\n", flags="\\seen")
    assert not Sought(ORIGINAL, lambda _: False).matches(nasty, R.SENT)


def test_day_before() -> None:
    day = day_of(b" 1-Mar-2028 00:10:00 +0100")
    assert day is not None
    assert day.isoformat() == "2028-02-29"
    assert day_of(b"32-Foo-2026 x") is None
    assert day_of(b"32-Jan-2026 x") is None


@pytest.fixture(
    params=[
        "courier:trash",
        "courier:no-idle",
        "dovecot:gmail-like",
        "dovecot:virtual-all",
        "dovecot:minimal",
        "dovecot:exchange-visible",
        "pymap:standard",
    ]
)
def odd_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    name, profile = request.param.split(":")
    cls = {"dovecot": Dovecot, "courier": Courier, "pymap": Embedded}[name]
    need(cls.why_not())
    with cls(profile) as server:
        yield server


def test_every_copy_goes_and_the_neighbour_stays(odd_server: MailServer, tmp_path: Path) -> None:
    scene, child, other = Scene.on(odd_server, None, tmp_path), unique_child(), unique_child()
    neighbour = scene.signal(other)
    place = scene.signal(child)
    assert scene.copy(place)
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED) == ["not_owed", "purged", "clean"]
    assert not odd_server.disk_find(child.last.encode())
    assert odd_server.disk_find(other.last.encode())
    assert scene.flags(neighbour) == frozenset()
    again = scene.finish(place, Answered.PHONED)
    assert again == ["gone"]


def test_a_second_signal_with_the_same_id_is_never_purged(imap_server: MailServer, tmp_path: Path) -> None:
    """P1: an unread message is a copy only when nothing tells it apart."""
    scene, one, two = Scene.on(imap_server, None, tmp_path), unique_child(), unique_child()
    same = f"<zelfde@{SENDER.partition('@')[2]}>"
    place = scene.signal(one, message_id=same)
    others = [
        scene.signal(two, message_id=same, headers={"X-Nummer": "2"}),
        scene.deliver(signal_mail(two.name, two.born, message_id=same, headers={"X-Nummer": "3"}), FolderRole.JUNK),
        scene.deliver(signal_mail(two.name, two.born, message_id=same, headers={"X-Nummer": "4"}), FolderRole.TRASH),
    ]
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED)[-1] == "clean"
    assert [scene.flags(p) for p in others] == [frozenset()] * 3
    assert scene.flags(place) is None


def test_a_folder_that_did_not_exist_before_is_searched(imap_server: MailServer, tmp_path: Path) -> None:
    scene, child = Scene.on(imap_server, None, tmp_path), unique_child()
    place = scene.signal(child)
    name = "INBOX.Zorg" if isinstance(imap_server, Courier) else "Zorg"
    with imap_server.client() as client:
        client.create_folder(name)
        client.select_folder("INBOX")
        client.copy([place.uid], name)
        client.append(name, signal_mail("Oud Bericht", "1-1-2012"))
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED)[-1] == "clean"
    assert scene.counts() == {name: 1}


def test_a_reply_that_quotes_the_signal_goes_too(imap_server: MailServer, tmp_path: Path) -> None:
    scene, child = Scene.on(imap_server, None, tmp_path), unique_child()
    place = scene.signal(child, message_id="<vraag@veiligthuis.example>")
    reply = signal_mail("x", "y", text=f"> {child.line}", headers={"In-Reply-To": "<vraag@veiligthuis.example>"})
    for role in (FolderRole.SENT, FolderRole.DRAFTS):
        scene.deliver(reply, role)
    answer = scene.deliver(reply)  # what comes in is somebody's new message, whatever it refers to
    scene.confirm(place)
    assert scene.finish(place, Answered.PHONED)[-1] == "clean"
    assert scene.counts() == {"INBOX": 1}
    assert scene.flags(answer) == frozenset()


def test_without_uidplus_nobody_elses_deleted_mail_goes(tmp_path: Path) -> None:
    need(Courier.why_not())
    with Courier("no-idle") as server:
        scene = Scene.on(server, None, tmp_path)
        other, place = scene.signal(), scene.signal()
        scene.flag(other, b"\\Deleted \\Seen")
        scene.confirm(place)
        assert scene.finish(place, Answered.PHONED)[-1] == "purge_failed inbox"
        assert scene.flags(other) == {"\\deleted", "\\seen"}
        scene_with = server.client()
        with scene_with as client:
            client.select_folder("INBOX")
            client.remove_flags([other.uid], [b"\\Deleted"])
        assert scene.finish(place, Answered.PHONED)[-1] == "clean"
        assert scene.flags(other) == {"\\seen"}


def test_round_trips_do_not_grow_with_folders(tmp_path: Path) -> None:
    """Purge and proof, cold, with copies in three folders: the count that DESIGN section 11 sets, without TLS."""
    with Dovecot() as server, ImapFaults(server.port) as proxy:
        trips = []
        for more in (0, 190):
            with server.client() as client:
                for n in range(more):
                    client.create_folder(f"Map{n}")
            scene = Scene.on(server, None, tmp_path, proxy)
            place = scene.signal()
            assert scene.copy(place) == len(COPIES)
            scene.confirm(place)
            proxy.reset_counters()
            assert scene.finish(place, Answered.PHONED) == ["not_owed", "purged", "empty"]
            trips.append(proxy.round_trips)
    assert max(trips) <= 6
