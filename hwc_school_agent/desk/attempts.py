"""How often somebody may try to log in. Pure: a table goes in, a table comes out.

The wait after a failure is the same whether the name exists or not. There is a wait per name (against guessing
one phrase) and a slower one for all names together (against trying many names).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from hwc_school_agent.domain.board import Attempts
from hwc_school_agent.domain.staff import same_name

FREE = 5  # failures before the first wait
FIRST_WAIT = 30.0
LONGEST_WAIT = 900.0
FORGET = 3600.0
MOST = 200
ALL = "all"  # the row that brakes everybody: ``not_before`` runs ahead of the clock by ALL_STEP per failure
ALL_STEP = 2.0
SPENT_SECONDS = 600.0
ALL_AHEAD = 60.0  # so 30 failures at once, then one every two seconds


#: what lies further ahead was written before the clock was set back: it must lock nobody out
FURTHEST = LONGEST_WAIT + ALL_STEP


def name_key(key: bytes, name: str) -> str:
    """What stands for a typed name: people type pass phrases into the wrong field."""
    return hmac.new(key, b"attempts " + same_name(name).encode(), hashlib.sha256).hexdigest()


def wait(table: Iterable[Attempts], key: str, now: float) -> float:
    """Seconds to wait before a try under this name is looked at; 0 when it may be now."""
    rows = {a.key: a for a in table if a.not_before <= now + FURTHEST}
    own = rows[key].not_before - now if key in rows else 0.0
    everybody = rows[ALL].not_before - now - ALL_AHEAD if ALL in rows else 0.0
    return min(max(own, everybody, 0.0), LONGEST_WAIT)


def failed(table: Iterable[Attempts], key: str, now: float) -> tuple[Attempts, ...]:
    """The table after a failure under this name."""
    rows = {a.key: a for a in table if a.not_before > now - FORGET and (_is_spent(a) or a.not_before <= now + FURTHEST)}
    count = rows[key].failures + 1 if key in rows else 1
    delay = 0.0 if count < FREE else min(FIRST_WAIT * 2.0 ** (count - FREE), LONGEST_WAIT)
    everybody = rows.pop(ALL, Attempts(ALL, 0, now))
    rows[key] = Attempts(key, min(count, 1000), now + delay)
    while len(rows) > MOST - 1:
        del rows[min(rows, key=lambda k: rows[k].not_before)]
    rows[ALL] = Attempts(ALL, 0, min(max(everybody.not_before, now), now + LONGEST_WAIT) + ALL_STEP)
    return tuple(rows.values())


def _is_spent(row: Attempts) -> bool:
    return row.key.startswith("spent ")


def spent(table: Iterable[Attempts], mark: str, now: float) -> tuple[Attempts, ...]:
    """The table after a passkey's challenge was used; it is remembered for longer than it holds."""
    kept = (a for a in table if not _is_spent(a) or a.not_before > now)
    return (*kept, Attempts(f"spent {mark}", 0, now + SPENT_SECONDS))


def is_spent(table: Iterable[Attempts], mark: str) -> bool:
    """Whether this challenge was used before."""
    return any(a.key == f"spent {mark}" for a in table)


def succeeded(table: Iterable[Attempts], key: str) -> tuple[Attempts, ...]:
    """The table after a log-in under this name: its failures are forgiven."""
    return tuple(a for a in table if a.key != key)
