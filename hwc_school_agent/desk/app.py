"""The desk's one page: what a person sees (GET), its event stream and its files. ``deeds`` has what a person may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hwc_school_agent.catalogues import language
from hwc_school_agent.desk import pages, stream
from hwc_school_agent.desk.content import Content
from hwc_school_agent.desk.cookies import Cookies
from hwc_school_agent.desk.deeds import Deeds
from hwc_school_agent.desk.form import Refused
from hwc_school_agent.desk.life import Life
from hwc_school_agent.desk.link import Link
from hwc_school_agent.desk.login import Login
from hwc_school_agent.desk.pages import Page, View
from hwc_school_agent.desk.passkey_deeds import PasskeyDeeds
from hwc_school_agent.desk.people import People, by_hand
from hwc_school_agent.desk.render import Renderer
from hwc_school_agent.desk.sessions import Table
from hwc_school_agent.desk.staff import Staff
from hwc_school_agent.desk.words import hour
from hwc_school_agent.domain.board import Attempts, Session
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.settings import Settings


class App:
    """One desk: wires the parts, and answers every GET."""

    def __init__(
        self,
        settings: Settings,
        link: Link,
        life: Life,
        time: Clock,
        sessions: tuple[Session, ...],
        tries: tuple[Attempts, ...],
        key: bytes,
    ) -> None:
        self._settings, self._link, self._life, self._time = settings, link, life, time
        self._zone = settings.school.timezone
        staff = Staff(settings.state.directory)
        self._table = Table(sessions)
        login, cookies = Login(staff, tries, key, time), Cookies(secure=bool(settings.desk.certificate))
        self._people = People(self._table, staff, login, cookies, link, time)
        self._content = Content(settings, self._table, life, time)
        self._passkeys = PasskeyDeeds(settings, self._people, time, key)
        self._deeds = Deeds(settings, link, life, time, self._people, self._content, self._passkeys)
        self._tr = language(settings.school.language)
        self._render = Renderer(settings.school.name, self._zone, self._tr)
        self._streams = 0
        self.act = self._deeds.act
        self.passkey_options = self._passkeys.options

    async def show(self, request: Request) -> Response:
        """GET /: the page of this person's state."""
        if self._life.leaving:
            return self._deeds.back()  # this process stopped listening: the browser reaches the next one
        session = self._people.at(request)
        token = ""
        if session is not None and session.viewing is not None and pages.covers_at(session) <= self._time.now():
            token, session = self._people.rotate(replace(session, viewing=None))
        page, shown = self._page(session), None
        if page.view is View.SHOWN and (signal := page.signal) is not None:
            await self._content.fetch(signal)
            page, shown = self._page(session), self._content.of(signal.handle)
            if page.view is View.SHOWN and shown is None:
                return self._deeds.back()
        if session is not None and by_hand(request):
            self._people.looked(session)
        now = self._time.now()
        response = self._render.page(
            page.view.value,
            page=page,
            board=self._link.board,
            session=session,
            shown=shown if page.view is View.SHOWN else None,
            covers_at=pages.covers_at(session) if session is not None else 0.0,
            now=now,
            note=self._people.note(request, session),
            morning_end=self._settings.hours.morning_end,
            in_morning=self._in_morning(now),
            sleutel=self._passkeys.offer(request, session).value,
            phones=self._settings.people.phone_card,
        )
        if page.view is View.SHOWN:  # covers itself without scripts too, and where they fail
            response.headers["refresh"] = str(max(1, int(pages.covers_at(session) - now)) + 1) if session else "1"
        self._people.cookies.drop_note(request, response)
        if token:
            self._people.cookies.give(response, token)
        return response

    async def stand(self, request: Request) -> Response:
        """GET /stand: the event stream of this person's page."""
        if self._people.at(request) is None:
            raise Refused(403)
        if self._streams >= stream.MOST or self._life.leaving:
            raise Refused(503)
        lines = self._beats(request)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def static(self, request: Request) -> Response:
        """GET /static/...: a file from the closed list."""
        file = self._render.static.get(request.path_params["name"])
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
        session = self._people.at(request)
        if session is None:
            return None
        board, page = self._link.board, self._page(session)
        look = hour(board.last_look, self._zone, self._tr) if board.last_look else ""
        sign = max(0, int(self._time.now() - board.now))
        notice = board.notice if session.role == Role.CONTACT else 0
        return stream.Beat(page.version, board.ring.of(session.role), notice, look, sign)

    def _page(self, session: Session | None) -> Page:
        now = self._time.now()
        viewed = self._table.viewed_by_others(session, now) if session is not None else frozenset()
        return pages.decide(self._link.board, session, now, unreadable=self._content.unreadable, viewed=viewed)

    def _in_morning(self, now: float) -> bool:
        here = local(now, self._zone).time()
        return self._settings.hours.morning_begin <= here < self._settings.hours.morning_end
