"""What the account may do with its folders, on real servers: what is said of a folder is what the server then does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from imapclient import IMAPClient

from hwc_school_agent.doctor import mail, report
from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.domain.job import CloseJob, InspectJob
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.mailbox import inspect
from hwc_school_agent.mailbox.copies import Sought
from hwc_school_agent.mailbox.diagnose import diagnose
from hwc_school_agent.mailbox.rights import Rights, rights
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.mailbox.verify import verify
from hwc_school_agent.settings import Mailbox
from hwc_school_agent.workers import close
from hwc_school_agent.workers import inspect as worker
from tests.helpers import need, settings_for
from tests.mailbox.scene import Scene
from tests.servers import Courier, Cyrus, Dovecot, MailServer

ACL = """
mail_plugins = $mail_plugins acl
protocol imap {
  mail_plugins = $mail_plugins acl imap_acl
}
plugin {
  acl = vfile
}
"""
SERVERS = {"dovecot": Dovecot, "cyrus": Cyrus, "courier": Courier}
#: Who the account is in its own lists.
OWN = {"dovecot": "hwc@school.example", "cyrus": "hwc", "courier": "owner"}
#: Folder and rights. Courier keeps l and a for the owner, Cyrus l.
FOLDERS = {
    "Dicht": "la",  # no r
    "Weg": "a",  # not even l
    "Verstopt": "ra",  # may be opened, is not listed
    "Vast": "lrswia",  # neither t nor e
    "Half": "lrswtia",  # no e
    "Vrij": "lrswteia",
    "Alleen lezen": "lra",
}
ALL = frozenset(FOLDERS)


@contextmanager
def school(kind: str) -> Iterator[tuple[MailServer, str]]:
    """A server with these folders, a message in each; and what stands before their names."""
    need(SERVERS[kind].why_not())
    with Dovecot(extra_config=ACL) if kind == "dovecot" else SERVERS[kind]() as server:
        before = "INBOX." if kind == "courier" else ""
        with server.client() as client:
            deep = f"{before}Oud{client.list_folders()[0][1].decode()}2025"
            client.create_folder(deep)  # its parent is no folder
            client.subscribe_folder(deep)
            client.create_folder(f"{before}Even")
            client.subscribe_folder(f"{before}Even")
            client.delete_folder(f"{before}Even")  # the subscription stays
            for name, given in FOLDERS.items():
                client.create_folder(before + name)
                client.append(before + name, b"Subject: x\r\n\r\nx\r\n")
                client.subscribe_folder(before + name)
                _narrow(client, before + name, OWN[kind], given)
        yield server, before


def _narrow(client: IMAPClient, folder: str, who: str, given: str) -> None:
    try:
        client.setacl(folder, who, given)
    except IMAPClient.Error:
        assert who == "owner", "only Courier refuses: nobody may shut himself out"


def seen(mailbox: Mailbox, before: str) -> Rights | None:
    with open_session(mailbox) as session:
        found = rights(session, folders_with_status(session))
    if found is None:
        return None
    shut, kept = (tuple(sorted(n.removeprefix(before) for n in names)) for names in (found.shut, found.kept))
    return Rights(shut, kept)


@pytest.mark.parametrize(
    ("kind", "shut", "kept"),
    [
        ("dovecot", {"Dicht", "Weg", "Verstopt"}, {"Vast", "Half", "Alleen lezen"}),
        ("cyrus", {"Dicht", "Weg"}, {"Verstopt", "Vast", "Half", "Alleen lezen"}),
        ("courier", {"Dicht"}, {"Vast", "Half", "Alleen lezen"}),
    ],
)
def test_what_is_said_is_what_the_server_does(kind: str, shut: set[str], kept: set[str], tmp_path: Path) -> None:
    with school(kind) as (server, before):
        mailbox = settings_for(server, None, tmp_path).mailbox
        assert seen(mailbox, before) == Rights(tuple(sorted(shut)), tuple(sorted(kept)))
        with server.client() as client:
            listed = {name for _, _, name in client.list_folders()}
            for name in ALL:
                looked = before + name in listed and _opens(client, before + name)
                assert looked is (name not in shut), name
                if looked:
                    assert _empties(client, before + name) is (name not in kept), name


def _opens(client: IMAPClient, name: str) -> bool:
    try:
        client.select_folder(name, readonly=True)
    except IMAPClient.Error:
        return False
    return True


def _empties(client: IMAPClient, name: str) -> bool:
    """Whether a message goes when it is marked and expunged; servers say OK to what they ignore."""
    try:
        client.select_folder(name)
        uids = client.search()
        assert uids
        client.set_flags(uids, ["\\Deleted"])
        client.expunge()
    except IMAPClient.Error:
        pass  # refused
    return client.select_folder(name, readonly=True)[b"EXISTS"] == 0


def test_a_server_that_does_not_tell(dovecot: MailServer, tmp_path: Path) -> None:
    assert seen(settings_for(dovecot, None, tmp_path).mailbox, "") is None


@pytest.mark.parametrize("kind", SERVERS)
def test_ordinary_folders_are_open(kind: str, tmp_path: Path) -> None:
    need(SERVERS[kind].why_not())
    with Dovecot(extra_config=ACL) if kind == "dovecot" else SERVERS[kind]() as server:
        assert seen(settings_for(server, None, tmp_path).mailbox, "") == Rights((), ())


def test_doctor_names_each_folder_once_and_says_what_to_do(tmp_path: Path) -> None:
    with school("dovecot") as (server, _):
        findings = mail.judge_folders(diagnose(settings_for(server, None, tmp_path).mailbox, time.time(), log_in=True))
    named = [(f.check, f.facts["folder"]) for f in findings if "folder" in f.facts]
    assert sorted(named, key=lambda each: (each[0].number, each[1])) == [
        *((Check.FOLDER_SHUT, name) for name in ("Dicht", "Verstopt", "Weg")),
        *((Check.FOLDER_KEPT, name) for name in ("Alleen lezen", "Half", "Vast")),
    ]
    assert not [f for f in findings if f.well and f.check in (Check.FOLDER_UNCOUNTED, Check.FOLDER_KEPT)]
    assert all(report.action(f, "nl") for f in findings if "folder" in f.facts)


@pytest.mark.parametrize(
    ("given", "word"),
    [("a", "folders_not_established"), ("ra", "folders_not_established"), ("la", "folders_not_established"),
     ("lra", "folders_clear")],
)  # fmt: skip
def test_the_report_claims_nothing_of_a_folder_that_is_shut(given: str, word: str, tmp_path: Path) -> None:
    """Also of one that no list shows. One that may not be emptied was looked into, and nothing handled stands there."""
    need(Dovecot.why_not())
    with Dovecot(extra_config=ACL) as server:
        settings = settings_for(server, None, tmp_path)
        with server.client() as client:
            client.create_folder("Leeg")
            client.subscribe_folder("Leeg")
        with open_session(settings.mailbox) as session:
            assert inspect.folders(session)[0].value == "folders_clear"
        with server.client() as client:
            client.setacl("Leeg", OWN["dovecot"], given)
        said: list[str] = []
        worker.run(settings, InspectJob(unfinished=False), lambda each: said.append(each.value))
    assert [each for each in said if each.startswith("folders")] == [word, word]


@pytest.mark.parametrize(("given", "last"), [("a", "not_counted other"), ("lra", "clean")])
def test_after_a_purge_nothing_is_claimed_while_a_folder_is_hidden(given: str, last: str, tmp_path: Path) -> None:
    """The message is out of every folder that is shown; what stands in the hidden one nobody could see."""
    need(Dovecot.why_not())
    with Dovecot(extra_config=ACL) as server:
        scene = Scene.on(server, None, tmp_path)
        with server.client() as client:
            client.create_folder("Kopie")
            client.subscribe_folder("Kopie")
            client.append("Kopie", b"Subject: x\r\n\r\nx\r\n")
        scene.remark()
        place = scene.signal()
        scene.confirm(place)
        with server.client() as client:
            client.setacl("Kopie", OWN["dovecot"], given)
        assert scene.finish(place, Answered.PHONED)[-1] == last
        assert set(scene.counts()) <= {"Kopie"}
        # also where the first connection has told nothing about the server
        said = verify(scene.settings.mailbox, Sought(None, lambda _id: False), scene.marks, None)
        assert said.line() == last


def test_the_days_closing_says_so_too(tmp_path: Path) -> None:
    """The same with and without a signal: the ledger's word is about the folder."""
    need(Dovecot.why_not())
    with Dovecot(extra_config=ACL) as server:
        scene = Scene.on(server, None, tmp_path)
        with server.client() as client:
            client.create_folder("Kopie")
            client.subscribe_folder("Kopie")
            client.setacl("Kopie", OWN["dovecot"], "a")
        said: list[str] = []
        close.run(scene.settings, CloseJob((), time.time()), lambda word: said.append(word.line()))
    assert said == ["not_counted other", "not_counted other"]
