"""A ``watch`` without a mailbox: the real door (``watch/door.py``) on the real loop, and a board that the test writes.

Run as a program it holds the listening socket and forks desks; it reads commands from stdin and prints what happens,
one JSON line each. ``Bench`` is the test's end of it. With ``--scripted FILE`` the messages come from that file (the
workers that read a mailbox are tests of their own); without it the desk reads the mailbox of the settings.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from hwc_school_agent import staff_file
from hwc_school_agent.desk.sessions import key_of
from hwc_school_agent.domain.board import Board, Handled, Health, Order, OrderWord, Session, Waiting
from hwc_school_agent.domain.facts import Child, Shown
from hwc_school_agent.domain.outcome import FolderRole, Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.settings import Desk, Mailbox, School, Settings, State, Submission
from tests.helpers import eventually, unique_child
from tests.servers import free_port

PHRASE = "vier gele tulpen buiten"
CONTACT, BACKUP, HEAD = "contactpersoon", "achterwacht", "directeur"
ROOT = Path(__file__).parents[2]


# -- the program ---------------------------------------------------------------------------------------------------


class _Program:
    def __init__(self, settings: Settings) -> None:
        from hwc_school_agent.host.clock import SystemClock
        from hwc_school_agent.watch.door import Door, open_doors
        from hwc_school_agent.watch.loop import Loop

        self.clock = SystemClock()
        self.board = Board(now=self.clock.now(), health=Health.OK, last_look=self.clock.now(), folders=7)
        self.beating = True
        self.loop = Loop(self.clock)
        self.door = Door(
            settings,
            self.loop,
            open_doors(settings.desk.host, settings.desk.port),
            b"k" * 32,
            self.fresh,
            self.on_order,
            self.clock.steady,
        )
        self.pid = 0
        self._said = bytearray()
        os.set_blocking(0, False)
        self.loop.add_reader(0, self.command)
        self.loop.after_each = self.note_pid
        self.beat()

    def fresh(self) -> Board:
        if self.beating:
            self.board = replace(self.board, now=self.clock.now())
        return self.board

    def beat(self) -> None:
        self.door.tell(self.fresh())
        self.loop.call_later(1.0, self.beat)

    def on_order(self, order: Order) -> None:
        print(json.dumps({"order": json.loads(order.json())}), flush=True)
        if order.word is OrderWord.CONFIRMED:
            self.board = replace(
                self.board,
                waiting=tuple(w for w in self.board.waiting if w.handle != order.handle),
                handled=(*self.board.handled, Handled(order.handle, order.name, order.answered, self.clock.now())),
            )
            self.door.tell(self.fresh())

    def note_pid(self) -> None:
        pid = self.door._child.pid if self.door._child else 0
        if pid != self.pid:
            self.pid = pid
            print(json.dumps({"pid": pid}), flush=True)

    def command(self) -> None:
        piece = os.read(0, 1 << 20)
        if not piece:
            self.loop.stop()
        self._said += piece
        while b"\n" in self._said:
            line, _, rest = bytes(self._said).partition(b"\n")
            self._said = bytearray(rest)
            d = json.loads(line)
            if "board" in d:
                self.board = Board.parse(json.dumps(d["board"]))
                self.beating = d["beating"]
            if "sessions" in d:
                self.door.sessions = tuple(Session(**s) for s in d["sessions"])
                self.door.attempts = ()
            self.door.tell(self.fresh())
            print(json.dumps({"done": d["id"]}), flush=True)


def _script(path: Path) -> None:
    """Put scripted workers where the desk looks for the real ones: what they say stands in a file."""
    reader, confirm = types.ModuleType("reader"), types.ModuleType("confirm")

    def message(place: Place) -> dict[str, Any]:
        d: dict[str, Any] = json.loads(path.read_text())[str(place.uid)]
        time.sleep(d.get("delay", 0))
        return d

    def read(settings: Settings, place: Place, today: date) -> Shown:
        d = message(place)
        if d.get("unreadable"):
            raise OSError
        kids = tuple(Child(n, date.fromisoformat(b) if b else None) for n, b in d["children"])
        return Shown(Kind(d["kind"]), kids, d["codeword"], d["more"], d["text"], d["shortened"], d["sender_agreed"])

    def flag(settings: Settings, place: Place) -> None:
        if message(place).get("unflaggable"):
            raise OSError

    reader.run, confirm.run = read, flag  # type: ignore[attr-defined]
    package = importlib.import_module("hwc_school_agent.workers")
    for name, module in (("reader", reader), ("confirm", confirm)):
        sys.modules[f"hwc_school_agent.workers.{name}"] = module
        setattr(package, name, module)


@cache
def _staff() -> bytes:
    """The staff file; hashing takes its time, so once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        for name, role in ((CONTACT, Role.CONTACT), (BACKUP, Role.BACKUP), (HEAD, Role.HEAD)):
            staff_file.add(Path(folder), name, role, PHRASE)
        return (Path(folder) / staff_file.FILE).read_bytes()


