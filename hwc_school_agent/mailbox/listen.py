"""How ``watch`` listens to a mailbox: one conversation, all folders, for as long as the connection lasts.

IDLE is a hint, never the proof: every wait ends in a look at all folders. Between leaving and entering IDLE nothing
is done but looking, and every response is read, so an arrival that is announced in that gap is not missed.

Each turn of the link costs a signal its time. So NOTIFY and the first look, and the end of IDLE and the look behind it,
are one write where commands may be pipelined; and a message that the server describes by itself (NOTIFY) is told at
once, before that look.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Mark, Place, Sighting
from hwc_school_agent.mailbox.folders import Folder
from hwc_school_agent.mailbox.heard import as_opened, folders_in, found_by_search, sightings_in, since_opened
from hwc_school_agent.mailbox.platforms import UNKNOWN, strategy_for
from hwc_school_agent.mailbox.talk import ANSWER_SECONDS, Ask, Caller, Lost, Talk, Wait
from hwc_school_agent.mailbox.wire import Response
from hwc_school_agent.settings import Mailbox

IDLE_SECONDS = 540.0  # re-issue IDLE: Exchange stops pushing after about ten minutes (RFC 2177 allows 29)
CHANGES = frozenset({"EXISTS", "EXPUNGE", "VANISHED", "FETCH", "STATUS", "LIST", "RECENT"})
#: folders in which every message is looked at; elsewhere only unread ones and what came since the first look
CORE = frozenset({FolderRole.INBOX, FolderRole.JUNK, FolderRole.TRASH})
NOT_OURS_TO_READ = frozenset({FolderRole.SENT, FolderRole.DRAFTS, FolderRole.ALL})


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all folders."""

    folders: tuple[Folder, ...]
    sightings: tuple[Sighting, ...]
    fillers: bool = False  # some may be fillers (``mailbox/level.py``): nothing is told from it, another look follows

    def marks(self) -> dict[str, Mark]:
        """Every folder whose UIDNEXT is known, as it stands now."""
        return {f.name: Mark(f.uidvalidity or 0, f.uidnext) for f in self.folders if f.uidnext is not None}


