"""The real agent, with days that pass in seconds.

    with TimeLapse(dovecot, sink, tmp_path, at="2026-09-07 06:59:50") as lapse:
        lapse.advance("07:46")                       # every timer at its time, every answer waited for
        assert lapse.rings[-1].why == "LOOK"
        lapse.deliver(signal_mail(child.name, child.born))   # arrives now (simulated)
        lapse.advance(timedelta(minutes=1))
        lapse.jump("2026-09-08 06:59")               # both clocks move at once: each timer fires once, late
        lapse.suspend("10:20")                       # as after a resume: the wall clock moved, the steady one did not
        lapse.set_clock("09:20")                     # as after somebody set the clock, forth or back
        lapse.run(60)                                # a minute in a second, for tests that wait with ``eventually``
        lapse.codes                                  # [(time, "LOOK_OK"), ...] of the event log; ``log``: its lines
        lapse.status                                 # the newest STATUS= that ``systemctl status`` would show
        lapse.bell()                                 # hangs on the Unix rope; ``words`` and ``heard`` (with times)
        lapse.person("anouk")                        # somebody logged in at the real page

What is real: the program, its processes, sockets, mail server, submission, page, bells. What is not: ``SystemClock``
(``tests/timelapse/agent.py``), for ``watch`` and all its children, and APScheduler's reading of the wall clock. Time
stands still unless a test moves it, so nothing is missed and nothing is hurried: a slow machine takes longer, and sees
the same.

What keeps real time, and how tests deal with it honestly:

* **The mail server.** INTERNALDATE is its own clock's. ``deliver`` (and ``delivering``, for what is submitted to the
  school's own address) therefore APPENDs with the steered time as internal date (RFC 3501, 6.3.11). Mail that gets in
  another way carries today's real date.
* **Push.** A server tells an IDLE client after a real moment (Dovecot: half a second). ``deliver`` waits for it unless
  ``wait=False``; then time may move on first, and the message is seen at the next look.
* **Time-outs of workers' own sockets, TLS validity, the desk's idle timer.** Real. So no test should ask a worker to
  wait for a server that hangs.
* **Waiting for an answer of a server that hangs** must be told: ``lapse.silent(True)``, or ``advance`` waits for it.

``jump`` leaves out everything between: a night in one step is a night in which ``watch`` looked once.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time as time_module
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from hwc_school_agent.staff_file import FILE
from tests.agent import PASSPHRASE, Agent, Bell, Visitor
from tests.helpers import PATIENCE, InventedChild, eventually
from tests.servers import MailServer, SmtpSink
from tests.servers.smtp_sink import Received
from tests.story.school import DONE, RUNG
from tests.timelapse.steered import NOTES, STEER, SteeredClock

ZONE = ZoneInfo("Europe/Amsterdam")
PUSH_SECONDS = 3.0  # real time in which a server tells of new mail
STAFF = {"anouk": "contact", "bram": "backup", "karin": "head"}
When = datetime | date | time | timedelta | str
#: ordinary hours, and nothing else: the day as schools have it
ORDINARY = """
[hours]
morning = "07:00-08:30"
look = "07:45"
again = ["08:00", "08:10", "12:30"]
day_end = "17:00"
close = "17:00"
"""


@dataclass(frozen=True, slots=True)
class Rung:
    """The bells rang: when, why (name of ``duty.Why``), which roles, and whether the page shows the phone card."""

    at: datetime
    why: str
    roles: frozenset[str]
    card: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the agent logged, rang or told: when, how many real seconds after the clock was moved to that
    time, which of the three, and the words."""

    at: datetime
    late: float
    kind: str
    text: str


