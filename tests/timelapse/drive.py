"""Drives one agent through the script of ``school_year.py``, from one moment that matters to the next.

What is skipped, and why that is fair: between two moments both clocks jump, so of the looks of a night, a lesson or a
holiday one is made, at the end of the jump; ``watch`` sees what a machine sees that was busy elsewhere for so long.
Around every moment of the script (the look, the second and third ring, noon, the closing, an arrival, a fault and its
end, a visit) time goes on timer by timer. ``test_timelapse.py`` runs whole days without a jump.

Two things are off, because each has tests of its own and would cost most of the time: the rehearsal
(``tests/rehearsal``) and the levelling of counters (``tests/story/test_levelling.py``). Ledger and report are on.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from hwc_school_agent.host.random_keys import installation_key
from hwc_school_agent.proof import beginning
from tests.agent import Visitor, files_below
from tests.helpers import InventedChild, eventually, signal_mail, unique_child
from tests.servers import Dovecot, ImapFaults, SmtpSink
from tests.story.school import CALM, DONE, RUNG, TROUBLE
from tests.timelapse import ORDINARY, TimeLapse
from tests.timelapse.school_year import (
    CLOSED,
    DAYS,
    FIRST,
    HALF_DAYS,
    OUTAGES,
    SCHOOL_DAYS,
    SIGNALS,
    SUSPENDS,
    VISITS,
    Broken,
    Visit,
    moment,
)

#: every school day is driven slowly through these; a day without school through the last two only
_STOPS = ("07:00:20", "07:45:20", "08:00:20", "08:10:20", "12:30:20", "17:00:20", "17:01:20")
_PUSH = "mailbox_idle_check_interval = 1 secs"  # a machine that is short of inotify instances pushes, too
_NEAR = timedelta(seconds=20)
_FAR = timedelta(minutes=5)  # what is nearer is not jumped over


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that came, and the first page on which its name stood."""

    child: InventedChild
    at: datetime


@dataclass
class Year:
    """What happened in one year."""

    codes: list[tuple[datetime, str]] = field(default_factory=list)
    told: list[tuple[datetime, str]] = field(default_factory=list)
    rings: list[tuple[datetime, str, frozenset[str], bool]] = field(default_factory=list)
    heard: list[tuple[datetime, str]] = field(default_factory=list)  # by a bell on the rope
    log: list[str] = field(default_factory=list)  # as journald gets it
    #: every file of the agent: mode, size, digest, and when it was changed where the program sets that itself
    files: dict[str, tuple[int, int, str, int]] = field(default_factory=dict)
    pages: list[tuple[datetime, str, str]] = field(default_factory=list)  # visits: when, who, first heading
    sent: list[Sent] = field(default_factory=list)
    shown: dict[str, datetime] = field(default_factory=dict)  # name of a child -> when it stood on a page
    confirmed: dict[str, datetime] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)  # their texts
    left: int = 0  # messages in the mailbox at the end


def new_keys(directory: Path) -> Path:
    """A new installation, for two worlds that are to be compared."""
    installation_key(directory)
    beginning.ensure(directory, "", FIRST)
    return directory


