"""Who gets a receipt, and what it says. Pure.

A receipt never holds a child's name, a birth date, the subject or a line of the message it answers (promise P3).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from hwc_school_agent.domain.envelope import LONGEST_ADDRESS, Envelope, in_doubt, sender_agreed
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.domain.outcome import Answered

#: Answers of machines (RFC 3834 section 5). ``auto-generated`` is missing: an agreed sender's system may mail signals.
_MACHINE_ANSWERS = frozenset({"auto-replied", "auto-notified", "unknown"})
#: RFC 3834 section 2; and how older programs mark their automatic answers and lists.
_MACHINE_PRECEDENCE = frozenset({"auto_reply", "list", "junk"})
_NOBODY_READS = re.compile(
    r"(mailer-daemon|postmaster|daemon|bounces?|(no|do-?not|geen)[-._]?(reply|antwoord|replay))([-+._].*)?", re.ASCII
)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)

SUBJECT = mark("Ontvangstbevestiging")
NOTICE_SUBJECT = mark("Je bericht is nog niet gelezen")


def receipt_address(
    envelope: Envelope, *, allowed: tuple[str, ...], receipt_to: str, own: Collection[str], vouched: bool = False
) -> str | None:
    """Where the receipt goes, or ``None`` when none is owed.

    To ``receipt_to`` if the school set one, else to From; only ever in answer to an agreed sender. Never to Reply-To
    or Return-Path: anybody can write those. ``own``: addresses of this school's agent, so that no loop can begin.
    ``vouched``: a person knows that the message is theirs, although our mail server does not say so.
    """
    if not sender_agreed(envelope.sender, allowed) or (in_doubt(envelope, allowed) and not vouched):
        return None
    if envelope.is_list or envelope.content_report or envelope.return_path == "<>":
        return None
    if envelope.auto_submitted in _MACHINE_ANSWERS or envelope.precedence in _MACHINE_PRECEDENCE:
        return None
    address = receipt_to.strip() or envelope.sender
    if not _ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        return None
    if _NOBODY_READS.fullmatch(address.partition("@")[0].lower()):
        return None
    mine = {a.strip().casefold() for a in own}
    return None if {address.casefold(), envelope.sender.casefold()} & mine else address


def read_confirmation(envelope: Envelope, to: str, answered: Answered, *, sent: bool) -> bool:
    """Whether the receipt is at the same time the read confirmation that the sender asked for (RFC 8098).

    Asked for by Disposition-Notification-To, which must name exactly the address that the receipt goes to. Never
    twice (``sent``: a mail program has set $MDNSent, RFC 3503), and only because a person has read it: then
    "manual-action/MDN-sent-manually; displayed" is the truth.
    """
    if answered is Answered.PHONED or sent:
        return False
    asked = envelope.read_receipt_to
    name, _, domain = asked.rpartition("@")
    here, _, there = to.rpartition("@")
    return bool(asked) and (name, domain.casefold()) == (here, there.casefold())


def receipt_text(answered: Answered, school: str, at: datetime, tr: Language = DUTCH) -> str:
    """The body of a receipt. ``at``: local time of the confirmation. Raises ``ValueError`` for ``PHONED``."""
    if answered is Answered.PHONED:
        raise ValueError("no receipt is owed to a sender who was told by telephone")
    rows = [
        tr("Goedendag,"),
        "",
        tr("Je bericht is ontvangen op %(school)s.", school=school),
        tr("Een medewerker van de school heeft het gelezen."),
        "",
    ]
    if answered is Answered.NOT_OURS:
        rows += [
            tr("De leerling in je bericht zit niet bij ons op school."),
            tr("Wil je controleren voor welke school je bericht is?"),
            tr("Stuur het dan opnieuw, naar die school."),
            "",
        ]
    rows += [tr("Bevestigd om %(time)s, op %(day)s.", time=tr.hour(at), day=tr.weekday(at)), "", school, ""]
    return "\n".join(rows)


def closed_notice_text(school: str, first: date, tr: Language = DUTCH) -> str:
    """The body of the notice to a sender whose message came while there is no school. ``first``: the first school day.

    It claims only what is sure: a machine has the message, and no person has read it.
    """
    rows = [
        tr("Goedendag,"),
        "",
        tr("Dit is een automatisch bericht van %(school)s.", school=school),
        tr("Een computer heeft je bericht ontvangen. Er is nu niemand op school."),
        tr("Nog niemand heeft je bericht gelezen."),
        "",
        tr("De eerste schooldag is %(day)s.", day=tr.weekday(first)),
        tr("Die ochtend kijkt een medewerker van de school."),
        tr("Is je bericht gelezen? Dan krijg je een ontvangstbevestiging."),
        "",
        school,
        "",
    ]
    return "\n".join(rows)


def dutch_day(day: date) -> str:
    """``maandag 19 oktober 2026``."""
    return DUTCH.weekday(day)
