"""Building a receipt (RFC 3834), and knowing one of ours again without having written anything down."""

from __future__ import annotations

import hmac
import re
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.domain.receipt import SUBJECT, receipt_text
from hwc_school_agent.domain.signal import Place

PURPOSE = "receipt"  # name of the derived key (``random_keys.derived``)

#: The default of 78 columns turns the long ids of Exchange into encoded words, which no mail program matches.
_POLICY = SMTP.clone(max_line_length=998)
_ID = re.compile(r"<[!-;=?-~]{1,250}>", re.ASCII)
_OURS = re.compile(r"<hwc-([0-9a-f]{20})-([0-9a-f]{20})@[^<>\s]{1,200}>", re.ASCII)


def build(
    *,
    sender: str,
    to: str,
    answered: Answered,
    school: str,
    at: datetime,
    message_id: str,
    envelope: Envelope,
    read_confirmation: bool = False,
    mailbox: str = "",
    tr: Language = DUTCH,
) -> EmailMessage:
    """The receipt as a message. ``sender``: ``[submission] from``; ``at``: aware local time. Raises as ``reply``.

    ``read_confirmation``: it is at the same time the read confirmation (RFC 8098) of ``mailbox``.
    """
    message = reply(
        sender=sender,
        to=to,
        subject=tr(SUBJECT),
        text=receipt_text(answered, school, at, tr),
        at=at,
        message_id=message_id,
        envelope=envelope,
    )
    if read_confirmation:
        _confirm(message, mailbox, envelope.message_id)
    return message


def _confirm(message: EmailMessage, mailbox: str, original_id: str) -> None:
    """Make a receipt a disposition notification too: its text stays for people, a second part is for machines.

    RFC 8098 section 3. Without the optional third part, which would quote the message. "manual-action": a person
    pressed the button. The envelope sender stays our own address: submission servers refuse the empty one.
    """
    message.make_mixed()
    fields = Message(policy=_POLICY)
    fields["Reporting-UA"] = "hwc-school-agent"
    fields["Final-Recipient"] = f"rfc822; {mailbox}"
    if _ID.fullmatch(original_id):
        fields["Original-Message-ID"] = original_id
    fields["Disposition"] = "manual-action/MDN-sent-manually; displayed"
    part = EmailMessage(policy=_POLICY)
    part.set_content(fields, subtype="disposition-notification")
    del part["MIME-Version"]
    message.attach(part)
    message.replace_header("Content-Type", 'multipart/report; report-type="disposition-notification"')


def reply(
    *, sender: str, to: str, subject: str, text: str, at: datetime, message_id: str, envelope: Envelope
) -> EmailMessage:
    """An automatic answer to the message with ``envelope``, of which it holds nothing but the Message-IDs.

    Raises ``ValueError`` for an address that is none or that holds a line break.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if _ID.fullmatch(envelope.message_id):
        message["In-Reply-To"] = envelope.message_id
        older = [r for r in envelope.references if _ID.fullmatch(r)]
        message["References"] = " ".join([*_fitting(older, 900 - len(envelope.message_id)), envelope.message_id])
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange and Outlook: no automatic answer to this
    message.set_content(text, cte="quoted-printable")
    return message


def receipt_id(key: bytes, original_id: str, arrived: bytes, place: Place, sender: str) -> str:
    """The Message-ID of the receipt for one message: the same each time it is sent, and to others a random word.

    ``key``: the installation's key for ``PURPOSE``. ``arrived``: INTERNALDATE as the server writes it.
    """
    facts = b"|".join([original_id.encode("utf-8", "replace"), arrived, b"%d|%d" % (place.uidvalidity, place.uid)])
    return _id(key, facts, sender)


def notice_id(key: bytes, original_id: str, arrived: bytes, place: Place, sender: str) -> str:
    """As ``receipt_id``, for the notice that there is no school: the same message gets both, each with an id of its
    own, and both are known by ``is_ours``."""
    return receipt_id(key, "notice|" + original_id, arrived, place, sender)


def bell_id(key: bytes, day: date, to: str, sender: str) -> str:
    """The Message-ID of the daily mail of a bell: the same when it is sent twice, and known by ``is_ours``, so that
    the copy that a server files is swept."""
    return _id(key, f"bell|{day.isoformat()}|{to}".encode(), sender)


def _id(key: bytes, facts: bytes, sender: str) -> str:
    one = hmac.new(key, facts, sha256).hexdigest()[:20]
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<hwc-{one}-{_check(key, one)}@{domain}>"


def is_ours(message_id: str, key: bytes) -> bool:
    """Whether a Message-ID was made by ``receipt_id`` with this key."""
    found = _OURS.fullmatch(message_id)
    return found is not None and hmac.compare_digest(_check(key, found.group(1)), found.group(2))


def _check(key: bytes, one: str) -> str:
    return hmac.new(key, b"ours" + one.encode(), sha256).hexdigest()[:20]


def _fitting(ids: list[str], room: int) -> list[str]:
    """The newest ids that fit on one line of 998 characters (RFC 5322 section 2.1.1)."""
    kept: list[str] = []
    for one in reversed(ids):
        room -= len(one) + 1
        if room < 0:
            break
        kept.insert(0, one)
    return kept
