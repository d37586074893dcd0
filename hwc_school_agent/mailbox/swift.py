"""Read one message over a connection that is already logged in (``watch/spare.py``), in one round trip.

Like ``read``: only ``BODY.PEEK[]``, in a folder opened as there. For triage, where milliseconds matter.
"""

from __future__ import annotations

from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.heard import number, pairs, text_of
from hwc_school_agent.mailbox.talk import Rested
from hwc_school_agent.mailbox.wire import ProtocolError, Reader, Response, folder_name

SECONDS = 10.0


class NotRead(Exception):
    """The message could not be read this way. Carries nothing; try ``read.read_message``."""


class SwiftRead:
    """Ask first, do something else, then take the answer."""

    def __init__(self, rested: Rested, place: Place, limit: int) -> None:
        """Send the question for at most ``limit`` bytes of the message. Raises ``NotRead``."""
        self._connection, self._place = rested.connection, place
        how = b"SELECT " if rested.select else b"EXAMINE "  # why: ``mailbox/read.py``
        try:
            self._connection.settimeout(SECONDS)
            self._connection.sendall(
                b"s1 " + how + folder_name(place.folder) + b"\r\n"
                b"s2 UID FETCH %d (UID BODY.PEEK[]<0.%d>)\r\n" % (place.uid, limit)
            )
        except OSError:
            raise NotRead from None

    def answer(self) -> bytes:
        """The message. Raises ``NotRead``."""
        responses = self._responses()
        validity = [number(r.code[1]) for r in responses if len(r.code) == 2 and text_of(r.code[0]) == "UIDVALIDITY"]
        if validity != [self._place.uidvalidity]:
            raise NotRead
        for r in responses:
            if r.word == "FETCH" and r.tokens and isinstance(r.tokens[0], list):
                items = pairs(r.tokens[0])
                body = next((v for k, v in items.items() if k.startswith("BODY[]")), None)
                if number(items.get("UID")) == self._place.uid and isinstance(body, bytes):
                    return body
        raise NotRead

    def _responses(self) -> list[Response]:
        reader = Reader()
        found: list[Response] = []
        try:
            while not found or found[-1].tag != "s2":
                piece = self._connection.recv(65536)
                if not piece:
                    raise NotRead
                found += reader.feed(piece)
        except (OSError, ProtocolError):
            raise NotRead from None
        if any(r.tag in ("s1", "s2") and r.word != "OK" for r in found):
            raise NotRead
        return found
