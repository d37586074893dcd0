"""Whether a passkey is genuine. Runs in a child only: the library and what a stranger sent are gone afterwards.

What the library does not look at is looked at here: our signed challenge, the user handle, foreign frames. The
counter of uses is left alone: to compare it, it would have to be written down at every log-in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, CollectedClientData, PublicKeyCredentialRpEntity

from hwc_school_agent.desk.passkeys import ALGORITHMS, Asked, Made, Used, decoded, encoded, holds
from hwc_school_agent.domain.staff import Passkey

_NO_MODEL = bytes(16)  # AAGUID: which model it is, is nobody's business
_ID_LIMIT = 1023  # W3C WebAuthn section 4, credential id
#: Checked when nobody has the passkey that was used, so that this takes as long (the base point of NIST P-256, SEC 2).
#: Whoever signs for it comes no further.
_NOBODY = {
    1: 2,
    3: -7,
    -1: 1,
    -2: bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
    -3: bytes.fromhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
}


class NotGenuine(Exception):
    """This passkey opens nothing here. Whose fault: the caller's; never says more."""


def check_used(asked: Asked, used: Used, known: Sequence[Passkey], now: float) -> tuple[int, str]:
    """Which of the ``known`` passkeys was used, and the mark of its challenge. Raises ``NotGenuine``."""
    at = next((n for n, k in enumerate(known) if k.id == used.id and k.site == asked.site), None)
    try:
        public: Any = _NOBODY if at is None else cbor.decode(decoded(known[at].public))
        client = _client(asked, used.client, now)
        credential = AttestedCredentialData.create(_NO_MODEL, decoded(used.id), CoseKey.parse(public))
        answer = {
            "rawId": used.id,
            "response": {"clientDataJSON": used.client, "authenticatorData": used.auth, "signature": used.sig},
        }
        _server(asked).authenticate_complete(_state(client), [credential], answer)
    except Exception:
        raise NotGenuine from None
    if at is None or known[at].user != used.user:
        raise NotGenuine
    return at, mark(client)


def check_made(asked: Asked, made: Made, user: bytes, now: float) -> tuple[Passkey, str]:
    """The passkey to keep, and the mark of its challenge. Raises ``NotGenuine``."""
    try:
        client = _client(asked, made.client, now)
        answer = {
            "rawId": made.id,
            "response": {"clientDataJSON": made.client, "attestationObject": made.attestation},
        }
        found = _server(asked).register_complete(_state(client), answer).credential_data
    except Exception:
        raise NotGenuine from None
    if found is None or encoded(found.credential_id) != made.id or len(found.credential_id) > _ID_LIMIT:
        raise NotGenuine
    if found.public_key.get(3) not in ALGORITHMS:
        raise NotGenuine
    return Passkey(made.id, encoded(cbor.encode(found.public_key)), encoded(user), asked.site), mark(client)


def mark(client: CollectedClientData) -> str:
    """What is remembered of a challenge that has been used."""
    return hashlib.sha256(client.challenge).hexdigest()


def _client(asked: Asked, text: str, now: float) -> CollectedClientData:
    client = CollectedClientData(decoded(text))
    if client.cross_origin or not holds(asked, client.challenge, now):
        raise ValueError
    return client


def _state(client: CollectedClientData) -> dict[str, Any]:
    return {"challenge": encoded(client.challenge), "user_verification": "required"}


def _server(asked: Asked) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=asked.site, name="Bureau")
    return Fido2Server(entity, verify_origin=lambda origin: origin in asked.origins)
