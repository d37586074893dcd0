"""What the inspection report can find: facts in, one finding a place out. Nothing here claims what was not seen.

Promise P6. A finding is a member of a closed list; its sentences stand in ``report_words.py``. The worker
with the mailbox answers words of closed lists (``outcome.py``): no name, count or text of a message can reach the
report.

What a person *handled* is the same as in ``lifecycle.py``: confirmed at the desk, or read and then answered, flagged or
thrown away. A message that still waits for a person is not looked at, not counted and never mentioned: the report says
the same whether or not one waits (promise P5). See docs/report.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from hwc_school_agent.domain.outcome import Access, Folders, Recovery

#: A statement of the administrator is believed for so long.
STATEMENT_DAYS = 366


# -- facts: what was seen, in closed words ------------------------------------------------------------------------


class Files(StrEnum):
    """The state folder, compared with the closed list of files."""

    KNOWN = "files_known"
    OTHERS = "files_others"
    NOT_SEEN = "files_not_seen"


class Switch(StrEnum):
    """Whether something that can write memory to a disk is off."""

    OFF = "off"
    ON = "on"
    NOT_SEEN = "not_seen"


class Platform(StrEnum):
    """Who runs the mail server, as far as its host name tells."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the administrator declared: on ``day``, that something is kept for ``kept`` days (0: not at all)."""

    day: date
    kept: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the report's findings follow from."""

    frozen: date
    first: Folders = Folders.NOT_ESTABLISHED
    second: Folders = Folders.NOT_ESTABLISHED  # on a new connection
    recovery: Recovery = Recovery.NOT_SEEN  # of both looks the one that claims less
    practice: bool = False  # practice mail goes through the mailbox and is erased every school day
    access: Access = Access.NOT_TOLD
    files: Files = Files.NOT_SEEN
    swap: Switch = Switch.NOT_SEEN
    cores: Switch = Switch.NOT_SEEN
    platform: Platform = Platform.OTHER
    recovery_statement: Statement | None = None
    logs_statement: Statement | None = None
    ledger: bool = False  # the ledger was read, and its chain and seals hold
    unread_school_days: int = 0  # ``[retention]``; 0: unread mail is never deleted by a clock


# -- findings -------------------------------------------------------------------------------------------------------


class Place(StrEnum):
    """The rows of the report, in this order."""

    FOLDERS = "folders"
    RECOVERY = "recovery"
    LOGS = "logs"
    ACCESS = "access"
    FILES = "files"
    SWAP = "swap"
    CORES = "cores"


class Finding(StrEnum):
    """Everything the report can say about a place. The first word is the place."""

    FOLDERS_CLEAR_TWICE = "folders_clear_twice"
    FOLDERS_NOT_ESTABLISHED = "folders_not_established"
    RECOVERY_EMPTY = "recovery_empty"
    RECOVERY_KEEPS = "recovery_keeps"
    RECOVERY_REFUSED = "recovery_refused"
    RECOVERY_STATED_NOTHING = "recovery_stated_nothing"
    RECOVERY_STATED_DAYS = "recovery_stated_days"
    RECOVERY_STATEMENT_OLD = "recovery_statement_old"
    RECOVERY_NOT_SEEN_MICROSOFT = "recovery_not_seen_microsoft"
    RECOVERY_NOT_SEEN_GOOGLE = "recovery_not_seen_google"
    RECOVERY_NOT_SEEN = "recovery_not_seen"
    LOGS_STATED = "logs_stated"
    LOGS_STATEMENT_OLD = "logs_statement_old"
    LOGS_MICROSOFT = "logs_microsoft"
    LOGS_GOOGLE = "logs_google"
    LOGS_UNKNOWN = "logs_unknown"
    ACCESS_NOBODY_ELSE = "access_nobody_else"
    ACCESS_OTHERS = "access_others"
    ACCESS_NOT_TOLD = "access_not_told"
    FILES_KNOWN = "files_known"
    FILES_OTHERS = "files_others"
    FILES_NOT_SEEN = "files_not_seen"
    SWAP_OFF = "swap_off"
    SWAP_ON = "swap_on"
    SWAP_NOT_SEEN = "swap_not_seen"
    CORES_OFF = "cores_off"
    CORES_ON = "cores_on"
    CORES_NOT_SEEN = "cores_not_seen"

    @property
    def place(self) -> Place:
        """The row in which it stands."""
        return Place(self.value.partition("_")[0])


