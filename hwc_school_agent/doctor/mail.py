"""The mailbox and the way out: what was seen of both, as findings."""

from __future__ import annotations

from dataclasses import dataclass

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import Access
from hwc_school_agent.host.tls import CertificateFault
from hwc_school_agent.mailbox import diagnose as mailbox
from hwc_school_agent.mailbox.platforms import graph
from hwc_school_agent.post import diagnose as post
from hwc_school_agent.post.diagnose import SubmissionTrouble
from hwc_school_agent.settings import Mailbox, Submission, Tls

#: Why logging in failed, and the check that says so.
LOGINS = {
    Trouble.LOGIN: Check.MAILBOX_LOGIN,
    Trouble.NO_TOKEN_SERVER: Check.NO_TOKEN_SERVER,
    Trouble.SECRET_EXPIRED: Check.SECRET_EXPIRED,
    Trouble.SECRET_WRONG: Check.SECRET_WRONG,
    Trouble.APP_UNKNOWN: Check.APP_UNKNOWN,
    Trouble.NO_CONSENT: Check.NO_CONSENT,
    Trouble.SIGN_IN_AGAIN: Check.SIGN_IN_AGAIN,
    Trouble.BLOCKED: Check.BLOCKED,
    Trouble.CLOCK: Check.CLOCK,
    Trouble.NO_TOKEN: Check.NO_TOKEN,
    Trouble.NO_PERMISSION: Check.NO_PERMISSION,
}
WARN_DAYS = 14  # providers renew by themselves in the last month


@dataclass(frozen=True, slots=True)
class _Way:
    """The checks of the steps from a host's name to where logging in would follow."""

    name: Check
    answer: Check
    protocol: Check
    certificate: Check
    certificate_ends: Check

    def judge(
        self, seen: mailbox.Diagnosis | post.Diagnosis, settings: Mailbox | Submission
    ) -> tuple[list[Finding], bool]:
        """Step by step, and whether it went all the way."""
        host, port = settings.host, settings.port
        trouble = seen.trouble.value if seen.trouble else ""  # both kinds use the same words for these steps
        if trouble == Trouble.NO_NAME.value:
            return [found(self.name, host=host)], False
        findings = [well(self.name, host=host)]
        if trouble == Trouble.NO_ANSWER.value:
            return [*findings, found(self.answer, host=host, port=port)], False
        if not seen.connected and trouble == Trouble.PROTOCOL.value:
            return [*findings, found(self.protocol)], False
        findings.append(well(self.answer, host=host, port=port))
        if trouble == Trouble.CERTIFICATE.value:
            why = seen.certificate or CertificateFault.OTHER
            return [*findings, found(self.certificate, host=host, why=why)], False
        if settings.tls is not Tls.NONE:
            findings.append(well(self.certificate, host=host))
            if (days := seen.certificate_days) is not None:
                ends = found if days < WARN_DAYS else well
                findings.append(ends(self.certificate_ends, host=host, days=days))
        return findings, True


_MAILBOX = _Way(
    Check.MAILBOX_NAME,
    Check.MAILBOX_ANSWER,
    Check.MAILBOX_PROTOCOL,
    Check.MAILBOX_CERTIFICATE,
    Check.MAILBOX_CERTIFICATE_ENDS,
)
_SUBMISSION = _Way(
    Check.SUBMISSION_NAME,
    Check.SUBMISSION_ANSWER,
    Check.SUBMISSION_PROTOCOL,
    Check.SUBMISSION_CERTIFICATE,
    Check.SUBMISSION_CERTIFICATE_ENDS,
)


def judge_mailbox(seen: mailbox.Diagnosis, settings: Mailbox) -> list[Finding]:
    """Step by step, as far as it went."""
    findings, arrived = _MAILBOX.judge(seen, settings)
    if not arrived:
        return findings
    if seen.logged_in:
        findings.append(well(Check.MAILBOX_LOGIN, user=settings.user))
    if seen.trouble in LOGINS:
        findings.append(found(LOGINS[seen.trouble], user=settings.user))
    elif seen.trouble is not None:
        findings.append(found(Check.MAILBOX_PROTOCOL))
    elif seen.logged_in:
        findings += _capabilities(seen)
    return findings


def _capabilities(seen: mailbox.Diagnosis) -> list[Finding]:
    offered = (
        (Check.UIDPLUS, "UIDPLUS" in seen.capabilities),
        (Check.IDLE, "IDLE" in seen.capabilities),
        (Check.NOTIFY, {"NOTIFY", "IDLE"} <= seen.capabilities),
        (Check.LIST_STATUS, "LIST-STATUS" in seen.capabilities),
        (Check.SPECIAL_USE, seen.special_use),
    )
    return [(well if there else found)(check) for check, there in offered]


def judge_folders(seen: mailbox.Diagnosis) -> list[Finding]:
    """Nothing about what stands in them."""
    if seen.trouble is not None or seen.folders is None:
        return []
    findings = [found(Check.FOLDER_SHUT, folder=name) for name in seen.shut]
    findings += [found(Check.FOLDER_UNCOUNTED, folder=name) for name in seen.uncountable if name not in seen.shut]
    findings = findings or [well(Check.FOLDER_UNCOUNTED, count=seen.folders)]
    if seen.kept is not None:
        kept = [found(Check.FOLDER_KEPT, folder=name) for name in seen.kept]
        findings += kept or ([] if seen.shut else [well(Check.FOLDER_KEPT)])
    if seen.read_only:
        findings.append(found(Check.READ_ONLY))
    elif seen.flags_missing is not None:
        missing = seen.flags_missing
        findings.append(found(Check.FLAGS, flags=missing) if missing else well(Check.FLAGS))
    if seen.hidden:
        findings.append(found(Check.HIDDEN_FOLDER))
    if seen.access is not Access.NOT_TOLD:
        findings.append((found if seen.access is Access.OTHERS else well)(Check.OTHERS_READ))
    return findings


def judge_graph(why: graph.Why | None) -> list[Finding]:
    """Where ``[mailbox] recoverable`` asks for Microsoft Graph. ``why``: nobody can look there."""
    if why is graph.Why.SILENT:
        return [found(Check.GRAPH_ANSWER)]
    return [well(Check.GRAPH_RIGHT) if why is None else found(Check.GRAPH_RIGHT)]


def judge_submission(seen: post.Diagnosis, settings: Submission, to: str) -> list[Finding]:
    """Step by step, as far as it went. ``to``: our own mailbox."""
    findings, arrived = _SUBMISSION.judge(seen, settings)
    if not arrived:
        return findings
    user = settings.user or (settings.access.user if settings.access else "")
    if seen.logged_in and user:
        findings.append(well(Check.SUBMISSION_LOGIN, user=user))
    addresses = {"sender": settings.sender, "to": to}
    match seen.trouble:
        case SubmissionTrouble.LOGIN:
            findings.append(found(Check.SUBMISSION_LOGIN, user=user))
        case SubmissionTrouble.NO_TOKEN:
            findings.append(found(Check.SUBMISSION_TOKEN))
        case SubmissionTrouble.REFUSED:
            findings.append(found(Check.SUBMISSION_REFUSED, **addresses))
        case SubmissionTrouble.PROTOCOL:
            findings.append(found(Check.SUBMISSION_PROTOCOL))
        case None if seen.accepts:
            findings.append(well(Check.SUBMISSION_REFUSED, **addresses))
    return findings
