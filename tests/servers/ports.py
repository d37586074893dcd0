"""Ports on 127.0.0.1 for the test servers, and waiting until somebody greets there."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from typing import Any

HOST = "127.0.0.1"


class StartError(RuntimeError):
    """The server did not come up; the message ends with the tail of its log."""


_given: set[int] = set()
_ports_lock = threading.Lock()


def port_range() -> tuple[int, int]:
    """The ports used for everything: ``HWC_TEST_PORTS=20000-29999`` (the default); a tenth for each parallel worker."""
    lo, hi = (int(end) for end in os.environ.get("HWC_TEST_PORTS", "20000-29999").split("-"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdecimal():
        share = (hi - lo + 1) // 10
        lo += share * (int(worker) % 10)
        hi = lo + share - 1
    return lo, hi


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


def read_greeting(port: int, timeout: float = 1.0) -> bytes:
    """The first line a server says on this port (b'' when it closes at once)."""
    with socket.create_connection((HOST, port), timeout=timeout) as s:
        s.settimeout(timeout)
        buf = b""
        while b"\n" not in buf:
            more = s.recv(4096)
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