class Verdict(StrEnum):
    """The sentence at the top."""

    CLEAR = "clear"  # where the program could look itself, all is as agreed
    NOT_ESTABLISHED = "not_established"  # the folders, our own files or the ledger could not be judged
    ATTENTION = "attention"  # something was seen that is not as agreed


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and the only values that its sentences may carry; all come from the calendar or the configuration."""

    finding: Finding
    stated: date | None = None  # day of the administrator's statement
    days: int | None = None  # how long something is kept
    until: date | None = None  # till when a line about a mail of the day of the report remains


_ATTENTION = frozenset({Finding.RECOVERY_KEEPS, Finding.FILES_OTHERS, Finding.SWAP_ON, Finding.CORES_ON})
_MUST_BE_SEEN = frozenset({Finding.FOLDERS_CLEAR_TWICE, Finding.FILES_KNOWN})

#: How long the platforms keep, in days; sources in docs/report.md.
MICROSOFT_AUDIT_DAYS = 180
GOOGLE_ERASED_DAYS = 180


def judge(facts: Facts) -> tuple[Found, ...]:
    """One finding for each place, in the order of ``Place``. Total: whatever was not seen has a finding too."""
    return (
        Found(_folders(facts)),
        _recovery(facts),
        _logs(facts),
        Found(_ACCESS[facts.access]),
        Found(_FILES[facts.files]),
        Found(_SWAP[facts.swap]),
        Found(_CORES[facts.cores]),
    )


def verdict(found: tuple[Found, ...], facts: Facts) -> Verdict:
    """The sentence at the top. Never better than the worst place that the program can look into itself."""
    seen = {f.finding for f in found}
    if seen & _ATTENTION:
        return Verdict.ATTENTION
    if seen >= _MUST_BE_SEEN and facts.ledger:
        return Verdict.CLEAR
    return Verdict.NOT_ESTABLISHED


def weaker(one: Recovery, other: Recovery) -> Recovery:
    """Of two looks the one that claims less."""
    order = (Recovery.NOT_SEEN, Recovery.REFUSED, Recovery.KEEPS, Recovery.EMPTY)
    return min(one, other, key=order.index)


def platform_of(host: str) -> Platform:
    """Who runs the mail server at ``host`` (lower case)."""
    name = host.rstrip(".")
    if name.endswith((".office365.com", ".outlook.com", ".office.com")):
        return Platform.MICROSOFT
    if name.endswith((".gmail.com", ".googlemail.com", ".google.com")):
        return Platform.GOOGLE
    return Platform.OTHER


_ACCESS: Mapping[Access, Finding] = MappingProxyType(
    {
        Access.NOBODY_ELSE: Finding.ACCESS_NOBODY_ELSE,
        Access.OTHERS: Finding.ACCESS_OTHERS,
        Access.NOT_TOLD: Finding.ACCESS_NOT_TOLD,
    }
)
_FILES: Mapping[Files, Finding] = MappingProxyType(
    {Files.KNOWN: Finding.FILES_KNOWN, Files.OTHERS: Finding.FILES_OTHERS, Files.NOT_SEEN: Finding.FILES_NOT_SEEN}
)
_SWAP: Mapping[Switch, Finding] = MappingProxyType(
    {Switch.OFF: Finding.SWAP_OFF, Switch.ON: Finding.SWAP_ON, Switch.NOT_SEEN: Finding.SWAP_NOT_SEEN}
)
_CORES: Mapping[Switch, Finding] = MappingProxyType(
    {Switch.OFF: Finding.CORES_OFF, Switch.ON: Finding.CORES_ON, Switch.NOT_SEEN: Finding.CORES_NOT_SEEN}
)


def _folders(facts: Facts) -> Finding:
    if facts.first is Folders.CLEAR and facts.second is Folders.CLEAR:
        return Finding.FOLDERS_CLEAR_TWICE
    return Finding.FOLDERS_NOT_ESTABLISHED


def _recovery(facts: Facts) -> Found:
    # Without practice mail a recovery folder holds something only when something was handled: then what is in it would
    # tell of a signal, and it is not said (P5).
    if facts.practice and facts.recovery is Recovery.KEEPS:
        return Found(Finding.RECOVERY_KEEPS)
    if facts.practice and facts.recovery is Recovery.EMPTY:
        return Found(Finding.RECOVERY_EMPTY)
    stated = facts.recovery_statement
    if facts.practice and facts.recovery is Recovery.REFUSED and stated is None:
        return Found(Finding.RECOVERY_REFUSED)
    if stated is not None:
        if _too_old(stated, facts.frozen):
            return Found(Finding.RECOVERY_STATEMENT_OLD, stated.day)
        if stated.kept == 0:
            return Found(Finding.RECOVERY_STATED_NOTHING, stated.day)
        return Found(Finding.RECOVERY_STATED_DAYS, stated.day, stated.kept)
    match facts.platform:
        case Platform.MICROSOFT:
            return Found(Finding.RECOVERY_NOT_SEEN_MICROSOFT)
        case Platform.GOOGLE:
            return Found(Finding.RECOVERY_NOT_SEEN_GOOGLE)
        case Platform.OTHER:
            return Found(Finding.RECOVERY_NOT_SEEN)


def _logs(facts: Facts) -> Found:
    stated = facts.logs_statement
    if stated is not None and _too_old(stated, facts.frozen):
        return Found(Finding.LOGS_STATEMENT_OLD, stated.day)
    if stated is not None:
        return Found(Finding.LOGS_STATED, stated.day, stated.kept, facts.frozen + timedelta(days=stated.kept))
    match facts.platform:
        case Platform.MICROSOFT:
            return Found(Finding.LOGS_MICROSOFT, until=facts.frozen + timedelta(days=MICROSOFT_AUDIT_DAYS))
        case Platform.GOOGLE:
            return Found(Finding.LOGS_GOOGLE, until=facts.frozen + timedelta(days=GOOGLE_ERASED_DAYS))
        case Platform.OTHER:
            return Found(Finding.LOGS_UNKNOWN)


def _too_old(stated: Statement, frozen: date) -> bool:
    """Also one of the future: nobody can have declared it yet."""
    return not timedelta() <= frozen - stated.day <= timedelta(days=STATEMENT_DAYS)
