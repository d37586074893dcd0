"""A page for an administrator: sections of sentences and commands, as text and as HTML. Pure."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Both:
    """A sentence in both languages."""

    nl: str
    en: str

    def of(self, language: str) -> str:
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed as they stand."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: Both
    parts: tuple[Both | Code, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    title: Both
    intro: Both
    sections: tuple[Section, ...]


def code(*lines: str) -> Code:
    """Commands, one a line."""
    return Code(lines)


def powershell(text: str) -> str:
    """A value as a literal string of PowerShell: between single quotes, a quote in it written twice."""
    return "'" + text.replace("'", "''") + "'"


def as_text(sheet: Sheet, language: str) -> str:
    """The page for a terminal or a mail to the administrator."""
    title = sheet.title.of(language)
    rows = [title, "=" * len(title), "", *textwrap.wrap(sheet.intro.of(language), WIDTH)]
    for number, section in enumerate(sheet.sections, 1):
        head = f"{number}. {section.title.of(language)}"
        rows += ["", head, "-" * len(head)]
        for part in section.parts:
            rows.append("")
            if isinstance(part, Code):
                rows += [f"    {line}".rstrip() for line in part.lines]
            else:
                rows += textwrap.wrap(part.of(language), WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(rows) + "\n"


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:1.8rem}"
    "pre{background:#f2f2f2;border:1px solid #ccc;padding:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "pre code{display:block;padding-left:2em;text-indent:-2em}"
    "pre span{display:inline-block;max-width:100%;text-indent:0}"
    "@media print{body{margin:0;max-width:none;font-size:10pt}pre{break-inside:avoid;font-size:9pt}}"
)


def _command(line: str) -> str:
    """One command. On a narrow page it breaks between words, never behind the hyphen of an option."""
    return "<code>" + " ".join(f"<span>{html.escape(word)}</span>" for word in line.split(" ")) + "\n</code>"


def as_html(sheet: Sheet, language: str) -> str:
    """The page for a browser or a printer. Complete in itself; every value is escaped."""
    body = [f"<h1>{html.escape(sheet.title.of(language))}</h1>", f"<p>{html.escape(sheet.intro.of(language))}</p>"]
    for number, section in enumerate(sheet.sections, 1):
        body.append(f"<h2>{number}. {html.escape(section.title.of(language))}</h2>")
        for part in section.parts:
            if isinstance(part, Code):
                body.append("<pre>" + "".join(_command(line) for line in part.lines) + "</pre>")
            else:
                body.append(f"<p>{html.escape(part.of(language))}</p>")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(sheet.title.of(language))}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )
