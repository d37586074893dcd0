"""*Ontvangen*: note on the message that a person read it. Runs in a child of the desk."""

from __future__ import annotations

from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox import mark
from hwc_school_agent.mailbox.session import open_session
from hwc_school_agent.settings import Settings


def run(settings: Settings, place: Place) -> None:
    """Set the flag and see that it stuck. May be run twice.

    Raises ``MessageGone``, ``FolderRefused`` or ``MailboxTrouble``; then nobody has confirmed.
    """
    with open_session(settings.mailbox) as session:
        mark.confirm(session, place)
