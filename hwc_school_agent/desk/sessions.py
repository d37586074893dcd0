"""The table of who is logged in. ``watch`` keeps it between two desks; only the hash of a cookie is in it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hwc_school_agent.domain.board import Session
from hwc_school_agent.settings import Hours

VIEW_SECONDS = 300.0  # after this a page covers itself
LATE_SECONDS = 1800.0  # a session that begins after the end of the day
FRESH_SECONDS = 300.0  # after logging in, a passkey may be added without logging in again: no longer, for the sake of
# a screen that is left alone
MOST = 40
MOST_PER_NAME = 5


def key_of(token: str) -> str:
    """The name of a session in the table: SHA-256 of the cookie, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def until(now: float, hours: Hours, timezone: str) -> float:
    """When a session that begins now ends: with the morning watch, else with the day, else after half an hour."""
    zone = ZoneInfo(timezone)
    here = datetime.fromtimestamp(now, zone)
    for end in (hours.morning_end, hours.day_end):
        if here.time() < end:
            return datetime.combine(here.date(), end, zone).timestamp()
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), zone).timestamp()
    return min(now + LATE_SECONDS, midnight)


@dataclass(slots=True)
class Table:
    """The sessions of this process, to be sent to ``watch`` as a whole after every change."""

    rows: tuple[Session, ...]

    def find(self, token: str, now: float) -> Session | None:
        """The session of a cookie, if it has not ended."""
        if not token:
            return None
        key = key_of(token)
        return next((s for s in self.rows if s.key == key and s.until > now), None)

    def find_key(self, key: str) -> Session | None:
        """The session with this key, ended or not."""
        return next((s for s in self.rows if s.key == key), None)

    def begin(self, name: str, role: str, end: float, now: float, stamp: str = "") -> tuple[str, Session]:
        """Log somebody in. Returns cookie and session. The oldest session of a name goes when it has too many."""
        token = secrets.token_hex(32)
        session = Session(key_of(token), name, role, end, stamp=stamp, fresh_until=min(now + FRESH_SECONDS, end))
        rows = [s for s in self.rows if s.until > now]
        same = [s for s in rows if s.name == name]
        for old in same[: max(0, len(same) - MOST_PER_NAME + 1)]:
            rows.remove(old)
        self.rows = (*rows[-MOST + 1 :], session)
        return token, session

    def change(self, session: Session) -> None:
        """Put a changed session in the place of the old one (same key)."""
        self.rows = tuple(session if s.key == session.key else s for s in self.rows)

    def rotate(self, session: Session) -> tuple[str, Session]:
        """Give a session a new cookie. Chromium then forgets the pages that were shown under the old one (bfcache)."""
        token = secrets.token_hex(32)
        new = replace(session, key=key_of(token))
        self.rows = tuple(new if s.key == session.key else s for s in self.rows)
        return token, new

    def end(self, session: Session) -> None:
        """Log somebody out."""
        self.rows = tuple(s for s in self.rows if s.key != session.key)

    def viewed_by_others(self, session: Session, now: float) -> frozenset[str]:
        """Handles that are uncovered for somebody else at this moment; a second screen of one's own is nobody else."""
        return frozenset(
            s.viewing for s in self.rows if s.name != session.name and s.viewing and min(s.viewing_until, s.until) > now
        )
