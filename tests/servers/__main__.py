"""Fetch the servers that cannot be installed side by side, or keep one running to look at.

python -m tests.servers fetch    unpack Debian packages (Cyrus, Courier, systemd-coredump); installs nothing
python -m tests.servers serve dovecot:gmail-like
"""

from __future__ import annotations

import sys
import time

from . import IMAP_SERVERS, Courier, Cyrus
from .debs import fetch, find


def serve(name: str) -> int:
    """Run one server until Ctrl-C."""
    kind, _, profile = name.partition(":")
    cls = {c.name: c for c in IMAP_SERVERS}[kind]
    with cls(profile or "standard") as server:
        print(f"{server!r} TLS: {server.tls_port} user: {server.user} password: {server.password}")
        print(f"CA: {server.cafile}\ndir: {server.dir}\nCtrl-C stops it.", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


def main(words: list[str]) -> int:
    if words == ["fetch"]:
        missing = [cls.name for cls in (Cyrus, Courier) if cls.missing()]
        if not find("systemd-coredump", "/lib/systemd", "/usr/lib/systemd"):
            missing.append("coredump")
        if missing:
            print(f"unpacked into {fetch(*missing)}")
        return 0
    if words[:1] == ["serve"] and len(words) == 2:
        return serve(words[1])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
