"""After *Ontvangen*: send the receipt, purge every copy, look again on a fresh connection. One word a step.

Every step may be run twice, and the order never changes: the receipt is accepted or not owed before anything is
purged. After a crash the flags on the message say how far it came (``domain/lifecycle.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import parseaddr

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain import lifecycle, rehearsal
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.job import FinishJob
from hwc_school_agent.domain.lifecycle import Event, Stage
from hwc_school_agent.domain.outcome import Answered, Said, Word
from hwc_school_agent.domain.receipt import read_confirmation, receipt_address
from hwc_school_agent.host.clock import local
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.mailbox import mark, purge
from hwc_school_agent.mailbox.copies import Message, Sought
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.session import Session, open_session
from hwc_school_agent.mailbox.verify import known, verify
from hwc_school_agent.post import receipt
from hwc_school_agent.post import rehearsal as rehearsal_mail
from hwc_school_agent.post.submission import SubmissionLater, SubmissionRefused, submit
from hwc_school_agent.settings import Settings
from hwc_school_agent.workers.parser_box import BoxFailed, Question, ask

Say = Callable[[Said], None]


class _Stop(Exception):
    """A last word before the end of the way."""

    def __init__(self, word: Word) -> None:
        super().__init__(word.value)
        self.said = Said(word)


def run(settings: Settings, job: FinishJob, say: Say) -> None:
    """Finish one confirmed message; says steps and, always, a last word. Raises nothing."""
    try:
        last = _finish(settings, job, say)
    except _Stop as stop:
        last = stop.said
    except FolderRefused as refused:
        last = Said(Word.LEFT if refused.accepted else Word.PURGE_FAILED, refused.role)
    except MailboxTrouble:
        last = Said(Word.UNREACHABLE)
    except Exception:
        last = Said(Word.FAILED)
    say(last)


def _finish(settings: Settings, job: FinishJob, say: Say) -> Said:
    key = derived(installation_key(settings.state.directory), receipt.PURPOSE)
    sought = Sought(None, lambda message_id: receipt.is_ours(message_id, key))
    with open_session(settings.mailbox) as session:
        sight = purge.look(session, job.place)
        if sight.message is None:
            folders = purge.sweep(session, sight.folders, job.marks, sought, days_back(settings, job.now))
        else:
            stage = _confirmed(session, job, sight.message)
            if stage is Stage.CONFIRMED:
                stage = _answer(settings, job, session, sight.message, key, say)
            else:
                say(Said(Word.NOT_OWED))
            stage = lifecycle.after(stage, Event.MARK)
            sought = replace(sought, original=sight.message)
            folders = purge.purge(session, job.place, sight, sought, job.marks)
            lifecycle.after(stage, Event.EXPUNGED)
            say(Said(Word.PURGED))
        before = known(session, folders)
    last = verify(settings.mailbox, sought, job.marks, sought.since or days_back(settings, job.now), before)
    if sight.message is None and last.word is Word.CLEAN:
        return Said(Word.GONE)  # without the message its copies cannot be told: nothing more is claimed
    return last


def _confirmed(session: Session, job: FinishJob, message: Message) -> Stage:
    """The stage to go on from. Stops at a message that nobody confirmed."""
    stage = lifecycle.stage_of(message.flags)
    if stage is not Stage.ARRIVED:
        return stage
    if not job.elsewhere or lifecycle.SEEN not in message.flags:
        raise _Stop(Word.NOT_CONFIRMED)
    lifecycle.after(stage, Event.CONFIRM)
    # staff who replied in their own mail program set \\Answered: then this is RECEIPTED already
    return lifecycle.stage_of(_raised(session, job, Stage.CONFIRMED))


def _answer(settings: Settings, job: FinishJob, session: Session, message: Message, key: bytes, say: Say) -> Stage:
    """Send the receipt if one is owed. Stops when it is owed and was not accepted."""
    mail = _owed(settings, job, message, key)
    if mail is None:
        say(Said(Word.NOT_OWED))
        return lifecycle.after(Stage.CONFIRMED, Event.RECEIPT_NOT_OWED)
    try:
        submit(settings.submission, mail)
    except SubmissionLater:
        raise _Stop(Word.RECEIPT_LATER) from None
    except SubmissionRefused:
        raise _Stop(Word.RECEIPT_REFUSED) from None
    say(Said(Word.RECEIPTED))
    stage = lifecycle.after(Stage.CONFIRMED, Event.RECEIPT_ACCEPTED)
    try:
        _raised(session, job, stage)
    except MailboxTrouble:
        # submission can take long enough for the server to hang up; without this flag the sender hears twice
        with open_session(settings.mailbox) as again:
            _raised(again, job, stage)
        raise
    return stage


def _owed(settings: Settings, job: FinishJob, message: Message, key: bytes) -> EmailMessage | None:
    """The receipt, if one is owed."""
    if job.answered is Answered.PHONED:
        return None
    try:
        envelope = ask(
            Question.HEADER,
            message.header,
            allowed=settings.senders.allowed,
            today=_today(settings, job.now),
            border=settings.senders.border,
        )
    except BoxFailed:
        raise _Stop(Word.RECEIPT_REFUSED) from None  # nobody can tell whom to answer: a person has to
    if not isinstance(envelope, Envelope):
        raise _Stop(Word.FAILED)
    sender, at = settings.submission.sender, local(job.now, settings.school.timezone)
    own = {settings.mailbox.user, parseaddr(sender)[1], settings.submission.user}
    to = receipt_address(
        envelope,
        allowed=settings.senders.allowed,
        receipt_to=settings.senders.receipt_to,
        own=own,
        vouched=job.answered is Answered.VOUCHED,
    )
    if to is None:
        practice = rehearsal.known(envelope.message_id, rehearsal_mail.key_of(settings))
        return rehearsal_mail.echo(settings, *practice, at) if practice and practice[0] in rehearsal.WORDS else None
    return receipt.build(
        sender=sender,
        to=to,
        answered=job.answered,
        school=settings.school.name,
        at=at,
        envelope=envelope,
        tr=language(settings.school.language),
        read_confirmation=settings.confirms_reading
        and read_confirmation(envelope, to, job.answered, sent="$mdnsent" in message.flags),
        mailbox=rehearsal_mail.own_address(settings),
        message_id=receipt.receipt_id(key, message.message_id, message.arrived, job.place, sender),
    )


def _raised(session: Session, job: FinishJob, stage: Stage) -> frozenset[str]:
    try:
        return mark.raise_stage(session, job.place, stage)
    except MessageGone:
        raise _Stop(Word.GONE) from None


def _today(settings: Settings, now: float) -> date:
    return local(now, settings.school.timezone).date()


def days_back(settings: Settings, now: float) -> date:
    """How far back a folder without a mark is searched when the message itself is gone."""
    return _today(settings, now) - timedelta(days=7)
