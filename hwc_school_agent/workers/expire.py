"""``[retention] unread_school_days``: purge a signal that nobody has read for so long that the school wants it gone.

The one place where unread mail is deleted, and only if the school has set a limit. Without a receipt: that none came
is the sender's cue to telephone. Only what is surely a signal goes. The notice of a secure-mail service is the only
key to the message it tells of, and what cannot be read with certainty may be such a notice: both wait for a person.
"""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.domain.lifecycle import ANSWERED, DELETED, FLAGGED, SEEN
from hwc_school_agent.domain.outcome import FolderRole, Kind, Said, Word
from hwc_school_agent.domain.school_days import expired
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.mailbox import purge
from hwc_school_agent.mailbox.copies import Message, Sought
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.heard import epoch
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import Session, open_session
from hwc_school_agent.mailbox.verify import known, verify
from hwc_school_agent.post import receipt
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask

_TOUCHED = frozenset({SEEN, FLAGGED, ANSWERED, DELETED})
#: An INTERNALDATE before this is no time of arrival, but a clock that was never set.
_BELIEVABLE = 946_684_800.0  # 2000-01-01


def run(settings: Settings, place: Place, now: float, say: Callable[[Said], None]) -> None:
    """Purge the message at ``place`` and its copies if the limit is over; says words, the last one final.

    ``NOT_CONFIRMED``: nothing was done, because the limit is not over, somebody has touched the message, or it is not
    surely a signal. Else as ``finish``: ``PURGED``, and then what a fresh connection saw. ``now``: wall time, epoch
    seconds. Raises nothing.
    """
    try:
        last = _expire(settings, place, now, say)
    except FolderRefused as refused:
        last = Said(Word.LEFT if refused.accepted else Word.PURGE_FAILED, refused.role)
    except MessageGone:
        last = Said(Word.GONE)
    except MailboxTrouble:
        last = Said(Word.UNREACHABLE)
    except BoxFailed:
        last = Said(Word.NOT_CONFIRMED)
    except Exception:
        last = Said(Word.FAILED)
    say(last)


def _expire(settings: Settings, place: Place, now: float, say: Callable[[Said], None]) -> Said:
    nothing = Said(Word.NOT_CONFIRMED)
    if settings.unread_school_days <= 0 or place.role in (FolderRole.SENT, FolderRole.DRAFTS):
        return nothing
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    with open_session(settings.mailbox) as session:
        if not _is_signal(settings, session, place, now):
            return nothing
        sight = purge.look(session, place)  # last before the purge: a person may have come meanwhile
        if sight.message is None:
            return Said(Word.GONE)
        if not _due(settings, sight.message, now):
            return nothing
        sought = Sought(sight.message, lambda message_id: receipt.is_ours(message_id, key))
        folders = purge.purge(session, place, sight, sought, {})
        say(Said(Word.PURGED))
        before = known(session, folders)
    return verify(settings.mailbox, sought, {}, sought.since, before)


def _is_signal(settings: Settings, session: Session, place: Place, now: float) -> bool:
    raw = read_message(session, place)
    today = local(now, settings.school.timezone).date()
    return ask(Question.KIND, raw, allowed=settings.senders.allowed, today=today) is Kind.SIGNAL


def _due(settings: Settings, message: Message, now: float) -> bool:
    """Whether nobody has touched it, and the limit is over by the server's own time of arrival."""
    arrived = epoch(message.arrived.decode("latin-1"))
    if message.flags & _TOUCHED or arrived < _BELIEVABLE:
        return False
    zone = settings.school.timezone
    return expired(local(arrived, zone), local(now, zone), settings.calendar, settings.unread_school_days)
