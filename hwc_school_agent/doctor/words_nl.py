"""What ``doctor`` says, in Dutch: everything but the texts of findings."""

from __future__ import annotations

from hwc_school_agent.doctor import words_nl_here, words_nl_mail
from hwc_school_agent.doctor.codes import Area, Level
from hwc_school_agent.doctor.texts import Words
from hwc_school_agent.domain.receipt import dutch_day
from hwc_school_agent.domain.staff import Role

#: Why a certificate is refused.
WHY = {
    "expired": "het is verlopen",
    "not_yet": "het is nog niet geldig",
    "name": "het is voor een andere naam",
    "issuer": "de uitgever is hier niet bekend",
    "other": "de beveiligde verbinding komt niet tot stand",
    "unreadable": "het bestand is niet te lezen",
    "key": "certificaat en sleutel horen niet bij elkaar",
}


def _summary(faults: int, warnings: int, good: int) -> str:
    return f"{faults} {'fout' if faults == 1 else 'fouten'}, {warnings} keer let op, {good} goed."


WORDS = Words(
    {**words_nl_mail.TEXTS, **words_nl_here.TEXTS},
    {
        Area.AGENT: "De agent",
        Area.SETTINGS: "Instellingen",
        Area.MAILBOX: "Postbus",
        Area.FOLDERS: "Mappen",
        Area.SUBMISSION: "Uitgaande mail",
        Area.REHEARSAL: "Proef",
        Area.PEOPLE: "Mensen",
        Area.DESK: "Bureau",
        Area.CALENDAR: "Kalender",
        Area.MACHINE: "Deze machine",
        Area.FILES: "Bestanden",
    },
    {Level.GOOD: "goed", Level.WARNING: "let op", Level.FAULT: "fout"},
    _summary,
    dutch_day,
    WHY,
    {Role.CONTACT: "contactpersoon", Role.BACKUP: "achterwacht", Role.HEAD: "directie"},
)
