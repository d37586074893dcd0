"""Looking again: on a fresh connection, every folder counted in two ways. Claims nothing it did not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole, Said, Word
from hwc_school_agent.domain.signal import Mark
from hwc_school_agent.mailbox.copies import Sought, find
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.folders import Folder, quoted
from hwc_school_agent.mailbox.platforms import Strategy
from hwc_school_agent.mailbox.rights import SUBSCRIBED, unlisted
from hwc_school_agent.mailbox.session import (
    Answer,
    Session,
    folders_with_status,
    listing,
    open_session,
    quotable,
    read_listing,
)
from hwc_school_agent.settings import Mailbox

#: How the same server was a moment ago: its strategy and the names of its folders.
Known = tuple[Strategy, tuple[str, ...]]


def known(session: Session, folders: Sequence[Folder]) -> Known | None:
    """What lets ``verify`` say everything in one write, where the server is known to take that; else ``None``."""
    if not (session.strategy.bursts and session.strategy.list_status):
        return None
    return session.strategy, tuple(f.name for f in folders if quotable(f.name))


def verify(
    mailbox: Mailbox, sought: Sought, marks: Mapping[str, Mark], day: date | None, before: Known | None = None
) -> Said:
    """``EMPTY``: every folder is. ``CLEAN``: other mail stands there, none of it sought. ``LEFT``, ``NOT_COUNTED``.

    ``day``: how far back a folder without a mark is searched. Raises ``MailboxTrouble``.
    """
    if before:
        try:
            return _verify(mailbox, sought, marks, day, before)
        except MailboxTrouble as trouble:
            if trouble.kind is Trouble.LOGIN:
                raise
            # a proxy in between may lose what is sent with the login; once more, in the patient way
    return _verify(mailbox, sought, marks, day, None)


def _verify(
    mailbox: Mailbox, sought: Sought, marks: Mapping[str, Mark], day: date | None, before: Known | None
) -> Said:
    names = before[1] if before else ()
    ahead = [listing(before[0]), SUBSCRIBED, *(b"EXAMINE " + quoted(n) for n in names)] if before else []
    with open_session(mailbox, ahead=ahead) as session:
        if before:
            folders = read_listing(session, session.ahead[:1])
            subscribed, *answers = session.ahead[1:]
            opened = dict(zip(names, answers, strict=True))
        else:
            folders, subscribed, opened = folders_with_status(session), None, {}
        if unlisted(session, folders, subscribed):
            return Said(Word.NOT_COUNTED, FolderRole.OTHER)
        if (uncounted := _uncounted(session, folders, opened)) and _arrival_may_explain(uncounted):
            session.leave()
            folders = folders_with_status(session)
            uncounted = _uncounted(session, folders, {})
        if uncounted:
            return Said(Word.NOT_COUNTED, uncounted[0].role)
        if all(f.messages == 0 for f in folders):
            return Said(Word.EMPTY)
        return _judge(session, folders, sought, marks, day)


def _judge(
    session: Session, folders: Sequence[Folder], sought: Sought, marks: Mapping[str, Mark], day: date | None
) -> Said:
    found = find(session, folders, marks, sought, day)
    if found.copies:
        return Said(Word.LEFT, found.copies[0][0].role)
    if found.refused:
        return Said(Word.NOT_COUNTED, found.refused[0].role)
    return Said(Word.CLEAN)


def _uncounted(session: Session, folders: Sequence[Folder], opened: dict[str, Answer]) -> list[Folder]:
    """Folders in which STATUS and a fresh EXAMINE did not give the same number. ``opened`` is completed."""
    missing = [f.name for f in folders if f.name not in opened and quotable(f.name)]
    if missing:
        opened.update(zip(missing, session.run(*(b"EXAMINE " + quoted(n) for n in missing)), strict=True))
    return [f for f in folders if not _agree(f, opened.get(f.name))]


def uncountable(session: Session, folders: Sequence[Folder]) -> list[Folder]:
    """The folders about which a purge could claim nothing. Mail that comes meanwhile is no reason. Raises
    ``MailboxTrouble``."""
    found = _uncounted(session, folders, {})
    for _ in range(3):
        if not found or not _arrival_may_explain(found):
            return found
        session.leave()
        found = _uncounted(session, folders_with_status(session), {})
    return found


def _agree(folder: Folder, opened: Answer | None) -> bool:
    exists = opened.number("EXISTS") if opened and opened.ok else None
    return exists is not None and folder.messages is not None and exists == folder.messages


def _arrival_may_explain(uncounted: Sequence[Folder]) -> bool:
    """Mail that came between the two counts makes them differ; a folder without a count stays without one."""
    return all(f.messages is not None for f in uncounted)
