"""``[senders] closed_notice``: tell the sender that nobody is at school, and which day somebody is.

The notice changes nothing about the message: no flag, no keyword. (Dovecot and others keep the names of a folder's
keywords after its messages are gone: a trace.) So nothing is noted of a notice that was sent; ``watch`` remembers it
as long as it lives, and the Message-ID is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.lifecycle import ANSWERED, DELETED, FLAGGED, SEEN
from hwc_school_agent.domain.outcome import Said, Word
from hwc_school_agent.domain.receipt import NOTICE_SUBJECT, closed_notice_text, receipt_address
from hwc_school_agent.domain.school_days import held_over_till
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.mailbox.copies import Message, fetch_one, message_in
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.mark import surely_gone
from hwc_school_agent.mailbox.session import Session, argument, open_session
from hwc_school_agent.post import receipt
from hwc_school_agent.post.submission import SubmissionLater, SubmissionRefused, submit
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers import sent_copy
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask

_TOUCHED = frozenset({SEEN, FLAGGED, ANSWERED, DELETED})


def run(settings: Settings, place: Place, now: float, say: Callable[[Said], None]) -> None:
    """Send the notice for the message at ``place`` if one is due; says one word. Raises nothing.

    ``RECEIPTED``: the SMTP server took it. ``NOT_OWED``: it is switched off, there is school, the sender is not
    agreed, or somebody has touched the message. ``RECEIPT_LATER``, ``UNREACHABLE``, ``FAILED``: try again.
    ``RECEIPT_REFUSED``, ``GONE``: do not. ``now``: wall time, epoch seconds.
    """
    try:
        word = _notice(settings, place, now)
    except SubmissionLater:
        word = Word.RECEIPT_LATER
    except (SubmissionRefused, BoxFailed):
        word = Word.RECEIPT_REFUSED
    except MessageGone:
        word = Word.GONE
    except (MailboxTrouble, FolderRefused):
        word = Word.UNREACHABLE
    except Exception:
        word = Word.FAILED
    say(Said(word))


def _notice(settings: Settings, place: Place, now: float) -> Word:
    at = local(now, settings.school.timezone)
    if not settings.senders.closed_notice or held_over_till(at, settings.hours.day_end, settings.calendar) is None:
        return Word.NOT_OWED
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    with open_session(settings.mailbox) as session:
        message = _read(session, place)
    if message.flags & _TOUCHED:
        return Word.NOT_OWED  # "nobody has read it" might not be true
    mail = _mail(settings, place, at, message, key)
    if mail is None:
        return Word.NOT_OWED
    submit(settings.submission, mail)
    sent_copy.sweep(settings, now, key)
    return Word.RECEIPTED


def _read(session: Session, place: Place) -> Message:
    """The header and flags of the message; the folder is not opened for writing."""
    opened, fetched = session.run(b"EXAMINE " + argument(place.folder, place.role), fetch_one(place))
    if not opened.ok or opened.number("UIDVALIDITY") != place.uidvalidity:
        raise MessageGone
    message = message_in(fetched, place.uid)
    if message is None:
        surely_gone(session, place)
        raise MessageGone
    return message


def _mail(settings: Settings, place: Place, at: datetime, message: Message, key: bytes) -> EmailMessage | None:
    """The notice; ``None`` for a sender who would get no receipt either."""
    senders = settings.senders
    envelope = ask(Question.HEADER, message.header, allowed=senders.allowed, today=at.date(), border=senders.border)
    first = held_over_till(at, settings.hours.day_end, settings.calendar)
    if not isinstance(envelope, Envelope) or first is None:
        return None
    sender, tr = settings.submission.sender, language(settings.school.language)
    own = {settings.mailbox.user, parseaddr(sender)[1], settings.submission.user}
    to = receipt_address(envelope, allowed=settings.senders.allowed, receipt_to=settings.senders.receipt_to, own=own)
    if to is None:
        return None
    return receipt.reply(
        sender=sender,
        to=to,
        subject=tr(NOTICE_SUBJECT),
        text=closed_notice_text(settings.school.name, first, tr),
        at=at,
        envelope=envelope,
        message_id=receipt.notice_id(key, message.message_id, message.arrived, place, sender),
    )
