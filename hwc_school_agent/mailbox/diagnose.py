"""A look at the mailbox for ``doctor``: how far one gets, what the server offers, which folders can be counted.

Changes nothing: folders are opened with EXAMINE; INBOX once with SELECT, because Dovecot tells only there which
flags it keeps (of that the server remembers ``\\Recent``, which nobody here uses). Says nothing about messages.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import Access, FolderRole
from hwc_school_agent.host.tls import CertificateFault, days_left, fault_of
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.folders import Folder, decoded, quoted
from hwc_school_agent.mailbox.inspect import access
from hwc_school_agent.mailbox.library import connect, hang_up, wrapped
from hwc_school_agent.mailbox.platforms.recovery import hidden
from hwc_school_agent.mailbox.rights import rights
from hwc_school_agent.mailbox.session import Session, folders_with_status, open_session
from hwc_school_agent.mailbox.verify import uncountable
from hwc_school_agent.settings import Mailbox

#: What the agent writes into the mailbox (DESIGN: the mailbox is the only database), lower case.
NEEDED_FLAGS = ("\\flagged", "\\answered", "\\seen", "\\deleted")


@dataclass(slots=True)
class Diagnosis:
    """How far it went. ``trouble``: why not further; what was not reached is ``None``."""

    trouble: Trouble | None = None
    certificate: CertificateFault | None = None  # with ``Trouble.CERTIFICATE``
    certificate_days: int | None = None
    connected: bool = False
    logged_in: bool = False
    capabilities: frozenset[str] = frozenset()
    special_use: bool = False  # the server says what a folder is for
    folders: int | None = None
    uncountable: tuple[str, ...] = ()  # readable names
    flags_missing: tuple[str, ...] | None = None  # in INBOX
    read_only: bool = False  # INBOX cannot be written
    hidden: bool = False  # a recovery folder answers to its name
    access: Access = Access.NOT_TOLD  # who else may read
    shut: tuple[str, ...] = ()  # readable names of folders that may not be looked at
    kept: tuple[str, ...] | None = None  # of those that may not be emptied; ``None``: the server does not tell


def diagnose(mailbox: Mailbox, now: float, *, log_in: bool) -> Diagnosis:
    """Look. Never raises what the network does; it stands in ``trouble``. ``now``: epoch seconds."""
    seen = Diagnosis()
    try:
        _greeting(mailbox, now, seen)
        if log_in:
            with open_session(mailbox) as session:
                seen.logged_in = True
                _inside(session, mailbox, seen)
    except MailboxTrouble as trouble:
        seen.trouble = trouble.kind
    return seen


def _greeting(mailbox: Mailbox, now: float, seen: Diagnosis) -> None:
    """A connection of its own, up to the log-in: only here a certificate's fault can still be told apart."""
    with wrapped():
        try:
            client = connect(mailbox)
        except ssl.SSLError as error:
            seen.certificate = fault_of(error)
            raise
        except imaplib.IMAP4.abort:  # somebody is there, and does not greet as an IMAP server does
            raise MailboxTrouble(Trouble.PROTOCOL) from None
        try:
            seen.connected = True
            seen.certificate_days = days_left(client.socket(), now)
        finally:
            hang_up(client)


def _inside(session: Session, mailbox: Mailbox, seen: Diagnosis) -> None:
    seen.capabilities = session.capabilities
    folders = folders_with_status(session)
    seen.folders = len(folders)
    seen.special_use = _special_use(session)
    if (allowed := rights(session, folders)) is not None:
        seen.shut, seen.kept = (tuple(map(decoded, names)) for names in (allowed.shut, allowed.kept))
    seen.uncountable = tuple(decoded(f.name) for f in uncountable(session, folders))
    _flags(session, folders, seen)
    # whether anything stands in there is not asked: it would tell of mail that was erased
    seen.hidden = hidden(session)
    seen.access = access(session, folders, mailbox.user)


def _special_use(session: Session) -> bool:
    """Whether any folder is listed with what it is for (RFC 6154; Exchange and Gmail without saying so)."""
    (answer,) = session.run(b'LIST "" "*"')
    words = {"\\all", "\\archive", "\\drafts", "\\junk", "\\sent", "\\trash"}
    return "SPECIAL-USE" in session.capabilities or bool(answer.words("LIST") & words)


def _flags(session: Session, folders: Sequence[Folder], seen: Diagnosis) -> None:
    inbox = next((f for f in folders if f.role is FolderRole.INBOX), None)
    if inbox is None:
        return
    (opened,) = session.run(b"SELECT " + quoted(inbox.name))
    if not opened.ok:
        return  # it stands among those that cannot be counted
    seen.read_only = "READ-ONLY" in opened.data
    kept = opened.words("PERMANENTFLAGS")
    # RFC 3501 section 7.1: without the response all flags are kept
    missing = tuple(f for f in NEEDED_FLAGS if f not in kept) if "PERMANENTFLAGS" in opened.data else ()
    seen.flags_missing = missing
    session.leave()
