"""Findings as text for a person and as JSON for a monitor. Exit codes as everywhere: 0, 1, 3."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from hwc_school_agent.doctor import mail, words_en, words_nl
from hwc_school_agent.doctor.codes import Area, Check, Finding, Level
from hwc_school_agent.doctor.texts import Text, Words
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.tls import CertificateFault
from hwc_school_agent.settings_faults import Fault, printable

LANGUAGES: Mapping[str, Words] = {"nl": words_nl.WORDS, "en": words_en.WORDS}
UNREACHABLE = frozenset(
    {
        Check.MAILBOX_ANSWER,
        Check.MAILBOX_NAME,
        Check.MAILBOX_CERTIFICATE,
        Check.MAILBOX_PROTOCOL,
        *mail.LOGINS.values(),
    }
)
_LONGEST = 80


def exit_code(findings: Iterable[Finding]) -> int:
    """3 when the mailbox cannot be reached, 1 when something is a fault, 0 otherwise; a warning is not a fault."""
    faults = {f.check for f in findings if f.level is Level.FAULT}
    return 3 if faults & UNREACHABLE else 1 if faults else 0


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """By area, in the order in which they were found."""
    areas = list(Area)
    return sorted(findings, key=lambda f: areas.index(f.check.area))


def sentence(finding: Finding, language: str) -> str:
    """What was found, in one sentence."""
    text = _text(finding, language)
    return _filled(text.good if finding.well else text.bad, finding, language)


def action(finding: Finding, language: str) -> str:
    """What to do about it; empty when it is well."""
    return "" if finding.well else _filled(_text(finding, language).action, finding, language)


def as_text(findings: Iterable[Finding], language: str, faults: Sequence[Fault] = ()) -> str:
    """The whole report for a person. ``faults``: of the configuration."""
    words = LANGUAGES[language]
    rows: list[str] = []
    last: Area | None = None
    shown = ordered(findings)
    for finding in shown:
        if finding.check.area is not last:
            last = finding.check.area
            rows += ["", words.areas[last]]
        rows.append(f"  {words.levels[finding.level]:<7} {finding.check.code}  {sentence(finding, language)}")
        if act := action(finding, language):
            rows.append(f"{'':19}-> {act}")
        if finding.check is Check.CONFIGURATION:
            rows += [f"{'':19}{fault}" for fault in faults]
    return "\n".join([*rows[1:], "", words.summary(*_counts(shown))]) + "\n"


def as_json(findings: Iterable[Finding], language: str, code: int, faults: Sequence[Fault] = ()) -> str:
    """The same for a program: closed words and the texts. No times: two runs of the same state are the same bytes."""
    rows = [
        {
            "code": f.check.code,
            "level": f.level.value,
            "area": f.check.area.value,
            "sentence": sentence(f, language),
            "action": action(f, language),
        }
        for f in ordered(findings)
    ]
    whole: dict[str, object] = {"version": 1, "exit": code, "findings": rows}
    if faults:
        whole["configuration"] = [asdict(fault) for fault in faults]
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _counts(findings: Sequence[Finding]) -> tuple[int, int, int]:
    levels = [f.level for f in findings]
    return levels.count(Level.FAULT), levels.count(Level.WARNING), levels.count(Level.GOOD)


def _text(finding: Finding, language: str) -> Text:
    return LANGUAGES[language].texts[finding.check]


def _filled(text: str, finding: Finding, language: str) -> str:
    return text.format_map({k: _shown(v, language) for k, v in finding.facts.items()})


def _shown(value: object, language: str) -> str:
    """A fact for a terminal: dates in full; texts without control characters, not endless."""
    if isinstance(value, date):
        return LANGUAGES[language].day(value)
    if isinstance(value, CertificateFault):
        return LANGUAGES[language].why[value]
    if isinstance(value, Role):
        return LANGUAGES[language].roles[value]
    if isinstance(value, (tuple, list)):
        return ", ".join(_shown(each, language) for each in value)
    return printable(f"{value}", _LONGEST)
