"""Reading without a trace, and flags that are read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.lifecycle import Stage
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox import mark
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.read import read_header, read_message
from hwc_school_agent.mailbox.session import open_session
from tests.helpers import signal_mail, unique_child
from tests.mailbox.scene import Scene
from tests.servers import Courier, Dovecot, ImapFaults, MailServer


def test_reading_leaves_a_message_unread(imap_server: MailServer, tmp_path: Path) -> None:
    scene, child = Scene.on(imap_server, None, tmp_path), unique_child()
    place = scene.signal(child)
    with open_session(scene.settings.mailbox) as session:
        raw, header = read_message(session, place), read_header(session, place)
        assert read_message(session, place, limit=40) == raw[:40]
    assert child.name.encode() in raw
    assert raw.startswith(header)
    assert child.name.encode() not in header
    assert scene.flags(place) == frozenset()


def test_what_is_not_there_is_gone(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    place = scene.signal()
    for wrong in (replace(place, uid=place.uid + 7), replace(place, uidvalidity=place.uidvalidity + 1)):
        with open_session(scene.settings.mailbox) as session:
            for act in (read_message, read_header, mark.confirm):
                with pytest.raises(MessageGone):
                    act(session, wrong)
    assert scene.flags(place) == frozenset()


def test_reading_puts_nothing_into_the_index_cache(tmp_path: Path) -> None:
    """Dovecot keeps headers in its index cache beyond EXPUNGE if they are asked for in the wrong way."""
    with Dovecot() as server:
        scene = Scene.on(server, None, tmp_path)
        child = unique_child()
        server.doveadm("save", "-u", server.user, data=signal_mail(child.name, child.born, subject=child.last))
        place = replace(scene.deliver(signal_mail("A B", "1-1-2012")), uid=1)
        with open_session(scene.settings.mailbox) as session:
            assert child.last.encode() in read_header(session, place)
            read_message(session, place)
            session.select(place)
            session.run(b"UID STORE 1 +FLAGS (\\Seen \\Deleted)")
            session.run(b"EXAMINE INBOX")
            session.select(place)
            session.run(b"UID EXPUNGE 1")
        assert not server.disk_find(child.last.encode())


def test_confirming_twice(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    place, other = scene.signal(), scene.signal()
    scene.confirm(place)
    scene.confirm(place)
    assert scene.flags(place) == {"\\flagged"}
    assert scene.flags(other) == frozenset()


def test_stages_only_rise(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    place = scene.signal()
    with open_session(scene.settings.mailbox) as session:
        flags = mark.raise_stage(session, place, Stage.RECEIPTED)
        assert flags - {"\\recent"} == {"\\flagged", "\\answered", "$mdnsent"}
        assert mark.raise_stage(session, place, Stage.CONFIRMED) >= {"\\flagged", "\\answered"}


def test_a_flag_that_does_not_stick_is_noticed(imap_server: MailServer, tmp_path: Path) -> None:
    with ImapFaults(imap_server.port) as proxy:
        scene = Scene.on(imap_server, None, tmp_path, proxy)
        place = scene.signal()
        for how in ("lie", "no"):
            proxy.rule("UID STORE", how)
            with open_session(scene.settings.mailbox) as session, pytest.raises(FolderRefused):
                mark.confirm(session, place)
            proxy.heal()
        proxy.rule("UID FETCH", "lie", times=1)  # a message that is there must not count as gone
        with open_session(scene.settings.mailbox) as session, pytest.raises(MailboxTrouble):
            mark.confirm(session, place)


def test_a_read_only_folder_refuses(tmp_path: Path) -> None:
    with Dovecot() as server:
        scene = Scene.on(server, None, tmp_path)
        place = scene.signal()
        with ImapFaults(server.port) as proxy:
            proxied = Scene.on(server, None, tmp_path, proxy)
            proxy.rule("SELECT", "no")
            with open_session(proxied.settings.mailbox) as session, pytest.raises(FolderRefused):
                mark.confirm(session, place)
        assert scene.flags(place) == frozenset()


def test_the_message_that_was_shown_is_the_one_that_is_confirmed(courier: Courier, tmp_path: Path) -> None:
    """Courier numbers messages anew until somebody opens the folder for writing."""
    scene = Scene.on(courier, None, tmp_path)
    for name, child in (("1795472549.Mzz.school", "Eerste Kind"), ("1795472549.Maa.school", "Tweede Kind")):
        courier.deliver(signal_mail(child, "1-1-2012"), name=name)
        with open_session(scene.settings.mailbox) as session:
            (opened, _) = session.run(b"EXAMINE INBOX", b"UID FETCH 1:* (UID)")
    place = Place("INBOX", FolderRole.INBOX, opened.number("UIDVALIDITY") or 0, 1)
    with open_session(scene.settings.mailbox) as session:
        shown = read_message(session, place)
    courier.deliver(signal_mail("Derde Kind", "1-1-2012"), name="1795472548.M0.school")
    scene.confirm(place)
    with open_session(scene.settings.mailbox) as session:
        assert read_message(session, place) == shown
    assert scene.flags(place) == {"\\flagged"}
