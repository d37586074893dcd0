"""Signed notes, heads and key names in the forms of C2SP, so that programs of others read them. Pure.

https://c2sp.org/signed-note: a text, an empty line, and signature lines ``— NAME BASE64(key id, signature)``.
https://c2sp.org/tlog-checkpoint: a note whose text is the origin, the size and the hash of a log. Our hash is that of
a chain (docs/ledger.md), not of a Merkle tree; everything else about a head is as written there.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from hwc_school_agent.domain.ledger_entry import HASH, SIGNATURE

ED25519 = b"\x01"  # signature type of the C2SP signed-note format
LONGEST = 1 << 16  # bytes of a note; ours have some hundred
_ORIGIN = "hwc-school-agent/ledger/"
ORIGIN = re.compile(r"hwc-school-agent/ledger/[0-9a-f]{16}", re.ASCII)
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_COMPACT = "HWC1:"


class NotANote(ValueError):
    """These bytes are no note, head or key in the form described here. Carries nothing of them."""


def origin_of(public: bytes) -> str:
    """The name of a ledger and of the keys that seal it: it follows from the first key, never from the school."""
    return _ORIGIN + sha256(public).hexdigest()[:16]


def key_id(name: str, public: bytes) -> bytes:
    """The 4 bytes by which a signature line names its Ed25519 key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """A public key as other programs take it: ``NAME+ID+BASE64``."""
    return f"{name}+{key_id(name, public).hex()}+{_b64(ED25519 + public)}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Name and public key. Raises ``NotANote``."""
    name, _, rest = text.strip().partition("+")
    _, _, coded = rest.partition("+")
    public = unb64(coded)[1:]
    if len(public) != HASH or not name or vkey(name, public) != text.strip():
        raise NotANote
    return name, public


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """With its newline."""
        return f"— {self.name} {_b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it. Whether a signature holds is for ``proof`` to say."""

    body: str  # ends with a newline; this is what is signed, in UTF-8
    signed: tuple[Signed, ...]

    def text(self) -> str:
        """The whole note."""
        return self.body + "\n" + "".join(each.line() for each in self.signed)

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read ``text()`` back; every byte counts. Raises ``NotANote``."""
        body, gap, tail = text.rpartition("\n\n")
        if not gap or not tail.endswith("\n") or len(text) > LONGEST or not all(c >= " " or c == "\n" for c in text):
            raise NotANote
        signed = []
        for line in tail[:-1].split("\n"):
            found = _SIGNATURE_LINE.fullmatch(line)
            data = unb64(found[2]) if found else b""
            if found is None or len(data) != 4 + SIGNATURE:
                raise NotANote
            signed.append(Signed(found[1], data[:4], data[4:]))
        note = cls(body + "\n", tuple(signed))
        if note.text() != text:
            raise NotANote
        return note

    @property
    def origin(self) -> str:
        """Its first line: which ledger it belongs to."""
        return self.body.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger stood: how many records, and the hash of the chain over them."""

    origin: str
    size: int
    chain: bytes

    def body(self) -> str:
        """The text of a checkpoint, unsigned."""
        return f"{self.origin}\n{self.size}\n{_b64(self.chain)}\n"

    @classmethod
    def parse(cls, body: str) -> Head:
        """Read ``body()`` back. Raises ``NotANote``."""
        rows = body.split("\n")
        if len(rows) != 4 or not re.fullmatch(r"0|[1-9][0-9]{0,8}", rows[1], re.ASCII):
            raise NotANote
        head = cls(rows[0], int(rows[1]), unb64(rows[2]))
        if not ORIGIN.fullmatch(head.origin) or len(head.chain) != HASH or head.body() != body:
            raise NotANote
        return head


def compact(note: Note, public: bytes) -> str:
    """A note with one signature, and the key that made it, as one word for a QR code (alphanumeric mode).

    ``HWC1:`` and in base32 (RFC 4648, without padding): public key, signature, body.
    """
    (signed,) = note.signed
    if signed.name != note.origin or signed.key_id != key_id(note.origin, public):
        raise NotANote
    return _COMPACT + base64.b32encode(public + signed.signature + note.body.encode()).decode().rstrip("=")


def is_compact(text: str) -> bool:
    """Whether ``text`` means to be one."""
    return text.strip().startswith(_COMPACT)


def parse_compact(text: str) -> tuple[Note, bytes]:
    """The note and the public key. Spaces around the word are left away, as scanners add them. Raises ``NotANote``."""
    word = text.strip().removeprefix(_COMPACT)
    try:
        data = base64.b32decode(word + "=" * (-len(word) % 8))
        public, signature, body = data[:HASH], data[HASH : HASH + SIGNATURE], data[HASH + SIGNATURE :].decode()
    except ValueError:
        raise NotANote from None
    origin = body.partition("\n")[0]
    note = Note(body, (Signed(origin, key_id(origin, public), signature),))
    if Note.parse(note.text()) != note or compact(note, public) != text.strip():
        raise NotANote
    return note, public


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Base64 in its one canonical spelling. Raises ``NotANote``."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotANote from None
    if _b64(data) != text:
        raise NotANote
    return data
