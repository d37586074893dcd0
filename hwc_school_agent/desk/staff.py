"""The staff file as the desk reads it: again whenever it changed, so that a person who was removed is out at once."""

from __future__ import annotations

from pathlib import Path

from hwc_school_agent import staff_file
from hwc_school_agent.domain.board import Session
from hwc_school_agent.domain.staff import Passkey, Person, same_name


class Staff:
    """Looks people up by name. A file that cannot be read lets nobody in."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen: tuple[int, int, int] | None = None
        self._people: tuple[Person, ...] = ()
        self.damaged = False

    def find(self, name: str) -> Person | None:
        """The person of a typed name."""
        wanted = same_name(name)
        return next((p for p in self._now() if same_name(p.name) == wanted), None) if wanted else None

    def still(self, session: Session) -> bool:
        """Whether the person of a session is still on the list, and the administrator has changed nothing since."""
        person = self.find(session.name)
        return person is not None and (person.role.value, person.stamp) == (session.role, session.stamp)

    def unreadable(self) -> bool:
        """Whether the file is damaged, or may not be read: then nobody can log in, and ICT has to mend it."""
        self._now()
        return self.damaged

    def add_passkey(self, session: Session, key: Passkey) -> bool:
        """Keep a passkey for the person of a session. ``False``: the file cannot be changed like that."""
        try:
            staff_file.add_passkey(self._directory, session.name, session.stamp, key)
        except (OSError, staff_file.StaffError):
            return False
        return True

    def everybody(self) -> tuple[Person, ...]:
        """All people, in the order of the file."""
        return self._now()

    def _now(self) -> tuple[Person, ...]:
        try:
            stat = (self._directory / staff_file.FILE).stat()
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen != self._seen:
                self._people = staff_file.people(self._directory)
                self._seen = seen
            self.damaged = False
        except FileNotFoundError:
            self._people, self._seen, self.damaged = (), None, False
        except (OSError, staff_file.StaffError):
            self._people, self._seen, self.damaged = (), None, True
        return self._people
