"""The line of ``systemctl status``, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hwc_school_agent.domain.board import Board, Health, Trouble
from hwc_school_agent.watch.status import Word, status
from tests.language.test_pages import DUTCH, ENGLISH

AT = datetime(2026, 11, 23, 7, 9, tzinfo=UTC).timestamp()
TROUBLE = Board(AT, Health.TROUBLE, trouble=Trouble.NO_ANSWER, trouble_since=AT)


def test_in_both_languages() -> None:
    assert status(TROUBLE, AT, "; x", "UTC") == (
        "storing sinds 07.09: kan niet in de postbus kijken (HWC-210); laatste blik 07.09; x"
    )
    assert status(TROUBLE, None, "", "UTC", "en") == (
        "trouble since 07:09: cannot look into the mailbox (HWC-210); not looked yet"
    )
    assert status(TROUBLE, AT, "", "UTC", "xx") == status(TROUBLE, AT, "", "UTC", "nl")


def test_every_word_has_both_with_the_same_facts() -> None:
    for word in Word:
        dutch, english = word.value
        facts = [sorted(re.findall(r"\{(\w+)", said)) for said in (dutch, english)]
        assert facts[0] == facts[1], word
        assert not set(re.findall(r"\w+", english)) & DUTCH
        assert not set(re.findall(r"\w+", dutch)) & ENGLISH
