"""What ``watch`` and a mail server say to each other, as one conversation without I/O.

``Conversation.run`` is a generator: it yields what it wants (bytes to send, a response, TLS) and is sent what came.
``watch/ear.py`` does the I/O. So the whole talk reads from top to bottom, one thread can hold it beside everything
else, and a test can hold the other end.

IDLE is a hint, never the proof: every wait ends in a look at all folders. Between leaving and entering IDLE nothing
is done but looking, and every response is read, so an arrival that is announced in that gap is not missed.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable, Generator
from dataclasses import dataclass

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Mark, Place, Sighting
from hwc_school_agent.mailbox.folders import Folder, role_of, selectable
from hwc_school_agent.mailbox.wire import Response, Token, Words
from hwc_school_agent.settings import Mailbox, Tls

ANSWER_SECONDS = 15.0  # a server that says nothing for so long has hung
IDLE_SECONDS = 540.0  # re-issue IDLE: Exchange stops pushing after about ten minutes (RFC 2177 allows 29)
CHANGES = frozenset({"EXISTS", "EXPUNGE", "VANISHED", "FETCH", "STATUS", "LIST", "RECENT"})
#: folders in which every message is looked at; elsewhere only unread ones and what came since the first look
CORE = frozenset({FolderRole.INBOX, FolderRole.JUNK, FolderRole.TRASH})
NOT_OURS_TO_READ = frozenset({FolderRole.SENT, FolderRole.DRAFTS, FolderRole.ALL})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Lost(Exception):
    """The conversation is over. Carries a closed word, never the server's text."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Wait:
    """Wants the next response, or ``None`` after ``seconds``. ``idle``: may be interrupted to look at once."""

    seconds: float
    idle: bool = False


@dataclass(frozen=True, slots=True)
class StartTls:
    """Wants TLS on the connection from here on."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all folders."""

    folders: tuple[Folder, ...]
    sightings: tuple[Sighting, ...]

    def marks(self) -> dict[str, Mark]:
        """Every folder whose UIDNEXT is known, as it stands now."""
        return {f.name: Mark(f.uidvalidity or 0, f.uidnext) for f in self.folders if f.uidnext is not None}


Ask = bytes | Wait | StartTls
Talk = Generator[Ask, "Response | None", None]


