"""Logging in to a mailbox, with a password or a token. Each returns the capabilities that came with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imapclient import IMAPClient

from hwc_school_agent.domain.access import NoToken, Purpose, Token, trouble_of
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.sasl import initial_response, mechanism_for
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.folders import quoted, text_of
from hwc_school_agent.mailbox.library import data
from hwc_school_agent.settings import Mailbox

if TYPE_CHECKING:
    from hwc_school_agent.mailbox.session import Answer, Session


def token_of(mailbox: Mailbox) -> Token:
    """A fresh token for the mailbox. Raises ``MailboxTrouble``, which says why there is none."""
    from hwc_school_agent.access.tokens import token_for  # only who needs one pays for its libraries

    try:
        return token_for(mailbox, Purpose.MAILBOX, SystemClock().now())
    except NoToken as none:
        raise MailboxTrouble(trouble_of(none.why)) from None


def with_token(session: Session, user: str, token: Token) -> frozenset[str]:
    """AUTHENTICATE, in one round trip where the server takes an initial response (RFC 4959).

    Raises ``MailboxTrouble``: NO_PERMISSION when the server refuses the token, whatever its reason (they do not tell).
    """
    mechanism = mechanism_for(session.announced)
    said = initial_response(mechanism, user, token.value)
    line = b"AUTHENTICATE " + mechanism.word.encode()
    if "SASL-IR" in session.announced:
        answer = session.dialogue(line + b" " + said, [mechanism.after_refusal])
    else:
        answer = session.dialogue(line, [said, mechanism.after_refusal])
    if not answer.ok:
        raise MailboxTrouble(Trouble.NO_ANSWER if _busy(answer) else Trouble.NO_PERMISSION)
    session._imap.state = "AUTH"
    return answer.words("CAPABILITY")


def with_password(client: IMAPClient, session: Session, mailbox: Mailbox, ahead: Sequence[bytes]) -> frozenset[str]:
    """LOGIN with ``ahead`` in the same write, or AUTHENTICATE PLAIN. Raises ``MailboxTrouble``, ``LoginError``."""
    user, password = mailbox.user, mailbox.password.reveal()
    if "LOGINDISABLED" in session.announced or not (_simple(user) and _simple(password)):
        client.plain_login(user, password)
        return frozenset(text_of(t) for t in data(session._imap.untagged_responses).get("CAPABILITY", ((),))[-1])
    login = b"LOGIN " + quoted(user) + b" " + quoted(password)
    answer, *session.ahead = session.burst([login, *ahead])
    if not answer.ok:
        raise MailboxTrouble(Trouble.NO_ANSWER if _busy(answer) else Trouble.LOGIN)
    session._imap.state = "AUTH"
    return answer.words("CAPABILITY")


def _busy(answer: Answer) -> bool:
    return bool(answer.data.keys() & {"UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG"})  # RFC 5530


def _simple(text: str) -> bool:
    """Whether a text fits a quoted string of RFC 3501 (7 bits)."""
    return text.isascii() and text.isprintable()
