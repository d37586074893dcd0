"""Passkeys (W3C WebAuthn level 3) without their library: challenges, what a browser is asked, what it sends back.

A challenge is signed instead of kept, because the desk that asked may have ended before the answer comes. It holds
for one purpose and for two minutes; that it is used once only, the table of attempts remembers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hwc_school_agent.desk.form import Refused
from hwc_school_agent.domain.staff import Passkey, same_name

CHALLENGE_SECONDS = 120.0
#: ES256, EdDSA, RS256 (COSE): what security keys, phones and Windows Hello make.
ALGORITHMS = (-7, -8, -257)
LOG_IN = "log in"
_B64 = re.compile(r"[A-Za-z0-9_-]{1,3000}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer must fit: the site and the origins of this request, the key and the purpose of the challenge."""

    site: str
    origins: tuple[str, ...]
    key: bytes
    purpose: str


@dataclass(frozen=True, slots=True)
class Used:
    """Somebody used a passkey. Fields as the browser gives them, in base64url."""

    id: str
    client: str
    auth: str
    sig: str
    user: str


@dataclass(frozen=True, slots=True)
class Made:
    """Somebody made a passkey."""

    id: str
    client: str
    attestation: str


def adding(session_key: str) -> str:
    """The purpose of a challenge for a new passkey: for this session only."""
    return f"add {session_key}"


def challenge(asked: Asked, now: float) -> bytes:
    """A new challenge: 16 random bytes, when it ends, and a signature over these and the purpose."""
    body = secrets.token_bytes(16) + struct.pack(">d", now + CHALLENGE_SECONDS)
    return body + _signature(asked, body)


def holds(asked: Asked, answer: bytes, now: float) -> bool:
    """Whether we gave this challenge for this purpose, not too long ago."""
    body, signature = answer[:24], answer[24:]
    if len(body) != 24 or not hmac.compare_digest(signature, _signature(asked, body)):
        return False
    ends: float = struct.unpack(">d", body[16:])[0]
    return now < ends <= now + CHALLENGE_SECONDS


def _signature(asked: Asked, body: bytes) -> bytes:
    return hmac.new(asked.key, f"passkey {asked.purpose} ".encode() + body, hashlib.sha256).digest()


def user_handle(key: bytes, name: str) -> bytes:
    """What an authenticator files a passkey under; a new one of the same person takes the place of the old one there.

    ``key``: of this installation. Says nothing of the person (section 14.6.1).
    """
    return hmac.new(key, b"passkey user " + same_name(name).encode(), hashlib.sha256).digest()


def to_use(asked: Asked, now: float) -> dict[str, Any]:
    """Options for ``navigator.credentials.get``. No list of keys: the authenticator knows, and we give nothing away."""
    return {
        "challenge": encoded(challenge(asked, now)),
        "rpId": asked.site,
        "userVerification": "required",
        "timeout": int(CHALLENGE_SECONDS * 1000),
    }


def to_make(asked: Asked, now: float, *, school: str, name: str, user: bytes, has: Iterable[Passkey]) -> dict[str, Any]:
    """Options for ``navigator.credentials.create``. ``has``: what this person has already."""
    return {
        "challenge": encoded(challenge(asked, now)),
        "rp": {"id": asked.site, "name": f"Bureau {school}"},
        "user": {"id": encoded(user), "name": name, "displayName": name},
        "pubKeyCredParams": [{"type": "public-key", "alg": a} for a in ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": k.id} for k in has if k.site == asked.site],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
        "timeout": int(CHALLENGE_SECONDS * 1000),
    }


def used(form: Mapping[str, str]) -> Used:
    """Read the form. Raises ``Refused``."""
    return Used(*(_field(form, name) for name in ("id", "client", "auth", "sig", "user")))


def made(form: Mapping[str, str]) -> Made:
    """Read the form. Raises ``Refused``."""
    return Made(*(_field(form, name) for name in ("id", "client", "attestation")))


def _field(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not _B64.fullmatch(value):
        raise Refused(400)
    return value


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The other way round. Raises ``ValueError``."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
