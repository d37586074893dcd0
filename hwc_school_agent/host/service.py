"""Talk to systemd (sd_notify): ready, status, watchdog. Does nothing when not run as a service."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """Send one state line, for example ``READY=1``. Never raises: the service manager is a listener, not a need."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address[0] == "@":
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as s:
            s.connect(address)
            s.sendall(state.encode())
    except OSError:
        pass
