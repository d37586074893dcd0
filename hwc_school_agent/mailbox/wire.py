"""IMAP on the wire, without I/O: bytes in, responses out (RFC 9051 grammar, RFC 3501 servers).

Used by the resident ``watch``. There is no way to send a free command: ``Words`` below is everything that
``watch`` can say to a mailbox, and no word in it asks for a header, an envelope or a body.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

#: a token: atom or string as bytes, a parenthesised list, or NIL
Token = bytes | list["Token"] | None

MAX_RESPONSE = 1 << 20  # one response with its literals; more is no honest answer to what we ask


class ProtocolError(Exception):
    """The server sent something that is not IMAP, or far too much. Whose fault: the server's."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response. ``tag`` is ``*``, ``+`` or the tag of a command; ``word`` in capitals.

    ``number`` for ``* 3 EXISTS``; ``code`` is the response code of OK/NO/BAD/BYE (``[CODE ...]``) as tokens;
    the human-readable text is dropped here, so that no text from outside travels further.
    """

    tag: str
    word: str
    number: int | None = None
    tokens: tuple[Token, ...] = ()
    code: tuple[Token, ...] = ()


class Reader:
    """Cuts a byte stream into responses."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Response]:
        """Add bytes; yields every response that is complete. Raises ``ProtocolError``."""
        self._buffer += data
        while (end := self._end_of_response()) is not None:
            raw = bytes(self._buffer[:end])
            del self._buffer[:end]
            if raw.strip():
                yield parse(raw)
        if len(self._buffer) > MAX_RESPONSE:
            raise ProtocolError

    def pending(self) -> bool:
        """Whether bytes of an unfinished response wait (they must not survive STARTTLS)."""
        return bool(self._buffer)

    def _end_of_response(self) -> int | None:
        start = 0
        while (line_end := self._buffer.find(b"\r\n", start)) >= 0:
            size = _literal_size(self._buffer, line_end)
            if size is None:
                return line_end + 2
            start = line_end + 2 + size
            if start > MAX_RESPONSE:
                raise ProtocolError
            if start > len(self._buffer):
                return None
        return None


def _literal_size(buffer: bytes | bytearray, line_end: int) -> int | None:
    """The size when the line that ends here announces a literal (``{12}`` or ``{12+}``)."""
    if line_end == 0 or buffer[line_end - 1 : line_end] != b"}":
        return None
    brace = buffer.rfind(b"{", max(0, line_end - 14), line_end)
    digits = bytes(buffer[brace + 1 : line_end - 1]).rstrip(b"+") if brace >= 0 else b""
    return int(digits) if digits.isdigit() else None


def parse(raw: bytes) -> Response:
    """One whole response, literals included. Raises ``ProtocolError``."""
    tag, _, rest = raw.partition(b" ")
    name = tag.strip().decode("ascii", "replace")
    if name == "+":
        return Response("+", "")
    first, _, tail = rest.strip(b"\r\n").partition(b" ")
    number: int | None = None
    if first.isdigit():
        number = int(first)
        first, _, tail = tail.partition(b" ")
    word = first.decode("ascii", "replace").upper()
    if word in ("OK", "NO", "BAD", "BYE", "PREAUTH"):
        return Response(name, word, number, (), tuple(_code(tail)))
    return Response(name, word, number, tuple(_Tokens(tail).all()))


def _code(text: bytes) -> list[Token]:
    if not text.startswith(b"["):
        return []
    end = text.find(b"]")
    # a code with unbalanced brackets or quotes is a code we do not use
    try:
        return _Tokens(text[1:end]).all() if end > 0 else []
    except ProtocolError:
        return []


