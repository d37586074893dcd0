"""The daily mail of ``[bell] mail_to``: the same subject, the same text and the same size every school morning."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from hwc_school_agent.bells.words import TEXT, TITLE
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.post import receipt

NOTHING_NEW = mark("Deze mail komt elke schooldag op dezelfde tijd, ook als er niets is.")
NO_ANSWER = mark("Antwoorden hoeft niet.")

_POLICY = SMTP.clone(max_line_length=998)  # as in ``post/receipt.py``


def build(*, sender: str, to: str, at: datetime, key: bytes, tr: Language = DUTCH) -> EmailMessage:
    """The mail to one person. ``sender``: ``[submission] from``; ``at``: aware local time; ``key``: for receipts."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = tr(TITLE)
    message["Date"] = format_datetime(at)  # always 31 characters
    message["Message-ID"] = receipt.bell_id(key, at.date(), to, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: nobody answers it automatically
    message["X-Auto-Response-Suppress"] = "All"  # Exchange and Outlook: the same
    message.set_content(f"{tr(TEXT)}\n\n{tr(NOTHING_NEW)}\n{tr(NO_ANSWER)}\n", cte="quoted-printable")
    return message
