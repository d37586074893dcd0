"""Reading one message for the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hwc_school_agent.mailbox.errors import MailboxTrouble, MessageGone
from hwc_school_agent.workers import reader
from tests.helpers import unique_child
from tests.mailbox.scene import Scene
from tests.servers import MailServer

TODAY = date(2026, 11, 23)


def test_shows_the_child_and_leaves_it_unread(imap_server: MailServer, tmp_path: Path) -> None:
    scene, child = Scene.on(imap_server, None, tmp_path), unique_child()
    place = scene.signal(child)
    shown = reader.run(scene.settings, place, TODAY)
    assert [(c.name, c.born) for c in shown.children] == [(child.name, child.born)]
    assert shown.sender_agreed
    assert scene.flags(place) == frozenset()
    assert child.last not in repr(shown)


def test_gone_and_unreachable(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    place = scene.signal()
    with pytest.raises(MessageGone):
        reader.run(scene.settings, replace(place, uid=99), TODAY)
    dovecot.shut()
    with pytest.raises(MailboxTrouble):
        reader.run(scene.settings, place, TODAY)


def test_speaks_as_the_school_does(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    place = scene.signal()
    assert reader.run(scene.settings, place, TODAY).text.startswith("Onderwerp: ")
    english = replace(scene.settings, school=replace(scene.settings.school, language="en"))
    assert reader.run(english, place, TODAY).text.startswith("Subject: ")
