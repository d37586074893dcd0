"""Whether a passkey is genuine: everything a browser would never send, made by an authenticator of our own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

from hwc_school_agent.desk import attempts
from hwc_school_agent.desk.passkey_check import NotGenuine, check_made, check_used
from hwc_school_agent.desk.passkeys import (
    CHALLENGE_SECONDS,
    LOG_IN,
    Asked,
    Made,
    Used,
    adding,
    challenge,
    decoded,
    encoded,
    to_make,
    to_use,
    user_handle,
)
from hwc_school_agent.domain.site import site_of
from hwc_school_agent.domain.staff import Passkey

NOW = 1_795_420_440.0
ASKED = Asked("bureau.school.example", ("https://bureau.school.example",), b"k" * 32, LOG_IN)
ADDING = replace(ASKED, purpose=adding("session"))
USER = user_handle(b"i" * 32, "anouk")
UP, UV, AT = 0x01, 0x04, 0x40


class Authenticator:
    """A security key in software (ES256) that does whatever it is told."""

    def __init__(self) -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.public: dict[int, Any] = dict(ES256.from_cryptography_key(self.secret.public_key()))

    def client(self, kind: str, asked: Asked, **changes: Any) -> bytes:
        data = {"type": kind, "challenge": encoded(challenge(asked, NOW)), "origin": asked.origins[0]}
        return json.dumps({**data, "crossOrigin": False, **changes}).encode()

    def make(
        self,
        asked: Asked = ADDING,
        *,
        flags: int = UP | UV | AT,
        site: str = "",
        id_: bytes | None = None,
        **client: Any,
    ) -> Made:
        data = self._head(site or asked.site, flags)
        data += bytes(16) + len(self.id).to_bytes(2) + self.id + cbor.encode(self.public)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return Made(
            encoded(id_ or self.id),
            encoded(self.client("webauthn.create", asked, **client)),
            encoded(attestation),
        )

    def use(self, asked: Asked = ASKED, *, flags: int = UP | UV, site: str = "", **client: Any) -> Used:
        data = self._head(site or asked.site, flags)
        said = self.client("webauthn.get", asked, **client)
        signature = self.secret.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return Used(encoded(self.id), encoded(said), encoded(data), encoded(signature), encoded(USER))

    def passkey(self) -> Passkey:
        return check_made(ADDING, self.make(), USER, NOW)[0]

    def _head(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + (7).to_bytes(4)


def test_made_and_used() -> None:
    token, other = Authenticator(), Authenticator()
    kept, _ = check_made(ADDING, token.make(), USER, NOW)
    assert (kept.id, kept.user, kept.site) == (encoded(token.id), encoded(USER), "bureau.school.example")
    at, mark = check_used(ASKED, token.use(), [other.passkey(), kept], NOW)
    assert at == 1
    assert len(mark) == 64


OTHER_KEY = replace(ASKED, key=b"x" * 32)
FALSE_CLIENTS: list[dict[str, Any]] = [
    {"origin": "https://bureau.school.example.evil.example"},
    {"origin": "http://bureau.school.example"},
    {"crossOrigin": True},
    {"type": "webauthn.create"},
    {"challenge": encoded(os.urandom(56))},
    {"challenge": encoded(b"")},
    {"challenge": encoded(challenge(OTHER_KEY, NOW))},
    {"challenge": encoded(challenge(ADDING, NOW))},  # given for something else
    {"challenge": encoded(challenge(ASKED, NOW - CHALLENGE_SECONDS))},  # too late
    {"challenge": encoded(challenge(ASKED, NOW + 1))},  # the clock went back
]


@pytest.mark.parametrize("client", FALSE_CLIENTS)
def test_a_false_client(client: dict[str, Any]) -> None:
    token = Authenticator()
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(**client), [token.passkey()], NOW)


@pytest.mark.parametrize("client", [c for c in FALSE_CLIENTS if "type" not in c and "challenge" not in c])
def test_a_false_client_adds_nothing(client: dict[str, Any]) -> None:
    with pytest.raises(NotGenuine):
        check_made(ADDING, Authenticator().make(**client), USER, NOW)


def test_a_key_for_another_session_is_not_added() -> None:
    with pytest.raises(NotGenuine):
        check_made(replace(ADDING, purpose=adding("other")), Authenticator().make(), USER, NOW)


@pytest.mark.parametrize("flags", [0, UP, UV])
def test_a_person_was_there_and_was_recognised(flags: int) -> None:
    token = Authenticator()
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(flags=flags), [token.passkey()], NOW)
    with pytest.raises(NotGenuine):
        check_made(ADDING, token.make(flags=flags | AT), USER, NOW)


def test_another_site() -> None:
    token = Authenticator()
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(site="elders.example"), [token.passkey()], NOW)
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(), [replace(token.passkey(), site="elders.example")], NOW)


def test_somebody_elses() -> None:
    token, thief = Authenticator(), Authenticator()
    thief.id = token.id
    with pytest.raises(NotGenuine):
        check_used(ASKED, thief.use(), [token.passkey()], NOW)
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(), [], NOW)
    with pytest.raises(NotGenuine):
        check_used(ASKED, replace(token.use(), user=encoded(b"somebody else")), [token.passkey()], NOW)


def test_whoever_signs_for_nobody_comes_no_further() -> None:
    """The key that stands in for an unknown one has a secret that everybody can know."""
    token = Authenticator()
    token.secret = ec.derive_private_key(1, ec.SECP256R1())
    with pytest.raises(NotGenuine):
        check_used(ASKED, token.use(), [], NOW)


def test_an_odd_key_is_not_kept() -> None:
    token = Authenticator()
    token.public[3] = -65535  # RSA with SHA-1
    with pytest.raises(NotGenuine):
        check_made(ADDING, token.make(), USER, NOW)
    with pytest.raises(NotGenuine):
        check_made(ADDING, Authenticator().make(id_=b"another"), USER, NOW)


@pytest.mark.parametrize("field", ["id", "client", "auth", "sig"])
def test_garbage(field: str) -> None:
    token = Authenticator()
    for garbage in ("A", "AAAA", encoded(os.urandom(200)), encoded(b"{}"), encoded(b"[" * 2000)):
        with pytest.raises(NotGenuine):
            check_used(ASKED, replace(token.use(), **{field: garbage}), [token.passkey()], NOW)


def test_a_challenge_is_remembered_for_longer_than_it_holds() -> None:
    table = attempts.spent((), "m", NOW)
    assert attempts.is_spent(table, "m")
    table = attempts.failed(table, "somebody", NOW + CHALLENGE_SECONDS)
    for n in range(300):  # a table that overflows forgets others first
        table = attempts.failed(table, str(n), NOW + CHALLENGE_SECONDS)
    assert attempts.is_spent(table, "m")
    assert attempts.wait(attempts.spent((), "m", NOW), "somebody", NOW) == 0
    assert not attempts.is_spent(attempts.spent(table, "n", NOW + 10_000), "m"), "but not for ever"


def test_what_a_browser_is_asked() -> None:
    use = to_use(ASKED, NOW)
    assert (use["rpId"], use["userVerification"]) == ("bureau.school.example", "required")
    assert "allowCredentials" not in use, "who has a key is nobody's business"
    token = Authenticator()
    make = to_make(ASKED, NOW, school="De Linde", name="anouk", user=USER, has=[token.passkey()])
    assert make["authenticatorSelection"] == {"residentKey": "required", "userVerification": "required"}
    assert [k["id"] for k in make["excludeCredentials"]] == [encoded(token.id)]
    assert b"anouk" not in decoded(make["user"]["id"])
    assert user_handle(b"i" * 32, "ANOUK ") == USER != user_handle(b"i" * 32, "bram")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("localhost:8420", "localhost"),
        ("Bureau.School.example", "bureau.school.example"),
        ("bureau.school.example", "bureau.school.example"),
        ("127.0.0.1:8420", ""),
        ("[::1]:8420", ""),
        ("[::1]", ""),
        ("fe80::1", ""),
        ("192.168.1.4", ""),
        ("", ""),
    ],
)
def test_the_site_of_an_address(host: str, site: str) -> None:
    assert site_of(host) == site


def test_the_library_stays_in_the_child() -> None:
    """The desk holds neither fido2 nor cryptography: they come and go with the check of one passkey."""
    code = "import sys, hwc_school_agent.desk.main\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "starlette" in loaded
    assert not loaded & {"fido2", "cryptography"}
