"""Every word a child process may answer. Nothing else ever crosses the pipe to ``watch``.

A worker writes one word a step, the last one final, then dies. A word may carry a folder's
*role* (never its name: a folder name is text from outside).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FolderRole(StrEnum):
    """What a folder is for; decided by special-use attribute, then by a list of known names."""

    INBOX = "inbox"
    SENT = "sent"
    TRASH = "trash"
    JUNK = "junk"
    DRAFTS = "drafts"
    ARCHIVE = "archive"
    ALL = "all"
    OTHER = "other"


class Kind(StrEnum):
    """Triage: what a message asks of a person. In doubt ``UNCLEAR``."""

    SIGNAL = "signal"  # a Handle with Care message
    NOTICE = "notice"  # a secure-mail service holds the message; a person must open it there
    UNCLEAR = "unclear"  # a person must look
    NOBODY = "nobody"  # bounce, automatic answer, read receipt to us: rings nobody
    # our own practice mail, known by its key, with exactly its own child; the parser box may not say these
    REHEARSAL = "rehearsal"  # the synthetic signal of this morning: rings nobody
    DRILL = "drill"  # a practice signal for people: rings and is shown, as an exercise
    ECHO = "echo"  # the receipt of one of these, come back: rings nobody
    FILLER = "filler"  # raises a folder's counters at the day's closing, and goes at once: rings nobody


#: Our own practice mail.
PRACTICE = frozenset({Kind.REHEARSAL, Kind.DRILL, Kind.ECHO, Kind.FILLER})
#: Kinds that no person is asked to look at.
RINGS_NOBODY = frozenset({Kind.NOBODY, Kind.REHEARSAL, Kind.ECHO, Kind.FILLER})
#: Kinds that the program takes out of the mailbox by itself.
SWEPT = frozenset({Kind.REHEARSAL, Kind.ECHO, Kind.FILLER})


class Leg(StrEnum):
    """How far a rehearsal came, in this order. A worker says a leg once it is behind it, never before."""

    SENT = "sent"  # the SMTP server accepted it
    ARRIVED = "arrived"  # the ear saw it in the mailbox, and triage knew it
    READ = "read"  # the reader of the desk found exactly the name and the date that were sent
    RECEIPTED = "receipted"  # confirmed, and the SMTP server accepted its receipt
    RETURNED = "returned"  # the receipt came back to the mailbox
    PURGED = "purged"  # both were expunged in every folder
    VERIFIED = "verified"  # a fresh connection found neither
    SCANNED = "scanned"  # the memory of ``watch`` was searched for the name


class Rehearsing(StrEnum):
    """What else a rehearsal worker may say."""

    REFUSED = "refused"  # the SMTP server refuses for good: no use in trying again
    CLEAN = "clean"  # the name is not in the memory of ``watch``
    FOUND = "found"  # it is: a fault in this program
    NOT_SCANNED = "not_scanned"  # the memory could not be searched here; nothing is claimed


class Entered(StrEnum):
    """What the ledger's writer may say. None of it depends on a message; its number stands in the log."""

    WRITTEN = "written"
    KEPT = "kept"  # that day has its entry
    # what is wrong, as in ``proof/damage.py``
    MISSING = "missing"
    KEY_MISSING = "key_missing"
    KEY_BROKEN = "key_broken"
    KEY_LOCKED = "key_locked"
    OTHER_KEY = "other_key"
    TORN = "torn"
    CHANGED = "changed"
    CLOCK = "clock"
    FULL = "full"
    NOT_WRITTEN = "not_written"  # also: the writer ended without a word


class Beat(StrEnum):
    """What the heartbeat's worker may say."""

    HEARD = "heard"


class Folders(StrEnum):
    """Inspection, before the report is frozen: what one look at every folder gave."""

    CLEAR = "folders_clear"  # every folder was opened; in none stood a message that a person has handled
    NOT_ESTABLISHED = "folders_not_established"  # anything else: no answer, a folder shut, something still there


