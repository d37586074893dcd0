"""One door to every way of getting a token."""

from __future__ import annotations

from hwc_school_agent.domain.access import NoToken, Purpose, Refusal, Token
from hwc_school_agent.settings import Auth, Mailbox


def token_for(mailbox: Mailbox, purpose: Purpose, now: float) -> Token:
    """A token that is fresh at ``now`` (epoch seconds): the one on the keyring, or a new one, which is kept there.

    Takes up to half a minute. Raises ``NoToken``.
    """
    if mailbox.auth is Auth.MICROSOFT and purpose is Purpose.SUBMISSION:
        purpose = Purpose.MAILBOX  # one token opens both
    held = mailbox.keyring.get(purpose)
    if held is not None and held.fresh(now):
        return held
    token = new_token(mailbox, purpose, now)
    mailbox.keyring.put(purpose, token)
    return token


def new_token(mailbox: Mailbox, purpose: Purpose, now: float) -> Token:
    """Ask for a token, whatever is on the keyring. Raises ``NoToken``."""
    match mailbox.auth:
        case Auth.MICROSOFT:
            from hwc_school_agent.access.microsoft import ask
        case Auth.GOOGLE:
            from hwc_school_agent.access.google import ask
        case Auth.COMMAND:
            from hwc_school_agent.access.command import ask
        case Auth.PASSWORD:
            raise NoToken(Refusal.BAD_CREDENTIAL)
    token = ask(mailbox, purpose, now)
    if not token.value.isascii() or not token.value.isprintable() or not 8 <= len(token.value) <= 16_384:
        raise NoToken(Refusal.COMMAND if mailbox.auth is Auth.COMMAND else Refusal.OTHER)
    return token
