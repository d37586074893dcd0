"""A raw message to headers and texts. Runs inside the parser box and trusts nothing.

The parser's own policy (``compat32``) is used on purpose: the structured header parser of ``policy.default`` costs more
than all the rest, to import as well, and its time grows with the square of a hostile header. The few headers we need
are read here.
"""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser

from hwc_school_agent.domain.envelope import LONGEST_ADDRESS, LONGEST_ID, MOST_REFERENCES, Envelope
from hwc_school_agent.domain.sender_check import verdict
from hwc_school_agent.workers.html_text import html_to_text
from hwc_school_agent.workers.safe_text import decode, safe, unflow

_DEEPEST = 8
_MOST_RESULTS = 8  # Authentication-Results headers that are looked at
_MOST_PARTS = 60
_LONGEST_HEADER = 4000
_LONGEST_PART = 65_536

_MULTIPART = re.compile(rb"multipart/|message/rfc822", re.IGNORECASE)
_UNSTRUCTURED = re.compile(rb"^content-", re.IGNORECASE | re.MULTILINE)

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,200}}[A-Za-z0-9])?"
_MAILBOX = re.compile(
    rf"\s*(?:(?:\"(?:[^\"\\]|\\.)*\"|[^<>,;:\"\\])*<\s*({_ADDRESS})\s*>|({_ADDRESS}))\s*(?:\([^()<>,;:@]*\)\s*)?"
)
_ID = re.compile(rf"<[\x21-\x3b\x3d\x3f-\x7e]{{1,{LONGEST_ID - 2}}}>")
_ENCODED = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z-]*)?\?([BbQq])\?([^?\s]*)\?=")


@dataclass(slots=True, repr=False)
class Texts:
    """What a message says. ``hidden``: a part cannot be read here (encrypted, too deep, broken)."""

    subject: str = ""
    plain: str = ""
    html: str = ""
    attached: list[str] = field(default_factory=list)  # texts of attachments: looked into, never shown
    attachments: int = 0
    hidden: bool = False
    sealed: bool = False  # S/MIME or PGP: only a mail program with the key can open it
    parts: int = 0


def parse(raw: bytes) -> tuple[Message, bool]:
    """The message, and whether its structure could be read; else all of its body is one plain text."""
    if len(_MULTIPART.findall(raw)) <= _MOST_PARTS:  # the parser's time grows with the square of the depth
        try:
            return BytesParser().parsebytes(raw), True
        except Exception:
            pass  # a hostile message: read it without its structure
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = BytesParser().parsebytes(_UNSTRUCTURED.sub(b"X-", head) + b"\n\n", headersonly=True)
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message, False


def _values(message: Message, name: str) -> list[str]:
    """Every value of a header, unfolded and cut short, 8-bit bytes kept as surrogates."""
    wanted = name.lower()
    return [
        re.sub(r"\r?\n(?=[ \t])|[\r\n\0]", "", str(value)[:_LONGEST_HEADER]).strip()
        for key, value in message.raw_items()
        if key.lower() == wanted
    ]


def envelope_of(message: Message, border: str = "") -> Envelope:
    """The headers that matter, each checked. ``border``: ``[senders] border``."""
    ids = [_ID.fullmatch(v) for v in _values(message, "message-id")]
    references = _ids(message, "references")
    if not references and len(answered := _ids(message, "in-reply-to")) == 1:
        references = answered  # RFC 5322 3.6.4
    if len(references) > MOST_REFERENCES:
        references = [references[0], *references[1 - MOST_REFERENCES :]]
    path = _values(message, "return-path")[:1]
    auto = [re.sub(r"\([^()]*\)", "", v).partition(";")[0].strip().lower() for v in _values(message, "auto-submitted")]
    precedence = [v.lower() for v in _values(message, "precedence")[:1]]
    report = ""
    if _type(message) == "multipart/report":
        report = str(_parameter(message, "report-type")).lower()
    sender = _one_address(_values(message, "from"))
    return Envelope(
        sender=sender,
        message_id=ids[0].group() if len(ids) == 1 and ids[0] else "",
        references=tuple(references),
        return_path="<>" if path and re.fullmatch(r"<\s*>", path[0]) else _one_address(path),
        auto_submitted=(auto[0] if re.fullmatch(r"[a-z-]{1,40}", auto[0]) else "unknown") if auto else "",
        is_list=any(key.lower().startswith("list-") for key in message),
        content_report=report if report in ("delivery-status", "disposition-notification") else "",
        read_receipt_to=_one_address(_values(message, "disposition-notification-to")),
        verdict=verdict(_values(message, "authentication-results")[:_MOST_RESULTS], border, sender),
        precedence=precedence[0] if precedence and re.fullmatch(r"[a-z-]{1,40}", precedence[0]) else "",
    )