class Recovery(StrEnum):
    """Inspection: where erased mail may still be kept."""

    EMPTY = "recovery_empty"  # a recovery folder was opened and held no message
    KEEPS = "recovery_keeps"  # a recovery folder was opened and held messages
    REFUSED = "recovery_refused"  # the platform refuses to show it, or to erase: a hold, or a right that is missing
    NOT_SEEN = "recovery_not_seen"  # none could be opened: that there is none is not shown by that


class Access(StrEnum):
    """Inspection: who may read the mailbox, as its server tells."""

    NOBODY_ELSE = "access_nobody_else"  # every folder's list was given, and names the account alone
    OTHERS = "access_others"  # a list names others
    NOT_TOLD = "access_not_told"  # the server does not say (RFC 4314 not offered), or not for every folder


class Frozen(StrEnum):
    """What the worker that freezes the report may say."""

    DONE = "done"
    NOT_YET = "not_yet"  # the ledger knows no day of that month: nothing to report
    FAILED = "failed"


class Mailed(StrEnum):
    """What the worker of the daily mail may say."""

    SENT = "sent"  # the SMTP server accepted it for everybody


class Answered(StrEnum):
    """How the person closed a message at the desk; decides which receipt is owed.

    A job may say ``PHONED``; what a person reads (``Handled``) keeps the answer, and says beside it that they phoned.
    """

    READ = "read"  # "Ontvangen"
    VOUCHED = "vouched"  # the same, and the person vouches for a sender that the mail server does not
    NOT_OURS = "not_ours"  # "Niet van onze school"
    PHONED = "phoned"  # the sender was told by telephone: no receipt is owed


class Word(StrEnum):
    """What ``finish`` and ``close`` may say."""

    # steps, in this order; said once each
    RECEIPTED = "receipted"  # the SMTP server accepted the receipt
    NOT_OWED = "not_owed"  # no receipt owed: told by telephone, answered already, or the sender is not agreed
    PURGED = "purged"  # UID EXPUNGE was accepted in every folder that held a copy
    LEVELLING = "levelling"  # only ``close``: fillers come and go, and the ear is not to look at them
    # last words
    EMPTY = "empty"  # every folder seen empty, on a fresh connection
    CLEAN = "clean"  # the handled message is nowhere; other mail stands in the mailbox
    RECEIPT_LATER = "receipt_later"  # submission failed for now: try again, nothing was purged
    RECEIPT_REFUSED = "receipt_refused"  # submission refused for good: a person must telephone
    PURGE_FAILED = "purge_failed"  # a folder refused (role follows)
    LEFT = "left"  # looked again: a copy is still there (role follows)
    NOT_COUNTED = "not_counted"  # a folder could not be counted (role follows): nothing is claimed
    NOT_LEVELLED = "not_levelled"  # only ``close``: a folder's counters could not be raised (role follows)
    UNREACHABLE = "unreachable"  # the mailbox did not answer or refused the login
    NOT_CONFIRMED = "not_confirmed"  # the flags say nobody confirmed: nothing was done
    GONE = "gone"  # the message was no longer there when we came
    FAILED = "failed"  # our own fault; a developer must look


#: Words after which there is nothing left to do for a message.
FINAL_GOOD = frozenset({Word.EMPTY, Word.CLEAN, Word.GONE})
#: Words after which the same worker is started again a minute later.
TRY_AGAIN = frozenset(
    {
        Word.RECEIPT_LATER,
        Word.PURGE_FAILED,
        Word.LEFT,
        Word.NOT_COUNTED,
        Word.UNREACHABLE,
        Word.FAILED,
    }
)
STEPS = frozenset({Word.RECEIPTED, Word.NOT_OWED, Word.PURGED})


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a worker: a word and, for some words, the role of a folder."""

    word: Word
    role: FolderRole | None = None

    def line(self) -> str:
        """The line on the pipe, without the newline."""
        return self.word.value if self.role is None else f"{self.word.value} {self.role.value}"

    @classmethod
    def parse(cls, line: str) -> Said:
        """Read a line; anything outside the lists counts as ``FAILED``."""
        word, _, role = line.partition(" ")
        try:
            return cls(Word(word), FolderRole(role) if role else None)
        except ValueError:
            return cls(Word.FAILED)
