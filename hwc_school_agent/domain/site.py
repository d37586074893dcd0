"""Addresses of the desk: whether one is this machine, how it is written, and the site that a passkey belongs to."""

from __future__ import annotations

import ipaddress

HERE = ("127.0.0.1", "::1")  # what ``localhost`` can mean; browsers try both, and not always in this order


def site_of(host: str) -> str:
    """The site that a passkey belongs to (RP ID, W3C WebAuthn 5.1.2): the host name of an address, without its port.

    ``""`` for an IP address: browsers make no passkeys for those.
    """
    for name in (host, host.rpartition(":")[0], host.partition(":")[0]):
        if is_address(name.strip("[]")):
            return ""
    return host.lower().partition(":")[0]


def is_address(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(text: str) -> bool:
    """Whether a host is this machine for certain: 127.0.0.0/8, ::1 or localhost."""
    return ipaddress.ip_address(text).is_loopback if is_address(text) else text.lower().rstrip(".") == "localhost"


def at_port(host: str, port: int) -> str:
    """``host:port``, as it stands in a URL and in the configuration: an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def held_at(host: str) -> tuple[str, ...]:
    """Where a desk that listens on ``host`` is held. On this machine only: everywhere that ``localhost`` can lead to,
    for that is how bells and people open it; whoever else listened there could pose as the desk."""
    if not is_loopback(host):
        return (host,)
    return tuple(dict.fromkeys((*([host] if is_address(host) else ()), *HERE)))
