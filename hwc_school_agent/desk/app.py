"""The desk's one page: what a person sees (GET) and what a person may do (POST, always answered with "go back to GET").

Every change of the session table is with ``watch`` before the answer leaves, so it survives this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from hwc_school_agent.desk import child, pages, stream
from hwc_school_agent.desk.cookies import Cookies
from hwc_school_agent.desk.form import Refused, handle_in, read_form
from hwc_school_agent.desk.life import Life
from hwc_school_agent.desk.link import Link
from hwc_school_agent.desk.login import Login
from hwc_school_agent.desk.pages import Page, View
from hwc_school_agent.desk.render import Renderer
from hwc_school_agent.desk.sessions import VIEW_SECONDS, Table, key_of, until
from hwc_school_agent.desk.staff import Staff
from hwc_school_agent.desk.words import clock
from hwc_school_agent.domain.board import Attempts, Health, Order, OrderWord, Session, Waiting
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.settings import Settings

LOOKED_SECONDS = 60.0
SECOND_CLICK_SECONDS = 10.0


class App:
    """Holds the tables and, while somebody looks at it, what is shown."""

    def __init__(
        self, settings: Settings, link: Link, life: Life, time: Clock,
        sessions: tuple[Session, ...], tries: tuple[Attempts, ...], key: bytes,
    ) -> None:
        self._settings = settings
        self._zone = settings.school.timezone
        self._link = link
        self._life = life
        self._time = time
        self._table = Table(sessions)
        self._staff = Staff(settings.state.directory)
        self._login = Login(self._staff, tries, key, time)
        self._cookies = Cookies(secure=bool(settings.desk.certificate))
        self._render = Renderer(settings.school.name, self._zone)
        self._shown: dict[str, Shown] = {}  # content, by handle: the process ends when one of these is over
        self._unreadable: frozenset[str] = frozenset()
        self._confirmed: set[str] = set()  # at this desk, while the board may still call them waiting
        self._notes: dict[str, str] = {}  # a closed word for the next page of a session
        self._rotated: dict[str, tuple[str, float]] = {}  # old key -> new key, for the second half of a double click
        self._looked: dict[str, float] = {}
        self._streams = 0
        self._one_action = asyncio.Lock()  # whoever ends this process must not cut off somebody else's confirmation
        self._one_read = asyncio.Lock()

    # -- what a person sees --------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """GET: the page of this person's state."""
        if self._life.leaving:
            return self._back()  # this process stopped listening: the browser reaches the next one
        now = self._time.now()
        session = self._session(request)
        token = ""
        if session is not None and session.viewing is not None and pages.covers_at(session) <= now:
            token, session = self._rotate(replace(session, viewing=None))
            self._send_tables()
        page = self._page(session)
        if page.view is View.SHOWN and page.signal is not None and session is not None:
            await self._fetch(page.signal)
            page = self._page(session)
            if page.view is View.SHOWN and page.signal is not None and page.signal.handle not in self._shown:
                return self._back()  # this process is about to end: the next one reads it
        if session is not None and _by_hand(request):
            self._say_looked(session)
        response = self._render.page(
            page.view.value,
            page=page,
            board=self._link.board,
            session=session,
            shown=self._shown.get(page.signal.handle) if page.view is View.SHOWN and page.signal is not None else None,
            covers_at=pages.covers_at(session) if session is not None else 0.0,
            now=self._time.now(),
            note=self._note(request, session),
            morning_end=self._settings.hours.morning_end.strftime("%H.%M"),
            in_morning=self._in_morning(now),
        )
        self._cookies.drop_note(request, response)
        if token:
            self._cookies.give(response, token)
        return response

    async def stand(self, request: Request) -> Response:
        """GET /stand: the event stream of this person's page."""
        if self._session(request) is None:
            raise Refused(403)
        if self._streams >= stream.MOST or self._life.leaving:
            raise Refused(503)
        return StreamingResponse(
            self._beats(request), media_type="text/event-stream", headers={"x-accel-buffering": "no"},
        )

    def static(self, name: str) -> Response:
        """GET /static/...: a file from the closed list."""
        file = self._render.static.get(name)
        if file is None:
            raise Refused(404)
        return file.response()

    def refusal(self, status: int) -> Response:
        """The plain page for a request that is not answered."""
        return self._render.refusal(status)

    async def _beats(self, request: Request) -> AsyncIterator[bytes]:
        self._streams += 1
        try:
            async for line in stream.beats(self._life, lambda: self._beat(request)):
                yield line
        finally:
            self._streams -= 1

    def _beat(self, request: Request) -> stream.Beat | None:
        session = self._session(request)
        if session is None:
            return None
        board, page = self._link.board, self._page(session)
        look = f"{clock(board.last_look, self._zone)} uur" if board.last_look else ""
        return stream.Beat(page.version, board.ring, page.title, look, max(0, int(self._time.now() - board.now)))

    def _page(self, session: Session | None) -> Page:
        now = self._time.now()
        viewed = self._table.viewed_by_others(session, now) if session is not None else frozenset()
        return pages.decide(self._link.board, session, now, unreadable=self._unreadable, viewed=viewed)

    async def _fetch(self, signal: Waiting) -> None:
        """Have the message read, once for everybody who looks at it."""
        async with self._one_read:
            if signal.handle in self._shown or self._life.leaving:
                return
            today = local(self._time.now(), self._zone).date()
            reading = asyncio.ensure_future(child.read(self._settings, signal.place, today))
            leaving = asyncio.ensure_future(self._life.left.wait())
            await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not reading.done():
                reading.cancel()
                return
            shown = reading.result()
            if shown is None:
                self._unreadable |= {signal.handle}
            else:
                self._shown[signal.handle] = shown
        self._cover_in_time()

    def _cover_in_time(self) -> None:
        """Look again when the first uncovered page covers itself; then what was shown here is over."""
        ends = [pages.covers_at(s) for s in self._table.rows if s.viewing in self._shown]
        if ends:
            wait = max(0.0, min(ends) - self._time.now())
            # A wall clock may jump; never wait longer than a few seconds without looking at it.
            asyncio.get_running_loop().call_later(min(wait, 5.0) + 0.05, self._cover_due)

    def _cover_due(self) -> None:
        now = self._time.now()
        over = [s for s in self._table.rows if s.viewing in self._shown and pages.covers_at(s) <= now]
        if over:
            asyncio.get_running_loop().create_task(self._cover_now())
        else:
            self._cover_in_time()

    async def _cover_now(self) -> None:
        async with self._one_action:
            self._life.leave()

    # -- what a person may do ------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        """POST: do one thing, then back to the page."""
        form = await read_form(request)
        do = form.get("do", "")
        if do == "inloggen":
            return await self._log_in(request, form)
        if do not in self._DEEDS:
            raise Refused(400)
        handle = handle_in(form)
        async with self._one_action:
            session, second_click = self._session_of_click(request)
            if session is None:
                return self._back(note="afgelopen" if self._cookies.token(request) else "")
            if _counts_as_look(do):
                self._say_looked(session)
            token = await self._DEEDS[do](self, session, handle)
            if second_click and not token and do != "uitloggen":
                token, _new = self._rotate(self._table.find_key(session.key) or session)
            response = self._back(note="uit" if do == "uitloggen" else "")
            if token or do == "uitloggen":
                self._send_tables()
            if token:
                self._cookies.give(response, token)
            elif do == "uitloggen":
                self._cookies.take(response)
            return response

    async def _log_in(self, request: Request, form: dict[str, str]) -> Response:
        person, note = await self._login.attempt(form.get("rol", ""), form.get("ww", ""))
        now = self._time.now()
        if person is None:
            self._send_tables()
            return self._back(note=note)
        old = self._session(request)
        if old is not None:
            self._table.end(old)
        end = until(now, self._settings.hours, self._zone)
        token, session = self._table.begin(person.name, person.role.value, end, now)
        self._send_tables()
        self._say_looked(session)
        response = self._back()
        self._cookies.give(response, token)
        return response

    async def _log_out(self, session: Session, _: str) -> str:
        self._table.end(session)
        self._over(session.viewing)
        return ""

    async def _uncover(self, session: Session, handle: str) -> str:
        """A handle that waits no longer is uncovered too: that page says what became of it."""
        if not handle:
            raise Refused(400)
        self._unreadable -= {handle}
        ends = self._time.now() + VIEW_SECONDS
        token, _new = self._rotate(replace(session, viewing=handle, viewing_until=ends, done=None))
        if session.viewing != handle:
            self._over(session.viewing)
        return token

    async def _cover(self, session: Session, _: str) -> str:
        token, _new = self._rotate(replace(session, viewing=None))
        self._over(session.viewing)
        return token

    async def _receive(self, session: Session, handle: str) -> str:
        return await self._confirm(session, handle, Answered.READ)

    async def _not_ours(self, session: Session, handle: str) -> str:
        return await self._confirm(session, handle, Answered.NOT_OURS)

    async def _confirm(self, session: Session, handle: str, answered: Answered) -> str:
        """Only what this person has on the screen now, and only once; anything else changes nothing."""
        signal = next((w for w in self._link.board.waiting if w.handle == handle), None)
        if session.viewing != handle or pages.covers_at(session) <= self._time.now():
            return ""
        if signal is None or handle in self._confirmed or self._life.leaving:
            return ""
        if not await child.confirm(self._settings, signal.place):
            self._notes[session.key] = "niet-gelukt"
            return ""
        self._confirmed.add(handle)
        self._link.send(Order(OrderWord.CONFIRMED, handle=handle, name=session.name, answered=answered))
        token, _new = self._rotate(replace(session, viewing=None, done=handle))
        self._over(handle)
        return token

    async def _back_to_start(self, session: Session, _: str) -> str:
        token, _new = self._rotate(replace(session, viewing=None, done=None))
        self._over(session.viewing)
        return token

    async def _cannot(self, session: Session, _: str) -> str:
        self._link.send(Order(OrderWord.CANNOT, name=session.name, role=session.role))
        self._notes[session.key] = "doorgegeven"
        return ""

    async def _phoned(self, session: Session, handle: str) -> str:
        if handle and session.done == handle:
            self._link.send(Order(OrderWord.PHONED, handle=handle, name=session.name))
        return ""

    async def _again(self, session: Session, handle: str) -> str:
        if handle and session.done == handle:
            self._link.send(Order(OrderWord.RETRY, handle=handle, name=session.name))
        else:
            self._link.send(Order(OrderWord.RELOOK))
        self._notes[session.key] = "opnieuw"
        return ""

    _DEEDS: ClassVar[Mapping[str, Callable[[App, Session, str], Awaitable[str]]]] = {
        "uitloggen": _log_out,
        "toon": _uncover,
        "ontvangen": _receive,
        "afdekken": _cover,
        "niet-van-ons": _not_ours,
        "terug": _back_to_start,
        "kan-niet": _cannot,
        "gebeld": _phoned,
        "opnieuw": _again,
    }

    def _over(self, handle: str | None) -> None:
        """What was on the screen is over: this process and its memory end."""
        if handle is not None and handle in self._shown:
            self._life.leave()

    # -- who it is -----------------------------------------------------------------------------------------------

    def _session(self, request: Request) -> Session | None:
        session = self._table.find(self._cookies.token(request), self._time.now())
        return session if session is not None and self._staff.still(session) else None

    def _session_of_click(self, request: Request) -> tuple[Session | None, bool]:
        """The session of a POST. A double click comes with the cookie from before its first half."""
        session = self._session(request)
        if session is not None:
            return session, False
        new, ends = self._rotated.get(key_of(self._cookies.token(request)), ("", 0.0))
        found = self._table.find_key(new) if ends > self._time.now() else None
        if found is None or found.until <= self._time.now() or not self._staff.still(found):
            return None, False
        return found, True

    def _rotate(self, session: Session) -> tuple[str, Session]:
        token, new = self._table.rotate(session)
        self._rotated = {old: (new.key if key == session.key else key, e) for old, (key, e) in self._rotated.items()}
        self._rotated[session.key] = (new.key, self._time.now() + SECOND_CLICK_SECONDS)
        return token, new

    def _send_tables(self) -> None:
        self._link.send(Order(OrderWord.SESSIONS, sessions=self._table.rows, attempts=self._login.tries))

    def _say_looked(self, session: Session) -> None:
        now = self._time.now()
        if self._link.board.health is Health.STARTING or now - self._looked.get(session.name, 0.0) < LOOKED_SECONDS:
            return
        self._looked[session.name] = now
        self._link.send(Order(OrderWord.LOOKED, name=session.name, role=session.role))

    def _note(self, request: Request, session: Session | None) -> str:
        return self._cookies.note(request) if session is None else self._notes.pop(session.key, "")

    def _in_morning(self, now: float) -> bool:
        here = local(now, self._zone).time()
        return self._settings.hours.morning_begin <= here < self._settings.hours.morning_end

    def _back(self, note: str = "") -> Response:
        response = RedirectResponse("/", 303)
        if note:
            self._cookies.give_note(response, note)
        return response


def _counts_as_look(do: str) -> bool:
    return do != "uitloggen"


def _by_hand(request: Request) -> bool:
    """Whether a person asked for this page, not a timer or a script: a page that loads itself is nobody's look.

    Sec-Fetch-User is sent for a click only; a typed address and a reload by hand come from no site ("none").
    A browser that sends neither is believed.
    """
    site = request.headers.get("sec-fetch-site")
    return site in (None, "none") or request.headers.get("sec-fetch-user") == "?1"
