"""Logging in: one check at a time, the same time and the same text for an unknown name and a wrong phrase.

A passkey goes the same way: the same queue, the same limits, and one text for whatever is wrong with it. Nothing is
written down of any of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable

from hwc_school_agent import staff_file
from hwc_school_agent.desk import attempts, child
from hwc_school_agent.desk.passkeys import Asked, Made, Used
from hwc_school_agent.desk.staff import Staff
from hwc_school_agent.domain.board import Attempts, Session
from hwc_school_agent.domain.staff import PASSPHRASE_LIMIT, Person
from hwc_school_agent.host.clock import Clock

QUEUE = 4  # people at one desk; more at once is a program
Answer = tuple[Person | None, str]


class Login:
    """Holds the table of failed attempts; ``tries`` goes to ``watch`` after every attempt."""

    def __init__(self, staff: Staff, tries: tuple[Attempts, ...], key: bytes, time: Clock) -> None:
        self.tries = tries
        self._staff = staff
        self._key = key
        self._time = time
        self._one = asyncio.Lock()
        self._queue = 0

    async def attempt(self, name: str, phrase: str) -> Answer:
        """The person who logged in and ``""``; or ``None`` and a closed word for the log-in page."""

        async def check() -> Person | None:
            person = self._staff.find(name)
            encoded = person.secret(self._time.now()) if person is not None else ""
            typed = phrase[: PASSPHRASE_LIMIT + 1]
            fits = await child.passphrase_fits(
                encoded or staff_file.NOBODY, person.typed(typed) if person is not None else typed
            )
            return person if encoded and fits else None

        return await self._in_turn(name, "fout", check)

    async def with_passkey(self, asked: Asked, used: Used) -> Answer:
        """The same for somebody who used a passkey."""

        async def check() -> Person | None:
            known = [(p, k) for p in self._staff.everybody() for k in p.passkeys]
            found = await child.passkey_used(asked, used, [k for _, k in known], self._time.now())
            return known[found[0]][0] if found is not None and self._once(found[1]) else None

        name = hashlib.sha256(used.id.encode()).hexdigest()
        return await self._in_turn(name, "sleutel-fout", check)

    async def add_passkey(self, asked: Asked, made: Made, user: bytes, session: Session) -> bool:
        """Keep a new passkey of somebody who is logged in. ``False``: it was not kept."""
        found = await child.passkey_made(asked, made, user, self._time.now())
        return found is not None and self._once(found[1]) and self._staff.add_passkey(session, found[0])

    async def _in_turn(self, name: str, wrong: str, check: Callable[[], Awaitable[Person | None]]) -> Answer:
        """``name``: what the wait after a failure belongs to. ``wrong``: the word for a failure."""
        if self._queue >= QUEUE:
            return None, "druk"
        self._queue += 1
        try:
            async with self._one:
                row = attempts.name_key(self._key, name)
                wait = attempts.wait(self.tries, row, self._time.now())
                if wait > 0:
                    return None, f"wacht-{min(999, math.ceil(wait))}"
                if self._staff.unreadable():
                    return None, "staf"
                person = await check()
                if person is None:
                    self.tries = attempts.failed(self.tries, row, self._time.now())
                    return None, wrong
                self.tries = attempts.succeeded(self.tries, row)
                return person, ""
        finally:
            self._queue -= 1

    def _once(self, mark: str) -> bool:
        """Whether a challenge is used for the first time."""
        if attempts.is_spent(self.tries, mark):
            return False
        self.tries = attempts.spent(self.tries, mark, self._time.now())
        return True
