"""The same report as a tagged PDF (PDF/UA-1), where the extra ``pdf`` is installed. Same facts, same bytes.

The text goes to typst as data, never as markup: a school's name cannot become a command.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import segno

from hwc_school_agent.domain.report_facts import ReportFacts
from hwc_school_agent.domain.state_files import report_name
from hwc_school_agent.proof.report_page import unchecked, words_of

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"


def pdf(facts: ReportFacts, fingerprint: str, code: str) -> bytes | None:
    """The PDF; ``None`` where typst is not installed."""
    try:
        import typst
    except ImportError:
        return None
    words = words_of(facts.language)
    t, month = words.labels, words.month(facts.month)
    begin = t["month"] if facts.since == facts.month else t["month_since"]
    picture = io.BytesIO()
    segno.make(code, error="l", micro=False).save(picture, kind="svg", border=2, scale=4)
    data = {
        "language": words.language,
        "year": facts.frozen.year,
        "month": facts.frozen.month,
        "day": facts.frozen.day,
        "school": facts.school,
        "title": f"{t['title']} {month} – {facts.school}",
        "question": t["question"],
        "intro": t["intro"].format(month=month, frozen=words.full_day(facts.frozen)),
        "verdict": words.verdicts[facts.verdict],
        "clear": facts.verdict.value == "clear",
        "days_title": begin.format(month=month, since=words.day(facts.since)),
        "figures": [
            (t["days"], str(facts.days)),
            (t["closed"], t["of"].format(number=facts.close.ok, days=facts.days)),
            (t["rehearsed"], t["of"].format(number=facts.rehearsal.ok, days=facts.days)),
            (t["off"], str(unchecked(facts))),
        ]
        if facts.ledger_size
        else [],
        "no_ledger": t["no_ledger"],
        "silence": t["silence"],
        "where": t["where"],
        "when": t["when"].format(frozen=words.day(facts.frozen)),
        "head": (t["place"], t["how"], t["found"]),
        "rows": [words.row(found) for found in facts.found],
        "handled": f"{t['handled']} {words.waiting(facts.unread_school_days)}",
        "limits_title": t["limits"],
        "limits": words.limits,
        "check": t["check"],
        "check_how": t["check_how"]
        .format(file=report_name(facts.month, "html"))
        .replace("<strong>", "")
        .replace("</strong>", ""),
        "seal": t["seal"],
        "words": fingerprint,
        "guide": t["guide"],
        "qr_alt": t["qr"],
        "qr": picture.getvalue().decode(),
        "footer": t["footer"],
    }
    return bytes(
        typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": json.dumps(data)},
            ignore_system_fonts=True,
        )
    )
