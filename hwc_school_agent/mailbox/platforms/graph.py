"""Exchange's Recoverable Items, through Microsoft Graph: counted without reading any item, and erased where asked for.

Only what was read and flagged is erased, as all is that this program erases (``FLAGS[Stage.PURGING]``): what somebody
erased unread can still be fetched back (P1). So nobody has to remember what was erased, and every day is alike.

Only workers use this. Source: learn.microsoft.com, Graph v1.0, "List exchangeSettings", "List items" and "Delete items"
of a mailboxFolder, and "Get single-value property" of a mailboxItem (August 2026). Only identifiers and these two marks
are asked for, and none is kept. Rights are given to one mailbox (docs/platforms/microsoft-365.md). Tried against a
stand-in only: see there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from hwc_school_agent.domain.access import NoToken, Purpose
from hwc_school_agent.domain.outcome import Recovery
from hwc_school_agent.settings import Auth, Mailbox, Recoverable

GRAPH = "https://graph.microsoft.com"
FOLDER = "recoverableitemsdeletions"
MOST_PAGES = 200  # of 100 items; a mailbox with more is not judged
#: IMAP's ``\\Seen``: MS-OXCMSG 2.2.1.6, PidTagMessageFlags, the bit mfRead.
_MESSAGE_FLAGS, _READ = 0x0E07, 0x1
#: IMAP's ``\\Flagged``: MS-OXOFLAG 2.2.1.1, PidTagFlagStatus, followupFlagged.
_FLAG_STATUS, _FLAGGED = 0x1090, 2
_MARKS = " or ".join(f"id eq 'Integer 0x{tag:04X}'" for tag in (_MESSAGE_FLAGS, _FLAG_STATUS))


class Why(StrEnum):
    """Why Graph gave no answer."""

    REFUSED = "refused"  # 401, 403: the right is missing, or a hold or a retention policy keeps the item
    SILENT = "silent"  # not reachable, or an answer that we do not know


class GraphFailed(Exception):
    """No answer that can be used. Carries a closed word."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def look(mailbox: Mailbox, now: float) -> Recovery:
    """Whether anything stands in Recoverable Items. ``now``: epoch seconds. Raises nothing of the network's."""
    try:
        graph = _Graph(mailbox, now)
        return Recovery.EMPTY if next(graph.items(), None) is None else Recovery.KEEPS
    except GraphFailed as failed:
        return Recovery.REFUSED if failed.why is Why.REFUSED else Recovery.NOT_SEEN


def trouble(mailbox: Mailbox, now: float) -> Why | None:
    """Why nobody can look there, for ``doctor``; ``None`` when one can. What stands there is not told. Raises nothing
    of the network's. Whether items may be erased shows only when one is."""
    try:
        graph = _Graph(mailbox, now)
        next(graph.items(), None)
        if mailbox.recoverable is Recoverable.DELETE:
            next(graph.items(ours=True), None)  # asked with the marks: another question
    except GraphFailed as failed:
        return failed.why
    return None


def erase(mailbox: Mailbox, now: float) -> Recovery:
    """Erase for good what this program erased, and look again. What is refused stays, and stops nothing else."""
    try:
        graph = _Graph(mailbox, now)
        refused = [item for item in list(graph.items(ours=True)) if not graph.erased(item)]
        if next(graph.items(), None) is None:
            return Recovery.EMPTY
        return Recovery.REFUSED if refused else Recovery.KEEPS
    except GraphFailed as failed:
        return Recovery.REFUSED if failed.why is Why.REFUSED else Recovery.NOT_SEEN


class _Graph:
    """One mailbox. Every address stays at the host that the settings name."""

    def __init__(self, mailbox: Mailbox, now: float) -> None:
        if mailbox.auth is not Auth.MICROSOFT:
            raise GraphFailed(Why.SILENT)
        try:
            from hwc_school_agent.access.https import Https
            from hwc_school_agent.access.tokens import token_for

            token = token_for(mailbox, Purpose.RECOVERY, now)
        except (ImportError, NoToken):
            raise GraphFailed(Why.SILENT) from None
        logging.getLogger("urllib3").disabled = True
        logging.getLogger("urllib3.connectionpool").disabled = True
        self._base = f"{mailbox.graph or GRAPH}/v1.0"
        self._https = Https(mailbox.ca_file)
        self._https.headers["Authorization"] = f"Bearer {token.value}"
        settings = self._asked(f"{self._base}/users/{quote(mailbox.user, safe='')}/settings/exchange")
        identifier = settings.get("primaryMailboxId")
        if not isinstance(identifier, str) or not identifier:
            raise GraphFailed(Why.SILENT)
        self._items = f"{self._base}/admin/exchange/mailboxes/{quote(identifier, safe='')}/folders/{FOLDER}/items"

    def items(self, *, ours: bool = False) -> Iterator[str]:
        """The identifiers of what stands there. Raises ``GraphFailed``, also when the list does not end.

        ``ours``: only of what bears our marks.
        """
        marks = f"&$expand=singleValueExtendedProperties($filter={quote(_MARKS)})" if ours else ""
        address: object = f"{self._items}?$select=id&$top=100{marks}"
        for _ in range(MOST_PAGES):
            if not isinstance(address, str) or urlsplit(address)[:2] != urlsplit(self._base)[:2]:
                raise GraphFailed(Why.SILENT)
            page = self._asked(address)
            values = page.get("value")
            if not isinstance(values, list):
                raise GraphFailed(Why.SILENT)
            for value in values:
                identifier = value.get("id") if isinstance(value, dict) else None
                if not isinstance(identifier, str) or not identifier:
                    raise GraphFailed(Why.SILENT)
                if not ours or _marked(value):
                    yield identifier
            if (address := page.get("@odata.nextLink")) is None:
                return
        raise GraphFailed(Why.SILENT)

    def erased(self, item: str) -> bool:
        """Erase one item for good; ``False``: refused, as a hold does. One that is gone already is erased."""
        status, _ = self._send("DELETE", f"{self._items}/{quote(item, safe='')}?disposalType=hardDelete")
        if status not in (204, 404, 401, 403):
            raise GraphFailed(Why.SILENT)
        return status in (204, 404)

    def _asked(self, address: str) -> dict[str, Any]:
        status, answer = self._send("GET", address)
        if status in (401, 403):
            raise GraphFailed(Why.REFUSED)
        if status != 200 or not isinstance(answer, dict):
            raise GraphFailed(Why.SILENT)
        return answer

    def _send(self, method: str, address: str) -> tuple[int, object]:
        try:
            response = self._https.request(method, address, allow_redirects=False)
            return response.status_code, response.json() if response.status_code == 200 else None
        except (OSError, ValueError):  # what requests raises is both; its texts carry the address
            raise GraphFailed(Why.SILENT) from None


def _marked(item: dict[str, Any]) -> bool:
    """Whether an item was read and flagged. What the service does not tell is not so: then the item stays."""
    found: dict[int, int] = {}
    properties = item.get("singleValueExtendedProperties")
    for each in properties if isinstance(properties, list) else ():
        try:
            kind, tag = each["id"].split()
            if kind == "Integer":
                found[int(tag, 16)] = int(each["value"])
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return bool(found.get(_MESSAGE_FLAGS, 0) & _READ) and found.get(_FLAG_STATUS) == _FLAGGED
