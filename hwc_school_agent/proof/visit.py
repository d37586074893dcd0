"""The page for a parent's visit (covenant art. 3.1): how the mailbox is built up and looked at, never what is in it.

Its bytes follow from the configuration, the roles of the folders and the frozen report; no message, count or name of a
folder goes in, so that one family's visit cannot show another child's signal (docs/inzage.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.report_dutch import DUTCH
from hwc_school_agent.settings import Settings

_TEMPLATES = Path(__file__).parent / "templates"
#: What a folder is for, and what the agent does there.
_FOLDERS: Mapping[FolderRole, tuple[str, str]] = MappingProxyType(
    {
        FolderRole.INBOX: (
            "Postvak IN",
            "Hier komen signalen binnen. Het programma ziet dat er mail is, en waarschuwt een medewerker.",
        ),
        FolderRole.JUNK: ("Ongewenste mail", "Ook hier wordt gekeken of er een signaal staat."),
        FolderRole.SENT: ("Verzonden mail", "Het ontvangstbericht wordt hier gewist."),
        FolderRole.TRASH: ("Prullenbak", "Wat afgehandeld is, wordt hier gewist."),
        FolderRole.DRAFTS: ("Concepten", "Een antwoord dat een signaal aanhaalt, wordt hier gewist."),
        FolderRole.ARCHIVE: ("Archief", "Kopieën van een afgehandeld signaal worden hier gewist."),
        FolderRole.ALL: ("Alle mail", "Kopieën van een afgehandeld signaal worden hier gewist."),
        FolderRole.OTHER: ("Andere map", "Ook hier wordt gekeken; kopieën van een afgehandeld signaal worden gewist."),
    }
)


def page(settings: Settings, roles: Sequence[FolderRole] | None, report: date | None) -> str:
    """``roles``: of every folder; ``None``: the mailbox did not answer. ``report``: month of the newest one."""
    count = Counter(roles or ())
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("visit.html").render(
        css=Markup((_TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        school=settings.school.name,
        folders=[(*_FOLDERS[role], count[role]) for role in _FOLDERS if count[role]],
        answered=roles is not None,
        rows=_settings(settings),
        report=DUTCH.month(report) if report else None,
    )


def _settings(settings: Settings) -> list[tuple[str, str]]:
    hours, days = settings.hours, settings.unread_school_days
    return [
        ("Wie een ontvangstbericht krijgt", ", ".join(settings.senders.allowed) or "nog niemand"),
        ("Ongelezen mail", f"wordt na {days} schooldagen gewist" if days else "wordt nooit vanzelf gewist"),
        ("Iemand kijkt elke schooldag", f"om {hours.look:%H.%M} uur, en anders klinkt de bel opnieuw"),
        ("De dag wordt gesloten", f"om {hours.close:%H.%M} uur: alle mappen worden dan nagekeken"),
        ("Dagelijkse oefening", "aan" if settings.rehearsal.enabled else "uit"),
        ("Verklaring over de herstelruimte", _declared(settings.report.recovery_statement)),
        ("Verklaring over de logboeken", _declared(settings.report.logs_statement)),
    ]


def _declared(statement: tuple[date, int] | None) -> str:
    return f"van {DUTCH.day(statement[0])}: {statement[1]} dagen" if statement else "niet afgegeven"