def _ids(message: Message, name: str) -> list[str]:
    values = _values(message, name)
    return _ID.findall(values[0]) if len(values) == 1 else []


def _one_address(values: list[str]) -> str:
    """The addr-spec of a header that holds exactly one mailbox, domain in lower case; else nothing."""
    match = _MAILBOX.fullmatch(values[0]) if len(values) == 1 and len(values[0]) < 1000 else None
    if match is None:
        return ""
    name, _, domain = (match[1] or match[2]).rpartition("@")
    if ".." in domain or len(name) > 64 or len(name) + len(domain) >= LONGEST_ADDRESS:
        return ""
    return f"{name}@{domain.lower()}"


def header_text(value: str) -> str:
    """A header for reading: encoded words (RFC 2047) decoded, raw 8-bit as UTF-8 or windows-1252."""
    if any("\udc80" <= c <= "\udcff" for c in value):
        value = decode(value.encode("ascii", "surrogateescape"), "utf-8")
    value = re.sub(r"(\?=)\s+(=\?)", r"\1\2", value)
    return safe(" ".join(_decode_words(value).split()))


def _decode_words(value: str) -> str:
    out: list[str] = []
    position = 0
    held, charset = b"", ""
    for match in _ENCODED.finditer(value):
        name = match[1].lower()
        if held and (match.start() != position or name != charset):
            out.append(decode(held, charset))
            held = b""
        out.append(value[position : match.start()])
        held, charset, position = held + _word_bytes(match[2], match[3]), name, match.end()
    if held:
        out.append(decode(held, charset))
    return "".join([*out, value[position:]])


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "Qq":
        return quopri.decodestring(text.encode("ascii", "replace"), header=True)
    try:
        return base64.b64decode(text.encode("ascii", "replace") + b"===")
    except ValueError:
        return b""


def _type(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:
        return "application/octet-stream"


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except Exception:
        return ""
    return value if isinstance(value, str) else str(value[2]) if value else ""


def texts_of(message: Message, structured: bool) -> Texts:
    """Subject and texts of a message, enclosed messages included."""
    texts = Texts(hidden=not structured, subject=header_text(" ".join(_values(message, "subject")[:2])))
    _walk(message, texts, 0)
    texts.plain, texts.html = safe(texts.plain), safe(texts.html)
    return texts


def _walk(part: Message, texts: Texts, depth: int) -> None:
    texts.parts += 1
    if depth > _DEEPEST or texts.parts > _MOST_PARTS:
        texts.hidden = True
        return
    kind = _type(part)
    payload = part.get_payload()
    if isinstance(payload, list):
        if kind == "message/rfc822":
            for enclosed in payload:
                if isinstance(enclosed, Message):
                    title = header_text(" ".join(_values(enclosed, "subject")[:1]))
                    texts.plain += f"\n\n{title}\n\n"
                    _walk(enclosed, texts, depth + 1)
            return
        if kind == "multipart/encrypted":
            texts.hidden = texts.sealed = True
        for inner in payload:
            if isinstance(inner, Message):
                _walk(inner, texts, depth + 1)
        return
    if kind in ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"):
        return  # signs a part that is read on its own
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"):
        texts.hidden = texts.sealed = True
        return
    if kind.startswith("multipart/"):
        kind = "text/plain"  # promised parts and has none: show what is there
        texts.hidden = True
    if kind in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
        texts.attached.append(_text(part))
        return
    disposition = " ".join(_values(part, "content-disposition")[:1]).lower()
    named = bool(_parameter(part, "name")) or "filename" in disposition
    if kind.startswith("image/") and part.get("content-id"):
        return  # a picture inside the text, as in signatures
    if kind in ("text/plain", "text/html") and not disposition.startswith("attachment") and not named:
        text = _text(part)
        if "-----BEGIN PGP MESSAGE" in text:
            texts.hidden = texts.sealed = True
        if kind == "text/html":
            texts.html += "\n\n" + html_to_text(text)
        else:
            texts.plain += "\n\n" + text
        return
    texts.attachments += 1
    texts.hidden = True
    if kind.startswith("text/"):
        text = _text(part)
        texts.attached.append(html_to_text(text) if kind == "text/html" else text)


def _text(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except Exception:
        data = None
    if not isinstance(data, bytes):
        raw = part.get_payload()
        data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    text = decode(data[:_LONGEST_PART], _parameter(part, "charset"))
    if _parameter(part, "format").lower() == "flowed":
        text = unflow(text, delsp=_parameter(part, "delsp").lower() == "yes")
    return text