class Conversation:
    """The talk on one connection, from the greeting to the end of the connection."""

    def __init__(
        self, mailbox: Mailbox, until_look: Callable[[], float], report: Callable[[Look], None], first: dict[str, Mark]
    ) -> None:
        """``until_look``: seconds until the next look is due by the clock. ``report`` is called after every look.

        ``first``: every folder as it was when ``watch`` first saw it; kept across connections, filled here.
        """
        self._mailbox = mailbox
        self._until_look = until_look
        self._report = report
        self._first = first
        self._words = Words()
        self._capabilities: frozenset[str] = frozenset()
        self._names: tuple[str, ...] = ()
        self._last: dict[str, tuple[Folder, tuple[Sighting, ...]]] = {}

    def run(self) -> Talk:
        """The whole conversation. Raises ``Lost``; never returns by itself."""
        yield from self._enter()
        if {"NOTIFY", "IDLE"} <= self._capabilities:
            # only together with IDLE: alone it loses the second of two quick signals (Dovecot re-arms after 1 s)
            yield from self._command(self._words.notify(), may_fail=True)
        while True:
            yield from self._look()
            yield from self._rest()

    # -- entering -------------------------------------------------------------------------

    def _enter(self) -> Talk:
        greeting = yield from self._next(ANSWER_SECONDS)
        if greeting.word not in ("OK", "PREAUTH"):
            raise Lost(Trouble.NO_ANSWER)
        if self._mailbox.tls is Tls.STARTTLS:
            yield from self._command(self._words.starttls(), trouble=Trouble.CERTIFICATE)
            yield StartTls()
        tag = yield from self._log_in(self._mailbox.user, self._mailbox.password.reveal())
        # nothing is sent behind the login: Courier hands over to another program there and loses what was
        while not self._capabilities or tag:
            response = yield from self._next(ANSWER_SECONDS)
            if response.tag == tag:
                if response.word != "OK":
                    passing = _says(response, "UNAVAILABLE", "INUSE", "LIMIT")
                    raise Lost(Trouble.NO_ANSWER if passing else Trouble.LOGIN)
                tag = ""
                # what was announced before the login does not count
                self._capabilities = _capabilities(response.code)
                if not self._capabilities:
                    self._words.capability()
                    yield self._words.take()
            elif response.word == "CAPABILITY":
                self._capabilities = _capabilities(response.tokens)

    def _log_in(self, user: str, password: str) -> Generator[Ask, Response | None, str]:
        """Say who we are; returns the tag whose answer decides."""
        try:
            tag = self._words.login(user, password)
            yield self._words.take()
        except ValueError:  # not plain ASCII
            tag = self._words.authenticate_plain()
            yield self._words.take()
            while (response := (yield from self._next(ANSWER_SECONDS))).tag != "+":
                if response.tag == tag:
                    raise Lost(Trouble.LOGIN) from None
            self._words.plain_answer(user, password)
            yield self._words.take()
        return tag

    # -- looking --------------------------------------------------------------------------

    def _look(self) -> Talk:
        """Count every folder, and see flags and arrival times in those where something may wait."""
        found: list[Response] = []
        inbox: list[Response] = []
        with_status = "LIST-STATUS" in self._capabilities
        if with_status:
            tags = {self._words.list_status(special_use="SPECIAL-USE" in self._capabilities): found}
        else:
            tags = {self._words.list_folders(): found}
            tags |= {self._words.status(name): found for name in self._names}
        opened = self._words.examine("INBOX")
        tags[opened] = inbox
        tags[self._words.fetch_flags(1)] = inbox
        yield self._words.take()
        yield from self._gather(tags, needed=opened)
        folders = _folders(found)
        if not with_status and (new := [f for f in folders if f not in self._names]):
            yield from self._gather({self._words.status(name): found for name in new}, needed="")
            folders = _folders(found)
        self._names = tuple(folders)
        if "INBOX" in folders:
            folders["INBOX"] = _opened(folders["INBOX"], inbox)
            self._last["INBOX"] = (folders["INBOX"], _sightings(folders["INBOX"], inbox, 1))
        yield from self._look_into([f for f in folders.values() if f.name != "INBOX"])
        self._last = {name: self._last[name] for name in folders if name in self._last}
        for f in folders.values():
            if f.uidnext is not None:
                self._first.setdefault(f.name, Mark(f.uidvalidity or 0, f.uidnext))
        sightings = tuple(s for _, seen in self._last.values() for s in seen)
        self._report(Look(tuple(folders.values()), sightings))

    def _look_into(self, folders: list[Folder]) -> Talk:
        """See flags in the folders that moved; all in one write, then back to INBOX."""
        due: dict[str, tuple[Folder, list[Response]]] = {}
        tags: dict[str, list[Response]] = {}
        for folder in folders:
            known = self._last.get(folder.name)
            if folder.role in NOT_OURS_TO_READ or folder.messages == 0:
                self._last.pop(folder.name, None)
            elif folder.role in CORE or known is None or known[0] != folder:
                bucket: list[Response] = []
                due[folder.name] = (folder, bucket)
                tags[self._words.examine(folder.name)] = bucket
                if folder.role in CORE:
                    tags[self._words.fetch_flags(1)] = bucket
                else:
                    tags[self._words.search_unseen()] = bucket
                    tags[self._words.fetch_flags(self._since(folder))] = bucket
        if not due:
            return
        tags[self._words.examine("INBOX")] = []
        yield self._words.take()
        yield from self._gather(tags, needed="")
        for name, (folder, bucket) in due.items():
            first = 1 if folder.role in CORE else self._since(folder)
            seen = {s.place.uid: s for s in _sightings(folder, bucket, first)}
            older = [uid for uid in _found_by_search(bucket) if uid not in seen]
            if older:
                more: list[Response] = []
                tags = {self._words.examine(name): more, self._words.fetch_flags_of(older): more}
                tags[self._words.examine("INBOX")] = []
                yield self._words.take()
                yield from self._gather(tags, needed="")
                seen |= {s.place.uid: s for s in _sightings(folder, more, 1)}
            self._last[name] = (folder, tuple(seen.values()))

    def _since(self, folder: Folder) -> int:
        """The first UID that came after ``watch`` first saw this folder."""
        mark = self._first.get(folder.name)
        return mark.uidnext if mark and mark.uidvalidity == folder.uidvalidity else folder.uidnext or 1

    # -- resting --------------------------------------------------------------------------

    def _rest(self) -> Talk:
        """Wait for a change or for the clock."""
        if "IDLE" not in self._capabilities:
            response = yield Wait(max(0.0, self._until_look()), idle=True)
            if response is not None and response.word == "BYE":
                raise Lost(Trouble.NO_ANSWER)
            return
        tag = self._words.idle()
        yield self._words.take()
        # until "+ idling" comes the server owes us an answer; afterwards it may be silent as long as it likes
        confirmed = changed = False
        while True:
            patience = min(max(0.0, self._until_look()), IDLE_SECONDS) if confirmed else ANSWER_SECONDS
            response = None if confirmed and changed else (yield Wait(patience, idle=confirmed))
            if response is None and not confirmed:
                raise Lost(Trouble.NO_ANSWER)
            if response is None:
                break
            if response.tag == "+":
                confirmed = True
            elif response.word == "BYE":
                raise Lost(Trouble.NO_ANSWER)
            elif response.tag == tag:
                self._capabilities -= {"IDLE"}  # it ended or refused IDLE: look at the pace of the clock instead
                return
            else:
                changed |= response.word in CHANGES
        self._words.done()
        yield from self._gather({tag: []}, needed="")

    # -- the small talk -------------------------------------------------------------------

    def _next(self, seconds: float) -> Generator[Ask, Response | None, Response]:
        response = yield Wait(seconds)
        if response is None or response.word == "BYE":
            raise Lost(Trouble.NO_ANSWER)
        return response

    def _command(self, tag: str, *, may_fail: bool = False, trouble: Trouble = Trouble.PROTOCOL) -> Talk:
        yield self._words.take()
        while True:
            response = yield from self._next(ANSWER_SECONDS)
            if response.tag == tag:
                if response.word != "OK" and not may_fail:
                    raise Lost(trouble)
                return

    def _gather(self, tags: dict[str, list[Response]], *, needed: str) -> Talk:
        """Read until every tag is answered. Untagged data goes to the bucket of the folder that is open.

        LIST and STATUS name their folder and may come at any time; the rest belongs to the EXAMINE before it.
        """
        if self._words.out:
            yield self._words.take()
        order = list(tags)
        bucket = tags[order[0]]
        while order:
            response = yield from self._next(ANSWER_SECONDS)
            if response.tag in tags:
                order.remove(response.tag)
                if response.tag == needed and response.word != "OK":
                    raise Lost(Trouble.PROTOCOL)
                tags[response.tag].append(response)
                if order:
                    bucket = tags[order[0]]
            elif response.word in ("LIST", "STATUS"):
                for each in tags.values():
                    if each is not bucket:
                        each.append(response)
                bucket.append(response)
            else:
                bucket.append(response)


