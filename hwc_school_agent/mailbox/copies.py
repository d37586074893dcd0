"""Which messages are copies of the one a person confirmed, and finding them. Reads header blocks, keeps none.

The rule is narrow on purpose: an unread message is a copy only when nothing tells it apart from the original (P1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hwc_school_agent.domain.lifecycle import SEEN
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.mailbox.folders import Folder, number_of, quoted, text_of
from hwc_school_agent.mailbox.mark import flags_of
from hwc_school_agent.mailbox.session import Answer, Session, quotable, uid_set
from hwc_school_agent.mailbox.wire import Token

ITEMS = b"(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])"
#: Where only our own side writes: a reply to the original found here quotes it.
_WRITTEN_HERE = frozenset({FolderRole.SENT, FolderRole.DRAFTS})
#: Where a message signed as our receipt may be one that somebody else sent in, until a person has read it.
_ARRIVES_HERE = frozenset({FolderRole.INBOX, FolderRole.JUNK, FolderRole.OTHER})


@dataclass(frozen=True, slots=True)
class Message:
    """What is fetched of a message to compare it. ``repr`` shows the UID only."""

    uid: int
    flags: frozenset[str] = field(repr=False)  # lower case
    size: int | None = field(repr=False)
    arrived: bytes = field(repr=False)  # INTERNALDATE as the server writes it
    header: bytes = field(repr=False)

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets; empty when there is none."""
        ids = _ids(self.header, b"message-id")
        return ids[0] if ids else ""


@dataclass(frozen=True, slots=True)
class Sought:
    """What has to go: copies of ``original`` (``None``: it is gone already) and our own receipts."""

    original: Message | None
    ours: Callable[[str], bool]  # whether a Message-ID is of one of our receipts

    def matches(self, message: Message, role: FolderRole) -> bool:
        """Whether a message in a folder of that role has to go."""
        read = SEEN in message.flags
        if (read or role not in _ARRIVES_HERE) and self.ours(message.message_id):
            return True
        if self.original is None:
            return False
        if message.header == self.original.header and (read or self._same_size(message)):
            return True
        sent_id = self.original.message_id
        if not sent_id:
            return False
        if read and message.message_id == sent_id:
            return True
        return role in _WRITTEN_HERE and sent_id in (
            _ids(message.header, b"in-reply-to") + _ids(message.header, b"references")
        )

    def _same_size(self, message: Message) -> bool:
        """For unread messages with the same header: a Message-ID and the same size besides."""
        return self.original is not None and bool(message.message_id) and message.size == self.original.size

    @property
    def since(self) -> date | None:
        """The day before the original arrived; its copies are not older."""
        return day_of(self.original.arrived) if self.original else None


@dataclass(frozen=True, slots=True)
class Found:
    """Where copies stand, and which folders could not be looked into."""

    copies: tuple[tuple[Folder, tuple[int, ...]], ...]
    refused: tuple[Folder, ...]


def find(
    session: Session, folders: Sequence[Folder], marks: Mapping[str, Mark], sought: Sought, day: date | None
) -> Found:
    """Look for what is sought in every folder that got mail since its mark.

    A folder without a mark is searched by arrival (``day`` and later; ``None``: all of it), never by header or text.
    Raises ``MailboxTrouble``.
    """
    moved = [f for f in folders if _moved(f, marks.get(f.name))]
    refused = [f for f in moved if not quotable(f.name)]
    moved = [f for f in moved if quotable(f.name)]
    low = {f.name: _range(f, marks.get(f.name)) for f in moved}
    shown: dict[str, Answer] = {}
    for folder, answer in _look(session, [f for f in moved if low[f.name]], lambda f: _fetch(low[f.name])):
        if answer and answer.fetched():
            shown[folder.name] = answer
    # without a mark; and where a range gave nothing: that may be true, or the server did not answer the question
    unsure = [f for f in moved if f.name not in shown]
    listed: dict[str, list[int]] = {}
    for folder, answer in _look(session, unsure, lambda f: _search(low[f.name], day)):
        if answer is None or "SEARCH" not in answer.data:
            refused.append(folder)
        elif uids := [u for u in sorted(answer.numbers("SEARCH")) if u >= low[folder.name]]:
            listed[folder.name] = uids
    for folder, answer in _look(session, [f for f in unsure if f.name in listed], lambda f: _fetch(listed[f.name])):
        if answer is None or not set(listed[folder.name]) <= answer.fetched().keys():
            refused.append(folder)
        else:
            shown[folder.name] = answer
    copies: list[tuple[Folder, tuple[int, ...]]] = []
    for folder in (f for f in moved if f.name in shown):
        # ``n:*`` also gives the last message when there is none from ``n`` on (RFC 3501 section 9)
        fetched = {u: items for u, items in shown[folder.name].fetched().items() if u >= low[folder.name]}
        messages = [_message(u, items) for u, items in fetched.items()]
        if None in messages:
            refused.append(folder)
        elif uids := sorted(m.uid for m in messages if m and sought.matches(m, folder.role)):
            copies.append((folder, tuple(uids)))
    return Found(tuple(copies), tuple(refused))


