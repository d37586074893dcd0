"""A stand-in for Microsoft Graph over https, as its documentation describes it: one mailbox's Recoverable Items.

learn.microsoft.com, Graph v1.0: "List exchangeSettings", "List items" and "Delete items" of a mailboxFolder. Nothing
real can run here: that needs a tenant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.servers.json_http import Answer, Asked, StandsIn
from tests.servers.tls import CA

USER, MAILBOX_ID, TOKEN = "hwc@school.example", "MBX:e0648f21@aab09c93", "een-token-voor-graph"
FOLDER = f"/v1.0/admin/exchange/mailboxes/{quote(MAILBOX_ID, safe='')}/folders/recoverableitemsdeletions/items"

#: As Graph writes them: the tag in small letters, the value as text. mfRead beside others, followupFlagged.
OURS = {"Integer 0xe07": "5", "Integer 0x1090": "2"}


@dataclass
class GraphStandIn(StandsIn):
    """A context manager. ``items``: identifiers of what stands there, read and flagged unless ``marks`` tells else."""

    ca: CA
    items: list[str] = field(default_factory=list)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)  # of an item: properties and values
    held: set[str] = field(default_factory=set)  # a hold keeps them: 403
    rights: bool = True  # without: 403 to everything
    pages: int = 2  # items a page
    broken: tuple[int, bytes] | None = None  # the answer to everything
    next_link: str = ""  # where a page sends to, instead of to the next
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self._http.address

    def _answer(self, asked: Asked) -> Answer:
        act = self._delete if asked.method == "DELETE" else self._get
        return act(asked.path, asked.headers.get("Authorization", ""))

    def _refused(self, path: str, authorization: str) -> Answer | None:
        self.asked.append(path)
        if self.broken is not None:
            return self.broken
        if authorization != f"Bearer {TOKEN}":
            return 401, {"error": {"code": "InvalidAuthenticationToken"}}
        return None if self.rights else (403, {"error": {"code": "ErrorAccessDenied"}})

    def _get(self, path: str, authorization: str) -> Answer:
        if refused := self._refused(path, authorization):
            return refused
        where, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if where == f"/v1.0/users/{quote(USER, safe='')}/settings/exchange":
            return 200, {"primaryMailboxId": MAILBOX_ID}
        if where != FOLDER:
            return 404, {"error": {"code": "ResourceNotFound"}}
        assert query["$select"] == ["id"], "nothing but identifiers is asked for"
        begin = int(query.get("$skip", ["0"])[0])
        page = self.items[begin : begin + self.pages]
        answer: dict[str, Any] = {"value": [{"id": item} for item in page]}
        expand = query.get("$expand", [""])[0]
        if expand:
            assert expand == "singleValueExtendedProperties($filter=id eq 'Integer 0x0E07' or id eq 'Integer 0x1090')"
            for item in answer["value"]:
                marks = self.marks.get(item["id"], OURS)
                item["singleValueExtendedProperties"] = [{"id": k, "value": v} for k, v in marks.items()]
        if begin + self.pages < len(self.items):
            more = f"&$expand={quote(expand)}" if expand else ""
            following = f"{self.address}{FOLDER}?$select=id&$top=100&$skip={begin + self.pages}{more}"
            answer["@odata.nextLink"] = self.next_link or following
        return 200, answer

    def _delete(self, path: str, authorization: str) -> Answer:
        if refused := self._refused(path, authorization):
            return refused
        where, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        item = unquote(where.removeprefix(FOLDER + "/"))
        if query.get("disposalType") != ["hardDelete"]:
            return 400, {"error": {"code": "BadRequest"}}
        if item in self.held:
            return 403, {"error": {"code": "ErrorAccessDenied"}}
        if item not in self.items:
            return 404, {"error": {"code": "ErrorItemNotFound"}}
        self.items.remove(item)
        return 204, b""
