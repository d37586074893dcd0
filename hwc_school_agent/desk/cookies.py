"""The two cookies: who is logged in, and one closed word for the log-in page. Neither lives longer than the browser."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

_NOTE = "bureau-melding"
_NOTE_SECONDS = 20
_NOTES = re.compile(r"fout|sleutel-fout|druk|staf|afgelopen|uit|wacht-[0-9]{1,3}")


class Cookies:
    """Under TLS the cookie is bound to this host (``__Host-``, Secure); on plain loopback it cannot be."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._name = "__Host-bureau" if secure else "bureau"

    def token(self, request: Request) -> str:
        """The cookie of a request, or ``""``."""
        return request.cookies.get(self._name, "")

    def give(self, response: Response, token: str) -> None:
        response.set_cookie(self._name, token, path="/", secure=self._secure, httponly=True, samesite="strict")

    def take(self, response: Response) -> None:
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="strict")

    def note(self, request: Request) -> str:
        """The word for the log-in page; anything that is not ours counts as none."""
        word = request.cookies.get(_NOTE, "")
        return word if _NOTES.fullmatch(word) else ""

    def give_note(self, response: Response, word: str) -> None:
        response.set_cookie(
            _NOTE,
            word,
            max_age=_NOTE_SECONDS,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def drop_note(self, request: Request, response: Response) -> None:
        if _NOTE in request.cookies:
            response.delete_cookie(_NOTE, path="/", secure=self._secure, httponly=True, samesite="strict")