def fetch_one(place: Place) -> bytes:
    """The command that fetches what ``message_in`` reads."""
    return b"UID FETCH %d " % place.uid + ITEMS


def message_in(answer: Answer, uid: int) -> Message | None:
    """A message as fetched with ``ITEMS``; ``None`` when the server did not give its header."""
    return _message(uid, answer.fetched().get(uid, {}))


def day_of(arrived: bytes) -> date | None:
    """The day before an INTERNALDATE (``23-Nov-2026 21:52:48 +0000``): time zones differ by less than a day."""
    m = re.fullmatch(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) .*", arrived)
    if not m or m.group(2).lower() not in _MONTHS:
        return None
    try:
        return date(int(m.group(3)), _MONTHS.index(m.group(2).lower()) + 1, int(m.group(1))) - timedelta(days=1)
    except ValueError:
        return None


_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


def _moved(folder: Folder, mark: Mark | None) -> bool:
    if folder.messages == 0:
        return False
    same = mark is not None and mark.uidvalidity == folder.uidvalidity
    return not (same and mark is not None and folder.uidnext is not None and folder.uidnext <= mark.uidnext)


def _range(folder: Folder, mark: Mark | None) -> int:
    """The first UID to look at; 0 when there is no mark to go by."""
    return mark.uidnext if mark and mark.uidvalidity == folder.uidvalidity else 0


def _fetch(uids: int | Sequence[int]) -> bytes:
    wanted = b"%d:*" % uids if isinstance(uids, int) else uid_set(uids)
    return b"UID FETCH " + wanted + b" " + ITEMS


def _search(low: int, day: date | None) -> bytes:
    if low:
        return b"UID SEARCH UID %d:*" % low
    if day is None:
        return b"UID SEARCH ALL"
    return b"UID SEARCH SINCE %d-%s-%d" % (day.day, _MONTHS[day.month - 1].capitalize(), day.year)


def _look(
    session: Session, folders: Sequence[Folder], command: Callable[[Folder], bytes]
) -> list[tuple[Folder, Answer | None]]:
    """Run one command in each folder; ``None`` where the folder would not open as the one that was listed."""
    lines = [line for f in folders for line in (b"EXAMINE " + quoted(f.name), command(f))]
    answers = session.run(*lines) if lines else []
    found: list[tuple[Folder, Answer | None]] = []
    for folder, opened, looked in zip(folders, answers[::2], answers[1::2], strict=True):
        right = opened.ok and opened.number("UIDVALIDITY") == folder.uidvalidity and looked.ok
        found.append((folder, looked if right else None))
    return found


def _message(uid: int, items: Mapping[str, Token]) -> Message | None:
    header, arrived = items.get("BODY[HEADER]"), items.get("INTERNALDATE")
    if not isinstance(header, bytes):
        return None
    size = number_of(items.get("RFC822.SIZE"))
    return Message(uid, flags_of(items.get("FLAGS")), size, arrived if isinstance(arrived, bytes) else b"", header)


def _ids(header: bytes, name: bytes) -> list[str]:
    """The ``<...>`` words of a field, in order. Linear in the size of the header, whatever it holds."""
    found: list[str] = []
    inside = False
    for line in header.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            field_name, colon, line = line.partition(b":")
            inside = bool(colon) and field_name.strip().lower() == name
        if inside:
            found += [text_of(word) for word in re.findall(rb"<[^<>\s]+>", line)]
    return found
