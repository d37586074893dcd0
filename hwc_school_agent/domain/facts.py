"""Reading a signal: name, birth date, codeword. Pure; the text comes from ``workers/parser_box.py``.

A message is read line by line into ``Piece``s, which ``children`` assembles. Anything that does not fit
makes the whole message unreadable: then the person judges the plain text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from hwc_school_agent.domain.assembly import assemble
from hwc_school_agent.domain.dates import find_dates, may_be_birth
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.domain.pieces import CODE, Reader, Unreadable, flat
from hwc_school_agent.domain.wrapping import unwrap


@dataclass(frozen=True, slots=True)
class Child:
    """One child in a message. ``repr`` shows nothing."""

    name: str
    born: date | None

    def __repr__(self) -> str:
        return "Child(...)"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the desk may put on the page. ``repr`` shows nothing.

    ``children`` is empty when the message could not be read with certainty; then ``text`` holds the message as
    safe plain text (no control characters, at most 4,000 characters) for the person to judge.
    ``more``: the message holds more than the three facts; the rest is in ``text`` and not shown by default.
    """

    kind: Kind
    children: tuple[Child, ...]
    codeword: bool
    more: bool
    text: str
    shortened: bool  # the message was longer than what is in ``text``
    sender_agreed: bool  # an answer goes out by itself: the sender is on the list, and not in doubt
    sender_doubt: bool = False  # it is on the list, but our mail server does not vouch for it

    def __repr__(self) -> str:
        return "Shown(...)"


_CODEWORD = re.compile(
    r"(?<![^\W_])(?:hand(?:le|el)[\s_.‐‑–—-]{0,3}(?:with|wit|whit|wiht)[\s_.‐‑–—-]{0,3}car[es]?e?|h\.?\s?w\.?\s?c\.?)(?![^\W_])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<![^\s@])[^\s@]{1,80}@[^\s@]{1,200}")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:(?:re|fw|fwd|antw|doorst|betr|onderwerp|subject|betreft)\s*:\s*|\[[^\]]{1,20}\]\s*)+", re.IGNORECASE
)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u2009\u2002\u2003", " "))
#: A subject of nothing but these says nothing about a child.
_NEUTRAL_WORDS = """
aan afspraak attentie belangrijk bericht beveiligd betreft bureau convenant de dringend e-mail een gemeente
graag handle het hwc i.v.m in info informatie is inzake jeugd kennisgeving leerplicht lezen mail mailtje
mededeling melding meldingen met namens nieuw nieuwe notificatie of om op openen over overleg persoonlijk
politie regio school schoolteam signaal spoed t.a.v ter thuis tijdig uit uw urgent van vandaag veilig
veiligthuis vertrouwelijk via voor vóór
"""
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
#: Longer than any signal: reading it would be guessing.
LONGEST_TEXT = 20_000


def read_facts(text: str, subject: str, today: date) -> tuple[tuple[Child, ...], bool, bool]:
    """Children, whether the codeword stands in it, and whether it says more than the facts.

    ``text`` is plain text with ``\\n`` between lines. No children are returned when anything is uncertain: no date,
    no plausible name, two readings, candidates that do not pair up. Never raises.
    """
    text, codeword = _prepared(text)
    subject, in_subject = _prepared(subject.replace("\n", " "))
    codeword = codeword or in_subject
    if len(text) > LONGEST_TEXT:
        return (), codeword, True

    def protected(line: str) -> bool:
        return CODE in line or any(d.day is None or may_be_birth(d.day, today) for d in find_dates(flat(line), today))

    unwrapped = unwrap(text.split("\n"), protected)
    reader = Reader(today)
    try:
        # A name in the subject may belong to a date in the text only if the codeword stands with it.
        if not _says_nothing(subject):
            reader.read(-2 if in_subject else -9, _without_prefix(subject))
        for number, line in enumerate(unwrapped.lines):
            if line is not None:
                reader.read(number, _without_prefix(line))
        reader.finish()
        found = assemble(reader.pieces)
    except Unreadable:
        return (), codeword, True
    return tuple(Child(*f) for f in found), codeword, reader.more or unwrapped.more


def has_codeword(text: str) -> bool:
    """Whether the codeword stands in ``text``, in any of its spellings; an address is not counted."""
    return _prepared(text)[1]


def _prepared(text: str) -> tuple[str, bool]:
    """NFC, plain spaces, addresses and the codeword replaced by marks; whether the codeword was there."""
    text = unicodedata.normalize("NFC", text).translate(_SPACES).replace(CODE, " ")
    text = _LINK.sub(" url ", _ADDRESS.sub(" ", text))
    return _CODEWORD.subn(lambda m: CODE + "\n" * m.group().count("\n"), text)[0], bool(_CODEWORD.search(text))


def _says_nothing(subject: str) -> bool:
    words = re.findall(r"[^\W_][\w.-]*", _without_prefix(subject.replace(CODE, " ")).casefold())
    return all(word.strip(".-") in _NEUTRAL for word in words)


def _without_prefix(line: str) -> str:
    match = _PREFIX.match(line.strip())
    return line.strip()[match.end() :] if match else line
