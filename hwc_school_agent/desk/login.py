"""Logging in: one check at a time, the same time and the same text for an unknown name and a wrong phrase."""

from __future__ import annotations

import asyncio
import math

from hwc_school_agent import staff_file
from hwc_school_agent.desk import attempts, child
from hwc_school_agent.desk.staff import Staff
from hwc_school_agent.domain.board import Attempts
from hwc_school_agent.domain.staff import PASSPHRASE_LIMIT, Person
from hwc_school_agent.host.clock import Clock

QUEUE = 4  # people at one desk; more at once is a program


class Login:
    """Holds the table of failed attempts; ``tries`` goes to ``watch`` after every attempt."""

    def __init__(self, staff: Staff, tries: tuple[Attempts, ...], key: bytes, time: Clock) -> None:
        self.tries = tries
        self._staff = staff
        self._key = key
        self._time = time
        self._one = asyncio.Lock()
        self._queue = 0

    async def attempt(self, name: str, phrase: str) -> tuple[Person | None, str]:
        """The person who logged in and ``""``; or ``None`` and a closed word for the log-in page."""
        if self._queue >= QUEUE:
            return None, "druk"
        self._queue += 1
        try:
            async with self._one:
                return await self._attempt(name, phrase)
        finally:
            self._queue -= 1

    async def _attempt(self, name: str, phrase: str) -> tuple[Person | None, str]:
        row = attempts.name_key(self._key, name)
        wait = attempts.wait(self.tries, row, self._time.now())
        if wait > 0:
            return None, f"wacht-{min(999, math.ceil(wait))}"
        person = self._staff.find(name)
        if self._staff.damaged:
            return None, "staf"
        encoded = person.hash if person is not None else staff_file.NOBODY
        fits = await child.passphrase_fits(encoded, phrase[: PASSPHRASE_LIMIT + 1])
        if person is None or not fits:
            self.tries = attempts.failed(self.tries, row, self._time.now())
            return None, "fout"
        self.tries = attempts.succeeded(self.tries, row)
        return person, ""
