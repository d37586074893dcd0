"""*Ontvangen* on real servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.workers import confirm
from tests.mailbox.scene import Scene
from tests.servers import ImapFaults, MailServer


def test_sets_the_flag(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    place, other = scene.signal(), scene.signal()
    confirm.run(scene.settings, place)
    confirm.run(scene.settings, place)
    assert scene.flags(place) == {"\\flagged"}
    assert scene.flags(other) == frozenset()


def test_says_when_it_did_not(imap_server: MailServer, tmp_path: Path) -> None:
    with ImapFaults(imap_server.port) as proxy:
        scene = Scene.on(imap_server, None, tmp_path, proxy)
        place = scene.signal()
        with pytest.raises(MessageGone):
            confirm.run(scene.settings, replace(place, uidvalidity=place.uidvalidity + 1))
        for how, error in (("lie", FolderRefused), ("no", FolderRefused), ("cut", MailboxTrouble)):
            proxy.rule(rb"UID STORE", how)
            with pytest.raises(error):
                confirm.run(scene.settings, place)
            proxy.heal()
        assert scene.flags(place) == frozenset()
        proxy.rule(rb"UID STORE", "cut-after")
        with pytest.raises(MailboxTrouble):
            confirm.run(scene.settings, place)
        proxy.heal()
        confirm.run(scene.settings, place)
        assert scene.flags(place) == {"\\flagged"}
