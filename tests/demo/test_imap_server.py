"""The demo mailbox does what a school's mailbox does, seen by an ordinary client."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from hwc_school_agent.demo import own_look
from hwc_school_agent.demo.imap_server import ROLES
from hwc_school_agent.demo.school import ADDRESSES
from tests.demo.conftest import PASSWORD, Servers

MESSAGE = b"From: a@veiligthuis.example\r\nSubject: Proef\r\n\r\n" + b"Een regel.\r\n" * 500


def test_only_the_right_password_logs_in(servers: Servers) -> None:
    client = IMAPClient("127.0.0.1", servers.mailbox.port, ssl=False, timeout=20)
    with pytest.raises(LoginError):
        client.login(ADDRESSES.school, "iets anders")
    client.login(ADDRESSES.school, PASSWORD)
    client.logout()


def test_folders_carry_their_role(servers: Servers) -> None:
    with servers.client() as client:
        assert b"SPECIAL-USE" in client.capabilities()
        roles = {name: {bytes(f) for f in flags} for flags, _, name in client.list_folders()}
    assert set(roles) == {"INBOX", *ROLES}
    for name, role in ROLES.items():
        assert b"\\" + role in roles[name]
    assert not roles["INBOX"] & {b"\\" + role for role in ROLES.values()}


def test_a_message_comes_back_byte_for_byte(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with servers.client() as client:
        client.select_folder("INBOX", readonly=True)
        (uid,) = client.search("ALL")
        got = client.fetch(uid, ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])[uid]
    assert got[b"BODY[]"] == MESSAGE
    assert b"\\Seen" not in got[b"FLAGS"]
    assert abs(got[b"INTERNALDATE"].timestamp() - time.time()) < 60


def test_keywords_are_kept(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with servers.client() as client:
        assert b"\\*" in client.select_folder("INBOX")[b"PERMANENTFLAGS"]
        (uid,) = client.search("ALL")
        client.add_flags(uid, [b"\\Flagged", b"$MDNSent"])
    with servers.client() as client:
        client.select_folder("INBOX")
        assert {b"\\Flagged", b"$MDNSent"} <= set(client.get_flags(uid)[uid])


def test_examine_is_read_only(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with servers.client() as client:
        client.select_folder("INBOX", readonly=True)
        (uid,) = client.search("ALL")
        with pytest.raises(IMAPClientError):
            client.add_flags(uid, [b"\\Flagged"])
        client.fetch(uid, ["BODY[]"])
        assert b"\\Seen" not in client.get_flags(uid)[uid]


def test_uid_expunge_takes_only_the_named(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    servers.deliver(MESSAGE)
    with servers.client() as client:
        assert b"UIDPLUS" in client.capabilities()
        client.select_folder("INBOX")
        first, second = client.search("ALL")
        client.add_flags([first, second], [b"\\Deleted"])
        client.uid_expunge([first])
        assert client.search("ALL") == [second]


def test_move(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with servers.client() as client:
        client.select_folder("INBOX")
        client.move(client.search("ALL"), "Verwijderde items")
        assert client.search("ALL") == []
        assert client.folder_status("Verwijderde items", ["MESSAGES"])[b"MESSAGES"] == 1


def _heard(client: IMAPClient, wanted: tuple[int, bytes]) -> bool:
    """Whether an idling client is told this within 10 s."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if any(line[:2] == wanted for line in client.idle_check(timeout=1)):
            return True
    return False


def test_idle_loses_nothing_that_happens_while_it_reports(servers: Servers) -> None:
    async def burst(count: int) -> None:
        for _ in range(count):
            await servers.mailbox.deliver(MESSAGE)
            await asyncio.sleep(0)  # lets the idling connection run one step

    total = 0
    with servers.client() as watcher:
        watcher.select_folder("INBOX", readonly=True)
        watcher.idle()
        for count in range(2, 14):  # as released, the server loses the last one of most bursts
            servers.background.run(burst(count))
            total += count
            assert _heard(watcher, (total, b"EXISTS")), "an idling client was not told of a new message"
        watcher.idle_done()


def test_idle_pushes_an_expunge(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with servers.client() as watcher, servers.client() as other:
        watcher.select_folder("INBOX", readonly=True)
        watcher.idle()
        other.select_folder("INBOX")
        uids = other.search("ALL")
        other.add_flags(uids, [b"\\Seen", b"\\Deleted"])
        other.uid_expunge(uids)
        assert _heard(watcher, (1, b"EXPUNGE"))
        watcher.idle_done()


def test_a_fetch_leaves_in_one_piece(servers: Servers) -> None:
    servers.deliver(MESSAGE)
    with socket.create_connection(("127.0.0.1", servers.mailbox.port), 20) as line:
        line.recv(1000)
        for command in (f'LOGIN "{ADDRESSES.school}" "{PASSWORD}"', "SELECT INBOX"):
            line.sendall(f"a {command}\r\n".encode())
            while b"a OK" not in line.recv(65536):
                pass
        line.sendall(b"a UID FETCH 1:* (FLAGS INTERNALDATE)\r\n")
        assert line.recv(65536).endswith(b"\r\n")


def test_the_own_look_counts_every_folder(servers: Servers) -> None:
    def look() -> dict[str, int]:
        return own_look.folders(servers.mailbox.port, ADDRESSES.school, PASSWORD)

    assert look() == dict.fromkeys(("INBOX", *ROLES), 0)
    for number, folder in enumerate(("INBOX", *ROLES), 1):
        for _ in range(number):
            servers.deliver(MESSAGE, folder)
    assert look() == {folder: number for number, folder in enumerate(("INBOX", *ROLES), 1)}


def test_the_own_look_does_not_call_a_refusal_empty(servers: Servers) -> None:
    with pytest.raises(OSError):
        own_look.folders(servers.mailbox.port, ADDRESSES.school, "iets anders")
