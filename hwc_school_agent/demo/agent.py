"""The agent as a school runs it: a configuration, credentials, two people, and the public command line."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent import staff_file
from hwc_school_agent.demo.phrases import phrase
from hwc_school_agent.domain.staff import Role

CONTACT, BACKUP = "anouk", "bram"

#: TLS is off because everything stays on this machine. It is a school morning all day, every day.
_CONFIG = """\
[school]
name = "Basisschool De Linde (proef)"
language = "{language}"

[mailbox]
host = "127.0.0.1"
port = {imap}
tls = "none"
user = "{address}"

[submission]
host = "127.0.0.1"
port = {smtp}
tls = "none"
user = "{address}"
from = "{address}"

[senders]
allowed = ["{senders}"]

[hours]
morning = "00:00-23:59"
look = "00:00"
again = ["00:01"]
day_end = "23:59"
close = "23:59"

[calendar]
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[rehearsal]
enabled = false

[desk]
listen = "127.0.0.1:{desk}"

[state]
directory = "{folder}/state"
runtime_directory = "{folder}/run"
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """What the agent must know of the mail servers."""

    address: str
    password: str
    senders: str  # whose mail is a signal: "@domain"
    imap: int
    smtp: int
    language: str = "nl"  # of the school


class Agent:
    """The agent in a process of its own, with its files in ``folder``. What it prints is kept in memory only."""

    def __init__(self, folder: Path, mail: Mail) -> None:
        self.folder = folder
        self.phrases = {CONTACT: phrase(), BACKUP: phrase()}
        self._port = _free_port()
        self._mail = mail
        self._process: subprocess.Popen[bytes] | None = None
        self._printed = bytearray()
        self._reader: threading.Thread | None = None

    @property
    def desk(self) -> str:
        """The address of the desk."""
        return f"http://localhost:{self._port}/"

    @property
    def pid(self) -> int:
        """The process that stays; 0 before ``start``."""
        return self._process.pid if self._process else 0

    @property
    def printed(self) -> bytes:
        """Everything the agent wrote to its standard output and error output so far."""
        return bytes(self._printed)

    def start(self) -> None:
        """Write its files and start it. Raises ``OSError`` or ``StaffError`` when this machine does not let us."""
        mail = self._mail
        config, credentials = self.folder / "config.toml", self.folder / "credentials"
        credentials.mkdir(mode=0o700)
        _write(config, _CONFIG.format(
            imap=mail.imap, smtp=mail.smtp, address=mail.address, senders=mail.senders, desk=self._port,
            folder=self.folder.as_posix(), language=mail.language,
        ))  # fmt: skip
        for name in ("mailbox__password", "submission__password"):
            _write(credentials / name, mail.password)
        for name, role in ((CONTACT, Role.CONTACT), (BACKUP, Role.BACKUP)):
            staff_file.add(self.folder / "state", name, role, self.phrases[name])
        files = ["--config", str(config), "--credentials", str(credentials)]
        command = [sys.executable, "-m", "hwc_school_agent", *files, "run"]
        # a session of its own: Ctrl-C in the terminal reaches the demo, and the demo ends the agent
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self._reader = threading.Thread(target=self._read, name="demo-agent", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self._process and self._process.stdout:
            while piece := os.read(self._process.stdout.fileno(), 4096):
                self._printed += piece

    def ended(self) -> int | None:
        """The exit code of an agent that has ended; None while it runs or has not been started."""
        return self._process.poll() if self._process else None

    def wait(self) -> int:
        """Wait until it ends by itself; returns its exit code. Only after ``start``."""
        if self._process is None:
            raise RuntimeError
        return self._process.wait()

    def stop(self) -> int | None:
        """Ask it to end (SIGTERM), and insist after 10 seconds. Returns its exit code. May be called twice."""
        if self._process is None:
            return None
        self._process.terminate()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._reader:
            self._reader.join(5)
        return code


def _write(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
