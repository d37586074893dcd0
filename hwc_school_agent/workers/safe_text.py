"""Bytes to plain text that is safe to show. Runs inside the parser box."""

from __future__ import annotations

import codecs
import re
import unicodedata

#: Character sets that may be decoded, by the name a sender gives. Imported before the box is closed, and no others:
#: Python would look up "zip", "idna" or "unicode_escape" as well.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "latin-9": "iso8859-15",
    "iso-8859-2": "iso8859-2",
    "windows-1250": "cp1250",
    "iso-8859-9": "cp1254",
    "windows-1254": "cp1254",
    "windows-1251": "cp1251",
    "iso-8859-5": "iso8859-5",
    "koi8-r": "koi8-r",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "macintosh": "mac-roman",
}
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_MOST_MARKS = 3  # combining marks on one letter


def warm_up() -> None:
    """Import every decoder now: the box cannot open a file."""
    for name in set(_CHARSETS.values()):
        codecs.getincrementaldecoder(name)("replace").decode(b"", final=True)
    safe("é\u202e")


def decode(data: bytes, charset: str) -> str:
    """Text in the declared character set, else UTF-8, else windows-1252. A character cut off at the end is dropped."""
    declared = _CHARSETS.get(charset.strip(" \"'").lower(), "utf-8")
    for name in dict.fromkeys((declared, "utf-8")):
        try:
            return codecs.getincrementaldecoder(name)("strict").decode(data, final=False)
        except ValueError:
            continue
    return data.decode("cp1252", "replace")


def safe(text: str) -> str:
    """Plain text in NFC: letters, marks, spaces, tabs, newlines; nothing invisible, nothing that turns the writing."""
    text = _LINE_ENDS.sub("\n", text)
    kept: list[str] = []
    marks = 0
    for char in text:
        if " " <= char <= "~" or char in "\n\t":
            marks = 0
            kept.append(char)
            continue
        category = unicodedata.category(char)
        if category in ("Cc", "Cf") or char in _INVISIBLE:
            continue
        marks = marks + 1 if category[0] == "M" else 0
        if marks > _MOST_MARKS or 0xE0100 <= ord(char) <= 0xE01EF:
            continue
        kept.append(" " if category == "Zs" else "\ufffd" if category[0] == "C" else char)
    lines = "\n".join(line.rstrip() for line in "".join(kept).split("\n"))
    text = _BLANKS.sub("\n\n", lines).strip("\n ")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unflow(text: str, *, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 4.1-4.5)."""
    out: list[str] = []
    joining = False
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        if joining and out and depth == 0 and content != "-- ":
            out[-1] += content
        else:
            out.append(">" * depth + (" " if depth else "") + content)
        joining = content.endswith(" ") and content != "-- " and depth == 0
        if joining and delsp:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
