"""The whole agent as its users start it: the public command line, a real mail server, HTTP like a browser.

``Agent`` writes config, credentials and staff, starts ``hwc-school-agent run`` and finds its processes.
``Visitor`` is a person at the desk who reads pages and presses buttons by their label, without JavaScript.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import httpx

from hwc_school_agent.staff_file import FILE
from tests.helpers import eventually
from tests.servers import MailServer, SmtpSink, free_port

PASSPHRASE = "rustig-lopend-water"
STAFF = {"anouk": "contact", "bram": "backup"}
_staff_file: list[bytes] = []
#: a school day that never ends, so that a test may run at any hour
ALL_DAY = """
[hours]
morning = "00:00-23:58"
look = "00:00"
again = ["00:01"]
day_end = "23:59"
close = "23:59"
[calendar]
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""


class Agent:
    """One agent on one mail server. A context manager; what it wrote to stderr is in ``log``."""

    def __init__(
        self,
        server: MailServer,
        sink: SmtpSink,
        directory: Path,
        *,
        mailbox: Mapping[str, object] | None = None,
        extra: str = ALL_DAY,
        imap_port: int | None = None,
        smtp_port: int | None = None,
        plain_imap: bool = False,
        rehearsal: str = "enabled = false",
    ) -> None:
        """``mailbox``: more keys of that section. ``extra``: TOML behind the rest. Ports: of a proxy in between.
        ``rehearsal``: that section; off, because ``sink`` delivers nothing to the mailbox unless a test makes it.
        """
        self.server, self.sink, self.directory = server, sink, directory
        self.desk_port = free_port()
        self.config = directory / "config.toml"
        self.credentials = directory / "credentials"
        self.state, self.runtime = directory / "state", directory / "run"
        self.process: subprocess.Popen[str] | None = None
        self.module = "hwc_school_agent"  # what is started; a test may put a build of its own there
        self.within: list[str] = []  # a command that the agent is started by, such as ``unshare``
        self.environment: dict[str, str] = {}  # more of it, for the agent and for verbs
        self.log: list[str] = []
        self.credentials.mkdir(mode=0o700, parents=True)
        for name, secret in (("mailbox__password", server.password), ("submission__password", sink.password)):
            (self.credentials / name).write_text(secret)
            (self.credentials / name).chmod(0o600)
        tls = "none" if plain_imap else "implicit"
        more = "".join(f"{k} = {_toml(v)}\n" for k, v in (mailbox or {}).items())
        self.config.write_text(f"""
[school]
name = "Basisschool De Linde"
[mailbox]
host = "{server.host}"
port = {imap_port or (server.port if plain_imap else server.tls_port)}
tls = "{tls}"
ca_file = "{server.cafile}"
user = "{server.user}"
{more}
[submission]
host = "{server.host}"
port = {smtp_port or sink.port}
tls = "{sink.tls}"
ca_file = "{sink.cafile}"
user = "{sink.user}"
from = "hwc@school.example"
[senders]
allowed = ["@veiligthuis.example"]
[desk]
listen = "127.0.0.1:{self.desk_port}"
[state]
directory = "{self.state}"
runtime_directory = "{self.runtime}"
[rehearsal]
{rehearsal}
{extra}
""")

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.desk_port}/"

    def command(self, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command line to its end."""
        line = [sys.executable, "-m", "hwc_school_agent", "--config", str(self.config), *words]
        return subprocess.run(line, capture_output=True, text=True, timeout=300, check=False, **options)  # type: ignore[call-overload,no-any-return]

    def add_staff(self) -> None:
        """A contact and a backup with the same pass phrase. Hashing takes time: once for all agents of a run."""
        if _staff_file:
            self.state.mkdir(mode=0o700, parents=True)
            (self.state / FILE).touch(0o600)
            (self.state / FILE).write_bytes(_staff_file[0])
            return
        for name, role in STAFF.items():
            done = self.command(
                "staff", "add", "--role", role, "--name", name, "--passphrase-file", "-", input=PASSPHRASE + "\n"
            )
            assert done.returncode == 0, done.stderr
        _staff_file.append((self.state / FILE).read_bytes())

    def start(self) -> Agent:
        """Start it and wait until the desk can be reached."""
        line = [
            *self.within,
            sys.executable,
            "-m",
            self.module,
            "--config",
            str(self.config),
            "--credentials",
            str(self.credentials),
            "run",
        ]
        self.process = subprocess.Popen(
            line, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | self.environment
        )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        eventually(lambda: any("HWC-100" in x for x in self.log) or self.process.poll() is not None, 30)  # type: ignore[union-attr]
        assert self.process.poll() is None, self.log
        return self

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))

    def stop(self) -> None:
        """SIGTERM, as systemd does it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """kill -9 of the resident process; its children must go with it."""
        assert self.process is not None
        children = self.children()
        self.process.kill()
        self.process.wait()
        eventually(lambda: not [p for p in children if Path(f"/proc/{p}").exists()])

    def children(self) -> list[int]:
        """Process ids of everything the agent has forked that lives."""
        assert self.process is not None
        found: list[int] = []
        todo = [self.process.pid]
        while todo:
            try:
                kids = Path(f"/proc/{todo[0]}/task/{todo[0]}/children").read_text().split()
            except OSError:
                kids = []
            todo = [*todo[1:], *map(int, kids)]
            found += map(int, kids)
        return found

    def holder_of(self, port: int, peer: int = 0) -> int:
        """The child that has the socket with this local port and this port at its other end (0: it listens), or 0."""
        wanted = set()
        for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            local, remote, inode = (row.split()[n] for n in (1, 2, 9))
            if int(local.partition(":")[2], 16) == port and int(remote.partition(":")[2], 16) == peer:
                wanted.add(f"socket:[{inode}]")
        for pid in self.children():
            with contextlib.suppress(OSError):
                if wanted & {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}:
                    return pid
        return 0

    @property
    def desk(self) -> int:
        """The process that serves the page now, or 0."""
        return self.holder_of(self.desk_port)

    def bell(self) -> Bell:
        """A bell in somebody's session, connected."""
        return Bell(self.runtime / "bell.sock")

    def visitor(self, name: str = "") -> Visitor:
        """Somebody in front of the page; logged in when a name is given."""
        visitor = Visitor(self.url)
        if name:
            visitor.log_in(name, PASSPHRASE)
        return visitor

    def __enter__(self) -> Agent:
        self.add_staff()
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()


class Bell:
    """The other end of the rope: answers as a bell does, and keeps every word it heard in ``words``."""

    def __init__(self, path: Path) -> None:
        self.words: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                word = line.decode("ascii").strip()
                answer = {"ping": b"here\n", "ring": b"rung\n", "look": b"rung\n"}.get(word)
                if answer:
                    self._socket.send(answer)
                self.words.append(word)

    def send(self, word: str) -> None:
        """Say a word of its own: whose bell it is."""
        self._socket.send(f"{word}\n".encode())

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # the thread that reads would keep it open
        self._socket.close()

    def __enter__(self) -> Bell:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


class Visitor:
    """A browser without JavaScript: keeps cookies, follows redirects, presses buttons by their label."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, follow_redirects=True, timeout=90.0)
        self.page = ""

    def open(self) -> str:
        """GET the page. A desk that is just being replaced resets old connections, as browsers know: try again."""
        return self._send("GET", None)

    def _send(self, method: str, form: dict[str, str] | None) -> str:
        end = time.monotonic() + 90
        while True:
            try:
                answer = self._http.request(
                    method, "", data=form, headers={"Origin": str(self._http.base_url).rstrip("/")}
                )
                break
            except httpx.TransportError:
                if time.monotonic() > end or method == "POST":
                    raise
                time.sleep(0.05)
        assert answer.status_code == 200, answer.status_code
        assert str(answer.url) == str(self._http.base_url), "one address for everything"
        self.page = answer.text
        return self.page

    @property
    def title(self) -> str:
        """The title of the page."""
        return _text(re.search(r"<title>(.*?)</title>", self.page, re.S).group(1))  # type: ignore[union-attr]

    @property
    def heading(self) -> str:
        """The first visible heading of the page."""
        body = re.sub(r"<section[^>]*hidden.*?</section>", "", self.page, flags=re.S)
        found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)
        return _text(found.group(1)) if found else ""

    def buttons(self) -> dict[str, dict[str, str]]:
        """Label of each button -> the hidden fields of its form."""
        found: dict[str, dict[str, str]] = {}
        for form in re.findall(r'<form[^>]*method="post"[^>]*>(.*?)</form>', self.page, re.S):
            fields = {
                _attribute(i, "name"): _attribute(i, "value")
                for i in re.findall(r"<input[^>]*>", form)
                if 'type="hidden"' in i
            }
            for tag, label in re.findall(r"(<button[^>]*>)(.*?)</button>", form, re.S):
                own = {_attribute(tag, "name"): _attribute(tag, "value")} if "name=" in tag else {}
                found[_text(label)] = fields | own
        return found

    def press(self, label: str, **fields: str) -> str:
        """Press the button with this label (its beginning is enough)."""
        for name, form in self.buttons().items():
            if name.startswith(label):
                return self.send(form | fields)
        raise AssertionError(f"no button {label!r} among {sorted(self.buttons())}")

    def send(self, form: dict[str, str]) -> str:
        """Send a form, whatever is on the page now: a second click, or a press that comes too late."""
        return self._send("POST", form)

    def cookies(self) -> dict[str, str]:
        """The cookies as they are now."""
        return dict(self._http.cookies)

    def log_in(self, name: str, passphrase: str) -> str:
        """Through the log-in page."""
        self.open()
        return self.press("Inloggen", rol=name, ww=passphrase)

    def wait_for(self, heading: str, seconds: float = 30) -> str:
        """Reload until the page has this heading (a part of it)."""

        def seen() -> bool:
            self.open()
            assert heading in self.heading, f"{heading!r} expected, on the page: {self.heading!r}"
            return True

        eventually(seen, seconds, every=0.25)
        return self.page

    def wait_for_text(self, text: str, seconds: float = 30) -> str:
        """Reload until this stands on the page."""
        eventually(lambda: text in self.open(), seconds, every=0.25)
        return self.page

    def close(self) -> None:
        """Close the window."""
        self._http.close()


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else ""


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def files_below(directory: Path) -> list[Path]:
    """Every file the agent keeps."""
    return sorted(p for p in directory.rglob("*") if p.is_file())


def process_title(pid: int) -> str:
    """Command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def alive(pid: int) -> bool:
    """Whether a process lives (a zombie does not)."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def kill_9(pid: int) -> None:
    """End one process without ceremony."""
    os.kill(pid, signal.SIGKILL)
