"""Every page in both languages: no word of the one on a page of the other."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.desk.views import CHILD, LETTER, SCHOOL, SISTER, VIEWS, html

DUTCH = frozenset(
    """aan al alle als bericht bij bureau dan dat de deze dit een er geen gewist heb hebt het hier iemand ja je jij jouw
    jullie kan kijk klaar kun maar mag met moet naar nee niet niets nog nu ontvangen ook pas postbus signaal staat te
    tot uit uur van vanmorgen voor wat weer wel werd wij wordt worden ze zelf zich zijn zo""".split()  # noqa: SIM905
)
ENGLISH = frozenset(
    """and are been cannot does for from has have if message not nothing now our received school’s that the then there
    they this when will with you your yes""".split()  # noqa: SIM905
)
#: The same in both languages: names, numbers, codes and what was in the message.
SAME = (
    *(SCHOOL, LETTER, CHILD.name, SISTER.name, "Handle with Care", "Veilig Thuis", "0800 2000", "HWC-", "Message-ID"),
    *("Anouk Kwakernaat", "Bram Kwakernaat"),
    *("[submission] from", "[rehearsal] to"),
)


class _Texts(HTMLParser):
    """What a page says to people: its text, and the attributes that are spoken or shown."""

    SPOKEN = (
        "aria-label",
        "alt",
        "title",
        "placeholder",
        "data-oproep",
        "data-titel",
        "data-tellend",
        "data-nu",
        "data-klok",
        "data-geantwoord",
        "data-gestopt",
    )

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in self.SPOKEN]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def texts_of(page: str) -> list[str]:
    reader = _Texts()
    reader.feed(page)
    said = []
    for text in reader.texts:
        for same in SAME:
            text = text.replace(same, " ")
        if re.search(r"[^\W\d_]", text):
            said.append(" ".join(text.split()))
    return said


def words_of(page: str) -> set[str]:
    return {w for text in texts_of(page) for w in re.findall(r"[^\W\d_]+(?:’s)?", text.lower())}


@pytest.mark.parametrize("name", VIEWS)
def test_no_dutch_on_an_english_page(name: str) -> None:
    page = html(name, "en")
    assert '<html lang="en"' in page
    assert words_of(page) & DUTCH == set()


@pytest.mark.parametrize("name", VIEWS)
def test_no_english_on_a_dutch_page(name: str) -> None:
    page = html(name, "nl")
    assert '<html lang="nl"' in page
    assert words_of(page) & ENGLISH == set()


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_is_the_same_in_both_languages(name: str) -> None:
    """Finds what the lists of words do not know: a text that nobody translated is the same text."""
    both = set(texts_of(html(name, "nl"))) & set(texts_of(html(name, "en")))
    assert both <= {"Contact", "(code"}


@pytest.mark.parametrize("name", VIEWS)
def test_both_pages_have_the_same_bones(name: str) -> None:
    tags = [re.findall(r"<(/?\w+)", html(name, code)) for code in ("nl", "en")]
    assert tags[0] == tags[1]


def test_the_lists_of_words_find_the_other_language() -> None:
    assert words_of(html("calm", "nl")) & DUTCH
    assert words_of(html("calm", "en")) & ENGLISH


def test_every_template_is_in_the_table() -> None:
    from hwc_school_agent.desk.pages import View

    seen = {re.search(r'data-stand="(\w+)"', html(name)) for name in VIEWS}
    assert {match[1] for match in seen if match} == {view.value for view in View}
