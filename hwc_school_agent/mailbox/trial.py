"""What ``doctor --send-test`` does in the mailbox itself: ask for the server's time, and see whether Sent grew.

The message that is put in has a header of its own and is expunged again; nothing else is touched.
"""

from __future__ import annotations

import imaplib
import time
from collections.abc import Sequence

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.folders import Folder, quoted
from hwc_school_agent.mailbox.mark import flag_list
from hwc_school_agent.mailbox.session import Session, folders_with_status, open_session, quotable, uid_set
from hwc_school_agent.settings import Mailbox

#: Where a message rings nobody, whatever it says (``lifecycle.standing``).
_SILENT = (FolderRole.DRAFTS, FolderRole.SENT)


def sent_so_far(mailbox: Mailbox) -> int | None:
    """How many messages Sent ever got, as UIDNEXT tells; ``None`` without such a folder. Raises ``MailboxTrouble``."""
    with open_session(mailbox) as session:
        counters = [f.uidnext for f in folders_with_status(session) if f.role is FolderRole.SENT]
    return None if not counters or None in counters else sum(n for n in counters if n)


def server_time(mailbox: Mailbox, mark: str) -> float | None:
    """The server's clock, epoch seconds (whole ones), by the INTERNALDATE it gives to a message without one.

    ``mark``: a random word for its header. ``None``: no folder to do it in, or the server cannot expunge one message.
    Raises ``MailboxTrouble``.
    """
    message = f"Subject: Proef van het programma\r\nX-Proef: {mark}\r\n\r\nEr is geen kind.\r\n".encode("ascii")
    with open_session(mailbox) as session:
        folder = _silent(folders_with_status(session))
        if folder is None or folder.uidnext is None or "UIDPLUS" not in session.capabilities:
            return None
        name = quoted(folder.name)
        if not session.append(name, b"(\\Seen)", message):
            return None
        session.run(b"SELECT " + name)
        (fetched,) = session.keep_selected(b"UID FETCH %d:* (UID INTERNALDATE BODY.PEEK[HEADER])" % folder.uidnext)
        header = message.partition(b"\r\n\r\n")[0]
        ours = {
            uid: items.get("INTERNALDATE")
            for uid, items in fetched.fetched().items()
            if isinstance(found := items.get("BODY[HEADER]"), bytes) and found.strip() == header
        }
        _expunge(session, sorted(ours))
    dates = [date for date in ours.values() if isinstance(date, bytes)]
    read = imaplib.Internaldate2tuple(b'INTERNALDATE "' + dates[0] + b'"') if dates else None
    return time.mktime(read) if read else None


def _silent(folders: Sequence[Folder]) -> Folder | None:
    return next((f for role in _SILENT for f in folders if f.role is role and quotable(f.name)), None)


def _expunge(session: Session, uids: Sequence[int]) -> None:
    if uids:
        some = uid_set(uids)
        session.keep_selected(
            b"UID STORE " + some + b" +FLAGS.SILENT " + flag_list(frozenset({"\\seen", "\\deleted"})),
            b"UID EXPUNGE " + some,
        )
