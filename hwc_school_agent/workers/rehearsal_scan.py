"""The last leg of a rehearsal: is the name of its child left in the memory of ``watch``? It must never have been there.

This child works the name out anew, from the key and the nonce; it dies with it.
"""

from __future__ import annotations

from collections.abc import Callable

from hwc_school_agent.domain import rehearsal
from hwc_school_agent.domain.outcome import Kind, Rehearsing
from hwc_school_agent.host.own_memory import OwnMemory
from hwc_school_agent.post.rehearsal import key_of
from hwc_school_agent.settings import Settings


def run(settings: Settings, memory: OwnMemory | None, nonce: str, say: Callable[[Rehearsing], None]) -> None:
    """Say CLEAN, FOUND or NOT_SCANNED. The nonce is in the memory of ``watch`` and proves that the search works."""
    if memory is None:
        say(Rehearsing.NOT_SCANNED)
        return
    word = rehearsal.rare_word(rehearsal.child_of(key_of(settings), Kind.REHEARSAL, nonce))
    found = memory.holds(word, nonce)
    say({True: Rehearsing.FOUND, False: Rehearsing.CLEAN, None: Rehearsing.NOT_SCANNED}[found])
