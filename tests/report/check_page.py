"""Puts the sentences of ``nakijken.html`` into it, in every language: ``python -m tests.report.check_page``.

The page stays one file that needs no server; a test says when its sentences are no longer those of the catalogues.
"""

from __future__ import annotations

import json
import re

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain import key_words
from hwc_school_agent.domain.language import DATE, DUTCH, MONTHS
from hwc_school_agent.proof.frozen import CHECK_PAGE
from hwc_school_agent.proof.report_page import words_of
from hwc_school_agent.proof.verdict_words import Say
from tests.language.catalogue import languages

_TYPED = {name: getattr(key_words, name) for name in ("WORD_UNKNOWN", "WORD_COUNT", "WORDS_UNLIKE")}
_TEXTS = re.compile(r"(?m)^const TEXTS = .*;$")
_PLACE = re.compile(r'(<\w+(?: lang="(?P<code>\w+)")?[^>]*? data-say="(?P<name>\w+)">)[^<]*')


def texts(code: str, page: str) -> dict[str, object]:
    """What the page says in a language: the sentences it names."""
    tr = language(code)
    known = {say.name: say.value for say in Say} | _TYPED
    said: dict[str, object] = {name: tr.gettext(text) for name, text in known.items() if f'"{name}"' in page}
    said |= {"DATE": tr.gettext(DATE), "MONTHS": [tr.gettext(month) for month in MONTHS]}
    return said | {"VERDICTS": {verdict.value: words for verdict, words in words_of(code).verdicts.items()}}


def renewed(page: str) -> str:
    """The page with its sentences as they have to be."""
    bare = _TEXTS.sub("const TEXTS = {};", page)
    table = {code: texts(code, bare) for code in (DUTCH.code, *languages())}
    line = f"const TEXTS = {json.dumps(table, ensure_ascii=False)};"
    page = _TEXTS.sub(lambda _: line, page)
    return _PLACE.sub(lambda m: m[1] + language(m["code"] or DUTCH.code).gettext(Say[m["name"]].value), page)


if __name__ == "__main__":
    CHECK_PAGE.write_text(renewed(CHECK_PAGE.read_text("utf-8")), "utf-8")
