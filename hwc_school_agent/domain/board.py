"""The board: all that ``watch`` knows and the desk may show. Closed words and times, never content.

``watch`` sends the whole board to the desk as one JSON line whenever it changes; the desk answers with
``Order`` lines. Times are epoch seconds. A ``handle`` is a random token that names a waiting message
towards the browser; where the message stands (``place``) stays between the two processes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from hwc_school_agent.domain.outcome import Answered, FolderRole, Kind, Leg, Said, Word
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.domain.staff import Role


class Health(StrEnum):
    """Whether the mailbox can be looked into. Silence is good news only under ``OK`` (promise P7)."""

    STARTING = "starting"  # no look has succeeded yet
    OK = "ok"
    TROUBLE = "trouble"


class Trouble(StrEnum):
    """Why a look failed, as far as the program can tell."""

    NO_ANSWER = "no_answer"  # refused, reset, timed out, hung up
    NO_NAME = "no_name"  # the host name does not resolve
    CERTIFICATE = "certificate"  # TLS refused
    LOGIN = "login"  # the server refused user or password
    PROTOCOL = "protocol"  # the server said something we cannot use
    # logging in with a token: there is none, and why (``domain/access.py``)
    NO_TOKEN_SERVER = "no_token_server"  # noqa: S105 - a word
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 - a word
    SECRET_WRONG = "secret_wrong"  # noqa: S105 - a word
    APP_UNKNOWN = "app_unknown"
    NO_CONSENT = "no_consent"
    SIGN_IN_AGAIN = "sign_in_again"
    BLOCKED = "blocked"
    CLOCK = "clock"
    NO_TOKEN = "no_token"  # noqa: S105 - a word
    NO_PERMISSION = "no_permission"  # there is a fresh token, and the mail server refuses it


def code_of(trouble: Trouble) -> int:
    """The number by which people and IT name it: 210 to 214, and for tokens 221 and on (220: a page that is stale)."""
    number = tuple(Trouble).index(trouble)
    return 210 + number if number < 5 else 216 + number


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for a person."""

    handle: str
    place: Place
    arrived: float
    kind: Kind
    elsewhere: bool = False  # flags say it was handled outside the desk: "klopt dat?"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing ``finish`` said, and when."""

    at: float
    said: Said


@dataclass(frozen=True, slots=True)
class Handled:
    """A confirmed message on its way out. Kept until the desk's session that confirmed it ends."""

    handle: str
    by: str  # the staff name that confirmed, as in the staff file
    answered: Answered
    at: float
    steps: tuple[Step, ...] = ()
    retry_at: float | None = None  # when the next try starts, while something failed
    drill: bool = False  # an exercise, and the page says so
    phoned: bool = False  # the person told the sender by telephone: no receipt is owed any more


class Result(StrEnum):
    """How the rehearsal of today ended."""

    OK = "ok"  # the whole way, and the name is not in memory
    NOT_SCANNED = "not_scanned"  # the whole way but the last leg: the memory could not be searched on this machine
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The latest rehearsal of today. ``leg``: the first that was not gone; ``None`` when all were. ``apart``: minutes
    by which our clock differs from the mail server's; 0 while that does not matter, or is not known."""

    at: float
    result: Result
    leg: Leg | None = None
    apart: int = 0


