"""A stand-in for the token endpoints of Microsoft and Google over https, as their documentation describes them.

It gives tokens that the real test server (``Dovecot("oauth")``) accepts, checks what a client must send (secret or
signed assertion, scope, subject), and answers with any documented error on request. Nothing real can run here: the
real ones need a tenant.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers.json_http import Answer, Asked, StandsIn
from tests.servers.oauth import TokenServer
from tests.servers.tls import CA

SECRET, CLIENT, TENANT = "een-geheim-van-de-app", "11112222-3333-4444-5555-666677778888", "school.onmicrosoft.com"
REFRESH = "1//ververs-mij"


@dataclass
class StandIn(StandsIn):
    """One endpoint for both. ``tokens``: where good tokens come from. A context manager."""

    tokens: TokenServer
    ca: CA
    user: str
    lifetime: int = 3600
    asked: list[dict[str, str]] = field(default_factory=list)
    errors: list[tuple[int, Any]] = field(default_factory=list)  # answers to give first
    always: tuple[int, Any] | None = None  # the answer to everything
    public_keys: list[rsa.RSAPublicKey] = field(default_factory=list)  # that may sign assertions

    @property
    def authority(self) -> str:
        """Microsoft: what stands before the tenant."""
        return self._http.address

    @property
    def google(self) -> str:
        """Google: the whole address."""
        return f"{self.authority}/token"

    def _answer(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            return self._token(dict(urllib.parse.parse_qsl(asked.body)))
        tenant = asked.path.split("/")[1]
        if tenant != TENANT or not asked.path.endswith("/v2.0/.well-known/openid-configuration"):
            return entra(90002, "invalid_tenant")
        base = f"{self.authority}/{tenant}"
        return 200, {
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        }

    def _token(self, form: dict[str, str]) -> Answer:
        self.asked.append(form)
        if self.errors:
            return self.errors.pop(0)
        if self.always is not None:
            return self.always
        match form.get("grant_type"):
            case "client_credentials":
                if form["scope"] != "https://outlook.office365.com/.default":
                    return entra(70011, "invalid_scope")
                signed = "client_assertion" in form and self._signed(form["client_assertion"])
                if not signed and form.get("client_secret") != SECRET:
                    return entra(7000215, "invalid_client", 401)
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                if not self._signed(form["assertion"]):
                    return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            case "refresh_token":
                if (form["refresh_token"], form["client_secret"]) != (REFRESH, SECRET):
                    return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            case _:
                return 400, {"error": "unsupported_grant_type"}
        token = self.tokens.issue(self.user, self.lifetime)
        return 200, {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}

    def _signed(self, assertion: str) -> bool:
        head, claims, signature = (base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)) for p in assertion.split("."))
        self.asked[-1] |= {f"claim_{k}": str(v) for k, v in json.loads(claims).items()}
        pss = json.loads(head)["alg"] == "PS256"
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size) if pss else padding.PKCS1v15()
        for key in self.public_keys:
            try:
                key.verify(signature, assertion.rpartition(".")[0].encode(), scheme, hashes.SHA256())
            except Exception:
                continue
            return True
        return False


def entra(number: int, word: str, status: int = 400) -> Answer:
    """An error in the form of Microsoft Entra; its text quotes what must never be shown."""
    return status, {
        "error": word,
        "error_description": f"AADSTS{number}: een tekst van buiten. Trace ID: 0 Correlation ID: 0 Timestamp: 2026",
        "error_codes": [number],
        "timestamp": "2026-11-26 07:00:00Z",
        "trace_id": "0",
        "correlation_id": "0",
    }


def certificate(*, days: int = 30) -> tuple[str, rsa.RSAPublicKey]:
    """A private key and a self-signed certificate in one PEM text, and its public key."""
    import datetime as dt

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "hwc")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + made.public_bytes(serialization.Encoding.PEM)).decode(), key.public_key()


def service_account(google: str) -> tuple[str, rsa.RSAPublicKey]:
    """The JSON that Google gives for a service account, and its public key."""
    pem, public = certificate()
    private = pem[: pem.index("-----BEGIN CERTIFICATE-----")]
    about = {
        "type": "service_account",
        "project_id": "school",
        "private_key_id": "k1",
        "private_key": private,
        "client_email": "hwc@school.iam.gserviceaccount.example",
        "client_id": "1",
        "token_uri": google,
    }
    return json.dumps(about), public
