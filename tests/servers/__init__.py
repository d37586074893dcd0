"""Real mail servers for tests, started from a generated configuration in a temp dir, without systemd.

    from tests.servers import Dovecot, SmtpSink, Proxy, ImapFaults, make_message

    with Dovecot("gmail-like") as server, SmtpSink("starttls") as sink:
        server.host, server.port, server.tls_port     # port: plain and STARTTLS; tls_port: implicit TLS
        server.user, server.password, server.cafile   # the CA of this test run
        server.deliver(make_message("Onderwerp", "CANARY"), folder="INBOX")
        with server.client(tls="implicit") as imap:   # a logged-in IMAPClient
            ...
        assert not server.disk_contains(b"CANARY")    # searches the server's own storage
        sink.wait(1)[0].parsed()["Subject"]

All servers share ``start() stop() kill() shut() restart() deliver() client() disk_find() disk_contains() expire()
log_text()``. ``kill()`` is SIGKILL to every process; ``start()`` then brings the same mail back on the same ports.
They start in 0.05 to 0.4 s, so each test gets its own. They end with the process that started them, however it ends.

Where a message is after EXPUNGE: ``dovecot:standard``, ``courier:standard`` gone at once; ``cyrus:standard`` on disk
until the operator's nightly job, which ``expire()`` runs; more in each module's text.

Debian's IMAP servers exclude one another, so Cyrus and Courier are only unpacked: ``python -m tests.servers fetch``.
``HWC_TEST_PORTS`` (20000-29999), ``HWC_TEST_DEBS`` (where they are unpacked) and ``HWC_TEST_USER`` (the account they
run under when the tests run as root: nobody) change the defaults. A missing server raises ``NotAvailable``.
"""

from .base import DEFAULT_PASSWORD, DEFAULT_USER, MailServer, NotAvailable
from .courier import Courier
from .cyrus import Cyrus
from .dovecot import EXCHANGE_CAPABILITY, Dovecot
from .embedded import Embedded
from .imap_faults import ImapFaults
from .messages import make_message
from .oauth import TokenServer
from .ports import StartError, free_port
from .proxy import Proxy
from .smtp_sink import Received, SmtpSink
from .tls import CA, Cert, shared_ca

IMAP_SERVERS: tuple[type[MailServer], ...] = (Dovecot, Cyrus, Courier, Embedded)

__all__ = [
    "CA",
    "DEFAULT_PASSWORD",
    "DEFAULT_USER",
    "EXCHANGE_CAPABILITY",
    "IMAP_SERVERS",
    "Cert",
    "Courier",
    "Cyrus",
    "Dovecot",
    "Embedded",
    "ImapFaults",
    "MailServer",
    "NotAvailable",
    "Proxy",
    "Received",
    "SmtpSink",
    "StartError",
    "TokenServer",
    "free_port",
    "make_message",
    "shared_ca",
]
