"""Processes of the test servers: under an unprivileged account, and never left behind."""

from __future__ import annotations

import atexit
import grp
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any


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


class Watchdog:
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


watchdog = Watchdog()


def spawn(cmd: Sequence[str], as_root: bool = False, **kw: Any) -> subprocess.Popen:
    """Popen in a process group of its own, as the service account when we are root."""
    if os.geteuid() == 0 and not as_root:
        uid, gid, _u, _g = service_account()
        kw.update(user=uid, group=gid, extra_groups=[])
    kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("start_new_session", True)
    kw.setdefault("cwd", "/")
    proc = subprocess.Popen(list(cmd), **kw)
    watchdog.say(f"+g {proc.pid}")
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
    watchdog.say(f"-g {proc.pid}")
