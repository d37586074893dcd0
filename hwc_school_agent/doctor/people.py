"""The people: somebody for each role that is rung."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.staff import Role

_ROLES = {Role.CONTACT: Check.NO_CONTACT, Role.BACKUP: Check.NO_BACKUP, Role.HEAD: Check.NO_HEAD}


def roles(directory: Path) -> frozenset[Role] | None:
    """The roles that somebody has; ``None`` when the list cannot be read."""
    from hwc_school_agent import staff_file

    try:
        return frozenset(person.role for person in staff_file.people(directory))
    except (staff_file.StaffError, OSError):
        return None


def judge(present: Collection[Role] | None) -> list[Finding]:
    """One finding a role; one in all when the list cannot be read."""
    if present is None:
        return [found(Check.STAFF_FILE)]
    return [(well if role in present else found)(check) for role, check in _ROLES.items()]
