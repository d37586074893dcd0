"""Whom we believe at the other end, and what its certificate says: why it is refused, how long it is still good."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from weakref import WeakValueDictionary

_contexts: WeakValueDictionary[str, ssl.SSLContext] = WeakValueDictionary()


def client_context(ca_file: str) -> ssl.SSLContext:
    """Certificates and host names are always checked; ``ca_file`` replaces the system's authorities when given.

    Connections of a process that are open together share it: all the system's authorities take 0.8 MB.
    Raises ``OSError`` when the file cannot be read.
    """
    if (context := _contexts.get(ca_file)) is None:
        context = _contexts[ca_file] = ssl.create_default_context(cafile=ca_file or None)
    return context


def read_again(ca_file: str) -> None:
    """The next connection reads the authorities anew: they may have changed since."""
    _contexts.pop(ca_file, None)


class CertificateFault(StrEnum):
    """Why a certificate is not believed, as far as OpenSSL tells."""

    EXPIRED = "expired"
    NOT_YET = "not_yet"
    NAME = "name"  # made for another host
    ISSUER = "issuer"  # signed by nobody we trust
    OTHER = "other"  # no TLS at all, or none we speak
    UNREADABLE = "unreadable"  # our own file: not there, not ours to read, not PEM
    KEY = "key"  # our own files: they do not belong together


#: X509_V_ERR_* of OpenSSL (x509_vfy.h)
_BY_CODE: Mapping[int, CertificateFault] = MappingProxyType(
    {
        9: CertificateFault.NOT_YET,
        10: CertificateFault.EXPIRED,
        **dict.fromkeys((2, 18, 19, 20, 21, 27), CertificateFault.ISSUER),
        **dict.fromkeys((62, 64), CertificateFault.NAME),
    }
)


def fault_of(error: ssl.SSLError) -> CertificateFault:
    """Why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_CODE.get(error.verify_code, CertificateFault.OTHER)
    return CertificateFault.OTHER


def days_left(connection: object, now: float) -> int | None:
    """Whole days that the other end's certificate is still good; ``None`` without TLS. ``now``: epoch seconds."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    ends = (connection.getpeercert() or {}).get("notAfter")
    return int((ssl.cert_time_to_seconds(ends) - now) // 86400) if isinstance(ends, str) else None
