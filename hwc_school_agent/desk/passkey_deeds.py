"""What a person may do with passkeys: log in with one, and add one shortly after logging in."""

from __future__ import annotations

from enum import Enum

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hwc_school_agent.desk import passkeys
from hwc_school_agent.desk.form import Refused
from hwc_school_agent.desk.login import Answer
from hwc_school_agent.desk.passkeys import LOG_IN, Asked
from hwc_school_agent.desk.people import People
from hwc_school_agent.domain.board import Session
from hwc_school_agent.domain.site import site_of
from hwc_school_agent.domain.staff import PASSKEYS_MOST
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.host.random_keys import derived, installation_key
from hwc_school_agent.settings import Settings


class Offer(Enum):
    """What a page says of passkeys. Only where scripts run and the browser knows them."""

    NONE = ""
    LOG_IN = "inloggen"
    FIRST = "eerste"  # came in with a one-time code: add one now
    MORE = "nog-een"
    AGAIN = "opnieuw"  # came in with a one-time code, too long ago: log in again
    NO_NAME = "adres"  # the same, but this address is a number: a passkey needs a name


class PasskeyDeeds:
    """``key`` signs challenges: the same in every desk of one ``watch``."""

    def __init__(self, settings: Settings, people: People, time: Clock, key: bytes) -> None:
        self._settings, self._people, self._time, self._key = settings, people, time, key

    def offer(self, request: Request, session: Session | None) -> Offer:
        """What this page says of passkeys."""
        site = site_of(request.headers.get("host", ""))
        if session is None:
            return Offer.LOG_IN if site else Offer.NONE
        person = self._people.person(session)
        if person is None:
            return Offer.NONE
        coded, fresh = person.code_until is not None, session.fresh_until > self._time.now()
        if not site:
            return Offer.NO_NAME if coded else Offer.NONE
        if coded:
            return Offer.FIRST if fresh else Offer.AGAIN
        return Offer.MORE if fresh and len(person.passkeys) < PASSKEYS_MOST else Offer.NONE

    async def options(self, request: Request) -> Response:
        """GET /sleutel: what the page must ask the browser. Raises ``Refused``."""
        now = self._time.now()
        match request.query_params.get("doel"):
            case "inloggen":
                return JSONResponse(passkeys.to_use(self._asked(request, LOG_IN), now))
            case "toevoegen":
                session = self._people.at(request)
                if session is None or self.offer(request, session) not in (Offer.FIRST, Offer.MORE):
                    raise Refused(403)
                person = self._people.person(session)
                return JSONResponse(
                    passkeys.to_make(
                        self._asked(request, passkeys.adding(session.key)),
                        now,
                        school=self._settings.school.name,
                        name=session.name,
                        user=self._user(session),
                        has=person.passkeys if person is not None else (),
                    )
                )
        raise Refused(400)

    async def log_in(self, request: Request, form: dict[str, str]) -> Answer:
        """Who used a passkey. Raises ``Refused``."""
        return await self._people.login.with_passkey(self._asked(request, LOG_IN), passkeys.used(form))

    async def add(self, request: Request, form: dict[str, str], session: Session) -> str:
        """Keep a new passkey; a word for the next page. Raises ``Refused``."""
        if self.offer(request, session) not in (Offer.FIRST, Offer.MORE):
            return "sleutel-niet"
        asked = self._asked(request, passkeys.adding(session.key))
        kept = await self._people.login.add_passkey(asked, passkeys.made(form), self._user(session), session)
        self._people.tell()
        return "sleutel-erbij" if kept else "sleutel-niet"

    def _asked(self, request: Request, purpose: str) -> Asked:
        host = request.headers.get("host", "").lower()
        if not site_of(host):
            raise Refused(400)
        # behind a proxy the browser speaks https, and we do not; over plain http only loopback is a secure context
        schemes = ("https",) if self._settings.desk.certificate else ("https", "http")
        return Asked(site_of(host), tuple(f"{scheme}://{host}" for scheme in schemes), self._key, purpose)

    def _user(self, session: Session) -> bytes:
        try:
            key = installation_key(self._settings.state.directory)
        except OSError:
            raise Refused(500) from None
        return passkeys.user_handle(derived(key, "passkey"), session.name)