class Conversation(Caller):
    """The talk on one connection, from the greeting to the end of the connection."""

    def __init__(
        self,
        mailbox: Mailbox,
        until_look: Callable[[], float],
        report: Callable[[Look], None],
        first: dict[str, Mark],
        arrived: Callable[[Sighting], None] = lambda _sighting: None,
    ) -> None:
        """``until_look``: seconds until the next look is due by the clock. ``report`` is called after every look.

        ``first``: every folder as it was when ``watch`` first saw it; kept across connections, filled here.
        ``arrived``: called with new mail in INBOX that the server describes by itself; a look always follows.
        """
        super().__init__(mailbox)
        self._until_look = until_look
        self._report = report
        self._first = first
        self._arrived = arrived
        self._before: list[str] = []  # tags whose answers come before those of the next look, whatever they are
        self._resting = ""  # the tag of IDLE, until it is answered
        self._back: list[Response] = []  # INBOX as it was opened again at the end of a look
        self._strategy = UNKNOWN
        self._names: tuple[str, ...] = ()
        self._last: dict[str, tuple[Folder, tuple[Sighting, ...]]] = {}

    def run(self) -> Talk:
        """The whole conversation. Raises ``Lost``; returns when another should be begun, with a newer token."""
        yield from self._enter()
        self._strategy = strategy_for(self._capabilities, self._mailbox.platform)
        if {"NOTIFY", "IDLE"} <= self._capabilities:
            # only together with IDLE: alone it loses the second of two quick signals (Dovecot re-arms after 1 s)
            self._before.append(self._words.notify())
        while True:
            yield from self._look()
            if self._renewed():
                return  # servers end a connection with its token: begin a new one before they do
            yield from self._rest()

    # -- looking --------------------------------------------------------------------------

    def _look(self) -> Talk:
        """Count every folder, and see flags and arrival times in those where something may wait."""
        found: list[Response] = []
        inbox: list[Response] = []
        tags: dict[str, list[Response]] = {tag: [] for tag in self._before}
        self._before.clear()
        with_status = self._strategy.list_status
        if with_status:
            tags[self._words.list_status(special_use=self._strategy.special_use)] = found
        else:
            tags[self._words.list_folders()] = found
            tags |= {self._words.status(name): found for name in self._names}
        opened = self._words.examine("INBOX")
        tags[opened] = inbox
        tags[self._words.fetch_flags(1)] = inbox
        yield from self._gather(tags, needed=opened)
        folders = folders_in(found)
        if not with_status and (new := [f for f in folders if f not in self._names]):
            yield from self._gather({self._words.status(name): found for name in new}, needed="")
            folders = folders_in(found)
        self._names = tuple(folders)
        self._back.clear()
        if "INBOX" in folders:
            folders["INBOX"] = as_opened(folders["INBOX"], inbox)
            seen = yield from self._all_of(folders["INBOX"], inbox)
            self._last["INBOX"] = (folders["INBOX"], seen)
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
        views = [f for f in folders if f.role is FolderRole.ALL and f.messages] if self._strategy.labels else []
        everything = max(views, key=lambda f: f.messages or 0, default=None)  # Important and Starred are parts of it
        for folder in folders:
            known = self._last.get(folder.name)
            if folder is everything:
                # a filter, or a person, may take the label of INBOX away from a mail that nobody has read
                due[folder.name] = (folder, [])
                tags[self._words.examine(folder.name)] = due[folder.name][1]
                tags[self._words.search_archived()] = due[folder.name][1]
            elif folder.role in NOT_OURS_TO_READ or folder.messages == 0:
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
        tags[self._words.examine("INBOX")] = self._back
        yield from self._gather(tags, needed="")
        for name, (folder, bucket) in due.items():
            if next((r.word for r in bucket if r.tag != "*"), "") != "OK":  # the answer to EXAMINE
                continue  # not opened: what came belongs to another folder; what was known of this one stays known
            if folder.role in CORE:
                self._last[name] = (folder, (yield from self._all_of(folder, bucket)))
                continue
            seen = {s.place.uid: s for s in sightings_in(folder, since_opened(bucket), self._since(folder))}
            older = [uid for uid in found_by_search(bucket) if uid not in seen]
            if older:
                more: list[Response] = []
                tags = {self._words.examine(name): more, self._words.fetch_flags_of(older): more}
                tags[self._words.examine("INBOX")] = self._back
                yield from self._gather(tags, needed="")
                seen |= {s.place.uid: s for s in sightings_in(folder, since_opened(more), 1)}
            self._last[name] = (folder, tuple(seen.values()))

    def _all_of(self, folder: Folder, bucket: list[Response]) -> Generator[Ask, Response | None, tuple[Sighting, ...]]:
        """Every message of a folder that was opened and fetched. Raises ``Lost`` when one cannot be spoken of at all.

        Exchange may answer a FETCH with nothing for a message that stands there: then SEARCH names it, and it counts as
        arrived. Triage cannot read it either, and it rings (promise P1).
        """
        seen = sightings_in(folder, since_opened(bucket), 1)
        if len(seen) >= (as_opened(folder, bucket).messages or 0):
            return seen
        again: list[Response] = []
        tags = {self._words.examine(folder.name): again, self._words.fetch_flags(1): again}
        tags[self._words.search_all()] = again
        tags[self._words.examine("INBOX")] = self._back
        yield from self._gather(tags, needed="")
        found = {s.place.uid: s for s in sightings_in(folder, since_opened(again), 1)}
        for uid in found_by_search(again):
            place = Place(folder.name, folder.role, folder.uidvalidity or 0, uid)
            found.setdefault(uid, Sighting(place, frozenset(), 0.0))
        if len(found) + sum(r.word == "EXPUNGE" for r in again) < (as_opened(folder, again).messages or 0):
            raise Lost(Trouble.PROTOCOL)
        return tuple(found.values())

    def _since(self, folder: Folder) -> int:
        """The first UID that came after ``watch`` first saw this folder."""
        mark = self._first.get(folder.name)
        return mark.uidnext if mark and mark.uidvalidity == folder.uidvalidity else folder.uidnext or 1

    # -- resting --------------------------------------------------------------------------

    def _rest(self) -> Talk:
        """Wait for a change or for the clock. DONE is left to be said with the look that follows."""
        if self._more_came():
            return
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
                self._described(response)
        self._words.done()
        self._resting = tag
        self._before.append(tag)

    def _more_came(self) -> bool:
        """Whether something came into INBOX while the look had other folders open; of that nobody tells."""
        inbox, _ = self._last.get("INBOX", (None, ()))
        if inbox is None:
            return False
        now = as_opened(inbox, self._back)
        return (now.uidnext or 0) > (inbox.uidnext or 0) or (now.messages or 0) > (inbox.messages or 0)

    def _described(self, response: Response) -> None:
        """Tell of new mail that the server describes while it rests, whole: with UID, flags and arrival time."""
        inbox, _ = self._last.get("INBOX", (None, ()))
        if inbox is not None and inbox.uidnext is not None:
            for sighting in sightings_in(inbox, [response], inbox.uidnext):
                if sighting.arrived:
                    self._arrived(sighting)

    # -- the small talk -------------------------------------------------------------------

    def _gather(self, tags: dict[str, list[Response]], *, needed: str) -> Talk:
        """Say what is unsaid, and read until every tag is answered.

        Untagged data goes to the bucket of the folder that is open. LIST and STATUS name their folder and may come at
        any time; the rest belongs to the EXAMINE before it.
        """
        unsaid = self._words.take().splitlines(keepends=True)
        if unsaid and self._strategy.bursts:
            unsaid = [b"".join(unsaid)]
        if unsaid:
            yield unsaid.pop(0)
        order = list(tags)
        bucket = tags[order[0]]
        while order:
            response = yield from self._next(ANSWER_SECONDS)
            if response.tag in tags:
                order.remove(response.tag)
                if response.tag == self._resting:
                    self._resting = ""
                if response.tag == needed and response.word != "OK":
                    raise Lost(Trouble.PROTOCOL)
                tags[response.tag].append(response)
                if unsaid:
                    yield unsaid.pop(0)
                if order:
                    bucket = tags[order[0]]
            elif response.word in ("LIST", "STATUS"):
                for each in tags.values():
                    if each is not bucket:
                        each.append(response)
                bucket.append(response)
            else:
                bucket.append(response)
                if order[0] == self._resting:
                    self._described(response)
