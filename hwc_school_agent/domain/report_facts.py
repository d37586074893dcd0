"""The facts of a frozen report as a short text that is sealed, printed as a QR code, and can be read back.

Lines of ``name value``; every value comes from a closed list, the calendar, the ledger or the configuration::

    hwc-school-agent report 1
    school Basisschool De Linde
    language nl
    month 2026-11
    ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hwc_school_agent.domain.findings import Finding, Found, Place, Verdict

FORMAT = "hwc-school-agent report 1"
_NAMES = (
    *("school", "language", "month", "frozen", "since", "days", "close", "rehearsal"),
    *("verdict", "found", "unread", "ledger", "page"),
)


class NotAReport(Exception):
    """The text is not the facts of a report. Whose fault: the text's."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many days of the month ended with each of the ledger's words."""

    ok: int
    degraded: int
    off: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What one report says."""

    school: str
    language: str
    month: date  # its first day
    frozen: date
    since: date  # first day that is reported on: of the month, or the day on which the ledger begins
    days: int  # school days from then on, by the calendar
    close: Tally
    rehearsal: Tally
    verdict: Verdict
    found: tuple[Found, ...]
    unread_school_days: int
    ledger_size: int  # entries behind the head that this report rests on
    ledger_head: str  # its hash, base64; ``none`` when the ledger could not be read
    page: str  # SHA-256 of the page without its seal, base64

    def text(self) -> str:
        """The text that is sealed; ends with a newline."""
        values = (
            self.school, self.language, f"{self.month:%Y-%m}", self.frozen.isoformat(), self.since.isoformat(),
            str(self.days), _tally(self.close), _tally(self.rehearsal), self.verdict.value,
            " ".join(map(_word, self.found)), str(self.unread_school_days),
            f"{self.ledger_size} {self.ledger_head}", self.page,
        )  # fmt: skip
        lines = [f"{name} {value}" for name, value in zip(_NAMES, values, strict=True)]
        return "\n".join([FORMAT, *lines]) + "\n"


def lines_of(text: str) -> Mapping[str, str]:
    """Name to value. Raises ``NotAReport`` when a line is missing, unknown, twice there or not in its place."""
    first, *rest = text.removesuffix("\n").split("\n")
    pairs = [line.partition(" ") for line in rest]
    if first != FORMAT or tuple(p[0] for p in pairs) != _NAMES or not text.endswith("\n"):
        raise NotAReport
    return {name: value for name, _, value in pairs}


def parse(text: str) -> ReportFacts:
    """Read the text back. Raises ``NotAReport``."""
    given = lines_of(text)
    try:
        size, _, head = given["ledger"].partition(" ")
        facts = ReportFacts(
            school=given["school"],
            language=given["language"],
            month=date.fromisoformat(given["month"] + "-01"),
            frozen=date.fromisoformat(given["frozen"]),
            since=date.fromisoformat(given["since"]),
            days=int(given["days"]),
            close=_tally_of(given["close"]),
            rehearsal=_tally_of(given["rehearsal"]),
            verdict=Verdict(given["verdict"]),
            found=tuple(_found_of(word) for word in given["found"].split(" ")),
            unread_school_days=int(given["unread"]),
            ledger_size=int(size),
            ledger_head=head,
            page=given["page"],
        )
    except (ValueError, TypeError):
        raise NotAReport from None
    if facts.text() != text or [f.finding.place for f in facts.found] != list(Place):
        raise NotAReport
    return facts


def _tally(tally: Tally) -> str:
    return f"{tally.ok} {tally.degraded} {tally.off}"


def _tally_of(text: str) -> Tally:
    ok, degraded, off = map(int, text.split(" "))
    return Tally(ok, degraded, off)


def _word(found: Found) -> str:
    """``recovery_stated_days,2026-11-20,14,``: values that the sentence does not carry are left out."""
    days = "" if found.days is None else str(found.days)
    stated, until = (day.isoformat() if day else "" for day in (found.stated, found.until))
    return ",".join((found.finding.value, stated, days, until)).rstrip(",")


def _found_of(word: str) -> Found:
    name, stated, days, until = (*word.split(","), "", "", "")[:4]
    return Found(
        Finding(name),
        date.fromisoformat(stated) if stated else None,
        int(days) if days else None,
        date.fromisoformat(until) if until else None,
    )
