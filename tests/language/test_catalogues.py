"""The catalogues are complete, in step with the code, and fit where they are used."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.language import DUTCH
from tests.language import catalogue
from tests.language.catalogue import PACKAGE, literals, sources, texts

CODES = catalogue.languages()
#: What may never stand on a screen or in a mail, in either language.
NEVER = ("slachtoffer", "geweld", "dader", "mishandel", "victim", "violence", "abuse", "perpetrator")
_PLACE = re.compile(r"%\((\w+)\)[\d.]*[a-z]")
_TAG = re.compile(r"</?\w+>")


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())  # type: ignore[arg-type]


def pairs(code: str) -> list[tuple[str, str]]:
    """Each form of each text beside its translation."""
    found = []
    for message in catalogue.translated(code):
        if message.id:
            ours, theirs = forms(message.id), forms(message.string)
            found += [(ours[min(i, len(ours) - 1)], their) for i, their in enumerate(theirs)]
    return found


def test_english_is_there() -> None:
    assert "en" in CODES
    assert language("en").code == "en"


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_is_in_step_with_the_code(code: str) -> None:
    wanted = catalogue.as_po(catalogue.renewed(code), code).decode()
    assert catalogue.path_of(code, ".po").read_text("utf-8") == wanted, "run: make messages"


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_catalogue_is_the_readable_one(code: str) -> None:
    compiled = catalogue.as_mo(catalogue.translated(code))
    assert catalogue.path_of(code, ".mo").read_bytes() == compiled, "run: make messages"
    spoken = language(code)
    for message in catalogue.translated(code):
        if isinstance(message.id, str) and message.id:
            assert spoken.gettext(message.id) == message.string


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_missing_or_doubtful(code: str) -> None:
    messages = [m for m in catalogue.translated(code) if m.id]
    assert [m.id for m in messages if not all(forms(m.string) or ("",))] == []
    assert [m.id for m in messages if m.fuzzy] == []
    assert {m.id for m in messages} == {m.id for m in texts() if m.id}


@pytest.mark.parametrize("code", CODES)
def test_a_translation_fits_where_it_is_used(code: str) -> None:
    for ours, theirs in pairs(code):
        assert set(_PLACE.findall(theirs)) == set(_PLACE.findall(ours)), ours
        assert Counter(_TAG.findall(theirs)) == Counter(_TAG.findall(ours)), ours
        assert '"' not in theirs + ours, ours  # a text may stand in an attribute: use ‘ and ’
        assert "%" not in _PLACE.sub("", theirs), ours
        assert (theirs[0].isspace(), theirs[-1].isspace()) == (ours[0].isspace(), ours[-1].isspace()), ours
        assert (ours[-1] in ".:?,") == (theirs[-1] in ".:?,"), ours


@pytest.mark.parametrize("code", ["nl", *CODES])
def test_texts_stay_calm(code: str) -> None:
    said = [theirs for _, theirs in pairs(code)] if code in CODES else [f for m in texts() if m.id for f in forms(m.id)]
    assert len(said) > 200
    assert [text for text in said if any(word in text.lower() for word in NEVER)] == []


# -- every text is marked ------------------------------------------------------------------------------------------

_JINJA = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
_SHOWN_ATTRIBUTES = re.compile(r'\b(?:aria-label|alt|title|placeholder|content)="([^"]*)"')
#: The same in every language: names, numbers, and what machines read.
_NAMES = re.compile(r"Handle with Care|Veilig Thuis|0800 2000|width=device-width, initial-scale=\d|same-origin|"
                    r"noindex, nofollow|notranslate|light dark|no-referrer|default-src [-a-z;' ]+")  # fmt: skip


def unmarked(template: str) -> list[str]:
    """Words in a template that no catalogue could translate."""
    bare = _JINJA.sub(" ", template)
    shown = [*re.sub(r"<[^>]*>", "\n", bare).split("\n"), *_SHOWN_ATTRIBUTES.findall(bare)]
    return [text.strip() for text in shown if re.search(r"[^\W\d_]{2}", _NAMES.sub("", text))]


TEMPLATES = [p for p in sources() if p.suffix == ".html"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_every_text_of_a_template_is_marked(path: object) -> None:
    assert unmarked(path.read_text("utf-8")) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "template", ["<p>Niets te doen</p>", '<a title="Sluiten">{{ _("x") }}</a>', "{% if a %}ja{% endif %}"]
)
def test_an_unmarked_text_is_found(template: str) -> None:
    assert unmarked(template)


#: Python files that hold texts for the page or for a sender, and nothing else with a space in it.
SPEAKING = ("desk/words.py", "desk/render.py", "domain/receipt.py", "domain/language.py")


@pytest.mark.parametrize("name", SPEAKING)
def test_every_sentence_in_a_speaking_file_is_marked(name: str) -> None:
    known = {form for m in texts() if m.id for form in forms(m.id)}
    sentences = {n.value for n in literals(ast.parse((PACKAGE / name).read_text("utf-8"))) if _is_sentence(n.value)}
    assert sentences - known == set()


def _is_sentence(text: object) -> bool:
    """Two words with a space between them; not what only a browser or a programmer reads."""
    return bool(re.search(r"[a-zé]{2},? [a-z]{2}", str(text))) and not re.search(
        r"max-age=|no receipt is owed", str(text)
    )


def called_with(name: str) -> set[str]:
    """Texts that a file hands to ``tr``, ``mark`` or ``plural``; also within an f-string, where none is extracted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / name).read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in catalogue.KEYWORDS:
            found |= {a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def test_every_call_is_extracted() -> None:
    known = {form for m in texts() if m.id for form in forms(m.id)}
    for path in sources():
        if path.suffix == ".py":
            assert called_with(path.relative_to(PACKAGE).as_posix()) - known == set()


@pytest.mark.parametrize("name", ["desk/static/bureau.js", "desk/static/sleutel.js", "demo/static/proef.js"])
def test_scripts_hold_no_texts(name: str) -> None:
    script = (PACKAGE / name).read_text("utf-8")
    code = re.sub(r"(?m)//.*$|/\*.*?\*/", "", script)
    spoken = [s for s in re.findall(r'"([^"\n]*)"', code) if re.search(r"[a-z]{2,} [a-z]{2,}", s)]
    assert [s for s in spoken if s not in ("use strict", "#pagina h1")] == []


# -- dates and times -----------------------------------------------------------------------------------------------


def test_dates_and_times_as_people_write_them() -> None:
    from datetime import datetime

    at = datetime(2026, 10, 19, 7, 4)
    english = language("en")
    assert (DUTCH.weekday(at), DUTCH.day(at)) == ("maandag 19 oktober 2026", "19 oktober 2026")
    assert (DUTCH.clock(at), DUTCH.hour(at), DUTCH.hour_shape) == ("07.04", "07.04 uur", "{h}.{m} uur")
    assert (english.weekday(at), english.day(at)) == ("Monday 19 October 2026", "19 October 2026")
    assert (english.clock(at), english.hour(at), english.hour_shape) == ("07:04", "07:04", "{h}:{m}")


def test_a_language_without_a_catalogue_speaks_dutch() -> None:
    assert language("xx") is DUTCH
    assert DUTCH.plural("%(n)d map", "%(n)d mappen", 1) == "1 map"
    assert DUTCH.plural("%(n)d map", "%(n)d mappen", 0) == "0 mappen"
