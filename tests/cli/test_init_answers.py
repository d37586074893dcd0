"""What ``init`` says of a wrong answer: in its language, whatever the rule of the configuration says."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from hwc_school_agent import cli_init_answers, settings_rules, settings_shape
from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.language import DUTCH
from tests.language import test_pages as words

#: The rules that ``init`` asks by, with an answer for each of their faults.
WRONG: list[tuple[Callable[[str], object], str]] = [
    (settings_rules.line, ""),
    (settings_rules.line, "a\tb"),
    (settings_rules.host, "imaps://x"),
    (settings_rules.host, "mail.x.example:993"),
    (settings_rules.host, "geen naam"),
    (settings_rules.mail_address, "x"),
    (settings_rules.sender, "x"),
    (settings_rules.period, "morgen"),
    (settings_rules.period, "2027-01-03/2026-12-19"),
    (settings_rules.period, "2026-12-19/2029-01-03"),
]


def told() -> Iterator[tuple[str, str]]:
    """Sentence and remedy of every wrong answer, and of everything that can be wrong with the hours."""
    for rule, answer in WRONG:
        with pytest.raises(settings_rules.Wrong) as wrong:
            rule(answer)
        yield wrong.value.sentence, wrong.value.remedy
    clocks = [n for n in ast.walk(_tree(settings_rules)) if isinstance(n, ast.FunctionDef) and n.name in CLOCKS]
    (section,) = [n for n in ast.walk(_tree(settings_shape)) if isinstance(n, ast.ClassDef) and n.name == HOURS]
    for part in (*clocks, section):
        for call in ast.walk(part):
            if isinstance(call, ast.Call) and ast.unparse(call.func).lower() == "wrong":
                yield tuple(ast.literal_eval(argument) for argument in call.args)


CLOCKS, HOURS = ("clock", "span"), "HoursSection"


def _tree(module: object) -> ast.Module:
    with open(str(module.__file__), encoding="utf-8") as stream:  # type: ignore[attr-defined]
        return ast.parse(stream.read())


def test_everything_that_can_be_wrong_is_said_in_the_language_of_the_questions() -> None:
    said = list(told())
    assert len(said) > len(WRONG) + 7
    for sentence, remedy in said:
        ours = cli_init_answers.told(DUTCH, sentence, remedy)
        assert ours != f"{sentence} {remedy}", sentence
        assert words.words_of(ours) & words.ENGLISH == set()
        assert words.words_of(cli_init_answers.told(language("en"), sentence, remedy)) & words.DUTCH == set()
    assert {f"{sentence} {remedy}" for sentence, remedy in said} == set(cli_init_answers.faults()), "no longer needed"


def test_what_we_have_no_words_for_is_said_as_the_rule_says_it() -> None:
    assert cli_init_answers.told(DUTCH, "A new fault.", "Mend it.") == "A new fault. Mend it."
