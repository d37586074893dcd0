"""Purging a confirmed message and its copies: mark, UID EXPUNGE of exactly those UIDs, look, and only then go on.

Copies go first and the message itself last, so that a crash in between leaves the message, with which the copies can
be found again. A bare EXPUNGE is never used on messages that somebody else may have marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hwc_school_agent.domain.lifecycle import FLAGS, Stage
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.mailbox.copies import Message, Sought, fetch_one, find, message_in
from hwc_school_agent.mailbox.errors import FolderRefused, MessageGone
from hwc_school_agent.mailbox.folders import Folder, quoted
from hwc_school_agent.mailbox.mark import flag_list, surely_gone
from hwc_school_agent.mailbox.session import (
    Session,
    argument,
    folders_with_status,
    listing,
    quotable,
    read_listing,
    uid_set,
)

ROUNDS = 5  # a message may surface in another folder when it is expunged (Courier's trash, Gmail); not for ever

Copies = Sequence[tuple[Folder, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Sight:
    """The mailbox at the start of a purge: all folders, and the message (``None``: it is not there any more)."""

    folders: list[Folder]
    message: Message | None


def look(session: Session, place: Place) -> Sight:
    """See all folders and the message, in one round trip; its folder is then open for writing.

    Raises ``MailboxTrouble``; ``FolderRefused`` when the folder will not open for writing.
    """
    listed, opened, fetched = session.run(
        listing(session.strategy), b"SELECT " + argument(place.folder, place.role), fetch_one(place)
    )
    try:
        session.opened(place, opened)
    except MessageGone:
        return Sight(_folders(session, listed), None)
    except FolderRefused:
        folders = _folders(session, listed)
        if place.folder in {f.name for f in folders}:
            raise
        return Sight(folders, None)
    message = message_in(fetched, place.uid)
    if message is None:
        surely_gone(session, place)
    folders = _folders(session, listed)
    return Sight(folders, message)


def purge(session: Session, place: Place, sight: Sight, sought: Sought, marks: Mapping[str, Mark]) -> list[Folder]:
    """Purge every copy, then the message. Returns the folders as they were listed last.

    Raises ``FolderRefused`` (with the folder's role) as soon as one folder does not do it; ``MailboxTrouble``.
    """
    folders, here = sight.folders, _folder_of(place, sight.folders)
    found = find(session, folders, marks, sought, sought.since)
    for folder in found.refused:
        if folder.messages is not None:  # it can be counted, so it can be looked into later: until then nothing goes
            raise FolderRefused(folder.role)
    copies = [(f, _without(uids, place, f)) for f, uids in found.copies]
    _expunge(session, folders, [(f, uids) for f, uids in copies if uids])
    after = _expunge(session, folders, [(here, (place.uid,))] if sight.message else [], list_after=True)
    return _chase(session, folders, after, sought, sought.since)


def sweep(
    session: Session, folders: list[Folder], marks: Mapping[str, Mark], sought: Sought, day: date
) -> list[Folder]:
    """Purge what is sought where there is no message to start from. Returns and raises as ``purge``.

    ``day``: how far back a folder without a mark is searched.
    """
    copies = find(session, folders, marks, sought, day).copies
    if not copies:
        return folders
    return _chase(session, folders, _expunge(session, folders, copies, list_after=True), sought, day)


def _chase(
    session: Session, before: list[Folder], after: list[Folder], sought: Sought, day: date | None
) -> list[Folder]:
    """Purge what surfaced elsewhere because it was expunged."""
    for _ in range(ROUNDS):
        seen = {f.name: Mark(f.uidvalidity or 0, f.uidnext) for f in before if f.uidnext is not None}
        copies = find(session, after, seen, sought, day).copies
        if not copies:
            return after
        before, after = after, _expunge(session, after, copies, list_after=True)
    raise FolderRefused(copies[0][0].role, accepted=True)


def _expunge(session: Session, folders: list[Folder], copies: Copies, *, list_after: bool = False) -> list[Folder]:
    """Expunge these messages and see that they are gone. ``list_after``: list all folders then; else as before."""
    trash = _final_trash(session, folders)
    through = [(f, uids) for f, uids in copies if trash and f.role not in (FolderRole.TRASH, FolderRole.JUNK)]
    direct = [(f, uids) for f, uids in copies if (f, uids) not in through]
    if trash:
        for folder, uids in through:
            _through_trash(session, folder, uids, trash)
    if session.strategy.burst_purge:
        return _burst(session, folders, direct, list_after=list_after)
    for folder, uids in direct:
        _stepwise(session, folder, uids)
    return _relisted(session) if list_after else folders


def _burst(session: Session, folders: list[Folder], copies: Copies, *, list_after: bool) -> list[Folder]:
    """Everything in one write. UNSELECT before each SELECT: a SELECT that fails must leave nothing to write into."""
    lines: list[bytes] = [b"UNSELECT"] if session.opened_any else []
    spans: list[tuple[Folder, tuple[int, ...], int]] = []
    for folder, uids in copies:
        name, some = argument(folder.name, folder.role), uid_set(uids)
        spans.append((folder, uids, len(lines)))
        lines += [
            b"SELECT " + name, _store(some, FLAGS[Stage.PURGING]), b"UID EXPUNGE " + some,
            b"EXAMINE " + name, b"UID FETCH " + some + b" (UID)", b"UNSELECT",
        ]  # fmt: skip
    if list_after:
        # behind UNSELECT: Dovecot answers a LIST-STATUS pipelined behind EXPUNGE from the old view otherwise
        lines.append(listing(session.strategy))
    if not lines:
        return folders
    answers = session.run(*lines)
    for folder, uids, at in spans:
        opened, stored, expunged, reopened, fetched, _ = answers[at : at + 6]
        if not (opened.ok and stored.ok and expunged.ok and reopened.ok and fetched.ok):
            raise FolderRefused(folder.role)
        if reopened.number("EXISTS") is None or set(uids) & fetched.fetched().keys():
            raise FolderRefused(folder.role, accepted=True)
    return read_listing(session, answers[-1:]) if list_after else folders


def _stepwise(session: Session, folder: Folder, uids: tuple[int, ...]) -> None:
    """One command at a time, for servers that offer less."""
    some = uid_set(uids)
    _open(session, folder)
    marks = FLAGS[Stage.PURGING]
    for flags in [marks - {"\\deleted"}, marks] if session.strategy.seen_first else [marks]:
        if not session.keep_selected(_store(some, flags))[0].ok:
            raise FolderRefused(folder.role)
    if "UIDPLUS" in session.capabilities:
        expunge = b"UID EXPUNGE " + some
    else:
        (marked,) = session.keep_selected(b"UID SEARCH DELETED")
        if marked.numbers("SEARCH") != set(uids):
            raise FolderRefused(folder.role)  # somebody else's deleted mail would go with ours
        expunge = b"EXPUNGE"
    if not session.keep_selected(expunge)[0].ok:
        raise FolderRefused(folder.role)
    reopened, fetched = session.run(b"EXAMINE " + argument(folder.name, folder.role), b"UID FETCH " + some + b" (UID)")
    if not (reopened.ok and fetched.ok):
        raise FolderRefused(folder.role)
    if reopened.number("EXISTS") is None or set(uids) & fetched.fetched().keys():
        raise FolderRefused(folder.role, accepted=True)


def _through_trash(session: Session, folder: Folder, uids: tuple[int, ...], trash: Folder) -> None:
    """Where one folder shows all mail, expunging only archives: move to the trash, and expunge there next round.

    No ``\\Deleted`` yet: Gmail's auto-expunge would archive the message at once.
    """
    some = uid_set(uids)
    _open(session, folder)
    stored, moved = session.keep_selected(
        _store(some, FLAGS[Stage.PURGING] - {"\\deleted"}),
        b"UID MOVE " + some + b" " + quoted(trash.name),
    )
    if not (stored.ok and moved.ok):
        raise FolderRefused(folder.role)


def _final_trash(session: Session, folders: Sequence[Folder]) -> Folder | None:
    """The trash folder, when only the way through it is final. Raises ``FolderRefused`` when it is not shown."""
    if not session.strategy.final_in_trash(f.role for f in folders):
        return None
    trash = next((f for f in folders if f.role is FolderRole.TRASH and quotable(f.name)), None)
    if trash is None and session.strategy.labels:
        raise FolderRefused(FolderRole.TRASH)
    return trash


def _open(session: Session, folder: Folder) -> None:
    try:
        session.select(Place(folder.name, folder.role, folder.uidvalidity or 0, 0))
    except MessageGone:
        raise FolderRefused(folder.role) from None


def _store(uids: bytes, flags: frozenset[str]) -> bytes:
    return b"UID STORE " + uids + b" +FLAGS.SILENT " + flag_list(flags)


def _folders(session: Session, listed: object) -> list[Folder]:
    return read_listing(session, [listed])  # type: ignore[list-item]


def _relisted(session: Session) -> list[Folder]:
    session.leave()
    return folders_with_status(session)


def _folder_of(place: Place, folders: Iterable[Folder]) -> Folder:
    for folder in folders:
        if folder.name == place.folder:
            return folder
    return Folder(place.folder, place.role, place.uidvalidity, None, None, None)


def _without(uids: tuple[int, ...], place: Place, folder: Folder) -> tuple[int, ...]:
    return tuple(u for u in uids if (folder.name, u) != (place.folder, place.uid))
