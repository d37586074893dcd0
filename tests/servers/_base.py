"""What every server in this package shares: ports, temp dirs, processes, the public API."""

from __future__ import annotations

import atexit
import grp
import os
import pwd
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from .tls import CA, Cert, shared_ca

HOST = "127.0.0.1"
DEFAULT_USER = "hwc@school.example"
DEFAULT_PASSWORD = "geheim-42"


class NotAvailable(RuntimeError):
    """The server program is not installed here. Tests turn this into a skip."""


class StartError(RuntimeError):
    """The server did not come up; the message ends with the tail of its log."""


# -- ports ----------------------------------------------------------------------------

_given: set[int] = set()
_ports_lock = threading.Lock()


def port_range() -> tuple[int, int]:
    """The ports used for everything: ``HWC_TEST_PORTS=20000-29999`` (the default)."""
    lo, hi = os.environ.get("HWC_TEST_PORTS", "20000-29999").split("-")
    return int(lo), int(hi)


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on and that this process has not handed out yet."""
    lo, hi = port_range()
    with _ports_lock:
        candidates = [p for p in range(lo, hi + 1) if p not in _given]
        random.shuffle(candidates)
        for p in candidates:
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    s.bind((HOST, p))
                except OSError:
                    continue
            _given.add(p)
            return p
    raise StartError(f"no free port in {lo}-{hi}")


def release_port(p: int | None) -> None:
    with _ports_lock:
        _given.discard(p or 0)


# -- the account the servers run under -------------------------------------------------


def service_account() -> tuple[int, int, str, str]:
    """(uid, gid, user name, group name) for server processes.

    Without root: the current account. As root: an unprivileged one, ``$HWC_TEST_USER`` or
    ``nobody``, since no mail server likes to hold mail as root.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        pw = pwd.getpwnam(os.environ.get("HWC_TEST_USER", "nobody"))
        uid, gid = pw.pw_uid, pw.pw_gid
    return uid, gid, pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name


class _Watchdog:
    """A helper process that ends our servers when this process dies, however it dies.

    It reads lines from a pipe and acts on end of file: kill the process groups, remove the dirs."""

    _CODE = """
import os, shutil, signal, sys
groups, dirs = set(), set()
for line in sys.stdin:
    what, _, arg = line.rstrip().partition(" ")
    if what == "+g": groups.add(int(arg))
    elif what == "-g": groups.discard(int(arg))
    elif what == "+d": dirs.add(arg)
    elif what == "-d": dirs.discard(arg)
for g in groups:
    try: os.killpg(g, signal.SIGKILL)
    except OSError: pass
for d in dirs:
    if os.path.basename(d).startswith("hwctest-"): shutil.rmtree(d, ignore_errors=True)
"""

    def __init__(self) -> None:
        self._proc: subprocess.Popen | None = None
        self._pid = 0
        self._lock = threading.Lock()

    def say(self, line: str) -> None:
        with self._lock:
            if self._proc is None or self._pid != os.getpid():
                self._proc = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", self._CODE],
                    stdin=subprocess.PIPE,
                    text=True,
                    bufsize=1,
                    start_new_session=True,
                    cwd="/",
                )
                self._pid = os.getpid()
                atexit.register(self._close)
            try:
                assert self._proc.stdin is not None
                self._proc.stdin.write(line + "\n")
                self._proc.stdin.flush()
            except (OSError, ValueError):
                pass

    def _close(self) -> None:
        if self._proc is not None and self._pid == os.getpid():
            try:
                assert self._proc.stdin is not None
                self._proc.stdin.close()
                self._proc.wait(5)
            except (OSError, subprocess.TimeoutExpired):
                pass


_watchdog = _Watchdog()


