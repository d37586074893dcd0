"""Settings as the program uses them: frozen and typed. ``settings_reader`` makes them from a file.

Kept apart from the reader so that ``watch`` need not import pydantic (10 MB, 150 ms).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from pathlib import Path

from hwc_school_agent.domain.access import Keyring
from hwc_school_agent.domain.duty import Hours
from hwc_school_agent.domain.school_days import Calendar

__all__ = [
    "Auth",
    "Bell",
    "Calendar",
    "Desk",
    "Hours",
    "Mailbox",
    "People",
    "Phone",
    "Platform",
    "Recoverable",
    "Rehearsal",
    "Report",
    "School",
    "Secret",
    "Senders",
    "Settings",
    "State",
    "Submission",
    "Tls",
]


class Secret:
    """A password or token. Shows nothing of itself; ``reveal()`` is the only way in."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(**********)"

    __str__ = __repr__


class Tls(StrEnum):
    """How a connection is protected. ``NONE`` is allowed towards this machine only."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class Auth(StrEnum):
    """How to log in. All but the first with a token (``access/``)."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    MICROSOFT = "microsoft"
    GOOGLE = "google"
    COMMAND = "command"


class Platform(StrEnum):
    """What kind of mail server it is (``mailbox/platforms/``)."""

    AUTO = "auto"  # as the server shows itself
    PIPELINED = "pipelined"  # Dovecot, Cyrus
    OLD = "old"  # Courier, and everything of which nothing is known
    EXCHANGE = "exchange"
    GMAIL = "gmail"


class Recoverable(StrEnum):
    """What is done with Exchange's Recoverable Items (``mailbox/platforms/graph.py``)."""

    OFF = "off"
    LOOK = "look"  # for the report
    DELETE = "delete"  # erase there, at the day's closing, what this program erased


@dataclass(frozen=True, slots=True)
class School:
    name: str
    timezone: str = "Europe/Amsterdam"
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Mailbox:
    host: str
    user: str
    port: int = 993
    tls: Tls = Tls.IMPLICIT
    ca_file: str = ""
    auth: Auth = Auth.PASSWORD
    trust_elsewhere: bool = False  # handled_elsewhere = "trust"
    level_counters: bool = True
    tenant: str = ""  # Microsoft
    client_id: str = ""  # Microsoft, Google
    authority: str = ""  # address of the token server; empty: Microsoft's or Google's own
    command: tuple[str, ...] = ()
    platform: Platform = Platform.AUTO
    recoverable: Recoverable = Recoverable.OFF
    graph: str = ""  # address of Microsoft Graph; empty: Microsoft's own
    password: Secret = field(default_factory=lambda: Secret(""))
    client_secret: Secret = field(default_factory=lambda: Secret(""))
    certificate: Secret = field(default_factory=lambda: Secret(""))  # PEM: private key and certificate
    service_account: Secret = field(default_factory=lambda: Secret(""))  # Google's JSON
    refresh_token: Secret = field(default_factory=lambda: Secret(""))
    keyring: Keyring = field(default_factory=Keyring, compare=False)


@dataclass(frozen=True, slots=True)
class Submission:
    host: str
    sender: str  # key "from"
    user: str = ""
    port: int = 587
    tls: Tls = Tls.STARTTLS
    ca_file: str = ""
    read_confirmation: str = "auto"  # "auto", "always", "never"
    access: Mailbox | None = field(default=None, repr=False)  # auth = "mailbox": whose way of getting a token is used
    password: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True, slots=True)
class Senders:
    allowed: tuple[str, ...] = ()  # "@domain" or "name@domain", lower case
    receipt_to: str = ""
    border: str = ""  # who judges senders: authserv-id of our mail server, or "exchange"; "" nobody
    closed_notice: bool = False  # tell them which day is the first school day, when a message comes on a closed one


@dataclass(frozen=True, slots=True)
class Rehearsal:
    enabled: bool = True
    at: time = time(7, 5)  # local wall time, every school day
    monthly_drill: bool = True
    to: str = ""  # the mailbox's own address; empty: see ``post/rehearsal.py``
    heartbeat_url: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What the administrator declared about places that the program cannot look into: on which day, and for how many
    days something is kept there (0: not at all). ``None``: nothing was declared."""

    recovery_statement: tuple[date, int] | None = None
    logs_statement: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    host: str = "127.0.0.1"
    port: int = 8420
    certificate: str = ""
    key: str = ""
    names: tuple[str, ...] = ()  # further host names under which the page may be opened


@dataclass(frozen=True, slots=True)
class State:
    directory: Path = Path("/var/lib/hwc-school-agent")
    runtime_directory: Path = Path("/run/hwc-school-agent")


@dataclass(frozen=True, slots=True)
class Phone:
    """One line of the phone card. ``role`` as in ``domain.staff.Role``; ``repr`` hides the person."""

    name: str
    role: str
    number: str

    def __repr__(self) -> str:
        return "Phone(...)"


@dataclass(frozen=True, slots=True)
class People:
    phone_card: tuple[Phone, ...] = ()  # whom to telephone when nobody has looked


@dataclass(frozen=True, slots=True)
class Bell:
    group: str = ""  # group that may connect desktop bells; empty: the account of the service only
    host: str = ""  # where bells of other machines connect, with the desk's certificate; empty: nowhere
    port: int = 0
    mail_to: tuple[str, ...] = ()  # get the same mail every school morning, at the look


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one school's agent."""

    school: School
    mailbox: Mailbox
    submission: Submission
    senders: Senders = field(default_factory=Senders)
    hours: Hours = field(default_factory=Hours)
    calendar: Calendar = field(default_factory=Calendar)
    desk: Desk = field(default_factory=Desk)
    state: State = field(default_factory=State)
    unread_school_days: int = 0
    rehearsal: Rehearsal = field(default_factory=Rehearsal)
    people: People = field(default_factory=People)
    bell: Bell = field(default_factory=Bell)
    report: Report = field(default_factory=Report)
    ledger_key: Secret = field(default_factory=lambda: Secret(""))  # encrypts the signing key; empty: nothing does

    @property
    def confirms_reading(self) -> bool:
        """Whether a receipt is also the read confirmation that was asked for (RFC 8098).

        "auto": not with Exchange Online, which may send read notices by itself; the sender must not get both.
        """
        sends_its_own = self.mailbox.auth is Auth.MICROSOFT or self.mailbox.host.endswith(".office365.com")
        wish = self.submission.read_confirmation
        return wish == "always" or (wish == "auto" and not sends_its_own)
