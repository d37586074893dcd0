"""Handing a message to the school's submission server (RFC 6409).

A failure is one of two words; what the server wrote is dropped, it may quote the message.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr

from hwc_school_agent.domain.access import NoToken, Purpose
from hwc_school_agent.domain.sasl import initial_response, mechanism_for
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.settings import Mailbox, Submission, Tls

SECONDS = 30.0  # for each answer of the server


class SubmissionLater(Exception):
    """Not now: no connection, no answer, a 4xx, or the login was refused. The same message may be tried again."""


class SubmissionRefused(Exception):
    """The server refused this message for good (5xx on MAIL, RCPT or DATA). A person has to telephone."""


def submit(submission: Submission, message: EmailMessage) -> None:
    """Send ``message`` from its From to its To. Returns once the server has accepted it.

    Raises ``SubmissionLater`` or ``SubmissionRefused``, without a text. A connection that breaks after DATA counts as
    later: the message carries the same Message-ID when it comes again.
    """
    refused = False
    try:
        _submit(submission, message)
        return
    except smtplib.SMTPRecipientsRefused as e:
        refused = all(code >= 500 for code, _ in e.recipients.values())
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as e:
        refused = e.smtp_code >= 500
    except (smtplib.SMTPException, OSError, ValueError):  # ValueError: an answer or a password that is no ASCII
        pass
    raise SubmissionRefused if refused else SubmissionLater


def _submit(submission: Submission, message: EmailMessage) -> None:
    smtp = connect(submission)
    try:
        log_in(smtp, submission)
        smtp.sendmail(parseaddr(message["From"])[1], [parseaddr(message["To"])[1]], message.as_bytes())
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()  # accepted is accepted, however the goodbye goes
    finally:
        smtp.close()


def log_in(smtp: smtplib.SMTP, submission: Submission) -> None:
    """Log in as set: with a token, a password, or not at all. Raises ``SubmissionLater`` or of ``smtplib``."""
    if submission.access is not None:
        _log_in_with_token(smtp, submission.user or submission.access.user, submission.access)
    elif submission.user:
        smtp.login(submission.user, submission.password.reveal())


def _log_in_with_token(smtp: smtplib.SMTP, user: str, access: Mailbox) -> None:
    """AUTH with a token; one that is refused is asked for anew, once. Raises ``SubmissionLater`` or of ``smtplib``."""
    from hwc_school_agent.access.tokens import token_for

    smtp.ehlo_or_helo_if_needed()
    offered = frozenset(f"AUTH={word.upper()}" for word in smtp.esmtp_features.get("auth", "").split())
    mechanism = mechanism_for(offered)
    for last in (False, True):
        held = access.keyring.get(Purpose.SUBMISSION) or access.keyring.get(Purpose.MAILBOX)
        try:
            token = token_for(access, Purpose.SUBMISSION, SystemClock().now())
            said = base64.b64decode(initial_response(mechanism, user, token.value)).decode()
            # smtplib sends the first as initial response, and asks again after a refusal (RFC 7628 section 3.2.3)
            end = base64.b64decode(mechanism.after_refusal).decode()
            smtp.auth(mechanism.word, lambda challenge=None, said=said, end=end: said if challenge is None else end)
            return
        except NoToken:
            raise SubmissionLater from None
        except smtplib.SMTPAuthenticationError:
            if last or token is not held:
                raise
            access.keyring.drop(Purpose.SUBMISSION)
            access.keyring.drop(Purpose.MAILBOX)


def connect(submission: Submission) -> smtplib.SMTP:
    """A connection that is not logged in yet, with TLS as set. Errors of ``smtplib`` come as they are."""
    # an address literal as our name: a look-up of this machine's own name can take seconds, and tells outsiders
    name = "[127.0.0.1]"
    if submission.tls is Tls.NONE:
        return smtplib.SMTP(submission.host, submission.port, name, SECONDS)
    context = ssl.create_default_context(cafile=submission.ca_file or None)
    if submission.tls is Tls.IMPLICIT:
        return smtplib.SMTP_SSL(submission.host, submission.port, name, timeout=SECONDS, context=context)
    smtp = smtplib.SMTP(submission.host, submission.port, name, SECONDS)
    try:
        smtp.starttls(context=context)  # raises when it is not offered: never in the clear
    except BaseException:
        smtp.close()
        raise
    return smtp
