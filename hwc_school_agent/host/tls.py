"""What the other end's certificate says: why it is refused, how long it is still good."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


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
