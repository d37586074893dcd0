"""What every mail server in this package shares: its life, its temp dir, a client, a look at its disk."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from .ports import HOST, StartError, free_port, release_port, wait_greeting
from .processes import end, service_account, spawn, watchdog
from .tls import CA, Cert, shared_ca

DEFAULT_USER = "hwc@school.example"
DEFAULT_PASSWORD = "geheim-42"


class NotAvailable(RuntimeError):
    """The server program is not installed here. Fixtures turn this into a skip, or a failure where it is needed."""


_running: set[MailServer] = set()
_our_pid = os.getpid()


@atexit.register
def _stop_all() -> None:
    if os.getpid() != _our_pid:
        return  # a fork of the test process must not end the servers of its parent
    for s in list(_running):
        try:
            s.stop()
        except Exception:
            pass


class MailServer:
    """A real IMAP server in a temp dir, for the length of a ``with`` block.

    Attributes once started: ``host``, ``port`` (plain, with STARTTLS unless switched off),
    ``tls_port`` (implicit TLS), ``user``, ``password``, ``cafile``, ``dir`` (its temp dir),
    ``start_seconds`` (from spawn to a successful login), ``greeting``.
    """

    name = "?"
    #: Debian packages that bring the programs
    packages: tuple[str, ...] = ()
    greeting_prefix = b"* OK"
    start_timeout = 30.0
    profiles: tuple[str, ...] = ("standard",)

    def __init__(
        self,
        profile: str = "standard",
        *,
        users: dict[str, str] | None = None,
        ca: CA | None = None,
        cert: Cert | None = None,
        keep: bool = False,
    ) -> None:
        """``users``: {login: password}, the first is the default one. ``cert``: another server
        certificate (expired, wrong name...). ``keep``: leave the temp dir behind for a look."""
        if profile not in self.profiles:
            raise ValueError(f"{self.name} has no profile {profile!r}; there are {', '.join(self.profiles)}")
        self.profile = profile
        self.users = dict(users or {DEFAULT_USER: DEFAULT_PASSWORD})
        self.user, self.password = next(iter(self.users.items()))
        self.ca = ca or shared_ca()
        self._cert = cert
        self.keep = keep
        self.host = HOST
        self.port = 0
        self.tls_port: int | None = None
        self.dir = Path()
        self.start_seconds = 0.0
        self.greeting = b""
        self._procs: list[subprocess.Popen] = []
        self._started_once = False

    # to be provided by each server
    @classmethod
    def why_not(cls) -> str | None:
        """None when the server can run here, else the reason."""
        raise NotImplementedError

    def _prepare(self) -> None:
        """Write the configuration. Called once; ports and ``self.dir`` are set."""
        raise NotImplementedError

    def _launch(self) -> None:
        """Start the processes (``self._procs``). Called on every start()."""
        raise NotImplementedError

    def deliver(self, raw: bytes, folder: str = "INBOX", user: str | None = None) -> None:
        """Put a message into a folder behind the client's back, the way mail arrives."""
        raise NotImplementedError

    def _append(self, raw: bytes, folder: str, user: str | None) -> None:
        """Deliver by APPEND in a session of its own."""
        with self.client(user=user) as c:
            c.append(folder, raw)

    def mail_roots(self) -> Iterable[Path]:
        """Directories holding mail and everything derived from it."""
        return [self.dir]

    def log_files(self) -> Iterable[Path]:
        return sorted((self.dir / "log").glob("*"))

    def expire(self) -> None:
        """Do what the operator's nightly jobs would do (purge, expire)."""

    # -- shared ---------------------------------------------------------------------
    @classmethod
    def available(cls) -> bool:
        return cls.why_not() is None

    @property
    def cafile(self) -> str:
        return self.ca.cafile

    @property
    def cert(self) -> Cert:
        if self._cert is None:
            self._cert = self.ca.issue()
        return self._cert

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.profile} on {self.host}:{self.port}>"

    def start(self) -> MailServer:
        """Start, or start again after ``kill`` or ``shut``. Raises ``NotAvailable`` or ``StartError``."""
        first = not self._started_once
        try:
            return self._start()
        except StartError as e:
            if not (first and "in use" in str(e)):
                raise
        return self._start()  # somebody else was quicker on that port

    def _start(self) -> MailServer:
        reason = self.why_not()
        if reason:
            raise NotAvailable(f"{self.name}: {reason}")
        if not self._started_once:
            self.dir = Path(tempfile.mkdtemp(prefix=f"hwctest-{self.name[:8]}-"))
            os.chmod(self.dir, 0o755)
            if not self.keep:
                watchdog.say(f"+d {self.dir}")
            for sub in ("log", "mail", "run", "tmp"):
                (self.dir / sub).mkdir()
            self.port = free_port()
            self.tls_port = free_port()
            self._prepare()
            self.own(self.dir)
            self._started_once = True
        t0 = time.monotonic()
        try:
            self._launch()
            self.greeting = wait_greeting(
                self.port,
                self.greeting_prefix,
                self.start_timeout,
                alive=lambda: all(p.poll() is None for p in self._procs),
            )
            self._wait_login(t0 + self.start_timeout)
        except BaseException as e:
            tail = self.log_text()[-3000:]
            self._end_processes()
            if not self.keep:
                self.stop()
            if isinstance(e, StartError):
                raise StartError(f"{self!r}: {e}\n--- log ---\n{tail}") from None
            raise
        self.start_seconds = time.monotonic() - t0
        _running.add(self)
        return self

    def _wait_login(self, deadline: float) -> None:
        """A server counts as started when its first user can log in."""
        while True:
            try:
                with self.client():
                    return
            except Exception as e:
                if time.monotonic() > deadline:
                    raise StartError(f"greets, but no login: {e}") from None
                time.sleep(0.02)

    def own(self, *paths: Path) -> None:
        """Hand files to the service account (only when we are root)."""
        if os.geteuid() != 0:
            return
        uid, gid, _u, _g = service_account()
        for top in paths:
            os.lchown(top, uid, gid)
            for base, dirs, files in os.walk(top):
                for n in dirs + files:
                    os.lchown(os.path.join(base, n), uid, gid)

    def _spawn(self, cmd: Sequence[str], log: str = "server", **kw: Any) -> subprocess.Popen:
        """spawn() with stdout and stderr going to log files; joins the server's processes."""
        with open(self.dir / "log" / f"{log}.out", "ab") as out, open(self.dir / "log" / f"{log}.err", "ab") as err:
            proc = spawn(cmd, stdout=out, stderr=err, **kw)
        self._procs.append(proc)
        return proc

    def _end_processes(self, hurry: bool = False) -> None:
        for p in reversed(self._procs):
            end(p, hurry=hurry)
        self._procs.clear()

    def stop(self) -> None:
        """Stop the processes and remove the temp dir."""
        self._end_processes(hurry=not self.keep)
        _running.discard(self)
        for p in (self.port, self.tls_port):
            release_port(p)
        if not self.keep and self._started_once:
            shutil.rmtree(self.dir, ignore_errors=True)
            watchdog.say(f"-d {self.dir}")
            self._started_once = False

    def kill(self) -> None:
        """SIGKILL every process of this server, as a power cut would. The mail stays; start() again."""
        for p in reversed(self._procs):
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            p.wait(5)
            watchdog.say(f"-g {p.pid}")
        self._procs.clear()

    def shut(self) -> None:
        """Stop the processes in good order but keep the mail; start() again."""
        self._end_processes()

    def restart(self) -> None:
        self.shut()
        self.start()

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def client(
        self,
        tls: str = "none",
        user: str | None = None,
        password: str | None = None,
        login: bool = True,
        timeout: float = 20,
        nodelay: bool = True,
    ) -> IMAPClient:
        """A logged-in IMAPClient. ``tls``: none, starttls, implicit (verified against the CA)."""
        ctx = None if tls == "none" else self.ca.client_context()
        port = self.tls_port if tls == "implicit" else self.port
        c = IMAPClient(
            self.host, port=port, ssl=tls == "implicit", ssl_context=ctx if tls == "implicit" else None, timeout=timeout
        )
        try:
            if nodelay:
                c.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls == "starttls":
                c.starttls(ctx)
            if login:
                c.login(user or self.user, password or self.users.get(user or self.user, self.password))
        except BaseException:
            try:
                c.shutdown()
            except Exception:
                pass
            raise
        return c

    def disk_find(self, needle: bytes, logs: bool = False) -> list[str]:
        """Files under the server's storage whose bytes contain ``needle`` (paths relative to ``dir``).

        File names count too. With ``logs`` the log files are searched as well.
        """
        log_paths = {p.resolve() for p in self.log_files()}
        found: list[str] = []
        seen: set[Path] = set()
        roots = list(self.mail_roots()) + (list(log_paths) if logs else [])
        for root in roots:
            files = [root] if root.is_file() else (Path(b) / f for b, _d, fs in os.walk(root) for f in fs)
            for path in files:
                try:
                    real = path.resolve()
                    if real in seen or not real.is_file() or (real in log_paths and not logs):
                        continue
                    seen.add(real)
                    if needle in os.fsencode(path.name) or _file_has(real, needle):
                        found.append(os.path.relpath(path, self.dir))
                except OSError:
                    continue  # it vanished while we looked
        return sorted(found)

    def disk_contains(self, needle: bytes, logs: bool = False) -> bool:
        """True while any file of the server still holds these bytes: the proof of (non-)deletion."""
        return bool(self.disk_find(needle, logs))

    def log_text(self) -> str:
        out = []
        for p in self.log_files():
            try:
                out.append(f"[{p.name}]\n" + p.read_text(errors="replace"))
            except OSError:
                pass
        return "\n".join(out)


def _file_has(path: Path, needle: bytes, chunk: int = 1 << 20) -> bool:
    with open(path, "rb") as f:
        tail = b""
        while True:
            block = f.read(chunk)
            if not block:
                return False
            if needle in tail + block:
                return True
            tail = block[-len(needle) :] if len(needle) > 1 else b""
