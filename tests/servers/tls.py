"""A throw-away certificate authority for tests.

    ca = CA()                                   # new key, lives in a temp dir
    cert = ca.issue("localhost", "127.0.0.1")   # .cert, .key: file paths; .chain: cert + CA
    ctx = ca.client_context()                   # trusts this CA only, checks names

    bad = ca.issue("other.example")             # wrong name
    old = ca.issue("localhost", valid_from=-10, valid_days=5)   # expired
    alien = CA().issue("localhost")             # issuer the client does not know

Everything is made with ``cryptography``; nothing here is fit for anything but tests.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import ssl
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Cert:
    """Paths of one issued certificate. ``chain`` holds the certificate followed by the CA's."""

    cert: str
    key: str
    chain: str
    both: str  # key + certificate in one file, as Courier wants it


def _name(cn: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "throw-away test certificates"),
            x509.NameAttribute(NameOID.COMMON_NAME, cn),
        ]
    )


class CA:
    """A certificate authority that exists for one test run."""

    def __init__(self, directory: str | None = None, rsa_keys: bool = False) -> None:
        """``rsa_keys``: issue RSA instead of P-256 keys (old clients and servers)."""
        self._own = directory is None
        self.dir = Path(directory or tempfile.mkdtemp(prefix="hwctest-ca-"))
        self.dir.mkdir(parents=True, exist_ok=True)
        if self._own:
            from .processes import watchdog  # removes it should this process die

            watchdog.say(f"+d {self.dir}")
        os.chmod(self.dir, 0o755)  # servers running as another user must read the certificates
        self._rsa = rsa_keys
        self._n = 0
        self._lock = threading.Lock()
        self._key = self._new_key()
        now = datetime.datetime.now(datetime.UTC)
        self._cert = (
            x509.CertificateBuilder()
            .subject_name(_name("Test CA"))
            .issuer_name(_name("Test CA"))
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=400))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    key_cert_sign=True,
                    crl_sign=True,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.cafile = str(self.dir / "ca.pem")
        Path(self.cafile).write_bytes(self._pem(self._cert))

    def _new_key(self):
        return rsa.generate_private_key(65537, 2048) if self._rsa else ec.generate_private_key(ec.SECP256R1())

    @staticmethod
    def _pem(cert: x509.Certificate) -> bytes:
        return cert.public_bytes(serialization.Encoding.PEM)

    def issue(self, *names: str, valid_from: float = -1, valid_days: float = 20) -> Cert:
        """A server certificate for these DNS names and IP addresses (default: localhost, 127.0.0.1, ::1).

        ``valid_from`` is in days from now; ``issue("localhost", valid_from=-10, valid_days=5)`` is expired.
        """
        names = names or ("localhost", "127.0.0.1", "::1")
        key = self._new_key()
        sans: list[x509.GeneralName] = []
        for n in names:
            try:
                sans.append(x509.IPAddress(ipaddress.ip_address(n)))
            except ValueError:
                sans.append(x509.DNSName(n))
        start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=valid_from)
        cert = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0]))
            .issuer_name(self._cert.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=valid_days))
            .add_extension(x509.SubjectAlternativeName(sans), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        with self._lock:
            self._n += 1
            stem = self.dir / f"cert{self._n}"
        keypem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        files = {
            ".pem": self._pem(cert),
            ".key": keypem,
            ".chain.pem": self._pem(cert) + self._pem(self._cert),
            ".both.pem": keypem + self._pem(cert) + self._pem(self._cert),
        }
        for suffix, data in files.items():
            # world-readable on purpose: the test servers drop to another user before reading them
            Path(str(stem) + suffix).write_bytes(data)
        return Cert(*(str(stem) + s for s in (".pem", ".key", ".chain.pem", ".both.pem")))

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.cafile)

    def server_context(self, cert: Cert | None = None) -> ssl.SSLContext:
        cert = cert or self.issue()
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ctx.load_cert_chain(cert.chain, cert.key)
        return ctx

    def close(self) -> None:
        if self._own:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self) -> CA:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


_shared: CA | None = None
_shared_lock = threading.Lock()


def shared_ca() -> CA:
    """One CA for the whole process, so that a test trusts every server with one file."""
    global _shared
    with _shared_lock:
        if _shared is None:
            import atexit

            _shared = CA()
            atexit.register(_shared.close)
        return _shared
