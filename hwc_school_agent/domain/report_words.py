"""How a language says the inspection report. The sentences stand in ``report_dutch`` and ``report_english``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hwc_school_agent.domain.findings import Finding, Found, Place, Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the report says in one language."""

    language: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    places: Mapping[Place, str]
    #: how it was looked at; what was found
    findings: Mapping[Finding, tuple[str, str]]
    #: headline; what it means
    verdicts: Mapping[Verdict, tuple[str, str]]
    unread: tuple[str, str]  # about mail that waits: never deleted; deleted after ``{days}`` school days
    labels: Mapping[str, str]  # everything else on the page, by the name in its template
    limits: tuple[str, ...]  # what this report cannot show; always all of them

    def day(self, day: date) -> str:
        """A date in words."""
        return f"{day.day} {self.month(day)}"

    def full_day(self, day: date) -> str:
        """A date in words with the day of the week."""
        return f"{self.weekdays[day.weekday()]} {self.day(day)}"

    def month(self, day: date) -> str:
        """Month and year in words."""
        return f"{self.months[day.month - 1]} {day.year}"

    def row(self, found: Found) -> tuple[str, str, str]:
        """Place, how, found: one row of the report."""
        values = {
            "stated": self.day(found.stated) if found.stated else "",
            "until": self.day(found.until) if found.until else "",
            "days": "" if found.days is None else str(found.days),
        }
        how, what = self.findings[found.finding]
        return self.places[found.finding.place], how.format(**values), what.format(**values)

    def waiting(self, unread_school_days: int) -> str:
        """What the school does with mail that nobody looks at."""
        return self.unread[unread_school_days > 0].format(days=unread_school_days)
