"""A spare connection, logged in and at rest, for the next triage: a signal is then read in one round trip.

It is given away whole with the fork and never used by ``watch`` itself; the next one is made at once.
"""

from __future__ import annotations

from hwc_school_agent.mailbox.platforms import strategy_for
from hwc_school_agent.mailbox.talk import Caller, Rested, Talk, Wait
from hwc_school_agent.settings import Mailbox
from hwc_school_agent.watch.line import Line
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.tokens import Tokens

KEEP_ALIVE_SECONDS = 240.0  # servers hang up on a connection that rests for 30 minutes, routers sooner
LONGEST_RETRY = 300.0  # a server that allows one connection only is not pestered


class Spare(Caller):
    """At most one resting connection."""

    def __init__(self, mailbox: Mailbox, loop: Loop, tokens: Tokens | None = None) -> None:
        super().__init__(mailbox)
        self._line = Line(mailbox, loop, self._rest, lambda _trouble, _retry_in: None, LONGEST_RETRY, tokens)
        self.stop = self._line.stop
        self.start, self.poke = self._line.start, self._line.poke

    def take(self) -> Rested | None:
        """The connection, if there is one; the caller closes it."""
        connection = self._line.take()
        strategy = strategy_for(self._capabilities, self._mailbox.platform)
        return Rested(connection, strategy.select_to_read) if connection is not None else None

    def _rest(self) -> Talk:
        self._words = type(self._words)()
        self._capabilities = frozenset()
        yield from self._enter()
        self._line.went_well()
        while not self._renewed():
            if (yield Wait(KEEP_ALIVE_SECONDS, idle=True)) is None:
                yield from self._command(self._words.noop())
