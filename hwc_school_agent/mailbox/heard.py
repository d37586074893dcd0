"""What a mail server's responses mean for ``watch``: folders with counts, sightings, moments. No I/O."""

from __future__ import annotations

from calendar import timegm

from hwc_school_agent.domain.signal import Place, Sighting
from hwc_school_agent.mailbox.folders import Folder, role_of, selectable
from hwc_school_agent.mailbox.wire import Response, Token

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def capabilities(tokens: tuple[Token, ...]) -> frozenset[str]:
    """The capabilities in a response or a response code, in capitals."""
    return frozenset(text_of(t).upper() for t in tokens) - {"CAPABILITY"}


def says(response: Response, *codes: str) -> bool:
    """Whether the response code is one of ``codes``."""
    return bool(response.code) and text_of(response.code[0]).upper() in codes


def text_of(token: Token) -> str:
    """A token as text, one character a byte; empty for lists and NIL."""
    return token.decode("latin-1") if isinstance(token, bytes) else ""


def pairs(tokens: list[Token]) -> dict[str, Token]:
    """A flat list of names and values."""
    return {text_of(k).upper(): v for k, v in zip(tokens[::2], tokens[1::2], strict=False)}


def number(token: Token) -> int | None:
    """A token as a number."""
    return int(token) if isinstance(token, bytes) and token.isdigit() else None


def folders_in(responses: list[Response]) -> dict[str, Folder]:
    """Selectable folders with the counts the server gave. A missing count stays ``None``: unknown, never empty."""
    counts: dict[str, dict[str, Token]] = {}
    for r in responses:
        if r.word == "STATUS" and len(r.tokens) == 2 and isinstance(r.tokens[1], list):
            counts[text_of(r.tokens[0])] = pairs(r.tokens[1])
    folders: dict[str, Folder] = {}
    for r in responses:
        if r.word != "LIST" or len(r.tokens) < 3 or not isinstance(r.tokens[0], list):
            continue
        name = text_of(r.tokens[2])
        name = "INBOX" if name.upper() == "INBOX" else name
        attributes = frozenset(text_of(a).lower() for a in r.tokens[0])
        if not selectable(attributes) or any(ord(c) < 32 for c in name):
            continue
        c = counts.get(name, {})
        folders[name] = Folder(
            name,
            role_of(name, text_of(r.tokens[1]), attributes),
            number(c.get("UIDVALIDITY")),
            number(c.get("UIDNEXT")),
            number(c.get("MESSAGES")),
            number(c.get("UNSEEN")),
        )
    return folders


def as_opened(folder: Folder, responses: list[Response]) -> Folder:
    """INBOX as EXAMINE shows it: fresher than its STATUS line while it was the open folder."""
    exists, uidnext, uidvalidity = folder.messages, folder.uidnext, folder.uidvalidity
    for r in responses:
        if r.word == "EXISTS":
            exists = r.number
        if len(r.code) == 2 and text_of(r.code[0]).upper() == "UIDNEXT":
            uidnext = number(r.code[1]) or uidnext
        if len(r.code) == 2 and text_of(r.code[0]).upper() == "UIDVALIDITY":
            uidvalidity = number(r.code[1]) or uidvalidity
    return Folder(folder.name, folder.role, uidvalidity, uidnext, exists, folder.unseen)


def since_opened(responses: list[Response]) -> list[Response]:
    """Without what the server still told of the folder before: all until EXAMINE was answered."""
    answered = next((n for n, r in enumerate(responses) if r.tag != "*"), len(responses))
    return responses[answered:]


def sightings_in(folder: Folder, responses: list[Response], first: int) -> tuple[Sighting, ...]:
    """Messages from UID ``first`` on that FETCH responses speak of."""
    seen: dict[int, Sighting] = {}
    for r in responses:
        if r.word != "FETCH" or not r.tokens or not isinstance(r.tokens[0], list):
            continue
        items = pairs(r.tokens[0])
        uid, flags = number(items.get("UID")), items.get("FLAGS")
        # "n:*" also returns the last message when its UID is below n
        if uid is None or uid < first or not isinstance(flags, list):
            continue
        arrived = epoch(text_of(items.get("INTERNALDATE"))) or (seen[uid].arrived if uid in seen else 0.0)
        place = Place(folder.name, folder.role, folder.uidvalidity or 0, uid)
        seen[uid] = Sighting(place, frozenset(text_of(f).lower() for f in flags) - {"\\recent"}, arrived)
    return tuple(seen.values())


def found_by_search(responses: list[Response]) -> list[int]:
    """UIDs in SEARCH responses."""
    return [n for r in responses if r.word == "SEARCH" for t in r.tokens if (n := number(t)) is not None]


def epoch(date_time: str) -> float:
    """INTERNALDATE (``23-Nov-2026 07:00:00 +0100``) as epoch seconds; 0.0 when it is not one."""
    try:
        day, clock, zone = date_time.split()
        d, month, year = day.split("-")
        h, m, s = clock.split(":")
        moment = timegm((int(year), MONTHS.index(month.lower()) + 1, int(d), int(h), int(m), int(s)))
        offset = (int(zone[1:3]) * 60 + int(zone[3:5])) * 60
    except (ValueError, IndexError):
        return 0.0
    return float(moment - offset if zone.startswith("+") else moment + offset)
