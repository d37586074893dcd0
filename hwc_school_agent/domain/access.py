"""Access with tokens: what a token is for, how long it is fresh, and every way in which getting one fails. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hwc_school_agent.domain.board import Trouble

#: A token with less than this left is not used for a new connection.
LEAST = 60.0
#: A server that names no lifetime (a command of the school's own): asked again after this.
UNNAMED = 1800.0


def renew_in(lifetime: float) -> float:
    """Seconds until a token is renewed: ten minutes before its end, half-way for short ones.

    Microsoft's live 60 to 90 minutes, Google's 60.
    """
    return max(60.0, lifetime - min(600.0, lifetime / 2))


class Purpose(StrEnum):
    """What a token opens."""

    MAILBOX = "mailbox"
    SUBMISSION = "submission"
    RECOVERY = "recovery"  # Microsoft only: what keeps erased mail


class Refusal(StrEnum):
    """Why there is no token. Nothing a token server wrote ever travels further than to one of these words."""

    NO_SERVER = "no_server"  # it cannot be reached, or is out of order: passes by itself
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 - the client secret or the certificate has ended
    SECRET_WRONG = "secret_wrong"  # noqa: S105 - the server does not accept it
    APP_UNKNOWN = "app_unknown"  # client id or tenant
    NO_CONSENT = "no_consent"  # known, but the permission was not granted, or for another scope
    SIGN_IN_AGAIN = "sign_in_again"  # the refresh token was withdrawn: a person must consent anew
    BLOCKED = "blocked"  # a policy of the organisation forbids it
    CLOCK = "clock"  # this machine's clock is wrong
    BAD_CREDENTIAL = "bad_credential"  # what stands in the credential file is not what is needed
    NO_LIBRARY = "no_library"  # the extra "microsoft" or "google" is not installed
    COMMAND = "command"  # the school's own command failed, took too long, or printed no token
    OTHER = "other"  # an answer that we do not know


_TROUBLES = {
    Refusal.NO_SERVER: Trouble.NO_TOKEN_SERVER,
    Refusal.SECRET_EXPIRED: Trouble.SECRET_EXPIRED,
    Refusal.SECRET_WRONG: Trouble.SECRET_WRONG,
    Refusal.APP_UNKNOWN: Trouble.APP_UNKNOWN,
    Refusal.NO_CONSENT: Trouble.NO_CONSENT,
    Refusal.SIGN_IN_AGAIN: Trouble.SIGN_IN_AGAIN,
    Refusal.BLOCKED: Trouble.BLOCKED,
    Refusal.CLOCK: Trouble.CLOCK,
}


def trouble_of(why: Refusal) -> Trouble:
    """What a look that failed for want of a token says."""
    return _TROUBLES.get(why, Trouble.NO_TOKEN)


class NoToken(Exception):
    """There is no token. Carries a closed word."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. ``repr`` shows nothing of it. ``ends``: epoch seconds."""

    value: str = field(repr=False)
    ends: float

    def fresh(self, now: float, left: float = LEAST) -> bool:
        """Whether it still has ``left`` seconds."""
        return self.ends - now >= left


class Keyring:
    """The tokens this process holds, by purpose; in memory only. A child has what its parent held at the fork."""

    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        self._tokens: dict[Purpose, Token] = {}

    def put(self, purpose: Purpose, token: Token) -> None:
        """Keep a token, in place of the one before."""
        self._tokens[purpose] = token

    def drop(self, purpose: Purpose) -> None:
        """Forget it: a server has refused it."""
        self._tokens.pop(purpose, None)

    def get(self, purpose: Purpose) -> Token | None:
        """What is there, fresh or not."""
        return self._tokens.get(purpose)

    def __repr__(self) -> str:
        return "Keyring(...)"
