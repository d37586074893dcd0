"""Reading a small form: URL-encoded, at most 4 kB, every field once."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from hwc_school_agent.desk.guard import BODY_LIMIT

_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Refused(Exception):
    """The request is not answered but refused with this status. Whose fault: the client's."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a POST. Raises ``Refused`` (400, 413)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(400)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_LIMIT:
                raise Refused(413)
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=8,
            encoding="utf-8",
            errors="strict",
        )
    except (ClientDisconnect, ValueError):
        raise Refused(400) from None
    if any(len(values) != 1 for values in fields.values()):
        raise Refused(400)
    return {name: values[0] for name, values in fields.items()}


def handle_in(form: dict[str, str]) -> str:
    """The handle of a signal, or ``""``. Raises ``Refused`` when it cannot be one."""
    handle = form.get("signaal", "")
    if handle and not _HANDLE.fullmatch(handle):
        raise Refused(400)
    return handle
