"""Reads the catalogues in ``locale/`` (GNU gettext). How they are made: docs/language.md."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from hwc_school_agent.domain.language import DUTCH, Language

DOMAIN = "hwc_school_agent"
LOCALE = Path(__file__).parent / "locale"


@cache
def language(code: str) -> Language:
    """The language of ``[school] language``. One without a readable catalogue speaks Dutch, and says that it does."""
    if code == DUTCH.code:
        return DUTCH
    try:
        found = gettext.translation(DOMAIN, LOCALE, [code])
    except (OSError, UnicodeDecodeError, ValueError):
        return DUTCH
    return Language(code, found.gettext, found.ngettext)
