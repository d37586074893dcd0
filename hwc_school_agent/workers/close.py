"""The day's closing: finish what is confirmed, sweep our own mail, count every folder. The same every day.

Unread mail and mail that nobody confirmed is never touched, unless the school itself has set a limit
(``[retention] unread_school_days``); then ``workers/expire.py`` decides.
"""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.domain.job import CloseJob, FinishJob
from hwc_school_agent.domain.outcome import FINAL_GOOD, Said, Word
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.mailbox import purge
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.mailbox.verify import known, verify
from hwc_school_agent.post import receipt
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers import expire, finish, practice_mail


def run(settings: Settings, job: CloseJob, say: Callable[[Said], None]) -> None:
    """Close the day; says one word: EMPTY, CLEAN, LEFT, NOT_COUNTED, UNREACHABLE or FAILED. Raises nothing."""
    try:
        last = _close(settings, job)
    except FolderRefused as refused:
        last = Said(Word.LEFT, refused.role)
    except MailboxTrouble:
        last = Said(Word.UNREACHABLE)
    except Exception:
        last = Said(Word.FAILED)
    say(last)


def _close(settings: Settings, job: CloseJob) -> Said:
    if settings.unread_school_days > 0:
        for place in job.unread:
            expire.run(settings, place, job.now, lambda _said: None)  # what it leaves is seen by the count below
    unfinished = [said for one in job.jobs if (said := _finished(settings, one))]
    swept = _swept(settings, job)
    # what is still there comes before what was counted: the closing claims that nothing handled is kept
    return unfinished[0] if unfinished else swept


def _finished(settings: Settings, job: FinishJob) -> Said | None:
    """Finish one message; ``None`` when nothing of it is left, or nobody confirmed it after all."""
    said: list[Said] = []
    finish.run(settings, job, said.append)
    last = said[-1]
    if last.word in FINAL_GOOD or last.word is Word.NOT_CONFIRMED:
        return None
    if last.word in (Word.UNREACHABLE, Word.NOT_COUNTED, Word.FAILED):
        return last
    return Said(Word.LEFT, last.role or job.place.role)


def _swept(settings: Settings, job: CloseJob) -> Said:
    """Purge our own receipts and practice mail wherever a server filed them, then count on a fresh connection."""
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    day, today = finish.days_back(settings, job.now), local(job.now, settings.school.timezone).date()
    with open_session(settings.mailbox) as session:
        folders = folders_with_status(session)
        ours, _ = practice_mail.search(
            settings, session, folders, job.marks, day, today, receipts=lambda sent: receipt.is_ours(sent, key)
        )
        folders = purge.sweep(session, folders, job.marks, ours, day)
        before = known(session, folders)
    return verify(settings.mailbox, ours, job.marks, day, before)