def spawn(cmd: Sequence[str], as_root: bool = False, **kw: Any) -> subprocess.Popen:
    """Popen in a process group of its own, as the service account when we are root."""
    if os.geteuid() == 0 and not as_root:
        uid, gid, _u, _g = service_account()
        kw.update(user=uid, group=gid, extra_groups=[])
    kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("start_new_session", True)
    kw.setdefault("cwd", "/")
    proc = subprocess.Popen(list(cmd), **kw)
    _watchdog.say(f"+g {proc.pid}")
    return proc


def run(cmd: Sequence[str], as_root: bool = False, timeout: float = 30, **kw: Any) -> subprocess.CompletedProcess:
    """subprocess.run as the service account; output captured, failure raises with the output."""
    if os.geteuid() == 0 and not as_root:
        uid, gid, _u, _g = service_account()
        kw.update(user=uid, group=gid, extra_groups=[])
    if "input" not in kw:
        kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("cwd", "/")
    check = kw.pop("check", True)
    r = subprocess.run(list(cmd), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, **kw)
    if check and r.returncode:
        raise RuntimeError(f"{cmd[0]} failed ({r.returncode}): {r.stdout.decode(errors='replace')[-2000:]}")
    return r


def _group_alive(pgid: int) -> bool:
    try:
        os.killpg(pgid, 0)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def end(proc: subprocess.Popen | None, grace: float = 5.0, hurry: bool = False) -> None:
    """SIGTERM to the process, wait, then SIGKILL to what is left of its own group.

    ``hurry``: the data is thrown away anyway, so go straight to SIGKILL."""
    if proc is None:
        return
    if proc.poll() is None and not hurry:
        proc.terminate()
        try:
            proc.wait(grace)
        except subprocess.TimeoutExpired:
            pass
        until = time.monotonic() + 1.0
        while proc.poll() is not None and _group_alive(proc.pid) and time.monotonic() < until:
            time.sleep(0.01)
    try:
        os.killpg(proc.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    proc.wait(5)
    _watchdog.say(f"-g {proc.pid}")


# -- waiting ---------------------------------------------------------------------------


def read_greeting(port: int, timeout: float = 1.0, tls: ssl.SSLContext | None = None) -> bytes:
    """The first line a server says on this port (b'' when it closes at once)."""
    with socket.create_connection((HOST, port), timeout=timeout) as s:
        s.settimeout(timeout)
        c = tls.wrap_socket(s, server_hostname="localhost") if tls else s
        buf = b""
        while b"\n" not in buf:
            more = c.recv(4096)
            if not more:
                break
            buf += more
        return buf


def wait_greeting(port: int, prefix: bytes, timeout: float, alive: Any = lambda: True) -> bytes:
    """Poll until the greeting starts with ``prefix``; raises StartError."""
    deadline = time.monotonic() + timeout
    last: bytes | Exception = b""
    while time.monotonic() < deadline:
        if not alive():
            raise StartError("the server process ended")
        try:
            last = read_greeting(port, timeout=max(0.2, deadline - time.monotonic()))
            if last.startswith(prefix):
                return last
        except OSError as e:
            last = e
        time.sleep(0.01)
    raise StartError(f"no {prefix!r} greeting on port {port} within {timeout:.0f} s (last: {last!r})")


# -- the public API --------------------------------------------------------------------

_running: set[MailServer] = set()


@atexit.register
def _stop_all() -> None:
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
        reason = self.why_not()
        if reason:
            raise NotAvailable(f"{self.name}: {reason}")
        if not self._started_once:
            self.dir = Path(tempfile.mkdtemp(prefix=f"hwctest-{self.name[:8]}-"))
            os.chmod(self.dir, 0o755)
            if not self.keep:
                _watchdog.say(f"+d {self.dir}")
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
            _watchdog.say(f"-d {self.dir}")
            self._started_once = False

    def kill(self) -> None:
        """SIGKILL every process of this server, as a power cut would. The mail stays; start() again."""
        for p in reversed(self._procs):
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            p.wait(5)
            _watchdog.say(f"-g {p.pid}")
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
