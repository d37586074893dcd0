"""Everything ``doctor`` can find: a closed list. The texts stand in ``words_nl`` and ``words_en``.

A code names what was looked at; whether it was well is said by the level. Codes are never used twice: those of the
desk (``desk/words.py``) and of the log (``host/event_log.py``) mean the same trouble here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Level(Enum):
    """How a finding is. ``doctor`` ends with 1 when one is a fault."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


class Area(Enum):
    """Where a finding belongs; in the order in which they are shown."""

    AGENT = "agent"
    SETTINGS = "settings"
    MAILBOX = "mailbox"
    FOLDERS = "folders"
    SUBMISSION = "submission"
    REHEARSAL = "rehearsal"
    PEOPLE = "people"
    DESK = "desk"
    CALENDAR = "calendar"
    MACHINE = "machine"
    FILES = "files"


class Check(Enum):
    """Code, area, and the level when it is not well."""

    CONFIGURATION = (201, Area.SETTINGS, Level.FAULT)
    PASSWORDS_UNSEEN = (202, Area.SETTINGS, Level.WARNING)
    NOT_RUNNING = (203, Area.AGENT, Level.WARNING)
    NO_SERVICE = (204, Area.AGENT, Level.WARNING)
    AGENT_SILENT = (220, Area.AGENT, Level.FAULT)
    AGENT_BLIND = (208, Area.AGENT, Level.FAULT)
    NOBODY_ALLOWED = (205, Area.SETTINGS, Level.FAULT)
    TRUST_ELSEWHERE = (206, Area.SETTINGS, Level.WARNING)
    RETENTION = (207, Area.SETTINGS, Level.WARNING)

    MAILBOX_ANSWER = (210, Area.MAILBOX, Level.FAULT)
    MAILBOX_NAME = (211, Area.MAILBOX, Level.FAULT)
    MAILBOX_CERTIFICATE = (212, Area.MAILBOX, Level.FAULT)
    MAILBOX_LOGIN = (213, Area.MAILBOX, Level.FAULT)
    MAILBOX_PROTOCOL = (214, Area.MAILBOX, Level.FAULT)
    MAILBOX_CERTIFICATE_ENDS = (215, Area.MAILBOX, Level.WARNING)
    NO_TOKEN_SERVER = (221, Area.MAILBOX, Level.FAULT)
    SECRET_EXPIRED = (222, Area.MAILBOX, Level.FAULT)
    SECRET_WRONG = (223, Area.MAILBOX, Level.FAULT)
    APP_UNKNOWN = (224, Area.MAILBOX, Level.FAULT)
    NO_CONSENT = (225, Area.MAILBOX, Level.FAULT)
    SIGN_IN_AGAIN = (226, Area.MAILBOX, Level.FAULT)
    BLOCKED = (227, Area.MAILBOX, Level.FAULT)
    CLOCK = (228, Area.MAILBOX, Level.FAULT)
    NO_TOKEN = (229, Area.MAILBOX, Level.FAULT)
    NO_PERMISSION = (230, Area.MAILBOX, Level.FAULT)
    UIDPLUS = (261, Area.MAILBOX, Level.WARNING)
    IDLE = (262, Area.MAILBOX, Level.WARNING)
    NOTIFY = (263, Area.MAILBOX, Level.GOOD)
    LIST_STATUS = (264, Area.MAILBOX, Level.GOOD)
    SPECIAL_USE = (265, Area.MAILBOX, Level.GOOD)

    FOLDER_UNCOUNTED = (433, Area.FOLDERS, Level.FAULT)
    FOLDER_SHUT = (443, Area.FOLDERS, Level.FAULT)
    FOLDER_KEPT = (444, Area.FOLDERS, Level.FAULT)
    FLAGS = (435, Area.FOLDERS, Level.FAULT)
    READ_ONLY = (431, Area.FOLDERS, Level.FAULT)
    HIDDEN_FOLDER = (436, Area.FOLDERS, Level.WARNING)
    OTHERS_READ = (438, Area.FOLDERS, Level.WARNING)
    GRAPH_RIGHT = (439, Area.FOLDERS, Level.FAULT)
    GRAPH_ANSWER = (440, Area.FOLDERS, Level.WARNING)
    SENT_COPIES = (437, Area.FOLDERS, Level.WARNING)

    SUBMISSION_ANSWER = (270, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_NAME = (271, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_CERTIFICATE = (272, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_LOGIN = (273, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_REFUSED = (274, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_CERTIFICATE_ENDS = (275, Area.SUBMISSION, Level.WARNING)
    SUBMISSION_PROTOCOL = (276, Area.SUBMISSION, Level.FAULT)
    SUBMISSION_TOKEN = (277, Area.SUBMISSION, Level.FAULT)

    LEG_SENT = (241, Area.REHEARSAL, Level.FAULT)
    LEG_ARRIVED = (242, Area.REHEARSAL, Level.FAULT)
    LEG_READ = (243, Area.REHEARSAL, Level.FAULT)
    LEG_RECEIPTED = (244, Area.REHEARSAL, Level.FAULT)
    LEG_RETURNED = (245, Area.REHEARSAL, Level.FAULT)
    LEG_PURGED = (246, Area.REHEARSAL, Level.FAULT)
    LEG_VERIFIED = (247, Area.REHEARSAL, Level.FAULT)
    LEG_SCANNED = (248, Area.REHEARSAL, Level.FAULT)
    REHEARSAL_NOT_YET = (249, Area.REHEARSAL, Level.WARNING)
    REHEARSAL_OFF = (281, Area.REHEARSAL, Level.WARNING)
    NO_SEND_TEST = (282, Area.REHEARSAL, Level.FAULT)

    STAFF_FILE = (311, Area.PEOPLE, Level.FAULT)
    NO_CONTACT = (361, Area.PEOPLE, Level.FAULT)
    NO_BACKUP = (362, Area.PEOPLE, Level.FAULT)
    NO_HEAD = (363, Area.PEOPLE, Level.WARNING)
    NO_BELL = (364, Area.PEOPLE, Level.WARNING)
    NO_BELL_FOR = (365, Area.PEOPLE, Level.WARNING)

    DESK_CERTIFICATE = (312, Area.DESK, Level.FAULT)
    DESK_CERTIFICATE_ENDS = (316, Area.DESK, Level.WARNING)
    DESK_CERTIFICATE_ENDED = (317, Area.DESK, Level.FAULT)
    DESK_NAMES = (318, Area.DESK, Level.FAULT)

    CALENDAR_UNKNOWN = (340, Area.CALENDAR, Level.WARNING)
    CALENDAR_ENDS = (341, Area.CALENDAR, Level.WARNING)
    CALENDAR_ENDED = (342, Area.CALENDAR, Level.FAULT)
    NO_CLOSED_DAYS = (343, Area.CALENDAR, Level.WARNING)
    NO_SCHOOL_DAY = (344, Area.CALENDAR, Level.FAULT)

    CLOCK_UNSYNCED = (371, Area.MACHINE, Level.WARNING)
    CLOCK_DIFFERS = (372, Area.MACHINE, Level.FAULT)
    SWAP = (373, Area.MACHINE, Level.WARNING)
    CORE_DUMPS = (374, Area.MACHINE, Level.WARNING)
    DUMPABLE = (375, Area.MACHINE, Level.FAULT)

    STATE_MISSING = (350, Area.FILES, Level.WARNING)
    STATE_MODE = (351, Area.FILES, Level.FAULT)
    STATE_UNKNOWN = (352, Area.FILES, Level.FAULT)
    STATE_UNREADABLE = (353, Area.FILES, Level.WARNING)
    CREDENTIAL_MODE = (354, Area.FILES, Level.FAULT)
    CONFIG_WRITABLE = (355, Area.FILES, Level.FAULT)

    def __init__(self, number: int, area: Area, level: Level) -> None:
        self.number, self.area, self.level = number, area, level

    @property
    def code(self) -> str:
        """As it is shown: ``HWC-211``."""
        return f"HWC-{self.number}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``facts`` fill the blanks of its texts: names of ours, numbers, dates."""

    check: Check
    well: bool
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        return Level.GOOD if self.well else self.check.level


def well(check: Check, **facts: object) -> Finding:
    """It is as it should be."""
    return Finding(check, True, facts)


def found(check: Check, **facts: object) -> Finding:
    """It is not."""
    return Finding(check, False, facts)