@cache
def staff_list() -> str:
    """The staff file: the same bytes for every agent of a run."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSPHRASE)
    return json.dumps({"people": [{"name": name, "role": role, "hash": cheap} for name, role in STAFF.items()]})


class StampedBell(Bell):
    """A bell that knows the steered time at which it heard each word (``heard``)."""

    def __init__(self, path: Path, clock: SteeredClock) -> None:
        self.heard: list[tuple[datetime, str]] = []
        self._clock = clock
        super().__init__(path)

    def _listen(self) -> None:
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    word = line.decode("ascii").strip()
                    self.heard.append((datetime.fromtimestamp(self._clock.now(), ZONE), word))
                    self.words.append(word)
                    answer = {"ping": b"here\n", "ring": b"rung\n", "look": b"rung\n"}.get(word)
                    if answer:  # time goes on after it only
                        self._socket.send(answer)
        except OSError:
            pass  # closed


class TimeLapse(Agent):
    """One agent whose clock the test holds. Arguments as for ``Agent``, and ``at``: the local time it begins at."""

    def __init__(
        self, server: MailServer, sink: SmtpSink, directory: Path, at: str | datetime, *, warm: bool = True, **more: Any
    ) -> None:
        more.setdefault("extra", ORDINARY)
        directory.mkdir(parents=True, exist_ok=True)
        super().__init__(server, sink, directory, **more)
        self.module = "tests.timelapse.agent"
        self._here = directory / "timelapse"
        self._here.mkdir()
        (self._here / NOTES).touch()
        begin = datetime.fromisoformat(at) if isinstance(at, str) else at
        SteeredClock.create(self._here, begin.replace(tzinfo=begin.tzinfo or ZONE).timestamp())
        self.clock = SteeredClock(self._here)
        self.environment = {"HWC_TIMELAPSE": str(self._here), "HWC_TIMELAPSE_WARM": "1" if warm else "0"}
        self._steering: socket.socket | None = None
        self._lock = threading.Lock()
        self._people: dict[str, Visitor] = {}
        self._read = 0  # bytes of the notes that were read
        self._noted: list[Noted] = []

    def start(self) -> TimeLapse:
        """Start it, and let its first look end. Two seconds of its time go by."""
        super().start()
        self._steering = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._steering.settimeout(200 * PATIENCE)
        eventually(lambda: self._reached(), 30)
        self.advance(timedelta(seconds=2))
        return self

    def _reached(self) -> bool:
        assert self._steering is not None
        try:
            self._steering.connect(str(self._here / STEER))
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """SIGTERM, as systemd does it."""
        for person in self._people.values():
            person.close()
        self._people.clear()
        super().stop()
        if self._steering is not None:
            self._steering.close()
            self._steering = None

    def add_staff(self) -> None:
        """Contact, backup and head, with pass phrases that are cheap to check: a year has hundreds of log-ins."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.state / FILE).touch(0o600)
        (self.state / FILE).write_text(staff_list())

    def __enter__(self) -> TimeLapse:
        self.add_staff()
        return self.start()

    # -- the clock ----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The steered local time."""
        return datetime.fromtimestamp(self.clock.now(), ZONE)

    def at(self, when: When) -> datetime:
        """A moment: a time of day is today's, a ``timedelta`` counts from now; text as in ISO 8601."""
        if isinstance(when, str):
            when = time.fromisoformat(when) if re.match(r"\d\d:", when) else datetime.fromisoformat(when)
        if isinstance(when, timedelta):
            return datetime.fromtimestamp(self.clock.now() + when.total_seconds(), ZONE)
        if isinstance(when, time):
            return datetime.combine(self.now.date(), when, ZONE)
        if isinstance(when, datetime):
            return when if when.tzinfo else when.replace(tzinfo=ZONE)
        return datetime.combine(when, time(0), ZONE)

    def advance(self, to: When) -> None:
        """Go on to ``to`` with every timer at its time, and let all that follows end. Costs about 10 ms for a look."""
        self._say(f"advance {self.at(to).timestamp()!r}")

    def jump(self, to: When) -> None:
        """Both clocks move at once; every timer that fell due fires once. Then all that follows ends."""
        seconds = self.at(to).timestamp() - self.clock.now()
        assert seconds >= 0, "the steady clock never goes back"
        self._say(f"jump {seconds!r}")
        self.settle()

    def suspend(self, to: When, meanwhile: Callable[[], object] = lambda: None) -> None:
        """The machine sleeps and resumes at ``to``: the wall clock moved, the steady one did not.

        While its processes are stopped ``meanwhile`` is called, with the clock at ``to``. The next timer finds out.
        """
        assert self.process is not None
        until, asleep = self.at(to).timestamp(), [self.process.pid, *self.children()]
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        try:
            self.clock.set(wall=until)
            meanwhile()
        finally:
            for pid in asleep:
                os.kill(pid, signal.SIGCONT)

    def set_clock(self, to: When) -> None:
        """Somebody, or NTP, sets the wall clock, forth or back."""
        self._say(f"set {self.at(to).timestamp()!r}")

    def run(self, speed: float) -> None:
        """From now on so many seconds in a real one; 0: stand still again."""
        self._say(f"run {speed!r}")

    def settle(self) -> None:
        """Wait until no worker runs, the mail server owes no answer, and no bell does."""
        self._say("settle")

    def noticed_the_cut(self) -> None:
        """Wait until the agent knows that all its lines to the mail server were cut; time must stand still."""
        eventually(lambda: self._ask("lines") == "0")

    def silent(self, on: bool) -> None:
        """While on, answers of the mail server are not waited for: it was made to hang. For a bell: ``hung``."""
        self._say(f"silent {int(on)}")

    def hung(self, bells: int) -> None:
        """From now on the answers of so many bells are not waited for."""
        self._say(f"hung {bells}")

    @property
    def bells(self) -> int:
        """How many bells hang."""
        return int(self._ask("bells"))

    def _say(self, line: str) -> None:
        answer = self._ask(line)
        assert answer == "done", answer

    def _ask(self, line: str) -> str:
        with self._lock:
            assert self._steering is not None, "not started"
            self._steering.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                piece = self._steering.recv(256)
                assert piece, f"the agent ended: {self.log}"
                answer += piece
        return answer.decode().strip()

    # -- what it did --------------------------------------------------------------------------------------------------

    @property
    def notes(self) -> list[Noted]:
        """Everything that it logged, rang and told, in order."""
        with self._lock, open(self._here / NOTES, "rb") as file:
            file.seek(self._read)
            while (line := file.readline()).endswith(b"\n"):
                self._read += len(line)
                at, late, kind, text = line.decode().rstrip("\n").split("\t")
                self._noted.append(Noted(datetime.fromtimestamp(float(at), ZONE), float(late), kind, text))
        return list(self._noted)

    def _notes(self, kind: str) -> list[tuple[datetime, str]]:
        return [(each.at, each.text) for each in self.notes if each.kind == kind]

    @property
    def codes(self) -> list[tuple[datetime, str]]:
        """Every line of the event log: when, and name of the event with its numbers."""
        return self._notes("log")

    @property
    def rings(self) -> list[Rung]:
        """Every ring that was given."""
        found = []
        for at, text in self._notes("ring"):
            why, roles, card = text.split(" ")
            found.append(Rung(at, why, frozenset(roles.split(",")), card == "card"))
        return found

    @property
    def told(self) -> list[tuple[datetime, str]]:
        """Everything that the service manager was told (sd_notify)."""
        return self._notes("notify")

    def changed(self, path: Path) -> float:
        """How many real seconds after the clock was moved to this time a file was changed (to a few milliseconds: the
        kernel's ticks)."""
        moved = time_module.time() - (time_module.monotonic() - self.clock.moved)
        return path.stat().st_ctime - moved

    @property
    def status(self) -> str:
        """What stands in ``systemctl status`` now."""
        found = [text.partition("STATUS=")[2] for _, text in self.told if "STATUS=" in text]
        return found[-1] if found else ""

    def bell(self) -> StampedBell:
        """A bell in somebody's session, connected."""
        before = self.bells
        bell = StampedBell(self.runtime / "bell.sock", self.clock)
        eventually(lambda: self.bells > before)
        return bell

    def person(self, name: str) -> Visitor:
        """Somebody at the page, logged in; the same window each time."""
        visitor = self._people.get(name)
        if visitor is None:
            visitor = self._people[name] = Visitor(self.url)
        visitor.open()
        if "Inloggen" in visitor.buttons():
            visitor = self._people[name] = self.visitor(name)
        self.settle()
        return visitor

    def take(self, child: InventedChild, name: str = "anouk") -> Visitor:
        """Somebody comes for the signal about ``child``, uncovers it and presses Ontvangen, until all is done."""
        person = self.person(name)
        person.wait_for(RUNG)
        person.press("Toon")
        assert child.name in person.page
        person.press("Ontvangen")
        self.settle()
        person.wait_for(DONE)
        return person

    # -- mail ---------------------------------------------------------------------------------------------------------

    def deliver(self, raw: bytes, folder: str = "INBOX", *, wait: bool = True) -> None:
        """Mail arrives now, by the steered clock. ``wait``: until the agent was told (a real moment).

        A server that does not tell (Dovecot short of inotify instances) is not waited for: then it is looked as if it
        had told, at the same steered moment.
        """
        wait = wait and self._ask("hears") == "1"  # else it is seen once the agent is connected again
        before = self._ask("looks")
        with self.server.client() as client:
            client.append(folder, raw, msg_time=self.now)
        if wait:
            end = time_module.monotonic() + PUSH_SECONDS * PATIENCE
            while int(self._ask("looks")) == int(before) and time_module.monotonic() < end:
                time_module.sleep(0.02)
            if self._ask("looks") == before:
                self._say("poke")
            self.settle()

    def delivering(self, address: str = "hwc@school.example", ahead: timedelta = timedelta(0)) -> None:
        """From now on, what is submitted to ``address`` arrives in the mailbox, at the steered time. ``ahead``: how
        far the mail server's clock is ahead of it."""

        def deliver(received: Received) -> None:
            if address in received.rcpt_tos:
                with self.server.client() as client:
                    client.append("INBOX", received.data, msg_time=self.now + ahead)

        self.sink.on_message = deliver