# -- the test's end ------------------------------------------------------------------------------------------------


def settings_of(folder: Path, **changes: Any) -> Settings:
    """Settings of a desk on a free port; nobody answers at its mailbox."""
    settings = Settings(
        School("Basisschool De Linde"),
        Mailbox("127.0.0.1", "hwc", port=1),
        Submission("127.0.0.1", "hwc@school.example"),
        desk=Desk(port=free_port()),
        state=State(folder / "state", folder / "run"),
    )
    return replace(settings, **changes)


class Bench:
    """A desk under test."""

    def __init__(self, folder: Path, settings: Settings, *, scripted: bool = True, idle: float = 0.0) -> None:
        self.settings, self.folder = settings, folder
        self.script: dict[str, dict[str, Any]] = {}
        self._idle = idle
        self._script_file = folder / "script.json" if scripted else None
        self.reset_staff()
        now = time.time()
        self.board = Board(now=now, health=Health.OK, last_look=now, folders=7)
        self._orders: list[Order] = []
        self.pids: list[int] = []
        self.sessions: tuple[Session, ...] = ()
        self._done: set[int] = set()
        self._id = 0

    def reset_staff(self) -> None:
        """Three people with the same pass phrase."""
        self.settings.state.directory.mkdir(parents=True, exist_ok=True)
        new = self.settings.state.directory / "new"
        new.write_bytes(_staff())
        new.replace(self.settings.state.directory / staff_file.FILE)

    def reset(self) -> None:
        """As if just started: no desk, no sessions, nothing waits."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):  # it may be ending by itself
                os.kill(self.pid, signal.SIGKILL)
            eventually(lambda: self.pid == 0, 60)
        now = time.time()
        self.board = Board(now=now, health=Health.OK, last_look=now, folders=7)
        self.script.clear()
        self.reset_staff()
        self.put(sessions=())
        self._orders.clear()

    def start(self) -> None:
        (self.folder / "settings.pickle").write_bytes(pickle.dumps(self.settings))
        self.write_script()
        args = [sys.executable, "-m", "tests.desk.harness", str(self.folder / "settings.pickle")]
        args += [str(self._script_file or ""), str(self._idle)]
        self._process = subprocess.Popen(
            args,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.put()

    def stop(self) -> str:
        """End it; returns what it wrote to stderr."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._process.stdin.close()
        self._process.wait(20)
        return self._process.stderr.read()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(20)

    @property
    def watch_pid(self) -> int:
        """The process that forks the desks."""
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            d = json.loads(line)
            if "order" in d:
                self._orders.append(Order.parse(json.dumps(d["order"])))
            elif "pid" in d:
                self.pids.append(d["pid"])
            else:
                self._done.add(d["done"])

    def put(self, *, beating: bool = True, sessions: tuple[Session, ...] | None = None, **changes: Any) -> None:
        """Change the board (and the table of sessions) and wait until the door has it."""
        handled = changes.pop("handled", None)
        self.board = replace(self.board, **changes)
        if handled is not None:
            self.board = replace(self.board, handled=handled)
        if sessions is not None:
            self.sessions = sessions
        command: dict[str, Any] = {"board": asdict(self.board), "beating": beating}
        if sessions is not None:
            command["sessions"] = [asdict(s) for s in sessions]
        self._tell(command)

    def _tell(self, command: dict[str, Any]) -> None:
        self._id += 1
        command["id"] = self._id
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        wanted = self._id
        eventually(lambda: wanted in self._done, 90)  # the first time, a Python has to start

    def signal(self, kind: Kind = Kind.SIGNAL, *, elsewhere: bool = False, put: bool = True, **message: Any) -> Waiting:
        """A message begins to wait; ``message`` changes what the reader will say of it."""
        uid = len(self.script) + 1
        child = unique_child()
        self.script[str(uid)] = {
            "kind": kind.value,
            "children": [[child.name, child.born.isoformat()]],
            "codeword": True,
            "more": False,
            "text": child.line,
            "shortened": False,
            "sender_agreed": True,
        } | message
        self.write_script()
        new = Waiting(os.urandom(16).hex(), Place("INBOX", FolderRole.INBOX, 1, uid), time.time(), kind, elsewhere)
        if put:
            self.put(waiting=(*self.board.waiting, new))
        return new

    def name(self, signal: Waiting) -> str:
        """The first child's name in a message."""
        return str(self.script[str(signal.place.uid)]["children"][0][0])

    def write_script(self) -> None:
        if self._script_file:
            new = self._script_file.with_suffix(".new")
            new.write_text(json.dumps(self.script))
            new.replace(self._script_file)

    @property
    def url(self) -> str:
        scheme = "https" if self.settings.desk.certificate else "http"
        return f"{scheme}://localhost:{self.settings.desk.port}"

    @property
    def pid(self) -> int:
        """The desk that serves now, or 0."""
        return self.pids[-1] if self.pids else 0

    @property
    def orders(self) -> list[Order]:
        """What the desk has told watch, all that was said before now."""
        for _ in range(2):  # an order that is on its way is read in the same round of the loop as the first command
            self._tell({})
        return self._orders

    def heard(self, word: OrderWord) -> list[Order]:
        return [o for o in self.orders if o.word is word]


