"""Logging in with a token: the two SASL mechanisms, and the answer that ends a refusal. Pure.

XOAUTH2 as Google and Microsoft document it; OAUTHBEARER is RFC 7628. A string made here holds the token: never log it.
"""

from __future__ import annotations

import base64
from enum import Enum


class Mechanism(Enum):
    """Name of the mechanism, and what a client answers to the server's challenge after a refusal (base64)."""

    XOAUTH2 = ("XOAUTH2", b"")
    OAUTHBEARER = ("OAUTHBEARER", b"AQ==")  # RFC 7628 section 3.2.3: a single ^A

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def after_refusal(self) -> bytes:
        return self.value[1]


def mechanism_for(capabilities: frozenset[str]) -> Mechanism:
    """The one to use. ``capabilities``: in capitals, empty when the server has not said yet.

    Exchange offers XOAUTH2 only, Gmail both; some plain hosts have OAUTHBEARER only.
    """
    only_bearer = "AUTH=OAUTHBEARER" in capabilities and "AUTH=XOAUTH2" not in capabilities
    return Mechanism.OAUTHBEARER if only_bearer else Mechanism.XOAUTH2


def initial_response(mechanism: Mechanism, user: str, token: str) -> bytes:
    """What the client says first, in base64. Raises ``ValueError`` when user or token cannot stand in it."""
    if any(c in "\x00\x01\r\n" for c in user + token) or not token.isascii():
        raise ValueError
    if mechanism is Mechanism.XOAUTH2:
        text = f"user={user}\x01auth=Bearer {token}\x01\x01"
    else:
        name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4, saslname
        text = f"n,a={name},\x01auth=Bearer {token}\x01\x01"
    return base64.b64encode(text.encode())
