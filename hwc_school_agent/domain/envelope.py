"""The headers that decide where a receipt may go and whether anybody must look. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hwc_school_agent.domain.sender_check import IN_DOUBT, Verdict

#: Bounds of what a header may bring in.
LONGEST_ID, MOST_REFERENCES, LONGEST_ADDRESS = 250, 20, 254


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the box read in the header. ``repr`` shows nothing. An empty field: absent, doubled or not valid."""

    sender: str = ""  # addr-spec of From, domain in lower case; "" if there is not exactly one
    message_id: str = ""  # with its angle brackets, printable ASCII, at most 250 characters
    references: tuple[str, ...] = ()  # valid ids, oldest first, at most 20: the first and the last 19
    return_path: str = ""  # "" | "<>" (RFC 5321 4.5.5: a notification) | addr-spec
    auto_submitted: str = ""  # keyword of RFC 3834 5 in lower case; "unknown" if it cannot be read
    is_list: bool = False  # has a List-* header (RFC 2369, RFC 2919)
    content_report: str = ""  # "" | "delivery-status" (RFC 3464) | "disposition-notification" (RFC 8098)
    read_receipt_to: str = ""  # addr-spec of Disposition-Notification-To, if exactly one
    precedence: str = ""  # in lower case
    verdict: Verdict = Verdict.UNJUDGED  # of our own mail server on ``sender``

    def __repr__(self) -> str:
        return "Envelope(...)"


def sender_agreed(sender: str, allowed: tuple[str, ...]) -> bool:
    """Whether ``sender`` (addr-spec) is in ``allowed``: "@domain" (exactly that domain) or a full address."""
    name, at, domain = sender.rpartition("@")
    if not (name and at and domain):
        return False
    whole = sender.casefold()
    return any(whole == a.casefold() or "@" + domain.casefold() == a.casefold() for a in map(str.strip, allowed))


def in_doubt(envelope: Envelope, allowed: tuple[str, ...]) -> bool:
    """Whether the sender is on the list, but our mail server does not vouch for it: a person must, before we answer."""
    return sender_agreed(envelope.sender, allowed) and envelope.verdict in IN_DOUBT
