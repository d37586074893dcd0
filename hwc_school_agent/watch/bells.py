"""Every way in which ``watch`` rings people, and the one place that says on which occasion it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.bells.way import Occasion, Trace, Way
from hwc_school_agent.bells.words import Whose
from hwc_school_agent.domain.board import Rings
from hwc_school_agent.domain.duty import INDEPENDENT, Hours, Ring, Why
from hwc_school_agent.domain.outcome import Mailed
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.host.event_log import Event, log
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.bell_house import BellHouse
from hwc_school_agent.watch.hands import Hands, Worker
from hwc_school_agent.watch.loop import Loop

ON_TIME = timedelta(minutes=5)
MAIL_SECONDS = 240.0


def occasion_of(why: Why, now: datetime, hours: Hours, began: datetime) -> Occasion:
    """What a bell may know of the reason. A morning look that is made up for later (the machine slept, the agent began
    anew: perhaps it has rung already) is not at its minute any more. ``now``, and when the agent ``began``: aware local
    times."""
    if why not in INDEPENDENT:
        return Occasion.ANY
    look = datetime.combine(now.date(), hours.look, now.tzinfo)
    on_time = began < look <= now < look + ON_TIME
    return Occasion.LOOK if why is Why.LOOK and on_time else Occasion.ALIKE


class Pages(Way):
    """The open pages of the desk: they make a sound."""

    trace = Trace.NONE

    def __init__(self) -> None:
        self.rings = Rings()
        self.roles: frozenset[Role] = frozenset()  # whose pages the next ring is for

    def _ring(self) -> None:
        self.rings = self.rings.rung(self.roles)


class Notices(Way):
    """The notification that an open page shows: the system keeps it with its time, and may pass it on to a phone.

    For the contact's pages whatever roles are rung: who said "Ik kan niet" said it beside a signal.
    """

    trace = Trace.KEPT

    def __init__(self) -> None:
        self.count = 0

    def _ring(self) -> None:
        self.count += 1


class Mail(Way):
    """``[bell] mail_to``: a worker sends the mail of the morning look."""

    trace = Trace.KEPT

    def __init__(self, settings: Settings, clock: Clock, loop: Loop) -> None:
        self._settings, self._clock = settings, clock
        self._hands = Hands(loop)
        self.stop = self._hands.stop

    def _ring(self) -> None:
        if not self._settings.bell.mail_to:
            return
        said: list[str] = []

        def on_end(_well: bool) -> None:
            if Mailed.SENT.value not in said:
                log(Event.BELL_MAIL_FAILED)

        self._hands.start(Worker.BELL_MAIL, (self._settings, self._clock.now()), MAIL_SECONDS, said.append, on_end)


class Bells:
    """The rope to bells in people's sessions, the house for those of other machines, the open pages, the daily mail,
    and the phone card."""

    def __init__(self, settings: Settings, clock: Clock, loop: Loop) -> None:
        self._hours = settings.hours
        self._began = local(clock.now(), settings.school.timezone)
        path = settings.state.runtime_directory / "bell.sock"
        self._rope = Rope(
            path,
            settings.bell.group,
            loop.add_reader,
            loop.remove_reader,
            lambda: log(Event.BELL_REFUSED),
        )
        self._house = BellHouse(settings, loop, path)
        self._pages, self._notices, self._mail = Pages(), Notices(), Mail(settings, clock, loop)
        self.phone_card = False
        self.ping: Callable[[], None] = self._rope.ping

    def open(self) -> None:
        """Let bells connect. Raises ``OSError``."""
        self._rope.open()
        self._house.open()

    def close(self) -> None:
        """Drop them all."""
        self._mail.stop()
        self._house.close()
        self._rope.close()

    @property
    def connected(self) -> int:
        """How many bells hang on the rope."""
        return self._rope.connected

    @property
    def reached(self) -> frozenset[Role]:
        """For whom a bell on the rope rings."""
        hang = self._rope.hang
        return frozenset(role for role in Role if any(w.among(frozenset({Whose(role.value)})) for w in hang))

    @property
    def rings(self) -> Rings:
        """How often the open pages were rung."""
        return self._pages.rings

    @property
    def notices(self) -> int:
        """How often the contact's open pages might show a notification."""
        return self._notices.count

    def ring(self, ring: Ring, now: datetime) -> None:
        """Ring those whom ``ring`` names. ``now``: aware local time."""
        occasion = occasion_of(ring.why, now, self._hours, self._began)
        # each bell at the other end of the rope asks its own trace: ``bells/desktop.py``
        self._rope.ring(frozenset(Whose(r.value) for r in ring.roles), fixed_time=occasion is not Occasion.ANY)
        self._pages.roles = ring.roles
        for way in (self._pages, self._notices, self._mail):
            way.ring(occasion)
        self.phone_card = self.phone_card or ring.phone_card

    def hush(self) -> None:
        """Somebody has looked: the ringing stops for all, and nobody needs to be telephoned."""
        self._rope.hush()
        self.phone_card = False
