"""P6: no sentence of the report claims more than the facts. What each finding needs is said once more here, by hand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hwc_school_agent.domain.findings import (
    STATEMENT_DAYS,
    Facts,
    Files,
    Finding,
    Place,
    Platform,
    Statement,
    Switch,
    Verdict,
    judge,
    platform_of,
    verdict,
    weaker,
)
from hwc_school_agent.domain.outcome import Access, Folders, Recovery
from hwc_school_agent.domain.report_dutch import DUTCH
from hwc_school_agent.domain.report_english import ENGLISH
from hwc_school_agent.domain.report_words import Words

F = Finding
TODAY = date(2026, 12, 1)
STATEMENTS = (
    None,
    Statement(TODAY, 0),
    Statement(TODAY - timedelta(days=11), 14),
    Statement(TODAY - timedelta(days=STATEMENT_DAYS + 1), 0),
    Statement(TODAY + timedelta(days=1), 0),
)


def valid(statement: Statement | None) -> bool:
    return statement is not None and 0 <= (TODAY - statement.day).days <= STATEMENT_DAYS


def untold(f: Facts) -> bool:
    """Nothing was seen of the recovery area that may be told."""
    return f.recovery in (Recovery.NOT_SEEN, Recovery.REFUSED) or not f.practice


#: finding -> the facts without which it must not be made
NEEDS: Mapping[Finding, Callable[[Facts], bool]] = {
    F.FOLDERS_CLEAR_TWICE: lambda f: f.first is Folders.CLEAR and f.second is Folders.CLEAR,
    F.FOLDERS_NOT_ESTABLISHED: lambda f: Folders.NOT_ESTABLISHED in (f.first, f.second),
    F.RECOVERY_EMPTY: lambda f: f.recovery is Recovery.EMPTY and f.practice,
    F.RECOVERY_KEEPS: lambda f: f.recovery is Recovery.KEEPS and f.practice,
    F.RECOVERY_REFUSED: lambda f: f.recovery is Recovery.REFUSED and f.practice and f.recovery_statement is None,
    F.RECOVERY_STATED_NOTHING: lambda f: (
        untold(f)
        and valid(f.recovery_statement)
        and f.recovery_statement is not None
        and f.recovery_statement.kept == 0
    ),
    F.RECOVERY_STATED_DAYS: lambda f: (
        untold(f) and valid(f.recovery_statement) and f.recovery_statement is not None and f.recovery_statement.kept > 0
    ),
    F.RECOVERY_STATEMENT_OLD: lambda f: (
        untold(f) and f.recovery_statement is not None and not valid(f.recovery_statement)
    ),
    F.RECOVERY_NOT_SEEN_MICROSOFT: lambda f: (
        untold(f) and f.recovery_statement is None and f.platform is Platform.MICROSOFT
    ),
    F.RECOVERY_NOT_SEEN_GOOGLE: lambda f: untold(f) and f.recovery_statement is None and f.platform is Platform.GOOGLE,
    F.RECOVERY_NOT_SEEN: lambda f: untold(f) and f.recovery_statement is None and f.platform is Platform.OTHER,
    F.LOGS_STATED: lambda f: valid(f.logs_statement),
    F.LOGS_STATEMENT_OLD: lambda f: f.logs_statement is not None and not valid(f.logs_statement),
    F.LOGS_MICROSOFT: lambda f: f.logs_statement is None and f.platform is Platform.MICROSOFT,
    F.LOGS_GOOGLE: lambda f: f.logs_statement is None and f.platform is Platform.GOOGLE,
    F.LOGS_UNKNOWN: lambda f: f.logs_statement is None and f.platform is Platform.OTHER,
    F.ACCESS_NOBODY_ELSE: lambda f: f.access is Access.NOBODY_ELSE,
    F.ACCESS_OTHERS: lambda f: f.access is Access.OTHERS,
    F.ACCESS_NOT_TOLD: lambda f: f.access is Access.NOT_TOLD,
    F.FILES_KNOWN: lambda f: f.files is Files.KNOWN,
    F.FILES_OTHERS: lambda f: f.files is Files.OTHERS,
    F.FILES_NOT_SEEN: lambda f: f.files is Files.NOT_SEEN,
    F.SWAP_OFF: lambda f: f.swap is Switch.OFF,
    F.SWAP_ON: lambda f: f.swap is Switch.ON,
    F.SWAP_NOT_SEEN: lambda f: f.swap is Switch.NOT_SEEN,
    F.CORES_OFF: lambda f: f.cores is Switch.OFF,
    F.CORES_ON: lambda f: f.cores is Switch.ON,
    F.CORES_NOT_SEEN: lambda f: f.cores is Switch.NOT_SEEN,
}

#: The only findings whose sentences may say that something is not there: what was seen, or what somebody declared
#: (then the sentence says who).
SAW_NOTHING = {F.FOLDERS_CLEAR_TWICE, F.RECOVERY_EMPTY, F.ACCESS_NOBODY_ELSE, F.FILES_KNOWN, F.SWAP_OFF, F.CORES_OFF}
DECLARED = {F.RECOVERY_STATED_NOTHING, F.RECOVERY_STATED_DAYS, F.LOGS_STATED}
#: findings about what nobody looked at
UNSEEN = {f for f in F if re.search("not_seen|not_told|not_established|_old|logs_", f.value)}

CLAIMS = {
    "nl": re.compile(r"\b(leeg|niets|geen|niemand|alleen|uit)\b", re.IGNORECASE),
    "en": re.compile(r"\b(empty|nothing|no|nobody|only|off)\b", re.IGNORECASE),
}
NOT_A_CLAIM = re.compile(r"no longer valid|not known", re.IGNORECASE)
LANGUAGES = [pytest.param("nl", DUTCH, id="nl"), pytest.param("en", ENGLISH, id="en")]


def worlds() -> Iterator[Facts]:
    """Every combination of facts on which a finding can depend."""
    looks = itertools.product(Folders, Folders, Recovery, (True, False), Access, STATEMENTS, Platform)
    for first, second, recovery, practice, access, stated, platform in looks:
        yield Facts(TODAY, first, second, recovery, practice, access, recovery_statement=stated, platform=platform)
    for files, swap, cores, logs, platform in itertools.product(Files, Switch, Switch, STATEMENTS, Platform):
        yield Facts(TODAY, files=files, swap=swap, cores=cores, logs_statement=logs, platform=platform)


def test_every_finding_is_made_exactly_when_its_facts_are_there() -> None:
    made = set()
    for facts in worlds():
        found = judge(facts)
        assert [f.finding.place for f in found] == list(Place), "a place without a finding would be silence"
        for each in found:
            assert NEEDS[each.finding](facts), each.finding
            made.add(each.finding)
    assert made == set(F)
    assert set(NEEDS) == set(F)


def test_without_any_fact_nothing_is_claimed() -> None:
    found = judge(Facts(TODAY))
    assert {f.finding for f in found} <= UNSEEN
    assert verdict(found, Facts(TODAY)) is Verdict.NOT_ESTABLISHED


@pytest.mark.parametrize(("language", "words"), LANGUAGES)
def test_only_what_was_seen_is_said_not_to_be_there(language: str, words: Words) -> None:
    for finding in F:
        how, what = words.findings[finding]
        said = NOT_A_CLAIM.sub("", what)
        if CLAIMS[language].search(said):
            by_whom = re.search("beheerder|administrator", said)
            assert finding in SAW_NOTHING or (finding in DECLARED and by_whom) or said.endswith(("uitzetten", "off"))
        if finding in UNSEEN:
            assert re.search(r"niet|Geprobeerd|not|tried", how, re.IGNORECASE), "it says that nobody looked"


@pytest.mark.parametrize(("language", "words"), LANGUAGES)
def test_a_statement_is_never_told_as_something_seen(language: str, words: Words) -> None:
    for finding in DECLARED:
        how, _ = words.findings[finding]
        assert re.match("Niet zelf gezien|Not seen by the program", how)
        assert "{stated}" in how
    for finding in (F.RECOVERY_STATED_NOTHING, F.RECOVERY_STATED_DAYS):
        assert re.search("beheerder|administrator", words.findings[finding][1])


@pytest.mark.parametrize(("language", "words"), LANGUAGES)
def test_logs_are_never_promised_away(language: str, words: Words) -> None:
    for finding in F:
        if finding.place is Place.LOGS:
            assert not CLAIMS[language].search(NOT_A_CLAIM.sub("", words.findings[finding][1]))
    for finding in (F.LOGS_STATED, F.LOGS_MICROSOFT, F.LOGS_GOOGLE):
        assert "{until}" in words.findings[finding][1]


@pytest.mark.parametrize(("language", "words"), LANGUAGES)
def test_every_sentence_can_be_said(language: str, words: Words) -> None:
    """Complete, and no place-holder is left over or empty."""
    assert set(words.findings) == set(F)
    assert set(words.places) == set(Place)
    assert set(words.verdicts) == set(Verdict)
    for facts in worlds():
        for row in map(words.row, judge(facts)):
            assert all(row)
            assert not re.search(r"[{}]|  |\(\)", " ".join(row))
    assert "12" in words.waiting(12)
    assert not re.search(r"\d", words.waiting(0))


def test_the_verdict_is_never_better_than_its_worst_place() -> None:
    good = Facts(TODAY, Folders.CLEAR, Folders.CLEAR, files=Files.KNOWN, ledger=True)
    assert verdict(judge(good), good) is Verdict.CLEAR
    for worse in (
        replace(good, first=Folders.NOT_ESTABLISHED),
        replace(good, second=Folders.NOT_ESTABLISHED),
        replace(good, files=Files.NOT_SEEN),
        replace(good, ledger=False),
    ):
        assert verdict(judge(worse), worse) is Verdict.NOT_ESTABLISHED
    for wrong in (
        replace(good, files=Files.OTHERS),
        replace(good, swap=Switch.ON),
        replace(good, cores=Switch.ON),
        replace(good, recovery=Recovery.KEEPS, practice=True),
    ):
        assert verdict(judge(wrong), wrong) is Verdict.ATTENTION


def test_without_practice_mail_the_recovery_area_tells_nothing() -> None:
    """P5: there it would hold something only when a person has handled something."""
    for platform in Platform:
        facts = [Facts(TODAY, recovery=r, practice=False, platform=platform) for r in Recovery]
        assert len({judge(f) for f in facts}) == 1


@pytest.mark.parametrize("one", Recovery)
@pytest.mark.parametrize("other", Recovery)
def test_two_looks_claim_no_more_than_the_weaker(one: Recovery, other: Recovery) -> None:
    both = weaker(one, other)
    assert both is weaker(other, one)
    assert (both is Recovery.EMPTY) == (one is other is Recovery.EMPTY)
    assert both in (one, other)


@pytest.mark.parametrize(
    ("host", "platform"),
    [
        ("outlook.office365.com", Platform.MICROSOFT),
        ("imap.gmail.com.", Platform.GOOGLE),
        ("mail.school.example", Platform.OTHER),
        ("notgmail.com", Platform.OTHER),
    ],
)
def test_platform(host: str, platform: Platform) -> None:
    assert platform_of(host) is platform
