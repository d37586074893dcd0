"""The look at the mailbox for the inspection report: twice, the second time on a new connection. Closed words only.

Says, in this order: the first look at the folders, the recovery folders, who may read; then the second look at both.
What it could not do it does not say; the report then says that it was not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwc_school_agent.domain.job import InspectJob
from hwc_school_agent.domain.outcome import Access, Folders, Recovery
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.mailbox import inspect
from hwc_school_agent.mailbox.folders import Folder
from hwc_school_agent.mailbox.platforms import recovery
from hwc_school_agent.mailbox.session import Session, open_session
from hwc_school_agent.settings import Recoverable, Settings


def run(settings: Settings, job: InspectJob, say: Callable[[Folders | Recovery | Access], None]) -> None:
    """Look. Raises ``MailboxTrouble``."""
    with open_session(settings.mailbox) as session:
        seen, listed = inspect.folders(session)
        say(_unless(job, seen))
        say(_recovery(settings, session, listed))
        say(inspect.access(session, listed, settings.mailbox.user))
    with open_session(settings.mailbox) as session:
        seen, listed = inspect.folders(session)
        say(_unless(job, seen))
        say(_recovery(settings, session, listed))


def _recovery(settings: Settings, session: Session, listed: Sequence[Folder]) -> Recovery:
    """What keeps erased mail: as IMAP shows it, and where it does not, as Microsoft Graph counts it."""
    seen = recovery.recovery(session, listed)
    if seen is not Recovery.NOT_SEEN or settings.mailbox.recoverable is Recoverable.OFF:
        return seen
    from hwc_school_agent.mailbox.platforms import graph

    return graph.look(settings.mailbox, SystemClock().now())


def _unless(job: InspectJob, seen: Folders) -> Folders:
    """What was confirmed at the desk carries no flag of having been read; only ``watch`` knows of it."""
    return Folders.NOT_ESTABLISHED if job.unfinished else seen
