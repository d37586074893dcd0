"""What the account may do with each folder, where the server says so (RFC 4314). Nothing about messages.

A folder that may not be looked at is often listed and refuses to open; without the right to see its name it is not even
listed. Such a one is known only if the account subscribed to it before. Names come out for the screen of ``doctor``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hwc_school_agent.mailbox.folders import Folder, key_of, quoted, text_of
from hwc_school_agent.mailbox.session import Answer, Session, quotable

LOOK, EMPTY = "r", frozenset("te")  # to open and read; to mark as deleted, and to expunge
SUBSCRIBED = b'LSUB "" "*"'


@dataclass(frozen=True, slots=True)
class Rights:
    """Folders with too few of them, by the server's names."""

    shut: tuple[str, ...]  # may not be looked at, or not be seen at all
    kept: tuple[str, ...]  # may be looked at, and not be emptied


def rights(session: Session, listed: Sequence[Folder]) -> Rights | None:
    """Of every folder, listed or not; ``None`` where the server does not tell. Raises ``MailboxTrouble``."""
    if "ACL" not in session.capabilities:
        return None
    names = [f.name for f in listed if quotable(f.name)]
    answers = session.run(*(line for n in names for line in (b"MYRIGHTS " + quoted(n), b"EXAMINE " + quoted(n))))
    session.leave()
    shut, kept = list(unlisted(session, listed)), []
    for name, told, opened in zip(names, answers[::2], answers[1::2], strict=True):
        # Courier says t and e in its answer to EXAMINE only
        given = _given(opened) or _given(told)
        if "d" in given and not any(c.startswith("RIGHTS=") for c in session.capabilities):
            given |= EMPTY  # a server of RFC 2086, which has one right for both
        if told.ok and LOOK not in given:
            shut.append(name)
        elif told.ok and not given >= EMPTY:
            kept.append(name)
    return Rights(tuple(shut), tuple(kept))


def unlisted(session: Session, listed: Sequence[Folder], subscribed: Answer | None = None) -> tuple[str, ...]:
    """Folders that are there and that no list shows: subscribed to, and with rights but the one to see them. None where
    the server offers no ACL. ``subscribed``: the answer to ``SUBSCRIBED``, where that was asked before. Raises
    ``MailboxTrouble``."""
    if "ACL" not in session.capabilities:
        return ()
    subscribed = subscribed or session.run(SUBSCRIBED)[0]
    shown = {f.name for f in listed}
    lines = [line for line in subscribed.data.get("LSUB", ()) if len(line) > 2]
    names = [n for n in dict.fromkeys(key_of(text_of(line[2])) for line in lines) if n not in shown and quotable(n)]
    answers = session.run(*(b"MYRIGHTS " + quoted(n) for n in names)) if names else []
    # Dovecot tells of the rights to a folder that is long gone as well; but with l it would be listed
    return tuple(n for n, told in zip(names, answers, strict=True) if (given := _given(told)) and "l" not in given)


def _given(answer: Answer) -> set[str]:
    """The letters of the last word: ``MYRIGHTS name letters``, or the code ``[MYRIGHTS letters]``."""
    lines = answer.data.get("MYRIGHTS", ()) if answer.ok else ()
    return set(text_of(lines[-1][-1])) if lines and lines[-1] else set()
