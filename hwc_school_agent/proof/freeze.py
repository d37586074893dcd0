"""Freezing the report of a month: facts from closed words, the ledger and this machine; then page, facts and seal.

No mailbox here. Names, sizes and times of the files follow from calendar, ledger and configuration.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hwc_school_agent.domain.findings import Facts, Statement, judge, platform_of, verdict, weaker
from hwc_school_agent.domain.job import FreezeJob
from hwc_school_agent.domain.key_words import words_of
from hwc_school_agent.domain.ledger_entry import DayEntry, DayState
from hwc_school_agent.domain.outcome import Access, Folders, Recovery
from hwc_school_agent.domain.report_facts import ReportFacts, Tally, lines_of
from hwc_school_agent.domain.school_days import Calendar, is_school_day
from hwc_school_agent.domain.signed_note import compact, origin_of, vkey
from hwc_school_agent.domain.state_files import REPORTS_KEPT, report_month, report_name
from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof import own_traces, report_page, report_pdf
from hwc_school_agent.proof.keys import SigningKey
from hwc_school_agent.proof.ledger import Ledger
from hwc_school_agent.proof.seal import sealed_by
from hwc_school_agent.settings import Settings

#: The time that every file of a report carries, on the day it was frozen (local wall time).
STAMP = time(5, 30)
NO_HEAD = "none"


def seen(words: Iterable[str], facts: Facts) -> Facts:
    """``facts`` with what the inspection said. A word that is missing, or is none of the lists, was not seen."""
    said = tuple(words)
    folders = [Folders(w) for w in said if w in {f.value for f in Folders}]
    recovery = [Recovery(w) for w in said if w in {r.value for r in Recovery}]
    access = [Access(w) for w in said if w in {a.value for a in Access}]
    two = len(folders) == 2
    return replace(
        facts,
        first=folders[0] if two else Folders.NOT_ESTABLISHED,
        second=folders[1] if two else Folders.NOT_ESTABLISHED,
        recovery=weaker(*recovery) if len(recovery) == 2 else Recovery.NOT_SEEN,
        access=access[0] if len(access) == 1 else Access.NOT_TOLD,
    )


def facts_of(settings: Settings, job: FreezeJob, ledger: Ledger | None) -> ReportFacts:
    """Everything the report says, but for the hash of its page."""
    facts = Facts(
        frozen=job.frozen,
        practice=settings.rehearsal.enabled,
        files=own_traces.files(settings.state.directory),
        swap=own_traces.swap(),
        cores=own_traces.cores(),
        platform=platform_of(settings.mailbox.host),
        recovery_statement=_statement(settings.report.recovery_statement),
        logs_statement=_statement(settings.report.logs_statement),
        ledger=ledger is not None,
        unread_school_days=settings.unread_school_days,
    )
    facts = seen(job.words, facts)
    found = judge(facts)
    since = _since(job.month, ledger, settings.calendar)
    entries = _entries(ledger, since)
    return ReportFacts(
        school=settings.school.name,
        language=settings.school.language,
        month=job.month,
        frozen=job.frozen,
        since=since,
        days=len(set(_school_days(since, settings.calendar)) | {e.day for e in entries}),
        close=_tally(e.close for e in entries),
        rehearsal=_tally(e.rehearsal for e in entries),
        verdict=verdict(found, facts),
        found=found,
        unread_school_days=settings.unread_school_days,
        ledger_size=ledger.head.size if ledger else 0,
        ledger_head=base64.b64encode(ledger.head.chain).decode() if ledger else NO_HEAD,
        page="",
    )


def files_of(facts: ReportFacts, ledger: Ledger | None, key: SigningKey) -> Mapping[str, bytes]:
    """The report's files by kind. The one that says that all is there comes last."""
    fingerprint = words_of(key.public)
    page = report_page.page(facts, fingerprint)
    facts = replace(facts, page=report_page.page_hash(page))
    origin = ledger.current.origin if ledger else origin_of(key.public)
    note = sealed_by(key, origin, facts.text())
    code = compact(note, key.public)
    files = {"html": report_page.sealed(page, facts, note.text(), code).encode()}
    if (pdf := report_pdf.pdf(facts, fingerprint, code)) is not None:
        files["pdf"] = pdf
    whole = {
        "format": "hwc-school-agent report 1",
        "facts": dict(lines_of(facts.text())),
        "key": vkey(origin, key.public),
        "note": note.text(),
        "ledger": ledger.data().decode() if ledger else "",
    }
    files["json"] = json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"
    return files


def write(directory: Path, facts: ReportFacts, files: Mapping[str, bytes], timezone: str) -> None:
    """Put the files into the state folder and take away those of the oldest months. Raises ``OSError``."""
    stamp = datetime.combine(facts.frozen, STAMP, ZoneInfo(timezone)).timestamp()
    for kind, data in files.items():
        replace_file(directory, report_name(facts.month, kind), data, stamp=stamp)
    months = {p: month for p in directory.iterdir() if (month := report_month(p.name)) is not None}
    kept = sorted(set(months.values()))[-REPORTS_KEPT:]
    for path, month in months.items():
        if month not in kept:
            path.unlink()


def _since(month: date, ledger: Ledger | None, calendar: Calendar) -> date:
    """The day on which the ledger begins, when school days of the month lie before it; else the first of the month."""
    begin = ledger.parts[0].begin if ledger else month
    return begin if any(day < begin for day in _school_days(month, calendar)) else month


def _statement(declared: tuple[date, int] | None) -> Statement | None:
    return Statement(*declared) if declared else None


def _school_days(since: date, calendar: Calendar) -> list[date]:
    days = (since + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == since.month and is_school_day(day, calendar)]


def _entries(ledger: Ledger | None, since: date) -> list[DayEntry]:
    days = ledger.days if ledger else ()
    return [e for e in days if e.day >= since and (e.day.year, e.day.month) == (since.year, since.month)]


def _tally(states: Iterable[DayState]) -> Tally:
    count = Counter(states)
    return Tally(count[DayState.OK], count[DayState.DEGRADED], count[DayState.OFF])
