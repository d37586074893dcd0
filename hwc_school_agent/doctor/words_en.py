"""What ``doctor`` says, in English: everything but the texts of findings."""

from __future__ import annotations

from datetime import date

from hwc_school_agent.doctor import words_en_here, words_en_mail
from hwc_school_agent.doctor.codes import Area, Level
from hwc_school_agent.doctor.texts import Words
from hwc_school_agent.domain.staff import Role

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


WHY = {
    "expired": "it has ended",
    "not_yet": "it is not valid yet",
    "name": "it was made for another name",
    "issuer": "its issuer is not known here",
    "other": "no secure connection comes about",
    "unreadable": "the file cannot be read",
    "key": "certificate and key do not belong together",
}


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _summary(faults: int, warnings: int, good: int) -> str:
    return f"{_many(faults, 'fault')}, {_many(warnings, 'warning')}, {good} good."


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


WORDS = Words(
    {**words_en_mail.TEXTS, **words_en_here.TEXTS},
    {
        Area.AGENT: "The agent",
        Area.SETTINGS: "Settings",
        Area.MAILBOX: "Mailbox",
        Area.FOLDERS: "Folders",
        Area.SUBMISSION: "Outgoing mail",
        Area.REHEARSAL: "Rehearsal",
        Area.PEOPLE: "People",
        Area.DESK: "Desk",
        Area.CALENDAR: "Calendar",
        Area.MACHINE: "This machine",
        Area.FILES: "Files",
    },
    {Level.GOOD: "good", Level.WARNING: "warning", Level.FAULT: "fault"},
    _summary,
    _day,
    WHY,
    {Role.CONTACT: "contact", Role.BACKUP: "backup", Role.HEAD: "head"},
)
