"""One part of the rehearsal (``domain/job.py``): the real steps of a signal, walked on practice mail.

A worker says each leg once it is behind it. Whatever goes wrong ends it: the leg that was not said is the answer, and
``watch`` tries again until its time is over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.job import FinishJob, Part, RehearsalJob
from hwc_school_agent.domain.outcome import FINAL_GOOD, SWEPT, Answered, Kind, Leg, Rehearsing, Said, Word
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host.clock import local
from hwc_school_agent.mailbox import purge
from hwc_school_agent.mailbox.copies import Sought
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.mailbox.verify import Known, known, verify
from hwc_school_agent.post.rehearsal import key_of, signal
from hwc_school_agent.post.submission import SubmissionRefused, submit
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers import confirm, finish, practice_mail, reader

Say = Callable[[Leg | Rehearsing], None]


class _Ended(Exception):
    """The way ends here. Carries nothing."""


def run(settings: Settings, job: RehearsalJob, say: Say) -> None:
    """Do one part. Raises what its steps raise."""
    now = local(job.now, settings.school.timezone)
    try:
        if job.part is Part.SEND:
            _send(settings, job, now, say)
        elif job.part is Part.WALK and job.place is not None:
            _walk(settings, job, job.place, now, say)
        elif job.part is Part.SWEEP:
            _sweep(settings, job, now, say)
    except SubmissionRefused:
        say(Rehearsing.REFUSED)
        raise


def _send(settings: Settings, job: RehearsalJob, now: datetime, say: Say) -> None:
    try:
        _swept(settings, job, now, say=None)
    except (MailboxTrouble, FolderRefused):
        pass  # what an earlier one left; the sweep of this one will say what is wrong
    submit(settings.submission, signal(settings, job.kind, job.nonce, now))
    say(Leg.SENT)


def _walk(settings: Settings, job: RehearsalJob, place: Place, now: datetime, say: Say) -> None:
    if not job.read:
        with open_session(settings.mailbox) as session:
            raw = read_message(session, place)
        if practice_mail.recognised(settings, raw, now.date()) != (job.kind, job.nonce):
            raise _Ended  # one of another day that came late; ours is still to come
        say(Leg.ARRIVED)
        shown = reader.run(settings, place, now.date())
        if shown.children != (rehearsal.child_of(key_of(settings), job.kind, job.nonce),):
            raise _Ended
        say(Leg.READ)
    try:
        confirm.run(settings, place)
    except MessageGone:
        if not job.read:
            raise
    said: list[Said] = []

    def on_said(one: Said) -> None:
        said.append(one)
        if one.word is Word.RECEIPTED:
            say(Leg.RECEIPTED)

    finish.run(settings, FinishJob(place, Answered.READ, job.now, job.marks), on_said)
    if said[-1].word is Word.RECEIPT_REFUSED:
        say(Rehearsing.REFUSED)
    if said[-1].word not in FINAL_GOOD:
        raise _Ended


def _sweep(settings: Settings, job: RehearsalJob, now: datetime, say: Say) -> None:
    ours, before = _swept(settings, job, now, say)
    say(Leg.PURGED)
    last = verify(settings.mailbox, ours, job.marks, finish.days_back(settings, job.now), before)
    if last.word in FINAL_GOOD:
        say(Leg.VERIFIED)


def _swept(settings: Settings, job: RehearsalJob, now: datetime, say: Say | None) -> tuple[Sought, Known | None]:
    """Purge rehearsals and receipts of practice mail, wherever they stand. A drill goes when a person has confirmed it;
    one that nobody confirmed goes when the day is closed."""
    marks = job.marks if job.part is Part.SWEEP else {}
    day = finish.days_back(settings, job.now)
    with open_session(settings.mailbox) as session:
        folders = folders_with_status(session)
        ours, seen = practice_mail.search(settings, session, folders, marks, day, now.date(), kinds=SWEPT)
        if say is not None and (Kind.ECHO, job.nonce) in seen:
            say(Leg.RETURNED)
        folders = purge.sweep(session, folders, marks, ours, day)
        return ours, known(session, folders)
