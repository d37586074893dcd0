"""The page for a parent's visit (covenant art. 3.1): how the mailbox is built up and looked at, never what is in it.

Its bytes follow from the configuration, the roles of the folders and the frozen report; no message, count of messages
or name of a folder goes in, so that one family's visit cannot show another child's signal (docs/inzage.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.report_words import Words
from hwc_school_agent.proof.report_page import words_of
from hwc_school_agent.proof.visit_words import FOLDERS, LABELS
from hwc_school_agent.settings import Settings

_TEMPLATES = Path(__file__).parent / "templates"


def page(settings: Settings, roles: Sequence[FolderRole] | None, report: date | None) -> str:
    """``roles``: of every folder; ``None``: the mailbox did not answer. ``report``: month of the newest one."""
    words = words_of(settings.school.language)
    t, names, count = LABELS[words.language], FOLDERS[words.language], Counter(roles or ())
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("visit.html").render(
        css=Markup((_TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        language=words.language,
        t=t,
        school=settings.school.name,
        folders=[(*names[role], count[role]) for role in names if count[role]],
        answered=roles is not None,
        rows=_settings(settings, t, words),
        report=t["newest"].format(month=words.month(report)) if report else t["none"],
    )


def _settings(settings: Settings, t: Mapping[str, str], words: Words) -> list[tuple[str, str]]:
    hours, days, report = settings.hours, settings.unread_school_days, settings.report

    def declared(statement: tuple[date, int] | None) -> str:
        if statement is None:
            return t["undeclared"]
        return t["declared"].format(day=words.day(statement[0]), days=statement[1])

    return [
        (t["receipts"], ", ".join(settings.senders.allowed) or t["nobody"]),
        (t["unread"], t["after"].format(days=days) if days else t["never"]),
        (t["look"], t["look_at"].format(time=f"{hours.look:%H.%M}")),
        (t["close"], t["close_at"].format(time=f"{hours.close:%H.%M}")),
        (t["rehearsal"], t["on"] if settings.rehearsal.enabled else t["off"]),
        (t["recovery"], declared(report.recovery_statement)),
        (t["logs"], declared(report.logs_statement)),
    ]