class Note(StrEnum):
    """What may stand in the list "Vanmorgen": the same lines on every school day."""

    BEGUN = "begun"  # the morning watch began
    REACHED = "reached"  # a look succeeded
    LOST = "lost"  # looks began to fail
    LOOK_RUNG = "look_rung"  # the bells rang the morning look
    RUNG_AGAIN = "rung_again"


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of "Vanmorgen"."""

    at: float
    note: Note


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody logged in. ``key`` is the SHA-256 of the cookie, in hex: the cookie itself is kept nowhere."""

    key: str
    name: str
    role: str
    until: float
    viewing: str | None = None  # handle that is uncovered for this person
    viewing_until: float = 0.0
    done: str | None = None  # handle that this person confirmed last, until "Terug naar het begin"
    stamp: str = ""  # of the person, when this session began
    fresh_until: float = 0.0  # till then this person may add a passkey without logging in again


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed log-ins under one name; ``key`` is a keyed hash of the typed name."""

    key: str
    failures: int
    not_before: float


@dataclass(frozen=True, slots=True)
class Rings:
    """How often the open pages of each role were rung, since ``watch`` began."""

    contact: int = 0
    backup: int = 0
    head: int = 0

    def of(self, role: str) -> int:
        """The number for a role; 0 for anything else."""
        return {"contact": self.contact, "backup": self.backup, "head": self.head}.get(role, 0)

    def rung(self, roles: frozenset[Role]) -> Rings:
        """After one more ring for these roles."""
        one = [role in roles for role in (Role.CONTACT, Role.BACKUP, Role.HEAD)]
        return Rings(self.contact + one[0], self.backup + one[1], self.head + one[2])


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the desk may know."""

    now: float
    health: Health = Health.STARTING
    last_look: float | None = None  # last successful look
    trouble: Trouble | None = None
    trouble_since: float | None = None
    tries: int = 0  # failed looks since trouble began
    next_try: float | None = None
    folders: int = 0  # how many folders the mailbox has (no secret: the same on every day)
    waiting: tuple[Waiting, ...] = ()
    handled: tuple[Handled, ...] = ()
    morning: tuple[Noted, ...] = ()
    bells: int = 0  # bells connected now
    ring: Rings = Rings()  # goes up by one each time the open pages of a role should make a sound
    notice: int = 0  # goes up by one when the contact's open pages may show a notification: at the morning look only
    phone_card: bool = False  # nobody has looked at the third ring: the pages say whom to telephone
    marks: tuple[tuple[str, Mark], ...] = ()  # folders as seen before anything that now waits had come
    rehearsal: Rehearsed | None = None  # ``None``: none has ended today

    def reached(self, now: float, folders: int) -> Board:
        """After a look that succeeded: whatever trouble there was is over."""
        well = replace(self, health=Health.OK, last_look=now, folders=folders)
        return replace(well, trouble=None, trouble_since=None, tries=0, next_try=None)

    def lost(self, now: float, trouble: Trouble, next_try: float) -> Board:
        """After a look that failed; the trouble goes on from the first."""
        since = self.trouble_since if self.health is Health.TROUBLE else now
        return replace(
            self,
            health=Health.TROUBLE,
            trouble=trouble,
            trouble_since=since,
            tries=self.tries + 1,
            next_try=next_try,
        )

    def set_back(self, seconds: float) -> Board:
        """After the clock was set back: the last look, and trouble, are as long ago as before."""
        moved = [None if at is None else at - seconds for at in (self.last_look, self.trouble_since)]
        return replace(self, last_look=moved[0], trouble_since=moved[1])

    def json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def parse(cls, line: str) -> Board:
        """Read what ``json`` wrote. Raises ``ValueError`` or ``KeyError`` on anything else."""
        d = json.loads(line)
        d["health"] = Health(d["health"])
        d["trouble"] = Trouble(d["trouble"]) if d["trouble"] else None
        d["waiting"] = tuple(
            Waiting(w["handle"], _place(w["place"]), w["arrived"], Kind(w["kind"]), w["elsewhere"])
            for w in d["waiting"]
        )
        d["handled"] = tuple(
            Handled(
                h["handle"],
                h["by"],
                Answered(h["answered"]),
                h["at"],
                tuple(Step(s["at"], _said(s["said"])) for s in h["steps"]),
                h["retry_at"],
                h["drill"],
                h["phoned"],
            )
            for h in d["handled"]
        )
        d["ring"] = Rings(**d["ring"])
        d["morning"] = tuple(Noted(n["at"], Note(n["note"])) for n in d["morning"])
        if (r := d["rehearsal"]) is not None:
            d["rehearsal"] = Rehearsed(r["at"], Result(r["result"]), Leg(r["leg"]) if r["leg"] else None, r["apart"])
        d["marks"] = tuple((name, Mark(m["uidvalidity"], m["uidnext"])) for name, m in d["marks"])
        return cls(**d)


def _place(d: dict[str, Any]) -> Place:
    return Place(d["folder"], FolderRole(d["role"]), d["uidvalidity"], d["uid"])


def _said(d: dict[str, Any]) -> Said:
    return Said(Word(d["word"]), FolderRole(d["role"]) if d["role"] else None)


class OrderWord(StrEnum):
    """What the desk may ask of ``watch``."""

    SESSIONS = "sessions"  # the table of sessions and attempts changed; ``watch`` keeps it for the next desk
    LOOKED = "looked"  # a logged-in person opened the page (``name``, ``role``)
    CANNOT = "cannot"  # "Ik kan niet" (``name``, ``role``)
    CONFIRMED = "confirmed"  # ``handle`` carries \\Flagged now: note it and finish (``name``, ``answered``)
    RETRY = "retry"  # finish ``handle`` again now
    PHONED = "phoned"  # ``handle``: the sender was told by telephone; no receipt is owed any more
    RELOOK = "relook"  # look into the mailbox now


@dataclass(frozen=True, slots=True)
class Order:
    """One line from the desk to ``watch``."""

    word: OrderWord
    handle: str = ""
    name: str = ""
    role: str = ""
    answered: Answered = Answered.READ
    sessions: tuple[Session, ...] = field(default=())
    attempts: tuple[Attempts, ...] = field(default=())

    def json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def parse(cls, line: str) -> Order:
        """Read what ``json`` wrote. Raises ``ValueError``, ``KeyError`` or ``TypeError`` on anything else."""
        d = json.loads(line)
        return cls(
            OrderWord(d["word"]),
            d["handle"],
            d["name"],
            d["role"],
            Answered(d["answered"]),
            tuple(Session(**s) for s in d["sessions"]),
            tuple(Attempts(**a) for a in d["attempts"]),
        )
