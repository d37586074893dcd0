"""What a language gives: a text for every check, names for areas and levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from hwc_school_agent.doctor.codes import Area, Check, Level
from hwc_school_agent.domain.staff import Role


@dataclass(frozen=True, slots=True)
class Text:
    """``good`` is empty where nothing is said when all is well."""

    bad: str
    action: str
    good: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    texts: Mapping[Check, Text]
    areas: Mapping[Area, str]
    levels: Mapping[Level, str]
    summary: Callable[[int, int, int], str]  # faults, warnings, good
    day: Callable[[date], str]
    why: Mapping[str, str]  # why a certificate is refused
    roles: Mapping[Role, str]
