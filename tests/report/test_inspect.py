"""The look at the mailbox for the report, on real servers: true, and the same whether or not a signal waits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.job import InspectJob
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.workers import inspect
from tests.mailbox.scene import Scene
from tests.servers import Cyrus, Dovecot, ImapFaults, MailServer
from tests.servers.ports import free_port

R = FolderRole
CLEAR, NOT = "folders_clear", "folders_not_established"


def words(scene: Scene, *, unfinished: bool = False) -> list[str]:
    """What the worker says."""
    said: list[str] = []
    inspect.run(scene.direct, InspectJob(unfinished), lambda word: said.append(word.value))
    return said


def test_waiting_signals_change_nothing(imap_server: MailServer, tmp_path: Path) -> None:
    """P5: unread, glanced at, in any folder a person may have put it into, and however often."""
    scene = Scene.on(imap_server, None, tmp_path)
    before = words(scene)
    assert before[0] == before[3] == CLEAR
    waiting = scene.signal()
    scene.signal()
    glanced = scene.signal()
    scene.flag(glanced, b"\\Seen")
    scene.copy(waiting, [R.JUNK, R.TRASH])
    flagged = scene.signal()
    scene.flag(flagged, b"\\Flagged")
    assert words(scene) == before


@pytest.mark.parametrize("flags", [b"\\Seen \\Flagged", b"\\Seen \\Answered", b"\\Seen \\Deleted"])
def test_what_was_handled_is_seen(imap_server: MailServer, tmp_path: Path, flags: bytes) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    scene.signal()
    scene.flag(scene.signal(), flags)
    said = words(scene)
    assert said[0] == said[3] == NOT


@pytest.mark.parametrize(("role", "flags"), [(R.SENT, b""), (R.TRASH, b"\\Seen"), (R.JUNK, b"\\Seen \\Answered")])
def test_in_every_folder(imap_server: MailServer, tmp_path: Path, role: FolderRole, flags: bytes) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    if scene.folder(role) is None:
        pytest.skip("this server has no such folder")
    place = scene.deliver(b"Subject: x\r\n\r\nx\r\n", role)
    if flags:
        scene.flag(place, flags)
    assert words(scene)[0] == NOT


def test_what_was_confirmed_and_is_under_way_is_not_claimed_away(dovecot: MailServer, tmp_path: Path) -> None:
    said = words(Scene.on(dovecot, None, tmp_path), unfinished=True)
    assert said[0] == said[3] == NOT


def test_what_comes_between_the_two_looks_is_seen(dovecot: MailServer, tmp_path: Path) -> None:
    """The second look is one of its own, on a new connection."""
    scene = Scene.on(dovecot, None, tmp_path)
    said: list[str] = []

    def say(word: object) -> None:
        said.append(str(word))
        if len(said) == 3:
            scene.flag(scene.signal(), b"\\Seen \\Answered")

    inspect.run(scene.direct, InspectJob(unfinished=False), say)
    assert (said[0], said[3]) == (CLEAR, NOT)


@pytest.mark.parametrize("answer", ["no", "bad"])
@pytest.mark.parametrize("command", [rb"EXAMINE \"?Trash", rb"UID SEARCH"])
def test_a_folder_that_does_not_answer_is_not_clear(
    dovecot: MailServer, tmp_path: Path, command: bytes, answer: str
) -> None:
    with ImapFaults(dovecot.port) as faults:
        scene = Scene.on(dovecot, None, tmp_path)
        faults.rule(command, answer)
        through = replace(
            scene, settings=replace(scene.settings, mailbox=replace(scene.direct.mailbox, port=faults.port))
        )
        said: list[str] = []
        inspect.run(through.settings, InspectJob(unfinished=False), lambda word: said.append(word.value))
    assert said[0] == NOT


def test_no_mailbox_no_words(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    nowhere = replace(scene.direct, mailbox=replace(scene.direct.mailbox, port=free_port()))
    said: list[str] = []
    with pytest.raises(MailboxTrouble):
        inspect.run(nowhere, InspectJob(unfinished=False), lambda word: said.append(word.value))
    assert said == []


# -- the recovery area --------------------------------------------------------------------------------------------


def test_no_recovery_folder_is_not_claimed_to_be_empty(imap_server: MailServer, tmp_path: Path) -> None:
    """Cyrus keeps expunged mail where IMAP does not show it."""
    said = words(Scene.on(imap_server, None, tmp_path))
    assert said[1] == said[4] == "recovery_not_seen"


# -- who may read -------------------------------------------------------------------------------------------------


def test_who_may_read(imap_server: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(imap_server, None, tmp_path)
    offered = not isinstance(imap_server, Dovecot)  # its plugin is not loaded in the standard profile
    assert words(scene)[2] == ("access_nobody_else" if offered else "access_not_told")


def test_somebody_else_may_read(cyrus: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(cyrus, None, tmp_path)
    with cyrus.client() as client:
        client.setacl("INBOX", "directeur", "lr")
    assert words(scene)[2] == "access_others"


def test_right_to_see_the_name_only(cyrus: Cyrus, tmp_path: Path) -> None:
    scene = Scene.on(cyrus, None, tmp_path)
    with cyrus.client() as client:
        client.setacl("INBOX", "directeur", "lp")
    assert words(scene)[2] == "access_nobody_else"
