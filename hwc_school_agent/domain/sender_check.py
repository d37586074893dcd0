"""Whether the sender is who the From says, as judged by our own mail server in Authentication-Results. Pure.

RFC 8601, read tolerantly: Exchange Online writes no authserv-id. Only what our own border wrote is believed, and only
the topmost of it: everything below may have come with the message (RFC 8601 section 5). A doubt never silences a ring;
it stops the answer until a person vouches for the sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: ``[senders] border`` for Exchange Online, whose header begins with a result instead of a name.
EXCHANGE = "exchange"
_LONGEST = 8192
_RESULT = re.compile(r"([a-z][a-z0-9-]{0,30})(?:/\d{1,2})?\s*=\s*([a-z]{1,20})(?![a-z0-9])", re.IGNORECASE)
_PROPERTY = re.compile(
    r"(?<![\w.])([a-z]{2,20}\.[a-z0-9_-]{1,40})\s*=\s*(?:\"([^\"]{0,320})\"|([^\s;\"]{1,320}))", re.IGNORECASE
)


class Verdict(StrEnum):
    """What our mail server found."""

    UNJUDGED = "unjudged"  # the school named no border: nobody can tell
    PASSED = "passed"  # it vouches for the domain in the From
    FAILED = "failed"  # it says that somebody else sent this
    UNKNOWN = "unknown"  # it said nothing that we can use


#: No answer goes out by itself.
IN_DOUBT = frozenset({Verdict.FAILED, Verdict.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: ``dmarc=pass header.from=example.org``. Everything in lower case."""

    method: str
    result: str
    properties: dict[str, str]


def results_of(header: str) -> tuple[str, tuple[Result, ...]]:
    """The authserv-id (empty in Exchange's form) and the results of one Authentication-Results header. Never raises."""
    parts = _without_comments(header[:_LONGEST]).lower().split(";")
    name = ""
    if "=" not in parts[0]:
        words = parts.pop(0).split()
        name = words[0] if words else ""
    found = []
    for part in parts:
        match = _RESULT.match(part.strip())
        if match:
            rest = part.strip()[match.end() :]
            found.append(Result(match[1], match[2], {k: a or b for k, a, b in _PROPERTY.findall(rest)}))
    return name, tuple(found)


def verdict(headers: Iterable[str], border: str, sender: str) -> Verdict:
    """What our own border says of ``sender`` (addr-spec of From, or "").

    ``headers``: the values of Authentication-Results from the top of the message down. ``border``: the authserv-id of
    our own mail server, ``EXCHANGE``, or "" when the school named none.
    """
    if not border:
        return Verdict.UNJUDGED
    domain = sender.rpartition("@")[2].lower()
    ours = _ours(headers, border.lower())
    if not domain or not ours:
        return Verdict.UNKNOWN
    by_method: dict[str, list[Result]] = {}
    for result in ours:
        by_method.setdefault(result.method, []).append(result)
    dmarc = by_method.get("dmarc", [])
    if any(r.result == "pass" and r.properties.get("header.from", domain) == domain for r in dmarc):
        return Verdict.PASSED
    if any(r.result == "pass" and _vouches(r, domain) for r in by_method.get("dkim", [])):
        return Verdict.PASSED
    failed = {m for m, found in by_method.items() if found and all(r.result in _NO for r in found)}
    if any(r.result == "fail" for r in dmarc) or {"dkim", "spf"} <= failed or "compauth" in failed:
        return Verdict.FAILED
    return Verdict.UNKNOWN


_NO = frozenset({"fail", "softfail", "hardfail", "permerror", "policy"})


def _ours(headers: Iterable[str], border: str) -> tuple[Result, ...]:
    for header in headers:
        name, results = results_of(header)
        if border == EXCHANGE:
            return () if name else results  # the topmost, whatever it is: Exchange renames the ones before it
        if name == border:
            return results
    return ()


def _vouches(result: Result, domain: str) -> bool:
    """Whether a signature covers the From's domain: that domain itself, or one above it (RFC 7489 section 3.1.1)."""
    signer = result.properties.get("header.d") or result.properties.get("header.i", "").rpartition("@")[2]
    return "." in signer and (domain == signer or domain.endswith("." + signer))


def _without_comments(text: str) -> str:
    """Comments in parentheses, nested ones too, become a space (RFC 5322 section 3.2.2)."""
    out: list[str] = []
    depth, quoted, at = 0, False, 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            out.append(text[at : at + 2] if depth == 0 else "")
            at += 2
            continue
        if char == '"' and depth == 0:
            quoted = not quoted
        if char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            out.append(" ")
        elif depth == 0:
            out.append(char)
        at += 1
    return "".join(out)
