"""Messages for tests that do not care what a message says."""

from __future__ import annotations

import email.utils
import itertools
import time

_count = itertools.count(1)


def make_message(
    subject: str = "Bericht", body: str = "Hallo", extra: str = "", size: int = 0, message_id: str | None = None
) -> bytes:
    """A small RFC 5322 message with CRLF line ends. ``extra``: header lines; ``size`` pads the body to about that."""
    mid = message_id or f"<{next(_count)}-{time.time_ns()}@sender.example>"
    head = (
        "From: Sender <sender@sender.example>\r\n"
        "To: School <hwc@school.example>\r\n"
        f"Subject: {subject}\r\n"
        f"Date: {email.utils.formatdate(localtime=True)}\r\n"
        f"Message-ID: {mid}\r\n"
        f"{extra}"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    text = body + "\r\n"
    if size > len(head) + len(text):
        line = "x" * 70 + "\r\n"
        text += line * ((size - len(head) - len(text)) // len(line) + 1)
    return (head + text).encode()
