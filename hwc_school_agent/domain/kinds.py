"""What a message asks of a person. Pure. In doubt ``UNCLEAR``: a person looks."""

from __future__ import annotations

import re
from datetime import date

from hwc_school_agent.domain.dates import find_dates, may_be_birth
from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.facts import Child, has_codeword
from hwc_school_agent.domain.outcome import Kind

_SERVICE = (
    r"(?:[a-z0-9-]{1,40}\.){0,4}(?:zivver\.(?:com|nl|eu)|smartlockr\.(?:eu|io|com|nl)|secumailer\.(?:com|eu|nl)|zorgmail\.nl|"
    r"zorgmessenger\.nl|securemail\.(?:kpn\.com|nl)|kpnsecuremail\.nl|cryptshare\.(?:com|nl|eu)|"
    r"(?:protectedmessage|encryptedmessage)\.[a-z]{2,10})"
)
_SERVICE_DOMAIN = re.compile(_SERVICE, re.IGNORECASE)
_SERVICE_LINK = re.compile(rf"https?://{_SERVICE}(?=[/:?#\s>)\"]|$)", re.IGNORECASE)
_SECURE = re.compile(
    r"\b(?:(?:be)?veilig(?:d|de)?|versleuteld|versleutelde|vertrouwelijk[e]?|secure|encrypted)\s+(?:e-?mail|mail|bericht|berichten|message)\b"
    r"|\b(?:zivver|smartlockr|secumailer|zorgmail|zorgmessenger|cryptshare)\b|\bkpn\s+secure\s*mail\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_OPEN_IT = re.compile(
    r"\bklik\b|\bopen(?:en|t)?\b|\blees\b|\blezen\b|\bbekijk(?:en)?\b|\bontgrendel(?:en)?\b|\bread\b|\bview\b|\bunlock\b"
    r"|\b(?:toegangs|verificatie|inlog|sms-?|pin|beveiligings|bevestigings)-?\s?code\b|\beenmalige?\s+code\b|\bwachtwoord\b|\b(?:access|verification)\s+code\b",
    re.IGNORECASE,
)


def kind_of(envelope: Envelope, children: tuple[Child, ...], text: str, *, hidden: bool, today: date) -> Kind:
    """The kind of a message.

    ``text``: everything in it that can be read, subject and enclosed messages included; ``hidden``: some of it
    cannot be read (encrypted, attached, too deep). ``NOBODY`` needs a machine's header and nothing like a signal.
    """
    if children:
        return Kind.SIGNAL
    if is_notice(envelope, text):
        return Kind.NOTICE
    if hidden or not _from_machine(envelope) or _like_a_signal(text, today):
        return Kind.UNCLEAR
    return Kind.NOBODY


def is_notice(envelope: Envelope, text: str) -> bool:
    """Whether a secure-mail service says that it holds a message, or sends the code for one."""
    if _SERVICE_DOMAIN.fullmatch(envelope.sender.rpartition("@")[2]) or _SERVICE_LINK.search(text):
        return True
    words = _LINK.sub(" ", text)  # an address may hold any service's name
    return bool(_SECURE.search(words) and (_OPEN_IT.search(words) or len(words) != len(text)))


def _from_machine(envelope: Envelope) -> bool:
    """A bounce, a read receipt, or an automatic answer. ``auto-generated`` alone is none of these."""
    bounce = envelope.return_path == "<>" and envelope.content_report == "delivery-status"
    read_receipt = envelope.content_report == "disposition-notification"
    return bounce or read_receipt or envelope.auto_submitted == "auto-replied"


def _like_a_signal(text: str, today: date) -> bool:
    if has_codeword(text):
        return True
    return any(may_be_birth(d.day, today) for line in text.split("\n") for d in find_dates(line[:4000], today))
