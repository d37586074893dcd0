"""The site that a passkey belongs to."""

from __future__ import annotations

import ipaddress


def site_of(host: str) -> str:
    """The site that a passkey belongs to (RP ID, W3C WebAuthn 5.1.2): the host name of an address, without its port.

    ``""`` for an IP address: browsers make no passkeys for those.
    """
    for name in (host, host.rpartition(":")[0], host.partition(":")[0]):
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            continue
        return ""
    return host.lower().partition(":")[0]
