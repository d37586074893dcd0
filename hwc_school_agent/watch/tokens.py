"""Tokens for ``watch`` and everything it forks: asked for in a child, kept on the keyring, renewed before they end.

What a child inherits at the fork is whatever the keyring holds then; a child that lives longer asks by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hwc_school_agent.domain.access import NoToken, Purpose, Refusal, Token, renew_in, trouble_of
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.host.child import Child, Say, fork
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.settings import Auth, Mailbox
from hwc_school_agent.watch.loop import Loop, Timer

LIMIT_SECONDS = 45.0
RETRY_SECONDS = 60.0  # after a renewal that failed while the old token still serves
REFUSED_AFTER = 120.0  # a token that never opened anything is asked for anew after this
LONGEST = 65_536

Then = Callable[[Trouble | None], None]


def tokens_for(mailbox: Mailbox, clock: Clock, loop: Loop, renewed: Callable[[], None]) -> Tokens | None:
    """``None`` where a password opens the mailbox."""
    return Tokens(mailbox, Purpose.MAILBOX, clock, loop, renewed) if mailbox.auth is not Auth.PASSWORD else None


class Tokens:
    """The token of one purpose."""

    def __init__(
        self, mailbox: Mailbox, purpose: Purpose, clock: Clock, loop: Loop, renewed: Callable[[], None]
    ) -> None:
        """``renewed``: called when a token took the place of an older one."""
        self._mailbox, self._purpose, self._clock, self._loop = mailbox, purpose, clock, loop
        self._renewed = renewed
        self._waiting: list[Then] = []
        self._child: Child | None = None
        self._limit: Timer | None = None
        self._renewal: Timer | None = None
        self._served = False  # the token on the keyring
        self._got = 0.0  # wall time at which the token on the keyring came

    def need(self, then: Then) -> None:
        """Call ``then(None)`` when there is a fresh token, or with the trouble why there is none."""
        held = self._mailbox.keyring.get(self._purpose)
        if held is not None and held.fresh(self._clock.now()):
            self._loop.call_later(0.0, lambda: then(None))
            return
        self._waiting.append(then)
        self._ask()

    def served(self) -> None:
        """The token has opened the mailbox."""
        self._served = True

    def refused(self, token: Token | None) -> bool:
        """A server refused ``token``. Returns whether another may help: not when it is new and never served."""
        if self._mailbox.keyring.get(self._purpose) is not token:
            return True  # there is another by now
        if not self._served and self._clock.now() - self._got < REFUSED_AFTER:
            return False
        self._served = False
        self._mailbox.keyring.drop(self._purpose)
        return True

    def stop(self) -> None:
        """Ask no more."""
        self._waiting.clear()
        for timer in (self._limit, self._renewal):
            if timer is not None:
                timer.cancel()
        if self._child is not None:
            self._loop.remove_reader(self._child.fd)
            self._child.kill()
            self._child.reap()
            self._child = None

    def _ask(self) -> None:
        if self._child is not None:
            return
        child = self._child = fork(self._task)
        heard = bytearray()

        def readable() -> None:
            piece = os.read(child.fd, LONGEST)
            heard.extend(piece)
            if piece and len(heard) < LONGEST:
                return
            self._loop.remove_reader(child.fd)
            if self._limit is not None:
                self._limit.cancel()
            child.kill()
            child.reap()
            self._child = None
            self._heard(bytes(heard))

        self._limit = self._loop.call_later(LIMIT_SECONDS, child.kill)
        self._loop.add_reader(child.fd, readable)

    def _task(self, say: Say) -> None:
        from importlib import import_module

        tokens = import_module("hwc_school_agent.access.tokens")
        try:
            token: Token = tokens.new_token(self._mailbox, self._purpose, self._clock.now())
        except NoToken as none:
            say(none.why.value)
            return
        say(f"{token.ends!r} {token.value}")

    def _heard(self, heard: bytes) -> None:
        word, _, value = heard.decode("ascii", "replace").removesuffix("\n").partition(" ")
        now = self._clock.now()
        waiting, self._waiting = self._waiting, []
        if value:
            token = Token(value, float(word))
            older = self._mailbox.keyring.get(self._purpose)
            self._mailbox.keyring.put(self._purpose, token)
            self._got = now
            self._served = False
            self._later(renew_in(token.ends - now))
            if older is not None:
                self._renewed()
            for then in waiting:
                then(None)
            return
        why = Refusal(word) if word in {r.value for r in Refusal} else Refusal.OTHER
        if self._mailbox.keyring.get(self._purpose) is not None:
            self._later(RETRY_SECONDS)
        for then in waiting:
            then(trouble_of(why))

    def _later(self, seconds: float) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
        self._renewal = self._loop.call_later(seconds, self._ask)
