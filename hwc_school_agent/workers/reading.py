"""From raw bytes to what the box answers. Runs inside the parser box."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from hwc_school_agent.domain.envelope import Envelope
from hwc_school_agent.domain.facts import Child, Shown, has_codeword, read_facts
from hwc_school_agent.domain.kinds import kind_of
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.workers import safe_text
from hwc_school_agent.workers.message import Texts, envelope_of, parse, texts_of

LONGEST_SHOWN = 4000
_SAMPLE = (
    b"From: =?utf-8?q?A_=C3=A9?= <a@school.example>\r\nSubject: =?iso-8859-1?b?6Q==?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9 \r\na\r\n--b\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nPHA+YTwvcD4=\r\n--b\r\nContent-Type: text/plain; name*=utf-8''a\r\n"
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n!80``\n`\nend\r\n--b--\r\n"
)
_ATTACHED = mark(
    "[Dit bericht heeft een bijlage. Die laten we hier niet zien. Open het bericht zo nodig in het mailprogramma van"
    " school.]"
)
_SEALED = mark("[Dit bericht is met S/MIME of PGP verzegeld. Open het in het mailprogramma van school.]")
_HIDDEN = mark("[Een deel van dit bericht kunnen we hier niet laten zien. Open het in het mailprogramma van school.]")


@cache
def warm_up() -> None:
    """Do once, on a message of our own, all that may import a module: in the box no file can be opened."""
    safe_text.warm_up()
    read(_SAMPLE, date(2026, 1, 1), show=True)


def read(
    raw: bytes, today: date, *, show: bool, border: str = "", tr: Language = DUTCH
) -> tuple[Kind, Shown, Envelope]:
    """Kind, what to show (without the sender's standing; only worked out when ``show``), and the envelope.

    ``tr``: the language of what we say about the message ourselves."""
    message, structured = parse(raw)
    envelope = envelope_of(message, border)
    texts = texts_of(message, structured)
    children, codeword, more, text = _facts(texts, today)
    attached = safe_text.safe("\n\n".join(texts.attached))
    everything = "\n".join((texts.subject, texts.plain, texts.html, attached))
    kind = kind_of(envelope, children, everything, hidden=texts.hidden, today=today)
    if not show:
        return kind, Shown(kind, (), False, False, "", False, False), envelope
    whole = "\n\n".join(
        filter(
            None,
            (
                tr("Onderwerp: %(subject)s", subject=texts.subject[:300]) if texts.subject else "",
                text,
                tr(_SEALED if texts.sealed else _ATTACHED if texts.attachments else _HIDDEN) if texts.hidden else "",
            ),
        )
    )
    shortened = len(whole) > LONGEST_SHOWN or len(texts.subject) > 300
    more = more or texts.hidden
    return kind, Shown(kind, children, codeword, more, whole[:LONGEST_SHOWN], shortened, False), envelope


def _facts(texts: Texts, today: date) -> tuple[tuple[Child, ...], bool, bool, str]:
    """Facts, codeword, more, and the text to show. Plain text is preferred; versions that differ are not believed."""
    plain, html = texts.plain.strip(), texts.html.strip()
    codeword = has_codeword("\n".join((texts.subject, plain, html)))
    if not (plain and html):
        children, _, more = read_facts(plain or html, texts.subject, today)
        return children, codeword, more, plain or html
    in_plain, _, more = read_facts(plain, texts.subject, today)
    in_html, _, more_html = read_facts(html, texts.subject, today)
    unlike = len(_words(html) - _words(plain)) > 3
    text = f"{plain}\n\n{html}" if unlike else plain
    if in_plain and in_html and set(in_plain) != set(in_html):
        return (), codeword, True, f"{plain}\n\n{html}"
    if not in_plain and in_html:
        return in_html, codeword, more_html, text
    return in_plain, codeword, more or (unlike and more_html), text


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", re.sub(r"https?://\S+", "", text).casefold()))