def _capabilities(tokens: tuple[Token, ...]) -> frozenset[str]:
    return frozenset(_text(t).upper() for t in tokens) - {"CAPABILITY"}


def _says(response: Response, *codes: str) -> bool:
    return bool(response.code) and _text(response.code[0]).upper() in codes


def _text(token: Token) -> str:
    return token.decode("latin-1") if isinstance(token, bytes) else ""


def _pairs(tokens: list[Token]) -> dict[str, Token]:
    return {_text(k).upper(): v for k, v in zip(tokens[::2], tokens[1::2], strict=False)}


def _int(token: Token) -> int | None:
    return int(token) if isinstance(token, bytes) and token.isdigit() else None


def _folders(responses: list[Response]) -> dict[str, Folder]:
    """Selectable folders with the counts the server gave. A missing count stays ``None``: unknown, never empty."""
    counts: dict[str, dict[str, Token]] = {}
    for r in responses:
        if r.word == "STATUS" and len(r.tokens) == 2 and isinstance(r.tokens[1], list):
            counts[_text(r.tokens[0])] = _pairs(r.tokens[1])
    folders: dict[str, Folder] = {}
    for r in responses:
        if r.word != "LIST" or len(r.tokens) < 3 or not isinstance(r.tokens[0], list):
            continue
        name = _text(r.tokens[2])
        name = "INBOX" if name.upper() == "INBOX" else name
        attributes = frozenset(_text(a).lower() for a in r.tokens[0])
        if not selectable(attributes) or any(ord(c) < 32 for c in name):
            continue
        c = counts.get(name, {})
        folders[name] = Folder(
            name, role_of(name, _text(r.tokens[1]), attributes), _int(c.get("UIDVALIDITY")),
            _int(c.get("UIDNEXT")), _int(c.get("MESSAGES")), _int(c.get("UNSEEN")),
        )
    return folders


def _opened(folder: Folder, responses: list[Response]) -> Folder:
    """INBOX as EXAMINE shows it: fresher than its STATUS line while it was the open folder."""
    exists, uidnext, uidvalidity = folder.messages, folder.uidnext, folder.uidvalidity
    for r in responses:
        if r.word == "EXISTS":
            exists = r.number
        if len(r.code) == 2 and _text(r.code[0]).upper() == "UIDNEXT":
            uidnext = _int(r.code[1]) or uidnext
        if len(r.code) == 2 and _text(r.code[0]).upper() == "UIDVALIDITY":
            uidvalidity = _int(r.code[1]) or uidvalidity
    return Folder(folder.name, folder.role, uidvalidity, uidnext, exists, folder.unseen)


def _sightings(folder: Folder, responses: list[Response], first: int) -> tuple[Sighting, ...]:
    seen: dict[int, Sighting] = {}
    for r in responses:
        if r.word != "FETCH" or not r.tokens or not isinstance(r.tokens[0], list):
            continue
        items = _pairs(r.tokens[0])
        uid, flags = _int(items.get("UID")), items.get("FLAGS")
        # "n:*" also returns the last message when its UID is below n
        if uid is None or uid < first or not isinstance(flags, list):
            continue
        arrived = epoch(_text(items.get("INTERNALDATE"))) or (seen[uid].arrived if uid in seen else 0.0)
        place = Place(folder.name, folder.role, folder.uidvalidity or 0, uid)
        seen[uid] = Sighting(place, frozenset(_text(f).lower() for f in flags) - {"\\recent"}, arrived)
    return tuple(seen.values())


def _found_by_search(responses: list[Response]) -> list[int]:
    return [n for r in responses if r.word == "SEARCH" for t in r.tokens if (n := _int(t)) is not None]


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
