"""Writing a message's stage into its flags. Flags are only added, and read back: some servers say OK and forget."""

from __future__ import annotations

from collections.abc import Iterable

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.lifecycle import FLAGS, Stage
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.folders import text_of
from hwc_school_agent.mailbox.session import Session

MDN_SENT = "$mdnsent"  # RFC 3503: tells every mail program that the sender has been answered


def confirm(session: Session, place: Place) -> None:
    """Note on the message that a person pressed *Ontvangen*. May be run twice.

    Raises ``MessageGone`` (not there, or UIDVALIDITY changed), ``FolderRefused`` when the flag did not stick,
    ``MailboxTrouble``.
    """
    raise_stage(session, place, Stage.CONFIRMED)


def raise_stage(session: Session, place: Place, stage: Stage) -> frozenset[str]:
    """Add the flags of a stage and return all flags (lower case) as read back. Raises as ``confirm``."""
    session.select(place)
    wanted = FLAGS[stage]
    extra = {MDN_SENT} if stage is Stage.RECEIPTED and session.keeps(MDN_SENT) else set[str]()
    store = b"UID STORE %d +FLAGS.SILENT " % place.uid + flag_list(wanted | extra)
    (stored,) = session.keep_selected(store)
    # not in one write with the STORE: Dovecot then answers from what it is about to store
    (fetched,) = session.keep_selected(b"UID FETCH %d (UID FLAGS)" % place.uid)
    if not fetched.ok:
        raise MailboxTrouble(Trouble.PROTOCOL)
    seen = fetched.fetched().get(place.uid)
    if seen is None:
        surely_gone(session, place)
        raise MessageGone
    flags = flags_of(seen.get("FLAGS"))
    if not wanted <= flags:
        raise FolderRefused(place.role, accepted=stored.ok)
    return flags


def surely_gone(session: Session, place: Place) -> None:
    """Raise ``MailboxTrouble`` unless the server says in two ways that the message is not in the open folder.

    Exchange may answer a FETCH with nothing, and a message that is there must never count as gone.
    """
    # two writes: Dovecot may send the data of the second command before the end of the first
    (fetched,) = session.keep_selected(b"UID FETCH %d (UID FLAGS)" % place.uid)
    (searched,) = session.keep_selected(b"UID SEARCH UID %d" % place.uid)
    if not (fetched.ok and searched.ok) or "SEARCH" not in searched.data:
        raise MailboxTrouble(Trouble.PROTOCOL)
    if place.uid in fetched.fetched() or place.uid in searched.numbers("SEARCH"):
        raise MailboxTrouble(Trouble.PROTOCOL)


def flags_of(token: object) -> frozenset[str]:
    """A list of flags in lower case; nothing for anything else."""
    return frozenset(text_of(t).lower() for t in token) if isinstance(token, list) else frozenset()


def flag_list(flags: Iterable[str]) -> bytes:
    """Flags for a command, in the spelling of the RFC."""
    return b"(" + " ".join(sorted(_SPELLING.get(f, f.capitalize()) for f in flags)).encode() + b")"


_SPELLING = {
    MDN_SENT: "$MDNSent",
    "\\seen": "\\Seen",
    "\\flagged": "\\Flagged",
    "\\answered": "\\Answered",
    "\\deleted": "\\Deleted",
}
