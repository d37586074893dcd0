"""The look for the inspection report: every folder, and who may read. Closed words come out.

Read-only (EXAMINE), and by flags only: no header and no body is fetched, nothing is counted but "none" or "some".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hwc_school_agent.domain.outcome import Access, FolderRole, Folders
from hwc_school_agent.mailbox.folders import Folder, folders_of, quoted, text_of
from hwc_school_agent.mailbox.rights import unlisted
from hwc_school_agent.mailbox.session import Answer, Session, folders_with_status, quotable

#: What a person has handled, by the flags of ``domain/lifecycle.py``: read, and then answered, flagged or thrown away.
#: A message that still waits for a person matches none of these, whatever its folder.
_HANDLED = b"SEEN OR FLAGGED OR ANSWERED DELETED"
_BY_ROLE: Mapping[FolderRole, bytes] = MappingProxyType(
    {
        FolderRole.TRASH: b"SEEN",
        FolderRole.SENT: b"ALL",  # only our own side writes here: whatever stands here is left over
        FolderRole.DRAFTS: b"ALL",
    }
)

#: Groups that stand in every list of a server (Courier, Dovecot, Cyrus) for the account itself or for those who run
#: the server; the report always says that the latter have access.
_OWN_GROUPS = frozenset({"owner", "administrators", "admins", "admin", "cyrus", "cyrusadmin"})


def folders(session: Session) -> tuple[Folders, list[Folder]]:
    """Open every folder, look for what a person has handled. Raises ``MailboxTrouble``."""
    listed = folders_with_status(session)
    if any(f.messages is None or not quotable(f.name) for f in listed) or unlisted(session, listed):
        return Folders.NOT_ESTABLISHED, listed
    asked = [_BY_ROLE.get(f.role, _HANDLED) for f in listed]
    lines = [
        line
        for f, what in zip(listed, asked, strict=True)
        for line in (b"EXAMINE " + quoted(f.name), b"UID SEARCH " + what)
    ]
    answers = session.run(*lines)
    clear = all(_none(o, s) for o, s in zip(answers[::2], answers[1::2], strict=True))
    return Folders.CLEAR if clear else Folders.NOT_ESTABLISHED, listed


def structure(session: Session) -> list[FolderRole]:
    """What each folder is for; no name, no count. Raises ``MailboxTrouble``."""
    (listed,) = session.run(b'LIST "" "*"')
    return [f.role for f in folders_of(listed.data.get("LIST", ()), ())]


def _none(opened: Answer, searched: Answer) -> bool:
    """Whether the server said that nothing matches; silence is no answer, unless the folder is empty."""
    exists = opened.number("EXISTS") if opened.ok else None
    if exists is None or not searched.ok:
        return False
    return not searched.numbers("SEARCH") and ("SEARCH" in searched.data or exists == 0)


def access(session: Session, listed: Sequence[Folder], user: str) -> Access:
    """Ask for the list of each folder (RFC 4314 section 3.3). Raises ``MailboxTrouble``."""
    if "ACL" not in session.capabilities:
        return Access.NOT_TOLD
    answers = session.run(*(b"GETACL " + quoted(f.name) for f in listed if quotable(f.name)))
    if any(_others(a, user) for a in answers):
        return Access.OTHERS
    told = len(answers) == len(listed) and all(a.ok and a.data.get("ACL") for a in answers)
    return Access.NOBODY_ELSE if told else Access.NOT_TOLD


def _others(answer: Answer, user: str) -> bool:
    """Whether a list gives anybody else the right to read (r), or to give himself rights (a)."""
    own = {user.lower(), user.partition("@")[0].lower(), *_OWN_GROUPS}
    for line in answer.data.get("ACL", ()):
        words = [text_of(t) for t in line if isinstance(t, bytes)][1:]  # the first is the folder
        for who, rights in zip(words[::2], words[1::2], strict=False):
            name = who.lower().removeprefix("user=")
            if not name.startswith("-") and name not in own and set(rights) & {"r", "a"}:
                return True
    return False
