"""What a person may do: one word per button. Whatever does not fit what is true now changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hwc_school_agent.desk import child
from hwc_school_agent.desk.content import Content
from hwc_school_agent.desk.form import Refused, handle_in, read_form
from hwc_school_agent.desk.life import Life
from hwc_school_agent.desk.link import Link
from hwc_school_agent.desk.pages import covers_at
from hwc_school_agent.desk.passkey_deeds import PasskeyDeeds
from hwc_school_agent.desk.people import People
from hwc_school_agent.desk.sessions import VIEW_SECONDS, until
from hwc_school_agent.domain.board import Order, OrderWord, Session
from hwc_school_agent.domain.outcome import Answered
from hwc_school_agent.domain.staff import Person
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.settings import Settings


class Deeds:
    """Answers every POST with the way back to the page. A deed returns the new cookie, or ``""`` for the old one."""

    def __init__(
        self,
        settings: Settings,
        link: Link,
        life: Life,
        time: Clock,
        people: People,
        content: Content,
        passkeys: PasskeyDeeds,
    ) -> None:
        self._settings, self._link, self._life, self._time = settings, link, life, time
        self._people, self._content, self._passkeys = people, content, passkeys
        self._confirmed: set[str] = set()  # at this desk, while the board may still call them waiting

    async def act(self, request: Request) -> Response:
        """Do one thing. Raises ``Refused``."""
        form = await read_form(request)
        do = form.get("do", "")
        if do == "inloggen":
            answer = await self._people.login.attempt(form.get("rol", ""), form.get("ww", ""))
            return self._log_in(request, *answer)
        if do == "sleutel-inloggen":
            return self._log_in(request, *await self._passkeys.log_in(request, form))
        if do not in self._DEEDS:
            raise Refused(400)
        handle = handle_in(form)
        async with self._content.action:
            session, second_click = self._people.clicking(request)
            if session is None:
                return self.back("afgelopen" if self._people.cookies.token(request) else "")
            if do == "uitloggen":
                return self._log_out(session)
            self._people.looked(session)
            if do == "sleutel-toevoegen":
                self._people.leave_note(session, await self._passkeys.add(request, form, session))
                return self.back()
            token = await self._DEEDS[do](self, session, handle)
            if second_click and not token:  # the browser may have dropped the answer to the first click
                token, _ = self._people.rotate(session)
            response = self.back()
            if token:
                self._people.cookies.give(response, token)
            return response

    def back(self, note: str = "") -> Response:
        """Back to the page; ``note`` is a word for the log-in page."""
        response = RedirectResponse("/", 303)
        if note:
            self._people.cookies.give_note(response, note)
        return response

    # -- coming and going ----------------------------------------------------------------------------------------

    def _log_in(self, request: Request, person: Person | None, note: str) -> Response:
        people = self._people
        if person is None:
            people.tell()
            return self.back(note)
        old = people.at(request)
        if old is not None:
            people.table.end(old)
            self._content.over(old.viewing)
        now = self._time.now()
        end = until(now, self._settings.hours, self._settings.school.timezone)
        token, session = people.table.begin(person.name, person.role.value, end, now, person.stamp)
        people.tell()
        people.looked(session)
        response = self.back()
        people.cookies.give(response, token)
        return response

    def _log_out(self, session: Session) -> Response:
        self._people.table.end(session)
        self._people.tell()
        self._content.over(session.viewing)
        response = self.back("uit")
        self._people.cookies.take(response)
        return response

    # -- a signal ------------------------------------------------------------------------------------------------

    async def _uncover(self, session: Session, handle: str) -> str:
        """A handle that waits no longer is uncovered too: that page says what became of it."""
        if not handle:
            raise Refused(400)
        self._content.try_again(handle)
        ends = self._time.now() + VIEW_SECONDS
        token, _ = self._people.rotate(replace(session, viewing=handle, viewing_until=ends, done=None))
        if session.viewing != handle:
            self._content.over(session.viewing)
        return token

    async def _cover(self, session: Session, _handle: str) -> str:
        token, _ = self._people.rotate(replace(session, viewing=None))
        self._content.over(session.viewing)
        return token

    async def _receive(self, session: Session, handle: str) -> str:
        return await self._confirm(session, handle, Answered.READ)

    async def _vouch(self, session: Session, handle: str) -> str:
        return await self._confirm(session, handle, Answered.VOUCHED)

    async def _not_ours(self, session: Session, handle: str) -> str:
        return await self._confirm(session, handle, Answered.NOT_OURS)

    async def _confirm(self, session: Session, handle: str, answered: Answered) -> str:
        """Only what this person has on the screen now, and only once."""
        signal = next((w for w in self._link.board.waiting if w.handle == handle), None)
        if session.viewing != handle or covers_at(session) <= self._time.now():
            return ""
        if signal is None or handle in self._confirmed or self._life.leaving:
            return ""
        if not await child.confirm(self._settings, signal.place):
            self._people.leave_note(session, "niet-gelukt")
            return ""
        self._confirmed.add(handle)
        self._link.send(Order(OrderWord.CONFIRMED, handle=handle, name=session.name, answered=answered))
        token, _ = self._people.rotate(replace(session, viewing=None, done=handle))
        self._content.over(handle)
        return token

    async def _back_to_start(self, session: Session, _handle: str) -> str:
        token, _ = self._people.rotate(replace(session, viewing=None, done=None))
        self._content.over(session.viewing)
        return token

    # -- word to watch -------------------------------------------------------------------------------------------

    async def _cannot(self, session: Session, _handle: str) -> str:
        self._link.send(Order(OrderWord.CANNOT, name=session.name, role=session.role))
        self._people.leave_note(session, "doorgegeven")
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
        self._people.leave_note(session, "opnieuw")
        return ""

    _DEEDS: ClassVar[Mapping[str, Callable[[Deeds, Session, str], Awaitable[str]]]] = {
        "uitloggen": _cover,  # answered before it comes to this, as is the next
        "sleutel-toevoegen": _cover,
        "toon": _uncover,
        "ontvangen": _receive,
        "ontvangen-zeker": _vouch,
        "afdekken": _cover,
        "niet-van-ons": _not_ours,
        "terug": _back_to_start,
        "kan-niet": _cannot,
        "gebeld": _phoned,
        "opnieuw": _again,
    }
