"""Levelling: every folder's counters rise by the same step a day, so that they do not tell how many messages came.

A server keeps UIDNEXT and (with CONDSTORE, RFC 7162) HIGHESTMODSEQ for ever; they count what was there and is gone.
At each closing UIDNEXT is raised to the next multiple of ``UID_STEP``, plus one, and HIGHESTMODSEQ to the next multiple
of ``MODSEQ_STEP``, by putting fillers into the folder and taking them out.

Why this does not depend on signals: after a closing UIDNEXT is ``n * UID_STEP + 1``. Whatever comes until the next one
(rehearsal, receipt, drill, signals), up to ``UID_STEP - 1`` messages a folder, the next multiple is always the next
one: strictly above, so that a day without any mail rises as well. No state is kept; a restart changes nothing. What
can be read is the number of closings. Between two closings the counters show what came since the last, as the
messages themselves do. A day with more messages than that rises by one step more, and keeps it: UIDs never go back.
"""

from __future__ import annotations

from collections.abc import Sequence

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.lifecycle import FLAGS, Stage
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.folders import Folder
from hwc_school_agent.mailbox.mark import MDN_SENT, flag_list
from hwc_school_agent.mailbox.session import (
    Answer,
    Session,
    argument,
    folders_with_status,
    open_session,
    quotable,
    uid_set,
)
from hwc_school_agent.settings import Mailbox

UID_STEP = 64  # messages a folder and day, ours included: a bound, not a guess (0 to 13 signals a year)
MODSEQ_STEP = 512  # five changes a message, and three a filler (Cyrus counts each message, Dovecot each command)
MOST_FOLDERS = 24  # a mailbox with more is levelled in its first ones, INBOX first

_GONE = flag_list(FLAGS[Stage.PURGING])


def level(mailbox: Mailbox, filler: bytes) -> FolderRole | None:
    """Raise the counters of every folder. Returns the role of the first folder that did not do it; ``None``: all did.

    ``filler``: the message to use; its header must be of no other message. Nothing happens on servers that are not
    known to drop what is expunged. Raises ``MailboxTrouble``.
    """
    with open_session(mailbox) as session:
        if not can_level(session):
            return None
        folders = [f for f in folders_with_status(session) if quotable(f.name) and f.role is not FolderRole.ALL]
        refused = [f.role for f in folders[:MOST_FOLDERS] if not _Folder(session, f, filler).level()]
    return refused[0] if refused else None


def can_level(session: Session) -> bool:
    """Whether the server is one of those seen to drop what is expunged. Exchange keeps it for two weeks, Gmail
    elsewhere: fillers would be the trace."""
    return session.strategy.forgets and "UIDPLUS" in session.capabilities


def next_step(counter: int, step: int) -> int:
    """The next multiple of ``step``, plus one for a counter that tells the next number: strictly above."""
    return ((counter - 1) // step + 1) * step + 1


class _Folder:
    """One folder on its way up."""

    def __init__(self, session: Session, folder: Folder, filler: bytes) -> None:
        self._session, self._folder, self._filler = session, folder, filler
        self._name = argument(folder.name, folder.role)
        condstore = b" (CONDSTORE)" if "CONDSTORE" in session.capabilities else b""
        self._opening = b"SELECT " + self._name + condstore
        self._header = filler.partition(b"\r\n\r\n")[0].strip()
        # unread in the trash: there a read message counts as handled by somebody
        self._flags = b"()" if folder.role is FolderRole.TRASH else b"(\\Seen)"

    def level(self) -> bool:
        """Whether every filler came and went. Whatever happens, only messages with our own header are expunged."""
        (opened,) = self._session.run(self._opening)
        uidnext = opened.number("UIDNEXT") or self._folder.uidnext
        if not opened.ok or uidnext is None:
            return False
        if "READ-ONLY" in opened.data:
            return True  # nothing of ours can have come or gone here
        missing = next_step(uidnext, UID_STEP) - uidnext
        appended = self._append(missing)
        ours = self._ours(uidnext)
        if not ours:
            return False
        *most, last = ours
        reopened = self._expunge(most) if most else self._select()
        # in a write of its own: Dovecot would judge the expunge by the flags before
        self._session.run(*(b"UID STORE %d " % last + change for change in self._padding(reopened)))
        self._expunge([last])
        return appended and len(ours) == missing and not self._ours(uidnext)

    def _append(self, count: int) -> bool:
        session, capabilities = self._session, self._session.capabilities
        if not capabilities & {"LITERAL+", "LITERAL-"}:
            return all(session.append(self._name, self._flags, self._filler) for _ in range(count))
        one = b" " + self._flags + b" {%d+}\r\n" % len(self._filler) + self._filler
        command = b"APPEND " + self._name
        several = [command + one * count] if "MULTIAPPEND" in capabilities else [command + one] * count
        return all(answer.ok for answer in session.run(*several))

    def _ours(self, uidnext: int) -> list[int]:
        """UIDs of the fillers that stand here."""
        opened, fetched = self._session.run(self._opening, b"UID FETCH %d:* (UID BODY.PEEK[HEADER])" % uidnext)
        if not (opened.ok and fetched.ok):
            raise MailboxTrouble(Trouble.PROTOCOL)
        found = []
        for uid, items in fetched.fetched().items():
            header = items.get("BODY[HEADER]")
            if uid >= uidnext and isinstance(header, bytes) and header.strip() == self._header:
                found.append(uid)
        return sorted(found)

    def _select(self) -> Answer:
        return self._session.run(self._opening)[0]

    def _expunge(self, uids: Sequence[int]) -> Answer:
        """Take fillers out of the open folder. How it looks then."""
        some = uid_set(uids)
        return self._session.run(
            b"UID STORE " + some + b" +FLAGS.SILENT " + _GONE, b"UID EXPUNGE " + some, self._opening
        )[-1]

    def _padding(self, opened: Answer) -> list[bytes]:
        """Changes of flags, each of which raises HIGHESTMODSEQ by one; the mark and the expunge of the last one count
        as two. ``$MDNSent`` where it is kept: a receipt sets it, and a folder's list of keywords is kept for ever."""
        modseq = opened.number("HIGHESTMODSEQ")
        keyword = b"$MDNSent" if opened.words("PERMANENTFLAGS") & {MDN_SENT, "\\*"} else b"\\Draft"
        count = 2 if modseq is None else (next_step(modseq + 2, MODSEQ_STEP) - 1) - modseq - 2
        return [b"%bFLAGS.SILENT (%b)" % (b"+-"[n % 2 : n % 2 + 1], keyword) for n in range(count)]
