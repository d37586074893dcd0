"""A talk with a mail server as a generator without I/O: what it may ask for, how it begins.

It yields what it wants (bytes to send, a response, TLS) and is sent what came; ``watch/line.py`` does the I/O. So a
whole talk reads from top to bottom, one thread holds it beside everything else, and a test can hold the other end.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from dataclasses import dataclass

from hwc_school_agent.domain.access import Purpose, Token
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.sasl import initial_response, mechanism_for
from hwc_school_agent.mailbox.heard import capabilities, says
from hwc_school_agent.mailbox.wire import Response, Words
from hwc_school_agent.settings import Auth, Mailbox, Tls

ANSWER_SECONDS = 15.0  # a server that says nothing for so long has hung


class Lost(Exception):
    """The conversation is over. Carries a closed word, never the server's text."""

    def __init__(self, trouble: Trouble, token: Token | None = None) -> None:
        """``token``: the one that was refused."""
        super().__init__(trouble.value)
        self.trouble, self.token = trouble, token


@dataclass(frozen=True, slots=True)
class Wait:
    """Wants the next response, or ``None`` after ``seconds``. ``idle``: may be interrupted to look at once."""

    seconds: float
    idle: bool = False


@dataclass(frozen=True, slots=True)
class StartTls:
    """Wants TLS on the connection from here on."""


@dataclass(frozen=True, slots=True)
class Rested:
    """A connection, logged in and at rest, to be given away. ``select``: see ``Strategy.select_to_read``."""

    connection: socket.socket
    select: bool


Ask = bytes | Wait | StartTls
Talk = Generator[Ask, "Response | None", None]


class Caller:
    """One connection, from the greeting to the login."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._words = Words()
        self._capabilities: frozenset[str] = frozenset()
        self._token: Token | None = None  # that we logged in with
        self._after_refusal = b""

    def _enter(self) -> Talk:
        greeting = yield from self._next(ANSWER_SECONDS)
        if greeting.word not in ("OK", "PREAUTH"):
            raise Lost(Trouble.NO_ANSWER)
        if self._mailbox.tls is Tls.STARTTLS:
            yield from self._command(self._words.starttls(), trouble=Trouble.CERTIFICATE)
            yield StartTls()
        refused = Trouble.LOGIN
        if self._mailbox.auth is Auth.PASSWORD:
            tag = yield from self._log_in(self._mailbox.user, self._mailbox.password.reveal())
        else:
            if greeting.code and self._mailbox.tls is not Tls.STARTTLS:  # what was said before TLS counts no more
                self._capabilities = capabilities(greeting.code)
            refused = Trouble.NO_PERMISSION
            tag = yield from self._log_in_with_token(self._mailbox.user)
            self._capabilities = frozenset()
        # nothing is sent behind the login: Courier hands over to another program there and loses what was
        while not self._capabilities or tag:
            response = yield from self._next(ANSWER_SECONDS)
            if response.tag == tag:
                if response.word != "OK":
                    passing = says(response, "UNAVAILABLE", "INUSE", "LIMIT")
                    raise Lost(Trouble.NO_ANSWER if passing else refused, self._token)
                tag = ""
                # what was announced before the login does not count
                self._capabilities = capabilities(response.code)
                if not self._capabilities:
                    self._words.capability()
                    yield self._words.take()
            elif response.word == "CAPABILITY":
                self._capabilities = capabilities(response.tokens)
            elif response.tag == "+":  # a token is refused with a challenge that wants an answer first
                self._words.answer(self._after_refusal)
                yield self._words.take()

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

    def _log_in_with_token(self, user: str) -> Generator[Ask, Response | None, str]:
        """The same with the token on the keyring; ``watch/tokens.py`` sees to it that there is one."""
        token = self._mailbox.keyring.get(Purpose.MAILBOX)
        if token is None:
            raise Lost(Trouble.NO_TOKEN)
        self._token, mechanism = token, mechanism_for(self._capabilities)
        self._after_refusal = mechanism.after_refusal
        said = initial_response(mechanism, user, token.value)
        if "SASL-IR" in self._capabilities:
            tag = self._words.authenticate(mechanism.word, said)
            yield self._words.take()
            return tag
        tag = self._words.authenticate(mechanism.word)
        yield self._words.take()
        while (response := (yield from self._next(ANSWER_SECONDS))).tag != "+":
            if response.tag == tag:
                raise Lost(Trouble.NO_PERMISSION, token)
        self._words.answer(said)
        yield self._words.take()
        return tag

    def _renewed(self) -> bool:
        """Whether there is a newer token than the one this connection was begun with."""
        return self._mailbox.auth is not Auth.PASSWORD and self._mailbox.keyring.get(Purpose.MAILBOX) is not self._token

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
