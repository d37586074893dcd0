"""No Dutch in the code that the catalogues do not know, but for what is declared here, each with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.language.catalogue import PACKAGE, literals, texts

#: Everyday words of Dutch that are no words of English, of Python or of a mail protocol.
DUTCH = frozenset(
    """aan alle alleen als bij dan dat deze dit een eerst en geef geen hebt heeft het hier hij ik je jij kan kijk kon
    kunnen maak maar mag met moet naar nee niet niets nog nu ook pas probeer staat stuur te tot uit uw van voor vraag
    wat weer werd wie wordt worden ze zelf zet zijn zo""".split()  # noqa: SIM905
)

#: File: why its Dutch is in no catalogue. A pattern stands for files of one kind.
DECLARED = {
    "doctor/words_nl*.py": "a table of its own, chosen by a closed code; words_en*.py is held against it",
    "doctor/sheets/*.py": "both languages side by side in ``Both``; the test below looks into each",
    "domain/report_dutch.py": "a table of its own, frozen into reports; report_english.py is held against it",
    "proof/visit_words.py": "a table of its own, both languages in it",
    "watch/status.py": "the process that stays has no catalogue; both languages side by side",
    "domain/facts.py": "what senders write, to be understood",
    "domain/names.py": "what senders write, to be understood",
    "domain/wrapping.py": "what senders write, to be understood",
    "mailbox/folders.py": "what mail servers call their folders",
    "domain/rehearsal.py": "practice mail of ours: recognised letter by letter, and old ones have to be found too",
    "mailbox/trial.py": "practice mail of ours, erased in the same second",
    "demo/signals.py": "what the pretend Veilig Thuis mails: in Dutch, as the real one does",
}


def dutch(text: str) -> bool:
    """Whether a text is Dutch for people: two words with a space between them, and one of them in the list."""
    return bool(re.search(r"[^\W\d_] +[^\W\d_]|[^\W\d_][,;:.] [^\W\d_]", text)) and bool(
        DUTCH & set(re.findall(r"[^\W\d_]+", text.lower()))
    )


def unknown(source: str, known: set[str]) -> list[str]:
    """Dutch texts in a piece of Python that no catalogue knows; also the pieces of an f-string."""
    return [n.value for n in literals(ast.parse(source)) if dutch(n.value) and n.value not in known]


def _known() -> set[str]:
    return {form for m in texts() if m.id for form in ((m.id,) if isinstance(m.id, str) else m.id)}


def _found() -> Iterator[tuple[str, list[str]]]:
    known = _known()
    for path in sorted(PACKAGE.rglob("*.py")):
        if said := unknown(path.read_text("utf-8"), known):
            yield path.relative_to(PACKAGE).as_posix(), said


def test_every_dutch_text_is_in_the_catalogues_or_declared() -> None:
    found = dict(_found())
    assert {n: said for n, said in found.items() if not any(fnmatch(n, pattern) for pattern in DECLARED)} == {}
    assert [pattern for pattern in DECLARED if not any(fnmatch(n, pattern) for n in found)] == [], "no longer needed"


def test_what_stands_side_by_side_is_dutch_and_english() -> None:
    """In the administrator's sheets: the first text of each pair, and never the second."""
    for path in (PACKAGE / "doctor/sheets").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        pairs = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Both"]
        english = {text.value for pair in pairs for text in literals(pair.args[1])}
        assert [text for text in english if dutch(text)] == []
        inside = {text.value for pair in pairs for text in literals(pair)}
        assert [t.value for t in literals(tree) if dutch(t.value) and t.value not in inside] == [], path.name


@pytest.mark.parametrize(
    "source",
    [
        'say("De mail is nog niet gelezen.")',
        'say(f"Er zijn {n} berichten voor je.")',
        'raise Stop(1, "Het bestand is niet te lezen.")',
        'TEXTS = {1: ("Zet de klok goed.",)}',
    ],
)
def test_a_text_that_was_forgotten_is_found(source: str) -> None:
    assert unknown(source, set())


@pytest.mark.parametrize(
    "source",
    [
        '"""Het is nog niet klaar."""',
        'say("The period ends before it begins.")',
        'tr("De mail is nog niet gelezen.")',
        'CODES = ("niet-van-ons", "nog-een")',
    ],
)
def test_what_is_no_forgotten_text_is_not_found(source: str) -> None:
    assert unknown(source, {"De mail is nog niet gelezen."}) == []


# -- one word for one thing (docs/language.md) -----------------------------------------------------------------------

#: What people read that stands in tables of its own.
TABLES = ("doctor/words_nl*.py", "doctor/sheets/*.py", "domain/report_dutch.py", "proof/visit_words.py")
#: Another word for the same thing, and the word we use.
INSTEAD = {
    r"u|uw": "je",
    r"bladzijdes?|bladzijden": "pagina",
    r"grootboek": "controleboek",
    r"ontvangstbericht\w*|bevestigingen": "ontvangstbevestiging",
    r"ochtendwacht": "ochtenddienst",
    r"melder": "afzender",
    r"behandelde?": "afgehandeld",
    r"haar|zij komt": "die",  # of a thing; of people we say *ze*
    r"oefenmail": "proefmail",
}


def said() -> list[str]:
    """Every Dutch text for people: those of the catalogues, and those of the tables."""
    files = [path for pattern in TABLES for path in sorted(PACKAGE.glob(pattern))]
    return [*_known(), *(n.value for path in files for n in literals(ast.parse(path.read_text("utf-8"))))]


def other_words(text: str) -> list[str]:
    """The words in a text for which we have another."""
    return [other for other in INSTEAD if re.search(rf"(?<![\w-])(?:{other})(?!\w)", text.lower())]


def test_one_word_for_one_thing() -> None:
    assert len(said()) > 1000
    assert {text: words for text in said() if (words := other_words(text))} == {}
    assert other_words("Vult u dit zelf in.")
    assert not other_words("Bel over een uur.")