def _file(path: Path) -> tuple[int, int, str, int]:
    known, nominal = path.stat(), path.name.startswith(("ledger", "report-"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return known.st_mode, known.st_size, digest, known.st_mtime_ns if nominal else 0


class Driver:
    """One year. ``signals``: whether they come. ``keys``: a directory with the keys that the installation has."""

    def __init__(self, directory: Path, keys: Path, *, signals: bool, days: list[date] = DAYS) -> None:
        self._signals, self._directory, self._keys = signals, directory, keys
        self.year = Year()
        self._order = itertools.count()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        for day in days:
            for clock in _STOPS if day in SCHOOL_DAYS else _STOPS[-2:]:
                self._at(moment(f"{day} {clock}"), lambda: None)
        for begin, end, how in OUTAGES:
            self._at(moment(begin), lambda how=how: self._break(how))
            self._at(moment(begin) + timedelta(minutes=3, seconds=30), lambda: None)
            self._at(moment(end), self._mend)
            self._at(moment(end) + timedelta(minutes=1), lambda: None)
            self._at(moment(end) + timedelta(minutes=5), lambda: None)  # a closing that failed is tried again
            self._at(moment(end) + timedelta(minutes=7), lambda: None)  # and has its line
        asleep = [(moment(a), moment(b)) for a, b in SUSPENDS]
        for text in SIGNALS:
            at = moment(text)
            if not any(a <= at <= b for a, b in asleep):
                self._at(at, lambda: self._arrive())
            for minutes in (1, 5, 10):  # each step of the ladder of an arrival
                self._at(at + timedelta(minutes=minutes, seconds=16), lambda: None)
        for begin, end in asleep:
            self._at(begin, lambda end=end: self._sleep(end))
            self._at(end + timedelta(seconds=20), lambda: None)
        for visit in VISITS:
            self._at(visit.at, lambda visit=visit: self._visit(visit))
        self._events = [e for e in self._events if days[0] <= e[0].date() <= days[-1]]
        heapq.heapify(self._events)

    def _at(self, when: datetime, act: Callable[[], None]) -> None:
        self._events.append((when, next(self._order), act))

    # -- the year -----------------------------------------------------------------------------------------------------

    def run(self) -> Year:
        """From the evening before the first day to the last closing."""
        closed = ", ".join(f'"{a}/{b}"' for a, b in CLOSED)
        half = ", ".join(f'"{day} {at}"' for day, at in HALF_DAYS)
        extra = f"{ORDINARY}[calendar]\nclosed = [{closed}]\nhalf_days = [{half}]\n"
        with (
            Dovecot(extra_config=_PUSH) as self.server,
            SmtpSink("starttls") as self.sink,
            ImapFaults(self.server.port) as self.wire,
        ):
            self.lapse = TimeLapse(
                self.server, self.sink, self._directory, at=datetime.combine(FIRST, datetime.min.time()),
                imap_port=self.wire.port, plain_imap=True, extra=extra, mailbox={"level_counters": False},
            )  # fmt: skip
            shutil.copytree(self._keys, self.lapse.state)
            with self.lapse:
                bell = self.lapse.bell()
                while self._events:
                    at, _, act = heapq.heappop(self._events)
                    self._reach(at)
                    act()
                self.lapse.settle()
                year, kept = self.year, [*files_below(self.lapse.state), *files_below(self.lapse.runtime)]
                year.files = {p.name: _file(p) for p in kept}
                year.codes, year.told = self.lapse.codes, self.lapse.told
                year.rings = [(r.at, r.why, r.roles, r.card) for r in self.lapse.rings]
                year.heard = bell.heard
            year.log = self.lapse.log
            year.receipts = [m.parsed().get_content() for m in self.sink.messages]
            year.left = self._count()
        return year

    def _reach(self, at: datetime) -> None:
        gap = at.timestamp() - self.lapse.clock.now()
        if gap > _FAR.total_seconds():
            self.lapse.jump(datetime.fromtimestamp(at.timestamp() - _NEAR.total_seconds(), at.tzinfo))
        if gap > 0:
            self.lapse.advance(at)

    def _count(self) -> int:
        with self.server.client() as client:
            return sum(client.select_folder(name, readonly=True)[b"EXISTS"] for _, _, name in client.list_folders())

    # -- what happens -------------------------------------------------------------------------------------------------

    def _arrive(self, at: datetime | None = None) -> None:
        """One signal comes. In the other year nothing does."""
        if not self._signals:
            return
        child = unique_child()
        at = at or self.lapse.now
        raw = signal_mail(child.name, child.born, sent=at.timestamp())
        self.year.sent.append(Sent(child, at))
        # whoever cannot be reached is told nothing; asleep likewise
        reached = not (self.wire.blackhole or self.wire.refuse or self.wire.rules)
        self.lapse.deliver(raw, wait=reached and at == self.lapse.now)

    def _break(self, how: Broken) -> None:
        if how is Broken.DROPPED:
            self.lapse.silent(True)
            self.wire.blackhole = True
        else:
            if how is Broken.REFUSED:
                self.wire.rule(rb"LOGIN", "no", text="[AUTHENTICATIONFAILED] refused")
            else:
                self.server.shut()
            self.wire.cut()
            self.lapse.noticed_the_cut()
        self.lapse.settle()

    def _mend(self) -> None:
        if not self.wire.blackhole and not self.wire.rules:
            self.server.start()
        self.wire.heal()
        self.lapse.silent(False)
        self.lapse.settle()

    def _sleep(self, end: datetime) -> None:
        """The machine sleeps, and so does its network: the server has hung up when it wakes."""

        def meanwhile() -> None:
            for text in SIGNALS:
                if begin <= moment(text) <= end and self._signals:
                    child = unique_child()
                    self.year.sent.append(Sent(child, moment(text)))
                    raw = signal_mail(child.name, child.born, sent=moment(text).timestamp())
                    with self.server.client() as client:
                        client.append("INBOX", raw, msg_time=moment(text))
            self.wire.cut()

        begin = self.lapse.now
        self.lapse.suspend(end, meanwhile)
        self.lapse.noticed_the_cut()
        self.lapse.settle()

    def _visit(self, visit: Visit) -> None:
        """Somebody opens the page, and takes care of every signal that is there."""
        person = self.lapse.person(visit.who)
        person.wait_for("")
        eventually(lambda: "Dit scherm loopt achter" not in person.open())
        self.year.pages.append((self.lapse.now, visit.who, person.heading))
        while RUNG in person.heading:
            self._take(person)
        self.lapse.settle()

    def _take(self, person: Visitor) -> None:
        person.press("Toon")
        (child,) = [s.child for s in self.year.sent if s.child.name in person.page]
        self.year.shown.setdefault(child.name, self.lapse.now)
        person.press("Ontvangen")
        self.year.confirmed[child.name] = self.lapse.now
        assert child.last not in person.page
        self.lapse.settle()
        person.wait_for(DONE)
        person.press("Terug naar het begin")
        eventually(lambda: re.search(f"{CALM}|{RUNG}|{TROUBLE}", person.open() and person.heading))
