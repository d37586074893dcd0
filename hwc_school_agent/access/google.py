"""Google: a service account with domain-wide delegation, or the refresh token of one consent (extra ``google``).

With the scope ``gmail.imap_admin`` every label is shown over IMAP, hidden ones too: a hidden label cannot fool the
proof (developers.google.com, "XOAUTH2 Mechanism"). Sending needs the full scope.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from hwc_school_agent.domain.access import NoToken, Purpose, Refusal, Token
from hwc_school_agent.settings import Mailbox

TOKEN_SERVER = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPES: Mapping[Purpose, str] = {
    Purpose.MAILBOX: "https://www.googleapis.com/auth/gmail.imap_admin",
    Purpose.SUBMISSION: "https://mail.google.com/",
}

_WORDS: Mapping[str, Refusal] = {
    "unauthorized_client": Refusal.NO_CONSENT,  # delegation was not given for this scope
    "access_denied": Refusal.NO_CONSENT,
    "invalid_scope": Refusal.NO_CONSENT,
    "invalid_client": Refusal.SECRET_WRONG,
    "deleted_client": Refusal.APP_UNKNOWN,
    "admin_policy_enforced": Refusal.BLOCKED,
    "disabled_client": Refusal.BLOCKED,
    "account_disabled": Refusal.BLOCKED,
    "org_internal": Refusal.BLOCKED,
    "internal_failure": Refusal.NO_SERVER,
    "temporarily_unavailable": Refusal.NO_SERVER,
    "server_error": Refusal.NO_SERVER,
    "rate_limit_exceeded": Refusal.NO_SERVER,
}


def ask(mailbox: Mailbox, purpose: Purpose, now: float) -> Token:
    """A token for the mailbox. Raises ``NoToken``."""
    try:
        from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
        from google.auth.transport.requests import Request
        from requests import RequestException

        from hwc_school_agent.access.https import Https
    except ImportError:
        raise NoToken(Refusal.NO_LIBRARY) from None
    session = Https(mailbox.ca_file)
    try:
        credentials = _credentials(mailbox, purpose)
        credentials.refresh(Request(session))
    except TransportError:
        why = Refusal.NO_SERVER
    except RefreshError as fault:
        why = Refusal.NO_SERVER if fault.retryable else _meaning(fault, by_person=bool(mailbox.refresh_token))
    except (GoogleAuthError, ValueError, TypeError, KeyError):
        why = Refusal.BAD_CREDENTIAL
    except (RequestException, OSError):
        why = Refusal.NO_SERVER
    else:
        if not isinstance(credentials.token, str) or credentials.expiry is None:
            raise NoToken(Refusal.OTHER)
        return Token(credentials.token, credentials.expiry.replace(tzinfo=UTC).timestamp())
    finally:
        session.close()
    raise NoToken(why)


def _credentials(mailbox: Mailbox, purpose: Purpose) -> Any:
    if mailbox.service_account:
        from google.oauth2 import service_account

        about = dict(json.loads(mailbox.service_account.reveal()))
        if mailbox.authority:
            about["token_uri"] = mailbox.authority
        return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            about, scopes=[SCOPES[purpose]], subject=mailbox.user
        )
    from google.oauth2.credentials import Credentials

    return Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=mailbox.refresh_token.reveal(),
        token_uri=mailbox.authority or TOKEN_SERVER,
        client_id=mailbox.client_id,
        client_secret=mailbox.client_secret.reveal(),
    )


def _meaning(fault: BaseException, *, by_person: bool) -> Refusal:
    """google-auth hands on the answer of the token endpoint as the second argument of its error."""
    return refusal(next((a for a in fault.args if isinstance(a, dict)), {}), by_person=by_person)


def refusal(answer: Mapping[str, Any], *, by_person: bool) -> Refusal:
    """The meaning of an error answer (RFC 6749 section 5.2). ``by_person``: a refresh token was used."""
    word, more = answer.get("error"), answer.get("error_description")
    if word == "invalid_grant":
        # one word for three things; a JWT that is too old or not yet valid is the only one with a text of its own
        if isinstance(more, str) and "iat" in more and "exp" in more:
            return Refusal.CLOCK
        return Refusal.SIGN_IN_AGAIN if by_person else Refusal.SECRET_WRONG
    return _WORDS.get(word, Refusal.OTHER) if isinstance(word, str) else Refusal.OTHER
