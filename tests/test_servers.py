"""The test servers themselves: what the other tests believe about them is looked at here."""

from __future__ import annotations

import contextlib
import smtplib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from tests.helpers import eventually, need
from tests.servers import CA, IMAP_SERVERS, Dovecot, ImapFaults, MailServer, Proxy, SmtpSink, make_message

# When are the bytes of a message gone? "expunge": with EXPUNGE. "operator": after the operator's nightly job.
# "folder": it moves to another folder, which a client can empty. "never": out of the reach of IMAP.
GONE = {
    "dovecot:standard": "expunge",
    "dovecot:minimal": "expunge",
    "dovecot:exchange-like": "never",
    "dovecot:exchange-visible": "Recoverable Items",
    "dovecot:virtual-all": "expunge",
    "dovecot:mdbox": "operator",
    "cyrus:standard": "operator",
    "cyrus:immediate": "expunge",
    "cyrus:inbox-prefix": "operator",
    "courier:standard": "expunge",
    "courier:trash": "INBOX.Trash",
    "courier:no-idle": "expunge",
    "pymap:standard": "expunge",
}


def started(name: str) -> MailServer:
    kind, profile = name.split(":")
    cls = {c.name: c for c in IMAP_SERVERS}[kind]
    need(cls.why_not())
    return cls(profile)


def uids(client: IMAPClient, subject: str) -> list[int]:
    client.noop()
    return list(client.search(["SUBJECT", subject]))


def expunge(client: IMAPClient, folder: str, subject: str) -> None:
    client.select_folder(folder)
    found = eventually(lambda: uids(client, subject))
    client.delete_messages(found, silent=True)
    client.expunge()
    assert not uids(client, subject)


@pytest.mark.parametrize("name", GONE)
def test_deliver_see_expunge_look_on_disk(name: str) -> None:
    canary = f"CANARY{time.time_ns()}"
    with started(name) as server:
        server.deliver(make_message("Proef", canary))
        assert server.disk_contains(canary.encode())
        for tls in ("none", "starttls", "implicit"):
            with server.client(tls) as client:
                client.select_folder("INBOX", readonly=True)
                eventually(lambda client=client: uids(client, "Proef"))
        with server.client() as client:
            expunge(client, "INBOX", "Proef")
            match GONE[name]:
                case "expunge":
                    pass
                case "operator":
                    assert server.disk_contains(canary.encode())
                    server.expire()
                case "never":
                    server.expire()
                    assert server.disk_contains(canary.encode())
                    return
                case folder:
                    assert server.disk_contains(canary.encode())
                    expunge(client, folder, "Proef")
        eventually(lambda: not server.disk_contains(canary.encode()))


@pytest.mark.parametrize("name", ["dovecot:standard", "cyrus:standard", "courier:standard"])
def test_mail_outlives_a_power_cut(name: str) -> None:
    with started(name) as server:
        server.deliver(make_message("Blijft"))
        port = server.port
        server.kill()
        with pytest.raises(OSError):
            server.client()
        server.start()
        assert server.port == port
        with server.client() as client:
            client.select_folder("INBOX")
            assert eventually(lambda: uids(client, "Blijft"))


def test_gmail_like_keeps_expunged_mail_in_all_mail() -> None:
    with started("dovecot:gmail-like") as server:
        server.deliver(make_message("Proef", "CANARY"))
        with server.client() as client:
            expunge(client, "INBOX", "Proef")
            client.select_folder(client.find_special_folder(b"\\All"))
            client.move(eventually(lambda: uids(client, "Proef")), "[Gmail]/Trash")
            assert not uids(client, "Proef")
            expunge(client, "[Gmail]/Trash", "Proef")
        eventually(lambda: not server.disk_contains(b"CANARY"))


def test_tokens_open_the_oauth_server_until_revoked() -> None:
    with started("dovecot:oauth") as server:
        assert isinstance(server, Dovecot)
        token = server.oauth.issue(server.user, lifetime=60)
        server.client(login=False).oauth2_login(server.user, token)
        server.oauth.revoke(token)
        with pytest.raises(IMAPClientError):
            server.client(login=False).oauth2_login(server.user, token)


def test_a_full_mailbox_and_too_many_sessions_are_refused() -> None:
    with started("dovecot:quota") as server, server.client() as client, pytest.raises(IMAPClientError):
        client.append("INBOX", make_message(size=200_000))
    with started("dovecot:few-connections") as server, server.client(), server.client(), pytest.raises(IMAPClientError):
        server.client()


