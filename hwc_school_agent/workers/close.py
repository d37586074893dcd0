"""The day's closing: sweep our own mail, count every folder, level the counters, finish what is confirmed.

Two words come out. The first is about the closing itself and is the same on days with and without a signal: it may be
written down. The last one is for the person who asked, and also knows of messages that could not be finished.
What may take time because of a message comes after the first word, so that not even its moment tells.

Unread mail and mail that nobody confirmed is never touched, unless the school itself has set a limit
(``[retention] unread_school_days``); then ``workers/expire.py`` decides.
"""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.job import CloseJob, FinishJob
from hwc_school_agent.domain.outcome import FINAL_GOOD, Said, Word
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key, token
from hwc_school_agent.mailbox import purge
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble
from hwc_school_agent.mailbox.level import level
from hwc_school_agent.mailbox.platforms import recovery
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.mailbox.verify import known, verify
from hwc_school_agent.post import receipt
from hwc_school_agent.post import rehearsal as rehearsal_mail
from hwc_school_agent.settings import Recoverable, Settings
from hwc_school_agent.workers import expire, finish, practice_mail

Say = Callable[[Said], None]


def run(settings: Settings, job: CloseJob, say: Say) -> None:
    """Close the day. Says LEVELLING when that begins; then the word of the closing (EMPTY, CLEAN, LEFT, NOT_COUNTED,
    NOT_LEVELLED, UNREACHABLE or FAILED); then the last word, the same or that of a message. Raises nothing."""
    if job.again:
        closed = Said(Word.CLEAN)
    else:
        closed = _quietly(lambda: _swept(settings, job))
        if closed.word in FINAL_GOOD and settings.mailbox.level_counters:
            say(Said(Word.LEVELLING))
            closed = _quietly(lambda: _levelled(settings, job, closed))
    say(closed)
    if closed.word is Word.UNREACHABLE:
        say(closed)
        return
    unfinished = _quietly(lambda: _unfinished(settings, job))
    _quietly(lambda: _forgotten(settings, job))  # every day alike, whatever came; the report tells what was left
    # what is still there comes before what was counted
    say(unfinished if unfinished.word not in FINAL_GOOD else closed)


def _quietly(part: Callable[[], Said]) -> Said:
    try:
        return part()
    except FolderRefused as refused:
        return Said(Word.LEFT, refused.role)
    except MailboxTrouble:
        return Said(Word.UNREACHABLE)
    except Exception:
        return Said(Word.FAILED)


def _levelled(settings: Settings, job: CloseJob, closed: Said) -> Said:
    now = local(job.now, settings.school.timezone)
    filler = rehearsal_mail.filler(settings, rehearsal.nonce(now.year, token()[:16]), now)
    refused = level(settings.mailbox, filler)
    return Said(Word.NOT_LEVELLED, refused) if refused else closed


def _unfinished(settings: Settings, job: CloseJob) -> Said:
    """Finish every message; CLEAN when nothing of them is left."""
    if settings.unread_school_days > 0:
        for place in job.unread:
            expire.run(settings, place, job.now, lambda _said: None)  # what it leaves is tried again tomorrow
    unfinished = [said for one in job.jobs if (said := _finished(settings, one))]
    return unfinished[0] if unfinished else Said(Word.CLEAN)


def _forgotten(settings: Settings, job: CloseJob) -> Said:
    """Erase from where the platform keeps erased mail, as far as that can be reached."""
    recovery.empty(settings.mailbox)
    if settings.mailbox.recoverable is Recoverable.DELETE:
        from hwc_school_agent.mailbox.platforms import graph

        graph.erase(settings.mailbox, job.now)
    return Said(Word.CLEAN)


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
    """Purge our own receipts and practice mail wherever a server filed them, then count on a fresh connection.

    Of the last days, not only what came since a mark: what a purge had to leave has been looked at since.
    """
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    day, today = finish.days_back(settings, job.now), local(job.now, settings.school.timezone).date()
    with open_session(settings.mailbox) as session:
        folders = folders_with_status(session)
        ours, _ = practice_mail.search(
            settings, session, folders, {}, day, today, receipts=lambda sent: receipt.is_ours(sent, key)
        )
        folders = purge.sweep(session, folders, {}, ours, day)
        before = known(session, folders)
    return verify(settings.mailbox, ours, {}, day, before)
