"""Two worlds: the same school days with the same people looking, once with signals and once without.

``World`` lives such days and writes down everything that stays, a line of text for each thing: when (by the steered
clock) and what. Two worlds that nobody can tell apart have the same lines.

What is compared: every line of the event log with its time; everything the service manager was told with its time
(status text, watchdog); what bells that leave a trace heard, and when; calls of the heartbeat; mail to anybody but a
sender of signals or the mailbox itself; for every file and folder in configuration, state, runtime and temporary
folders the type, size, mode, owner, links and bytes, and in which step of the day it was created, changed or read;
the mailbox's folders with UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ and keywords after each closing; exit code and output.

What is not compared, and why (the declared list): what a bell that leaves no trace heard, what people see on the
page, receipts to senders, messages that wait in the mailbox, and the counters between two closings: there a signal is
meant to show. The keys and the staff file are the same bytes in both worlds instead of being masked.
The moment within a step at which a file was written (real time) is not compared; the step is.
"""

from __future__ import annotations

import difflib
import hashlib
import http.server
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hwc_school_agent.host.random_keys import KEY_FILE
from hwc_school_agent.mailbox.session import folders_with_status, open_session, quoted
from hwc_school_agent.settings import Mailbox, Secret, Tls
from hwc_school_agent.staff_file import FILE as STAFF
from tests.agent import Visitor
from tests.helpers import InventedChild, eventually, signal_mail, unique_child
from tests.servers import Dovecot, SmtpSink
from tests.timelapse import ORDINARY, ZONE, StampedBell, TimeLapse

LEDGER, LEDGER_KEY = "ledger", "ledger.key"
_same: dict[str, dict[str, bytes]] = {}  # by begin: keys, staff and new ledger of the first world, for the others
OURS = "hwc@school.example"
SENDERS = "@veiligthuis.example"
#: Dovecot 2.3 under NOTIFY ends its process with a segmentation fault now and then when messages come and go quickly.
#: The agent is back a moment later; the moment is not for these tests.
WITHOUT_NOTIFY = (
    "IMAP4rev1 SASL-IR ID ENABLE IDLE MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE"
    " QRESYNC LIST-STATUS MOVE LITERAL+ SPECIAL-USE"
)
LONG_AGO = 1_000_000_000  # before every change: the next read of a file is noted by the file system


