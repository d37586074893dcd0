"""Folders as a server lists them: names, roles, counters. Reads protocol text, speaks to nobody.

``watch`` imports this file too: nothing here may import a library.

A folder name is kept as the server sent it (modified UTF-7, RFC 3501 section 5.1.3), one character a byte
(latin-1), so that sending it back never depends on our understanding it.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.wire import Token


@dataclass(frozen=True, slots=True)
class Folder:
    """A selectable folder and what STATUS said of it. ``None``: the server did not say; never "empty"."""

    name: str
    role: FolderRole
    uidvalidity: int | None
    uidnext: int | None
    messages: int | None
    unseen: int | None


#: RFC 6154 section 2; Cyrus sends them in lower case.
_BY_ATTRIBUTE: Mapping[str, FolderRole] = MappingProxyType(
    {
        "\\all": FolderRole.ALL,
        "\\archive": FolderRole.ARCHIVE,
        "\\flagged": FolderRole.ALL,  # also a view of what stands elsewhere
        "\\important": FolderRole.ALL,  # RFC 8457, the same; Gmail has both
        "\\drafts": FolderRole.DRAFTS,
        "\\junk": FolderRole.JUNK,
        "\\spam": FolderRole.JUNK,  # XLIST, before the RFC
        "\\sent": FolderRole.SENT,
        "\\trash": FolderRole.TRASH,
    }
)

_NAMES: Mapping[FolderRole, str] = MappingProxyType(
    {
        FolderRole.SENT: (
            "sent|sent items|sent mail|sent-mail|sent messages|outbox|"
            "verzonden|verzonden items|verzonden berichten|verzonden e-mail|postvak uit|"
            "gesendet|gesendete elemente|gesendete objekte|gesendete nachrichten|postausgang|"
            "envoyés|éléments envoyés|messages envoyés|boîte d'envoi"
        ),
        FolderRole.TRASH: (
            "trash|bin|deleted|deleted items|deleted messages|recoverable items|"
            "prullenbak|prullenmand|verwijderd|verwijderde items|verwijderde berichten|"
            "papierkorb|gelöscht|gelöschte elemente|gelöschte objekte|"
            "corbeille|éléments supprimés|messages supprimés"
        ),
        FolderRole.JUNK: (
            "junk|spam|junk email|junk e-mail|junk-e-mail|junk mail|bulk mail|"
            "ongewenst|ongewenste e-mail|ongewenste mail|ongewenste berichten|"
            "unerwünscht|unerwünschte werbung|spamverdacht|"
            "indésirables|courrier indésirable|pourriel"
        ),
        FolderRole.DRAFTS: "draft|drafts|concept|concepten|entwurf|entwürfe|brouillon|brouillons",
        FolderRole.ARCHIVE: "archive|archives|archief|archiv",
        FolderRole.ALL: "all mail|alle e-mail|alle e-mails|alle berichten|alle nachrichten|tous les messages",
    }
)
_BY_NAME: Mapping[str, FolderRole] = MappingProxyType(
    {name: role for role, names in _NAMES.items() for name in names.split("|")}
)
#: These roles silence a message (``lifecycle.standing``): a folder deep in somebody's tree has them by attribute only.
_ROOT_ONLY = frozenset({FolderRole.SENT, FolderRole.DRAFTS})
_ROOTS = frozenset({"inbox", "[gmail]", "[google mail]"})


def role_of(name: str, delimiter: str, attributes: frozenset[str]) -> FolderRole:
    """What a folder is for: INBOX, then special use (any case), then known names; in doubt ``OTHER``."""
    if key_of(name) == "INBOX":
        return FolderRole.INBOX
    for attribute in attributes:
        if role := _BY_ATTRIBUTE.get(attribute.lower()):
            return role
    readable = unicodedata.normalize("NFC", decoded(name)).casefold().replace("\u2019", "'")
    *above, last = readable.split(delimiter) if delimiter else [readable]
    role = _BY_NAME.get(last.strip(), FolderRole.OTHER)
    if role in _ROOT_ONLY and not all(part in _ROOTS for part in above):
        return FolderRole.OTHER
    return role


def selectable(attributes: frozenset[str]) -> bool:
    """Whether a folder can hold messages at all (RFC 3501 section 7.2.2, RFC 5258 section 3)."""
    return not {a.lower() for a in attributes} & {"\\noselect", "\\nonexistent"}


def key_of(name: str) -> str:
    """Names compare byte by byte, but INBOX in any case is INBOX (RFC 3501 section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


def decoded(name: str) -> str:
    """Modified UTF-7 as readable text; what is not valid stays as it came."""

    def piece(match: re.Match[str]) -> str:
        inner = match.group(1)
        if not inner:
            return "&"
        try:
            padded = inner.replace(",", "/") + "=" * (-len(inner) % 4)
            return base64.b64decode(padded, validate=True).decode("utf-16-be")
        except (binascii.Error, UnicodeDecodeError):
            return match.group(0)

    return re.sub(r"&([A-Za-z0-9+,]*)-", piece, name)


def quoted(name: str) -> bytes:
    """A folder name as a quoted string for a command. Raises ``ValueError`` where that form has no room for it."""
    if any(ord(c) < 32 or ord(c) > 255 for c in name):
        raise ValueError("a folder name with a control character cannot be quoted")
    return b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode("latin-1") + b'"'


def folders_of(listed: Iterable[Sequence[Token]], counted: Iterable[Sequence[Token]]) -> list[Folder]:
    """The selectable folders in LIST lines, with the counts of STATUS lines; each folder once, INBOX first."""
    counts: dict[str, Mapping[str, int | None]] = {}
    for line in counted:
        if len(line) == 2 and isinstance(line[1], list):
            pairs = zip(line[1][::2], line[1][1::2], strict=False)
            counts[key_of(text_of(line[0]))] = {text_of(k).upper(): number_of(v) for k, v in pairs}
    found: dict[str, Folder] = {}
    for line in listed:
        if len(line) < 3 or not isinstance(line[0], list):
            continue
        name = key_of(text_of(line[2]))
        attributes = frozenset(text_of(a).lower() for a in line[0])
        if selectable(attributes):
            count = counts.get(name, {}).get
            found[name] = Folder(
                name,
                role_of(name, text_of(line[1]), attributes),
                count("UIDVALIDITY"),
                count("UIDNEXT"),
                count("MESSAGES"),
                count("UNSEEN"),
            )
    return sorted(found.values(), key=lambda f: f.role is not FolderRole.INBOX)


def text_of(token: Token) -> str:
    """An atom or string, one character a byte; empty for anything else."""
    return token.decode("latin-1") if isinstance(token, bytes) else ""


def number_of(token: Token) -> int | None:
    """A number; ``None`` for anything else."""
    return int(token) if isinstance(token, bytes) and token.isdigit() and len(token) <= 20 else None
