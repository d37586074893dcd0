"""Connecting, logging in, listing, and what trouble is called, on real servers."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox import library
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.session import folders_with_status, open_session, uid_set
from hwc_school_agent.settings import Mailbox, Secret, Tls
from tests.helpers import need, settings_for, signal_mail
from tests.servers import CA, Dovecot, Embedded, ImapFaults, MailServer, free_port


def mailbox_of(server: MailServer, tmp_path: Path, **changes: object) -> Mailbox:
    return replace(settings_for(server, None, tmp_path).mailbox, **changes)  # type: ignore[arg-type]


def trouble_of(mailbox: Mailbox) -> Trouble:
    with pytest.raises(MailboxTrouble) as caught, open_session(mailbox):
        pass
    shown = "".join(traceback.format_exception(caught.value))
    assert mailbox.password.reveal() not in shown
    assert str(caught.value) == caught.value.kind.value
    return caught.value.kind


def test_lists_all_folders_with_counts(imap_server: MailServer, tmp_path: Path) -> None:
    imap_server.deliver(signal_mail("A B", "1-1-2012"))
    for tls, port in ((Tls.IMPLICIT, imap_server.tls_port), (Tls.STARTTLS, imap_server.port)):
        with open_session(mailbox_of(imap_server, tmp_path, tls=tls, port=port)) as session:
            folders = folders_with_status(session)
            assert session.strategy.bursts
        roles = {f.role for f in folders}
        assert {FolderRole.INBOX, FolderRole.SENT, FolderRole.TRASH, FolderRole.JUNK, FolderRole.DRAFTS} <= roles
        assert folders[0].role is FolderRole.INBOX
        assert folders[0].messages == 1
        assert folders[0].unseen == 1
        assert all(f.messages == 0 and f.uidnext and f.uidvalidity for f in folders[1:])


@pytest.fixture(params=["dovecot:minimal", "pymap:standard"])
def poor_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    name, profile = request.param.split(":")
    cls = {"dovecot": Dovecot, "pymap": Embedded}[name]
    need(cls.why_not())
    with cls(profile) as server:
        yield server


def test_a_server_that_offers_little_is_asked_one_by_one(poor_server: MailServer, tmp_path: Path) -> None:
    with open_session(mailbox_of(poor_server, tmp_path)) as session:
        assert not session.strategy.bursts
        assert all(f.messages == 0 for f in folders_with_status(session))


def test_listing_costs_one_round_trip(dovecot: MailServer, courier: MailServer, tmp_path: Path) -> None:
    for server, trips in ((dovecot, 1), (courier, 2)):
        with ImapFaults(server.port) as proxy:
            mailbox = mailbox_of(server, tmp_path, tls=Tls.NONE, port=proxy.port)
            with open_session(mailbox) as session:
                proxy.reset_counters()
                folders_with_status(session)
            assert proxy.round_trips == trips


def test_imap4rev2_is_not_believed(tmp_path: Path) -> None:
    """Some servers promise IMAP4rev2 and get it wrong: only the explicit token counts."""
    server = Dovecot(capability="IMAP4rev1 IMAP4rev2 UIDPLUS UNSELECT")
    with server, open_session(mailbox_of(server, tmp_path)) as session:
        assert not session.strategy.bursts
        assert folders_with_status(session)


def test_a_folder_whose_count_is_withheld_is_unknown(courier: MailServer, tmp_path: Path) -> None:
    with ImapFaults(courier.port) as proxy:
        proxy.rule(rb'STATUS "INBOX.Sent"', "no")
        with open_session(mailbox_of(courier, tmp_path, tls=Tls.NONE, port=proxy.port)) as session:
            sent = next(f for f in folders_with_status(session) if f.role is FolderRole.SENT)
    assert sent.messages is None


class TestTrouble:
    def test_wrong_password(self, dovecot: MailServer, tmp_path: Path) -> None:
        assert trouble_of(mailbox_of(dovecot, tmp_path, password=Secret("verkeerd"))) is Trouble.LOGIN
        assert trouble_of(mailbox_of(dovecot, tmp_path, password=Secret("verkeerd-é"))) is Trouble.LOGIN

    def test_a_full_house_is_no_wrong_password(self, tmp_path: Path) -> None:
        with Dovecot("few-connections") as server:
            mailbox = mailbox_of(server, tmp_path)
            with open_session(mailbox), open_session(mailbox):
                assert trouble_of(mailbox) is not Trouble.LOGIN

    def test_password_beyond_ascii(self, tmp_path: Path) -> None:
        with Dovecot(users={"hwc@school.example": "gewoon", "tweede@school.example": "wachtwoord-é-€"}) as server:
            second = {"user": "tweede@school.example", "password": Secret("wachtwoord-é-€")}
            with open_session(mailbox_of(server, tmp_path, **second)) as session:
                assert folders_with_status(session)

    def test_nobody_listens(self, dovecot: MailServer, tmp_path: Path) -> None:
        assert trouble_of(mailbox_of(dovecot, tmp_path, port=free_port())) is Trouble.NO_ANSWER

    def test_no_such_name(self, dovecot: MailServer, tmp_path: Path) -> None:
        assert trouble_of(mailbox_of(dovecot, tmp_path, host="postbus.invalid")) is Trouble.NO_NAME

    def test_certificate_of_a_stranger(self, dovecot: MailServer, tmp_path: Path) -> None:
        assert trouble_of(mailbox_of(dovecot, tmp_path, ca_file="")) is Trouble.CERTIFICATE
        assert trouble_of(mailbox_of(dovecot, tmp_path, ca_file=str(tmp_path / "geen.pem"))) is Trouble.CERTIFICATE
        tls = {"tls": Tls.STARTTLS, "port": dovecot.port}
        assert trouble_of(mailbox_of(dovecot, tmp_path, ca_file="", **tls)) is Trouble.CERTIFICATE

    def test_certificate_of_another_host(self, tmp_path: Path) -> None:
        ca = CA()
        with Dovecot(ca=ca, cert=ca.issue("elders.example")) as server:
            assert trouble_of(mailbox_of(server, tmp_path)) is Trouble.CERTIFICATE

    def test_starttls_stripped_on_the_way(self, dovecot: MailServer, tmp_path: Path) -> None:
        with ImapFaults(dovecot.port) as proxy:
            proxy.hide("STARTTLS")
            trouble_of(mailbox_of(dovecot, tmp_path, tls=Tls.STARTTLS, port=proxy.port))
            assert not any(c.startswith(b"LOGIN") for c in proxy.commands)

    @pytest.mark.parametrize("how", ["cut", "cut-after"])
    def test_hung_up(self, dovecot: MailServer, tmp_path: Path, how: str) -> None:
        with ImapFaults(dovecot.port) as proxy:
            proxy.rule("LIST", how)
            mailbox = mailbox_of(dovecot, tmp_path, tls=Tls.NONE, port=proxy.port)
            with open_session(mailbox) as session, pytest.raises(MailboxTrouble) as caught:
                folders_with_status(session)
        assert caught.value.kind is Trouble.NO_ANSWER
        assert caught.value.__suppress_context__

    def test_silence_ends(self, dovecot: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(library, "READ_SECONDS", 0.5)
        with ImapFaults(dovecot.port) as proxy:
            proxy.rule("LIST", "stall")
            mailbox = mailbox_of(dovecot, tmp_path, tls=Tls.NONE, port=proxy.port)
            with open_session(mailbox) as session, pytest.raises(MailboxTrouble) as caught:
                folders_with_status(session)
        assert caught.value.kind is Trouble.NO_ANSWER

    def test_not_imap_at_all(self, tmp_path: Path, dovecot: MailServer) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def speak() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"* OK hallo\r\n* LIST ((((\r\nhuh?\r\n")
                    connection.recv(1000)

            threading.Thread(target=speak, daemon=True).start()
            mailbox = mailbox_of(dovecot, tmp_path, tls=Tls.NONE, port=listener.getsockname()[1])
            assert trouble_of(mailbox) in (Trouble.PROTOCOL, Trouble.NO_ANSWER)


def test_no_logger_hears_anything(dovecot: MailServer, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """IMAPClient logs whole messages at DEBUG; the root logger of this test listens to everything."""
    dovecot.deliver(signal_mail("Kanarie Vogel", "1-1-2012"))
    caplog.set_level(logging.DEBUG)
    for name in ("imapclient", "imapclient.imaplib"):
        logging.getLogger(name).setLevel(logging.DEBUG)  # somebody configured logging before us
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        with open_session(mailbox_of(dovecot, tmp_path)) as session:
            (_, fetched) = session.run(b"EXAMINE INBOX", b"UID FETCH 1 (UID BODY.PEEK[])")
    finally:
        logging.getLogger().removeHandler(handler)
    assert b"Kanarie" in bytes(fetched.fetched()[1]["BODY[]"])  # type: ignore[arg-type]
    assert heard == []
    assert "Kanarie" not in repr(fetched)


def test_an_empty_set_is_never_everything() -> None:
    assert uid_set([3, 1, 3]) == b"1,3"
    for bad in ([], [0], [-1]):
        with pytest.raises(ValueError):
            uid_set(bad)