@dataclass
class World:
    """One school on its own servers. ``busy``: signals come. ``lines``: everything that stayed, once it is over."""

    lapse: TimeLapse
    busy: bool
    children: list[InventedChild] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    calls: list[datetime] = field(default_factory=list)
    _config: str = ""
    _known: dict[str, tuple[int, ...]] = field(default_factory=dict)

    # -- what happens -------------------------------------------------------------------------------------------------

    def at(self, when: str, *deeds: Callable[[World], None]) -> None:
        """Go on to ``when``, do what happens then, and write down which files moved."""
        self.lapse.advance(when)
        for deed in deeds:
            deed(self)
            self.lapse.settle()
        self._write_down_files(when)

    def signal(self, folder: str = "INBOX", **more: str) -> bytes:
        """A signal about an invented child comes; where signals come at all."""
        child = unique_child()
        self.children.append(child)
        raw = signal_mail(child.name, child.born, sent=self.lapse.clock.now(), **more)  # type: ignore[arg-type]
        self.comes(raw, folder)
        return raw

    def comes(self, raw: bytes, folder: str = "INBOX") -> None:
        """Any mail comes, in the busy world only."""
        if self.busy:
            self.lapse.deliver(raw, folder, wait=folder == "INBOX")

    def look(self, name: str = "anouk", button: str = "Ontvangen") -> Visitor:
        """Somebody looks, and does with what waits what people do; on a quiet day nothing waits but a drill."""
        person = self.lapse.person(name)
        for _ in range(40):
            if "Terug naar het begin" in person.buttons():
                person.press("Terug naar het begin")
            if not [b for b in person.buttons() if b.startswith("Toon")]:
                break
            person.press("Toon")
            if button in person.buttons():
                person.press(button)
            elif "Ontvangen" in person.buttons():
                person.press("Ontvangen")
            self.lapse.settle()
            person.open()
        person.open()
        return person

    # -- what stays ---------------------------------------------------------------------------------------------------

    def count(self) -> None:
        """The mailbox's counters, after a closing."""
        box = Mailbox(self.lapse.server.host, self.lapse.server.user, self.lapse.server.port, Tls.NONE)
        box = Mailbox(box.host, box.user, box.port, box.tls, password=Secret(self.lapse.server.password))
        with open_session(box) as session:
            for number, folder in enumerate(sorted(folders_with_status(session), key=lambda f: f.name)):
                (opened,) = session.run(b"EXAMINE " + quoted(folder.name) + b" (CONDSTORE)")
                self.lines.append(
                    f"{self.lapse.now} folder {number} {folder.name} {folder.role.value} next {folder.uidnext}"
                    f" modseq {opened.number('HIGHESTMODSEQ')} keywords {sorted(opened.words('PERMANENTFLAGS'))}"
                )

    def _places(self) -> Iterator[tuple[str, Path]]:
        base = self.lapse.directory
        for name in ("config.toml", "credentials", "state", "run", "tmp"):
            top = base / name
            for path in (top, *sorted(top.rglob("*"))) if top.exists() else ():
                yield str(path.relative_to(base)), path

    def age(self) -> None:
        """From now on the first read of each file is noted, on file systems that note the last one at all."""
        for _, path in self._places():
            if path.is_file():
                os.utime(path, (LONG_AGO, path.stat().st_mtime))
        self._config = hashlib.sha256(self.lapse.config.read_bytes()).hexdigest()
        self._known = {name: self._moments(path) for name, path in self._places()}

    @staticmethod
    def _moments(path: Path) -> tuple[int, ...]:
        found = path.lstat()
        read = found.st_atime_ns if stat.S_ISREG(found.st_mode) else 0
        return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, read

    def _write_down_files(self, when: str) -> None:
        now = {name: self._moments(path) for name, path in self._places()}
        for name in sorted(now.keys() | self._known.keys()):
            before, after = self._known.get(name), now.get(name)
            if before == after:
                continue
            what = "gone" if after is None else "new" if before is None else "read"
            if before and after and before[:3] != after[:3]:
                what = "changed"
            self.lines.append(f"until {when} {what} {name}")
        self._known = now

    def _end(self, bell: StampedBell) -> None:
        for name, path in self._places():
            found = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            if name == "config.toml":  # ports of this world's servers
                self.lines.append(f"file {name} {'unchanged' if content == self._config else 'changed'}")
                content = ""
            self.lines.append(
                f"file {name} {stat.filemode(found.st_mode)} {found.st_uid}:{found.st_gid} {found.st_nlink}"
                f" {found.st_size if content else '-'} {content}"
            )
        self.lines += [f"{at} log {line}" for at, line in self.lapse.codes]
        self.lines += [f"stderr {line}" for line in self.lapse.log]
        self.lines += [f"{at} told {line}" for at, line in self.lapse.told]
        self.lines += [f"{at} bell {word}" for at, word in bell.heard if word == "look"]
        self.lines += [f"{at} heartbeat" for at in self.calls]
        for mail in self.lapse.sink.messages:
            others = [to for to in mail.rcpt_tos if to != OURS and not to.endswith(SENDERS)]
            if others:
                self.lines.append(f"mail to {others} of {len(mail.data)} bytes")
        assert self.lapse.process is not None
        self.lines.append(f"exit {self.lapse.process.returncode}")


@contextmanager
def world(directory: Path, at: str, *, busy: bool, leak: str = "") -> Iterator[World]:
    """Live in one. ``leak``: of ``tests/worlds/leaks.py``."""
    directory.mkdir(parents=True)
    (directory / "tmp").mkdir()
    with Dovecot(capability=WITHOUT_NOTIFY) as server, SmtpSink("starttls") as sink, _monitor() as (url, calls):
        lapse = TimeLapse(
            server, sink, directory, at, extra=ORDINARY,
            mailbox={"level_counters": False} if leak == "counters" else None,
            rehearsal=f'to = "{OURS}"\nheartbeat_url = "{url}"',
        )  # fmt: skip
        lapse.module = "tests.worlds.agent"
        lapse.environment |= {"HWC_TEST_LEAK": leak, "TMPDIR": str(directory / "tmp")}
        lapse.add_staff()
        for name, data in _same.get(at, {}).items():
            (lapse.state / name).touch(0o600)
            (lapse.state / name).write_bytes(data)
        lapse.delivering(OURS)
        lapse.start()
        same = _same.setdefault(at, {})
        for name in (KEY_FILE, LEDGER_KEY, LEDGER, STAFF):
            same.setdefault(name, (lapse.state / name).read_bytes())
        calls.append(lambda: here.calls.append(lapse.now))
        here = World(lapse, busy)
        with lapse.bell() as bell:
            here.age()
            yield here
            lapse.stop()
        here._end(bell)


@contextmanager
def _monitor() -> Iterator[tuple[str, list[Callable[[], None]]]]:
    """The school's monitoring: an address, and what is called when it is called."""
    calls: list[Callable[[], None]] = []

    class Monitor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            for call in calls:
                call()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Monitor) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", calls
        finally:
            server.shutdown()
            thread.join()


def differences(one: World, other: World) -> list[str]:
    """The lines by which the two can be told apart."""
    found = difflib.unified_diff(one.lines, other.lines, "without", "with", lineterm="", n=0)
    base = {str(w.lapse.directory): "." for w in (one, other)}
    lines = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    for directory, short in base.items():
        lines = [line.replace(directory, short) for line in lines]
    return lines


def begun(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


__all__ = ["World", "begun", "differences", "eventually", "world"]
