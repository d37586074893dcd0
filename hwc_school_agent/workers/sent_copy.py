"""A mail of ours is taken out of the folder with sent mail at once, if the server files it there at once."""

from __future__ import annotations

from hwc_school_agent.mailbox import purge
from hwc_school_agent.mailbox.copies import Sought
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.post import receipt
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers import finish


def sweep(settings: Settings, now: float, key: bytes) -> None:
    """Purge what ``receipt.is_ours`` knows with this key. ``now``: wall time, epoch seconds.

    What cannot be purged now is swept by the day's closing: nothing of the mailbox's is raised.
    """
    ours = Sought(None, lambda message_id: receipt.is_ours(message_id, key))
    try:
        with open_session(settings.mailbox) as session:
            purge.sweep(session, folders_with_status(session), {}, ours, finish.days_back(settings, now))
    except (MailboxTrouble, FolderRefused, MessageGone):
        pass