def test_certificates_are_checked() -> None:
    need(Dovecot.why_not())
    with CA() as alien, Dovecot(cert=alien.issue()) as server:
        assert server.client("none").noop()
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            server.client("implicit")


# -- submission ---------------------------------------------------------------------------


def send(sink: SmtpSink) -> None:
    """One message, over TLS where the sink has it, logged in."""
    context = sink.ca.client_context()
    if sink.tls == "implicit":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(sink.host, sink.port, timeout=20, context=context)
    else:
        smtp = smtplib.SMTP(sink.host, sink.port, timeout=20)
    try:
        if sink.tls == "starttls":
            smtp.starttls(context=context)
        smtp.login(sink.user, sink.password)
        smtp.sendmail("hwc@school.example", ["meldingen@veiligthuis.example"], make_message("Proef", size=5000))
    finally:
        with contextlib.suppress(smtplib.SMTPException):
            smtp.quit()


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_sink_keeps_and_fails_when_told(tls: str) -> None:
    with SmtpSink(tls) as sink:
        send(sink)
        (kept,) = sink.wait(1)
        assert kept.login == sink.user
        assert kept.tls == (tls != "none")
        assert kept.parsed()["Subject"] == "Proef"
        sink.fail("rcpt", "451 4.7.1 Greylisted")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(sink)
        sink.fail("message", "554 5.7.1 No")
        with pytest.raises(smtplib.SMTPDataError):
            send(sink)
        sink.fail("data", drop_after=1000)
        with pytest.raises((smtplib.SMTPException, OSError)):
            send(sink)
        assert len(sink.messages) == 1
        sink.fail("message", drop=True)  # kept, but the sender never hears it
        with pytest.raises((smtplib.SMTPException, OSError)):
            send(sink)
        assert len(sink.messages) == 2


# -- faults on the way --------------------------------------------------------------------


@pytest.fixture
def open_through(dovecot: MailServer) -> Iterator[Callable[[Proxy], IMAPClient]]:
    """Opens sessions with the Dovecot of this test through a proxy."""

    def client(proxy: Proxy) -> IMAPClient:
        session = IMAPClient(proxy.host, proxy.port, ssl=False, timeout=10)
        session.login(dovecot.user, dovecot.password)
        return session

    return client


def test_proxy_delays_counts_cuts_and_goes_silent(dovecot: MailServer, open_through: Any) -> None:
    with Proxy(dovecot.port, delay_up=0.05, delay_down=0.05) as proxy:
        before = time.monotonic()
        with open_through(proxy) as client:
            client.select_folder("INBOX")
        assert time.monotonic() - before >= 0.4  # connect, LOGIN, SELECT, LOGOUT
        # imapclient asks for CAPABILITY before and after LOGIN when the server did not say it
        assert proxy.connections == 1
        assert 3 <= proxy.round_trips <= 5
        proxy.heal()
        client = open_through(proxy)
        proxy.cut()
        with pytest.raises((OSError, client.AbortError)):
            client.noop()
        client = open_through(proxy)
        client.socket().settimeout(0.5)
        proxy.blackhole = True
        with pytest.raises(TimeoutError):
            client.noop()
        proxy.refuse = True
        with pytest.raises((OSError, IMAPClient.AbortError)):
            open_through(proxy)


def test_faults_refuse_lie_and_lose_answers(dovecot: MailServer, open_through: Any) -> None:
    for number in range(2):
        dovecot.deliver(make_message(f"Proef {number}"))
    with ImapFaults(dovecot.port) as faults:
        faults.hide("UIDPLUS")
        client = open_through(faults)
        assert not client.has_capability("UIDPLUS")
        client.select_folder("INBOX")
        client.delete_messages(eventually(lambda: uids(client, "Proef 0")), silent=True)
        with pytest.raises(IMAPClientError):
            client.uid_expunge([1])
        faults.heal()
        faults.rule("EXPUNGE", "no", times=1)
        with pytest.raises(IMAPClientError):
            client.expunge()
        faults.rule("EXPUNGE", "lie", times=1)
        client.expunge()
        assert uids(client, "Proef 0")
        faults.rule("EXPUNGE", "cut-after", times=1)
        with pytest.raises((OSError, client.AbortError)):
            client.expunge()
        assert b"EXPUNGE" in faults.commands
        assert not any(dovecot.password.encode() in command for command in faults.commands)
    with dovecot.client() as direct:
        direct.select_folder("INBOX")
        assert eventually(lambda: not uids(direct, "Proef 0"))
        assert uids(direct, "Proef 1")
