"""Who is at the page: cookie -> session -> person on the staff list. Tells ``watch`` of every change."""

from __future__ import annotations

from starlette.requests import Request

from hwc_school_agent.desk.cookies import Cookies
from hwc_school_agent.desk.link import Link
from hwc_school_agent.desk.login import Login
from hwc_school_agent.desk.sessions import Table, key_of
from hwc_school_agent.desk.staff import Staff
from hwc_school_agent.domain.board import Health, Order, OrderWord, Session
from hwc_school_agent.domain.staff import Person
from hwc_school_agent.host.clock import Clock

LOOKED_SECONDS = 60.0
SECOND_CLICK_SECONDS = 10.0


class People:
    """The table of sessions and what hangs on it."""

    def __init__(self, table: Table, staff: Staff, login: Login, cookies: Cookies, link: Link, time: Clock) -> None:
        self.table, self.login, self.cookies = table, login, cookies
        self._staff, self._link, self._time = staff, link, time
        self._rotated: dict[str, tuple[str, float]] = {}  # old key -> new key, for the second half of a double click
        self._looked: dict[str, float] = {}
        self._notes: dict[str, str] = {}

    def at(self, request: Request) -> Session | None:
        """The session of a request; none when it has ended or its person is off the list."""
        session = self.table.find(self.cookies.token(request), self._time.now())
        return session if session is not None and self._staff.still(session) else None

    def clicking(self, request: Request) -> tuple[Session | None, bool]:
        """The session of a POST, and whether it came with the cookie from before the first half of a double click."""
        session = self.at(request)
        if session is not None:
            return session, False
        new, ends = self._rotated.get(key_of(self.cookies.token(request)), ("", 0.0))
        found = self.table.find_key(new) if ends > self._time.now() else None
        if found is None or found.until <= self._time.now() or not self._staff.still(found):
            return None, False
        return found, True

    def rotate(self, session: Session) -> tuple[str, Session]:
        """Put a changed session into the table under a new cookie, and tell ``watch``."""
        token, new = self.table.rotate(session)
        self._rotated = {old: (new.key if key == session.key else key, e) for old, (key, e) in self._rotated.items()}
        self._rotated[session.key] = (new.key, self._time.now() + SECOND_CLICK_SECONDS)
        self.tell()
        return token, new

    def tell(self) -> None:
        """Hand the tables to ``watch``: before the answer, so that the next process knows what this one promised.

        Without sessions that have ended: nobody needs to know any more who was there.
        """
        now = self._time.now()
        self.table.rows = tuple(s for s in self.table.rows if s.until > now)
        self._link.send(Order(OrderWord.SESSIONS, sessions=self.table.rows, attempts=self.login.tries))

    def looked(self, session: Session) -> None:
        """Somebody looked. Not while nothing has been looked at; at most once a minute for each name.

        A minute of the wall clock, for the steady one stands still while the machine sleeps; a look that seems to lie
        ahead was before the clock was set back.
        """
        now = self._time.now()
        last = self._looked.get(session.name, -LOOKED_SECONDS)
        if self._link.board.health is Health.STARTING or 0.0 <= now - last < LOOKED_SECONDS:
            return
        self._looked[session.name] = now
        self._link.send(Order(OrderWord.LOOKED, name=session.name, role=session.role))

    def person(self, session: Session) -> Person | None:
        """The person of a session."""
        return self._staff.find(session.name)

    def leave_note(self, session: Session, word: str) -> None:
        """A closed word for the next page of this person."""
        self._notes[session.key] = word

    def note(self, request: Request, session: Session | None) -> str:
        """The word for this page, once."""
        return self.cookies.note(request) if session is None else self._notes.pop(session.key, "")


def by_hand(request: Request) -> bool:
    """Whether a person asked for this page, not a timer or a script: a page that loads itself is nobody's look.

    Sec-Fetch-User is sent for a click only; a typed address and a reload by hand come from no site ("none").
    A browser that sends neither is believed.
    """
    site = request.headers.get("sec-fetch-site")
    return site in (None, "none") or request.headers.get("sec-fetch-user") == "?1"