class _Tokens:
    """Recursive descent over the data of one response."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def all(self) -> list[Token]:
        return self._list(top=True, depth=0)

    def _list(self, *, top: bool, depth: int) -> list[Token]:
        if depth > 20:
            raise ProtocolError
        found: list[Token] = []
        data = self._data
        while self._at < len(data):
            char = data[self._at : self._at + 1]
            if char in (b" ", b"\r", b"\n"):
                self._at += 1
            elif char == b"(":
                self._at += 1
                found.append(self._list(top=False, depth=depth + 1))
            elif char == b")":
                if top:
                    raise ProtocolError
                self._at += 1
                return found
            elif char == b'"':
                found.append(self._quoted())
            elif char == b"{":
                found.append(self._literal())
            else:
                found.append(self._atom())
        if not top:
            raise ProtocolError
        return found

    def _quoted(self) -> bytes:
        out = bytearray()
        at = self._at + 1
        data = self._data
        while at < len(data):
            char = data[at]
            if char == 0x22:
                self._at = at + 1
                return bytes(out)
            if char == 0x5C:
                at += 1
                if at >= len(data):
                    break
                char = data[at]
            out.append(char)
            at += 1
        raise ProtocolError

    def _literal(self) -> bytes:
        line_end = self._data.find(b"\r\n", self._at)
        size = _literal_size(self._data, line_end) if line_end >= 0 else None
        if size is None:
            raise ProtocolError
        start = line_end + 2
        self._at = start + size
        if self._at > len(self._data):
            raise ProtocolError
        return self._data[start : self._at]

    def _atom(self) -> bytes | None:
        data, start, at = self._data, self._at, self._at
        while at < len(data) and data[at] not in b' ()"\r\n':
            if data[at] == 0x5B:  # BODY[...] style atoms keep what stands in brackets
                close = data.find(b"]", at)
                at = close if close >= 0 else len(data) - 1
            at += 1
        self._at = at
        atom = data[start:at]
        return None if atom.upper() == b"NIL" else atom


def quoted(text: str) -> bytes:
    """A quoted string. Raises ``ValueError`` for what a quoted string cannot hold (the value is not in it)."""
    if not text.isascii() or any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError
    return folder_name(text)


def folder_name(name: str) -> bytes:
    """A folder name as the server sent it (one character a byte), quoted. It holds no control characters."""
    return b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode("latin-1") + b'"'


def _base64(said: bytes) -> bytes:
    """``said``, if it is base64: so no command can stand in it. Raises ``ValueError``."""
    if said.translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="):
        raise ValueError
    return said


class Words:
    """Every command ``watch`` can say. Each method returns the tag and adds the line to ``out``."""

    def __init__(self) -> None:
        self._count = 0
        self.out = bytearray()

    def take(self) -> bytes:
        """The bytes to send now."""
        data = bytes(self.out)
        self.out.clear()
        return data

    def _say(self, line: bytes) -> str:
        self._count += 1
        tag = f"w{self._count}"
        self.out += tag.encode() + b" " + line + b"\r\n"
        return tag

    def capability(self) -> str:
        return self._say(b"CAPABILITY")

    def starttls(self) -> str:
        return self._say(b"STARTTLS")

    def login(self, user: str, password: str) -> str:
        """LOGIN; raises ``ValueError`` when user or password need ``authenticate_plain``."""
        return self._say(b"LOGIN " + quoted(user) + b" " + quoted(password))

    def authenticate_plain(self) -> str:
        """AUTHENTICATE PLAIN; send ``plain_answer`` after the continuation."""
        return self._say(b"AUTHENTICATE PLAIN")

    def plain_answer(self, user: str, password: str) -> None:
        self.out += base64.b64encode(f"\0{user}\0{password}".encode()) + b"\r\n"

    def authenticate(self, mechanism: str, said: bytes = b"") -> str:
        """AUTHENTICATE with a token; ``said``: the initial response, where the server takes one (RFC 4959)."""
        return self._say(b"AUTHENTICATE " + mechanism.encode() + (b" " + _base64(said) if said else b""))

    def answer(self, said: bytes) -> None:
        """Our answer to a ``+`` while logging in."""
        self.out += _base64(said) + b"\r\n"

    def list_status(self, *, special_use: bool) -> str:
        """Every folder with its counts, in one round trip (RFC 5819)."""
        extra = b"SPECIAL-USE " if special_use else b""
        return self._say(b'LIST "" "*" RETURN (' + extra + b"STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))")

    def list_folders(self) -> str:
        return self._say(b'LIST "" "*"')

    def status(self, folder: str) -> str:
        return self._say(b"STATUS " + folder_name(folder) + b" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)")

    def examine(self, folder: str) -> str:
        return self._say(b"EXAMINE " + folder_name(folder))

    def fetch_flags(self, first: int) -> str:
        """UID, flags and arrival time of every message from ``first`` on."""
        return self._say(b"UID FETCH %d:* (UID FLAGS INTERNALDATE)" % first)

    def fetch_flags_of(self, uids: list[int]) -> str:
        """The same of given messages; ``uids`` must not be empty."""
        return self._say(b"UID FETCH %s (UID FLAGS INTERNALDATE)" % b",".join(b"%d" % u for u in uids))

    def search_unseen(self) -> str:
        return self._say(b"UID SEARCH UNSEEN")

    def search_all(self) -> str:
        return self._say(b"UID SEARCH ALL")

    def search_archived(self) -> str:
        """Gmail: unread, and in no folder that is looked into (support.google.com/mail/answer/7190)."""
        return self._say(b'UID SEARCH UNSEEN X-GM-RAW "has:nouserlabels -in:inbox -in:sent -in:drafts"')

    def notify(self) -> str:
        """RFC 5465: tell of every folder on this connection, and describe new mail in the open one. Only ever together
        with IDLE."""
        return self._say(
            b"NOTIFY SET (SELECTED (MessageNew (UID FLAGS INTERNALDATE) MessageExpunge FlagChange))"
            b" (PERSONAL (MessageNew MessageExpunge MailboxName))"
        )

    def idle(self) -> str:
        return self._say(b"IDLE")

    def done(self) -> None:
        self.out += b"DONE\r\n"

    def noop(self) -> str:
        return self._say(b"NOOP")
