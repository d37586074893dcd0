"""A look at the submission server for ``doctor``: up to the point where a message would follow, and no further."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from hwc_school_agent.host.tls import CertificateFault, days_left, fault_of
from hwc_school_agent.post import submission as post
from hwc_school_agent.settings import Submission


class SubmissionTrouble(StrEnum):
    """Why a receipt could not be handed in now."""

    NO_NAME = "no_name"
    NO_ANSWER = "no_answer"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    NO_TOKEN = "no_token"  # noqa: S105 - a word; the mailbox's finding says why
    REFUSED = "refused"  # MAIL FROM our address, or RCPT TO our own mailbox
    PROTOCOL = "protocol"


@dataclass(slots=True)
class Diagnosis:
    """How far it went. ``trouble``: why not further."""

    trouble: SubmissionTrouble | None = None
    certificate: CertificateFault | None = None
    certificate_days: int | None = None
    connected: bool = False
    logged_in: bool = False
    accepts: bool = False  # our address as sender, our own mailbox as recipient


def diagnose(submission: Submission, to: str, now: float, *, log_in: bool) -> Diagnosis:
    """Connect, log in, offer a message from our address ``to`` our mailbox, and take it back before DATA.

    Never raises what the network does. ``now``: epoch seconds.
    """
    seen = Diagnosis()
    try:
        smtp = post.connect(submission)
    except socket.gaierror:
        seen.trouble = SubmissionTrouble.NO_NAME
        return seen
    except ssl.SSLError as error:
        seen.trouble, seen.certificate = SubmissionTrouble.CERTIFICATE, fault_of(error)
        return seen
    except smtplib.SMTPException:
        seen.trouble = SubmissionTrouble.PROTOCOL
        return seen
    except (OSError, ValueError):
        seen.trouble = SubmissionTrouble.NO_ANSWER
        return seen
    try:
        seen.connected = True
        seen.certificate_days = days_left(smtp.sock, now)
        if log_in:
            _inside(smtp, submission, to, seen)
    except smtplib.SMTPAuthenticationError:
        seen.trouble = SubmissionTrouble.LOGIN
    except post.SubmissionLater:
        seen.trouble = SubmissionTrouble.NO_TOKEN
    except smtplib.SMTPServerDisconnected:
        seen.trouble = SubmissionTrouble.NO_ANSWER
    except (smtplib.SMTPException, ValueError):
        seen.trouble = SubmissionTrouble.PROTOCOL if seen.logged_in else SubmissionTrouble.LOGIN
    except OSError:
        seen.trouble = SubmissionTrouble.NO_ANSWER
    finally:
        smtp.close()
    return seen


def _inside(smtp: smtplib.SMTP, submission: Submission, to: str, seen: Diagnosis) -> None:
    post.log_in(smtp, submission)
    seen.logged_in = True
    smtp.ehlo_or_helo_if_needed()
    sender, _ = smtp.mail(submission.sender)
    recipient = smtp.rcpt(to)[0] if sender == 250 else 0
    seen.accepts = recipient in (250, 251)
    if not seen.accepts:
        seen.trouble = SubmissionTrouble.REFUSED
    with suppress(smtplib.SMTPException, OSError):
        smtp.rset()
        smtp.quit()
