"""The ear: the line on which ``watch`` listens to the mailbox, and what it tells of every look and every loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.signal import Mark, Sighting
from hwc_school_agent.mailbox.listen import Conversation, Look
from hwc_school_agent.mailbox.talk import Talk
from hwc_school_agent.settings import Mailbox
from hwc_school_agent.watch.line import Line
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.tokens import Tokens


class _Fillers(Enum):
    """Whether a look may see what levels the counters (``mailbox/level.py``)."""

    NONE = 0
    COMING = 1  # they come and go now
    PERHAPS = 2  # no more, but the look under way may have seen some


class Ear:
    """Listens to one mailbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        loop: Loop,
        until_look: Callable[[], float],
        on_look: Callable[[Look], None],
        on_lost: Callable[[Trouble, bool, float], None],
        tokens: Tokens | None = None,
        on_arrival: Callable[[Sighting], None] = lambda _sighting: None,
    ) -> None:
        """``until_look``: seconds until the next look is due. ``on_lost(trouble, had_looked, retry_in)``: the second
        says that the lost connection had served at least one look. ``on_arrival``: new mail in INBOX, told by the
        server; the look that will see it follows."""
        self._mailbox, self._until_look, self._on_look, self._told_lost = mailbox, until_look, on_look, on_lost
        self._first: dict[str, Mark] = {}
        self._on_arrival = on_arrival
        self._looked = False
        self._fillers = _Fillers.NONE
        self._line = Line(mailbox, loop, self._talk, self._on_lost, tokens=tokens)
        self.start, self.stop, self.poke = self._line.start, self._line.stop, self._line.poke

    def _talk(self) -> Talk:
        self._looked = False
        return Conversation(self._mailbox, self._until_look, self._report, self._first, self._arrived).run()

    def _report(self, look: Look) -> None:
        self._looked = True
        self._line.went_well()
        before = self._fillers
        if before is _Fillers.PERHAPS:
            self._fillers = _Fillers.NONE
        self._on_look(replace(look, fillers=before is not _Fillers.NONE))
        if before is _Fillers.PERHAPS:
            self.poke()

    def _arrived(self, sighting: Sighting) -> None:
        if self._fillers is _Fillers.NONE:
            self._on_arrival(sighting)

    def levelling(self, now: bool) -> None:
        """The closing puts fillers into the folders and takes them out, from now on or no more. For these seconds no
        message can be told from them. The first look afterwards may have begun before: one more follows."""
        if now:
            self._fillers = _Fillers.COMING
        elif self._fillers is _Fillers.COMING:
            self._fillers = _Fillers.PERHAPS
            self.poke()

    def _on_lost(self, trouble: Trouble, retry_in: float) -> None:
        had_looked, self._looked = self._looked, False
        self._told_lost(trouble, had_looked, retry_in)
