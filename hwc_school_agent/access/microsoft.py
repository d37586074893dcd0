"""Microsoft Entra: the client-credentials grant with a certificate or a secret, through msal (extra ``microsoft``).

One token serves IMAP and SMTP. Error numbers: learn.microsoft.com, "Microsoft Entra authentication error codes".
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from hwc_school_agent.domain.access import NoToken, Purpose, Refusal, Token
from hwc_school_agent.settings import Mailbox

AUTHORITY = "https://login.microsoftonline.com"
SCOPE = "https://outlook.office365.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"  # ``Purpose.RECOVERY``

#: AADSTS numbers -> what they mean for an administrator
_NUMBERS: Mapping[int, Refusal] = {
    7000215: Refusal.SECRET_WRONG,  # invalid client secret
    700027: Refusal.SECRET_WRONG,  # the certificate is not one of the application's
    700030: Refusal.SECRET_WRONG,  # invalid certificate: its subject is not the application's
    7000222: Refusal.SECRET_EXPIRED,  # client secret keys are expired
    1000502: Refusal.SECRET_EXPIRED,  # the certificate is not within its validity period
    700024: Refusal.CLOCK,  # client assertion is not within its valid time range
    700016: Refusal.APP_UNKNOWN,  # application not found in the directory
    90002: Refusal.APP_UNKNOWN,  # tenant not found
    900023: Refusal.APP_UNKNOWN,  # the tenant is neither a name nor an identifier
    50034: Refusal.APP_UNKNOWN,
    7000112: Refusal.BLOCKED,  # the application is disabled
    53003: Refusal.BLOCKED,  # conditional access
    530031: Refusal.BLOCKED,
    53011: Refusal.BLOCKED,
    50105: Refusal.NO_CONSENT,  # not assigned to the application
    65001: Refusal.NO_CONSENT,
    70011: Refusal.NO_CONSENT,  # scope is not valid
    500011: Refusal.NO_CONSENT,  # resource principal not found in the tenant
    1002012: Refusal.NO_CONSENT,
    90033: Refusal.NO_SERVER,  # a passing fault of the service
    90055: Refusal.NO_SERVER,
    50196: Refusal.NO_SERVER,  # asked too often
}
_WORDS: Mapping[str, Refusal] = {
    "temporarily_unavailable": Refusal.NO_SERVER,
    "server_error": Refusal.NO_SERVER,
    "invalid_client": Refusal.SECRET_WRONG,
    "unauthorized_client": Refusal.APP_UNKNOWN,
    "invalid_scope": Refusal.NO_CONSENT,
    "access_denied": Refusal.BLOCKED,
}


def ask(mailbox: Mailbox, purpose: Purpose, now: float) -> Token:
    """A token of the application, for the mailbox that Exchange has given it. Raises ``NoToken``."""
    try:
        import msal
        from requests import RequestException

        from hwc_school_agent.access.https import Https
    except ImportError:
        raise NoToken(Refusal.NO_LIBRARY) from None
    logging.getLogger("msal").disabled = True
    try:
        application = msal.ConfidentialClientApplication(
            mailbox.client_id,
            client_credential=_credential(mailbox),
            authority=f"{mailbox.authority or AUTHORITY}/{mailbox.tenant}",
            instance_discovery=False,  # the address is the school's own setting
            http_client=Https(mailbox.ca_file),
        )
        answer = application.acquire_token_for_client([GRAPH_SCOPE if purpose is Purpose.RECOVERY else SCOPE])
    except (RequestException, OSError):
        why = Refusal.NO_SERVER
    except (ValueError, TypeError) as fault:
        why = _of_library(fault)
    except Exception:  # msal has errors of its own for odd answers; their texts quote what was sent
        why = Refusal.OTHER
    else:
        return _token(answer, now)
    raise NoToken(why)


def _credential(mailbox: Mailbox) -> str | dict[str, str]:
    if mailbox.certificate:
        text = mailbox.certificate.reveal()  # the private key and the certificate, PEM, in one file
        return {"private_key": text, "public_certificate": text[text.index("-----BEGIN CERTIFICATE-----") :]}
    return mailbox.client_secret.reveal()


def _of_library(fault: Exception) -> Refusal:
    """msal raises ``ValueError`` for a key it cannot read and for a tenant that the server does not know."""
    frame = fault.__traceback__
    while frame is not None:
        if frame.tb_frame.f_globals.get("__name__", "") == "msal.authority":
            return Refusal.APP_UNKNOWN
        frame = frame.tb_next
    return Refusal.BAD_CREDENTIAL


def _token(answer: Mapping[str, Any], now: float) -> Token:
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if isinstance(value, str) and isinstance(seconds, int):
        return Token(value, now + seconds)
    raise NoToken(refusal(answer))


def refusal(answer: Mapping[str, Any]) -> Refusal:
    """The meaning of an error answer of the token endpoint (RFC 6749 section 5.2, and Microsoft's numbers)."""
    numbers = answer.get("error_codes")
    for number in numbers if isinstance(numbers, list) else ():
        if isinstance(number, int) and number in _NUMBERS:
            return _NUMBERS[number]
    word = answer.get("error")
    return _WORDS.get(word, Refusal.OTHER) if isinstance(word, str) else Refusal.OTHER
