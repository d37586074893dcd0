"""The report as one page of HTML: no script, nothing from outside, one A4 on paper. Same facts, same bytes.

The seal stands between two marks; the rest of the page is what the sealed hash is of, so that a word that was changed
in the page is found as well as one in the facts.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hwc_school_agent.domain.report_dutch import DUTCH
from hwc_school_agent.domain.report_english import ENGLISH
from hwc_school_agent.domain.report_facts import ReportFacts
from hwc_school_agent.domain.report_words import Words
from hwc_school_agent.domain.state_files import report_name

BEGIN, END = "<!--seal-->", "<!--/seal-->"
_TEMPLATES = Path(__file__).parent / "templates"


def words_of(language: str) -> Words:
    """The sentences of a language; Dutch where there are none."""
    return ENGLISH if language == "en" else DUTCH


def page(facts: ReportFacts, fingerprint: str) -> str:
    """The page, with nothing where the seal goes. ``fingerprint``: of the key, in words."""
    words = words_of(facts.language)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        css=Markup((_TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        facts=facts,
        words=words,
        t=words.labels,
        month=words.month(facts.month),
        verdict=words.verdicts[facts.verdict],
        unchecked=unchecked(facts),
        rows=[words.row(found) for found in facts.found],
        check_how=Markup(words.labels["check_how"]).format(file=report_name(facts.month, "html")),  # noqa: S704
        fingerprint=fingerprint,
    )


def unchecked(facts: ReportFacts) -> int:
    """School days on which the day's closing did not run."""
    return max(0, facts.days - facts.close.ok - facts.close.degraded)


def page_hash(text: str) -> str:
    """SHA-256, base64, of a page without what stands between the marks. Raises ``ValueError`` without the marks."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return base64.b64encode(hashlib.sha256(f"{before}{BEGIN}{END}{after}".encode()).digest()).decode()


def sealed(text: str, facts: ReportFacts, note: str, code: str) -> str:
    """The page with its seal: ``code`` as a QR code and, for those who cannot scan, as text, with the note."""
    labels = words_of(facts.language).labels
    qr = segno.make(code, error="l", micro=False).svg_inline(
        scale=1, border=2, svgclass=None, lineclass=None, omitsize=True
    )
    qr = qr.replace("<svg ", f'<svg role="img" aria-label="{labels["qr"]}" ', 1)
    seal = f"{qr}<details><summary>{labels['data']}</summary><pre>{Markup.escape(note)}\n{code}</pre></details>"
    return text.replace(BEGIN + END, BEGIN + seal + END, 1)
