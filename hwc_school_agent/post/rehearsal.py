"""Building practice mail and its receipt (``domain/rehearsal.py``). Both go from the school to the school."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hwc_school_agent import settings_rules as rules
from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.settings import Settings

_POLICY = SMTP.clone(max_line_length=998)  # as in ``post/receipt.py``


def key_of(settings: Settings) -> bytes:
    """The installation's key for practice mail. Raises ``OSError``."""
    return derived(installation_key(settings.state.directory), rehearsal.PURPOSE)


def own_address(settings: Settings) -> str:
    """The mail address of the mailbox: as set, else its user name if that is an address, else where receipts are
    sent from."""
    if settings.rehearsal.to:
        return settings.rehearsal.to
    try:
        return rules.mail_address(settings.mailbox.user)
    except rules.Wrong:
        return settings.submission.sender


def signal(settings: Settings, kind: Kind, nonce: str, at: datetime) -> EmailMessage:
    """A rehearsal or a drill. ``at``: aware local time."""
    key = key_of(settings)
    words = rehearsal.WORDS[kind]
    body = rehearsal.text_of(kind, rehearsal.child_of(key, kind, nonce))
    return _mail(settings, kind, nonce, at, words.subject, body, "auto-generated")


def echo(settings: Settings, kind: Kind, nonce: str, at: datetime) -> EmailMessage:
    """The receipt for practice mail of ``kind``: it says that it is one, and comes back to the mailbox."""
    words = rehearsal.WORDS[kind]
    mail = _mail(settings, Kind.ECHO, nonce, at, words.echo_subject, words.echo, "auto-replied")
    original = rehearsal.message_id(key_of(settings), kind, nonce, _domain(settings))
    mail["In-Reply-To"] = original
    mail["References"] = original
    return mail


def filler(settings: Settings, nonce: str, at: datetime) -> bytes:
    """What raises a folder's counters (``mailbox/level.py``). Never sent; its bytes as they are put into a folder."""
    text = rehearsal.FILLER_TEXT
    return _mail(settings, Kind.FILLER, nonce, at, rehearsal.FILLER_SUBJECT, text, "auto-replied").as_bytes()


def _mail(
    settings: Settings, kind: Kind, nonce: str, at: datetime, subject: str, text: str, automatic: str
) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(addr_spec=settings.submission.sender)
    mail["To"] = Address(addr_spec=own_address(settings))
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = rehearsal.message_id(key_of(settings), kind, nonce, _domain(settings))
    mail["Auto-Submitted"] = automatic  # RFC 3834 section 5
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange and Outlook: no automatic answer to this
    mail.set_content(text, cte="quoted-printable")
    return mail


def _domain(settings: Settings) -> str:
    return settings.submission.sender.rpartition("@")[2]