def person(desk: Bench, name: str = CONTACT) -> Browser:
    """Somebody who is logged in. Without the log-in page while no desk runs: hashing takes its time."""
    if desk.pid:
        browser = Browser(desk)
        assert browser.log_in(name).status_code == 200
        return browser
    token = os.urandom(32).hex()
    it = next(p for p in staff_file.people(desk.settings.state.directory) if p.name == name)
    session = Session(key_of(token), name, it.role.value, time.time() + 900, stamp=it.stamp)
    desk.put(sessions=(*desk.sessions, session))
    browser = Browser(desk)
    browser.http.cookies.set("bureau", token, domain="localhost.local", path="/")
    return browser


class Browser:
    """A person with a browser that knows no scripts."""

    def __init__(self, bench: Bench, **options: Any) -> None:
        self.http = httpx.Client(base_url=bench.url, timeout=120, **options)

    def get(self, path: str = "/", **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def do(self, do: str, signal: Waiting | str = "", *, follow: bool = True, **fields: Any) -> httpx.Response:
        """Press a button; the page that follows, or the answer itself."""
        handle = signal if isinstance(signal, str) else signal.handle
        data = {"do": do, **({"signaal": handle} if handle else {}), **fields}
        return self.http.post("/", data=data, follow_redirects=follow)

    def log_in(self, name: str = CONTACT, phrase: str = PHRASE, **options: Any) -> httpx.Response:
        return self.do("inloggen", rol=name, ww=phrase, **options)


@contextmanager
def bench(folder: Path, **options: Any) -> Iterator[Bench]:
    """A running desk; fails when the program wrote anything to stderr."""
    scripted = options.pop("scripted", True)
    idle = options.pop("idle", 0.0)
    made = Bench(folder, options.pop("settings", None) or settings_of(folder, **options), scripted=scripted, idle=idle)
    made.start()
    try:
        yield made
    finally:
        said = made.stop()
    assert said == "", said  # every child in these messages is invented


def main() -> None:
    _, settings, script, idle = sys.argv
    if script:
        _script(Path(script))
    importlib.import_module("hwc_school_agent.desk.main")  # watch never does; here it makes the tests faster
    if float(idle):
        from hwc_school_agent.desk import life

        life.IDLE_SECONDS = float(idle)  # a minute is long for a test; the forked desk inherits this
    _Program(pickle.loads(Path(settings).read_bytes())).loop.run()


if __name__ == "__main__":
    main()
