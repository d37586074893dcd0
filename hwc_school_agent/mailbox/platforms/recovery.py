"""Where a server may keep erased mail, as far as IMAP can look: Dovecot's hidden folders, Cyrus' erased messages.

The names are opened one by one, because such a folder is not listed. Nothing is read: messages are told apart by their
flags alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from hwc_school_agent.domain.lifecycle import FLAGS, Stage
from hwc_school_agent.domain.outcome import Recovery
from hwc_school_agent.mailbox.folders import Folder, key_of, quoted
from hwc_school_agent.mailbox.mark import flag_list
from hwc_school_agent.mailbox.session import Session, folders_with_status, open_session, quotable, uid_set
from hwc_school_agent.settings import Mailbox

#: Where Dovecot's lazy_expunge may keep erased mail without listing it: names from its documentation and from servers
#: seen, each with both usual separators.
NAMES = (
    *(".EXPUNGED", "EXPUNGED", ".DELETED", "DELETED"),
    *(".EXPUNGED/INBOX", "EXPUNGED/INBOX", ".DELETED/INBOX", ".DELETED/.EXPUNGED"),
    *(".EXPUNGED.INBOX", "EXPUNGED.INBOX", ".DELETED.INBOX", ".DELETED..EXPUNGED"),
)
#: Cyrus with ``allowdeleted`` shows erased messages in a folder opened so (and says BAD to a word it does not know).
_CYRUS = b" (VENDOR.CMU-INCLUDE-EXPUNGED)"
_NO_SUCH_WORD = b" (VENDOR.CMU-NO-SUCH-WORD)"
#: What this program marked before it expunged it; staff, and mail programs, do not set all four.
_OURS = b"UID SEARCH SEEN FLAGGED ANSWERED"


def hidden(session: Session) -> bool:
    """Whether a folder of erased mail answers to one of the names. Raises ``MailboxTrouble``."""
    return bool(_counts(session))


def recovery(session: Session, listed: Sequence[Folder]) -> Recovery:
    """What is kept, as far as it can be seen. Raises ``MailboxTrouble``."""
    counts = _counts(session) or _shown(session, listed)
    if not counts or None in counts:
        return Recovery.NOT_SEEN
    return Recovery.KEEPS if any(counts) else Recovery.EMPTY


def empty(mailbox: Mailbox) -> None:
    """Erase for good what this program erased, in folders that no list shows. Raises ``MailboxTrouble``.

    A folder that somebody made and that bears such a name is listed, and is left alone; so is mail without our marks.
    """
    with open_session(mailbox) as session:
        if "UIDPLUS" not in session.capabilities:
            return
        listed = {f.name for f in folders_with_status(session)}
        session.leave()
        names = [n for n in NAMES if key_of(n) not in listed]
        there = session.run(*(b"EXAMINE " + quoted(n) for n in names))
        session.leave()
        for name in (n for n, answer in zip(names, there, strict=True) if answer.ok):
            opened, found = session.run(b"SELECT " + quoted(name), _OURS)
            if not opened.ok:
                continue
            uids = sorted(found.numbers("SEARCH")) if found.ok and "READ-ONLY" not in opened.data else []
            if uids:
                some = uid_set(uids)
                marks = flag_list(FLAGS[Stage.PURGING])
                session.run(b"UID STORE " + some + b" +FLAGS.SILENT " + marks, b"UID EXPUNGE " + some)
            session.leave()


def _counts(session: Session) -> list[int | None]:
    """How many messages stand in each folder that answers to a name; ``None`` where it does not say."""
    session.leave()
    return [a.number("EXISTS") for a in session.run(*(b"EXAMINE " + quoted(n) for n in NAMES)) if a.ok]


def _shown(session: Session, listed: Sequence[Folder]) -> list[int | None]:
    """How many erased messages Cyrus shows in each folder; nothing where it is not asked for or not understood.

    A server that takes any word for known would have us claim what nobody looked at: it is asked one that is none.
    """
    names = [quoted(f.name) for f in listed if quotable(f.name)]
    if not session.strategy.list_status or not names:
        return []
    known, unknown = session.run(b"EXAMINE " + names[0] + _CYRUS, b"EXAMINE " + names[0] + _NO_SUCH_WORD)
    if not known.ok or unknown.ok:
        return []
    session.leave()
    both = [line for name in names for line in (b"EXAMINE " + name, b"EXAMINE " + name + _CYRUS)]
    answers = session.run(*both)
    counts: list[int | None] = []
    for plain, whole in zip(answers[::2], answers[1::2], strict=True):
        less, more = (a.number("EXISTS") if a.ok else None for a in (plain, whole))
        counts.append(None if less is None or more is None or len(names) < len(listed) else more - less)
    return counts
