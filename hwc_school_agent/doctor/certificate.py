"""The certificate of the page: readable, of the right key, long enough good, with every name that staff use."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.host.tls import CertificateFault
from hwc_school_agent.settings import Desk

WARN_DAYS = 21


@dataclass(frozen=True, slots=True)
class Certificate:
    """``fault``: it cannot be used. ``begins``, ``ends``: epoch seconds."""

    fault: CertificateFault | None = None
    begins: float = 0.0
    ends: float = 0.0
    names: frozenset[str] = frozenset()  # lower case, addresses too


def look(desk: Desk) -> Certificate | None:
    """Read the certificate of the page; ``None`` when it has none. Never raises."""
    if not desk.certificate:
        return None
    from cryptography import x509

    try:
        leaf = x509.load_pem_x509_certificates(Path(desk.certificate).read_bytes())[0]
        Path(desk.key).read_bytes()
    except (OSError, ValueError):
        return Certificate(CertificateFault.UNREADABLE)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(desk.certificate, desk.key, password=lambda: "")
    except (OSError, ValueError):
        return Certificate(CertificateFault.KEY)
    names: set[str] = set()
    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names |= {name.lower() for name in alternative.get_values_for_type(x509.DNSName)}
        names |= {str(address) for address in alternative.get_values_for_type(x509.IPAddress)}
    except (x509.ExtensionNotFound, ValueError):
        pass  # browsers believe nothing but this extension
    return Certificate(
        None, leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp(), frozenset(names)
    )


def judge(certificate: Certificate | None, desk: Desk, now: float) -> list[Finding]:
    """``now``: epoch seconds. Nothing where the page has no certificate: it is for this machine only then."""
    if certificate is None:
        return []
    if certificate.fault:
        return [found(Check.DESK_CERTIFICATE, why=certificate.fault)]
    findings = [well(Check.DESK_CERTIFICATE)]
    days = int((certificate.ends - now) // 86400)
    if not certificate.begins <= now <= certificate.ends:
        findings.append(found(Check.DESK_CERTIFICATE_ENDED))
    else:
        findings.append((found if days < WARN_DAYS else well)(Check.DESK_CERTIFICATE_ENDS, days=days))
    if desk.names:
        missing = tuple(name for name in desk.names if not _named(name.lower().rstrip("."), certificate.names))
        findings.append(found(Check.DESK_NAMES, names=missing) if missing else well(Check.DESK_NAMES))
    return findings


def _named(name: str, names: frozenset[str]) -> bool:
    """RFC 6125 section 6.4.3: a star stands for the whole first label."""
    try:
        return str(ipaddress.ip_address(name)) in names
    except ValueError:
        return name in names or f"*.{name.partition('.')[2]}" in names
