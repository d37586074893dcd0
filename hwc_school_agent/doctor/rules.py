"""Settings that are valid, and that the school should have agreed on with the senders."""

from __future__ import annotations

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.settings import Settings


def judge(settings: Settings) -> list[Finding]:
    """Who is answered; what may happen without a person at the desk."""
    findings = [well(Check.CONFIGURATION), (well if settings.senders.allowed else found)(Check.NOBODY_ALLOWED)]
    if settings.mailbox.trust_elsewhere:
        findings.append(found(Check.TRUST_ELSEWHERE))
    if settings.unread_school_days:
        findings.append(found(Check.RETENTION, days=settings.unread_school_days))
    return findings
