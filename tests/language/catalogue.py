"""The catalogues: texts are taken from the code and the templates, translated in the .po files, compiled to .mo files.

``python -m tests.language.catalogue`` (or ``make messages``) brings .po and .mo in line with the code; with the code
of a language it begins a new one. Same texts, same bytes: no date, no version and no line number is written.
"""

from __future__ import annotations

import ast
import struct
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from hwc_school_agent.catalogues import DOMAIN, LOCALE

PACKAGE = LOCALE.parent
#: How a text is marked in Python (``domain/language.py``). In a template it is ``_("...")`` or ``{% trans %}``.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"mark": None, "tr": None, "plural": (1, 2), "_complain": None}
TEMPLATE_WORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
_TEMPLATE_OPTIONS = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_HEADER = """\
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={catalog.num_plurals}; plural={catalog.plural_expr};\\n"

"""


def sources() -> Iterator[Path]:
    """Every file that may hold a text."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" or (path.suffix == ".html" and path.parent.name == "templates"):
            yield path


def texts() -> Catalog:
    """Every marked text, with the files it stands in. The id is the Dutch text, or both forms of it."""
    catalog = Catalog(locale=None, domain=DOMAIN)
    for path in sources():
        template = path.suffix == ".html"
        method = "jinja2.ext:babel_extract" if template else "python"
        with path.open("rb") as stream:
            found = list(
                extract(
                    method,
                    stream,
                    TEMPLATE_WORDS if template else KEYWORDS,
                    options=_TEMPLATE_OPTIONS if template else {},
                )
            )
        for _line, text, _comments, _context in found:
            catalog.add(text, locations=[(path.relative_to(PACKAGE).as_posix(), 0)])
    return catalog


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(sorted(p.parents[1].name for p in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def path_of(code: str, suffix: str) -> Path:
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def translated(code: str) -> Catalog:
    """What stands in a .po file."""
    return read_po(StringIO(path_of(code, ".po").read_text("utf-8")), locale=code, domain=DOMAIN)


def as_po(catalog: Catalog, code: str) -> bytes:
    """A catalogue as text."""
    out = BytesIO()
    write_po(out, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return _HEADER.format(code=code, catalog=catalog).encode() + out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """A catalogue as ``gettext`` reads it (GNU gettext manual, "The Format of GNU MO Files")."""
    head = f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals={catalog.num_plurals}; " + (
        f"plural={catalog.plural_expr};\n"
    )
    pairs = sorted([(b"", head.encode()), *(_pair(m) for m in catalog if m.id and any(_forms(m.string)))])
    start = 28 + 16 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    data = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column].extend((len(pair[column]), start + len(data)))
            data += pair[column] + b"\0"
    numbers = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return struct.pack(f"<{7 + 4 * len(pairs)}I", *numbers, *tables[0], *tables[1]) + data


def _forms(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(map(str, texts)) if isinstance(texts, tuple | list) else ()


def _pair(message: Message) -> tuple[bytes, bytes]:
    return "\0".join(_forms(message.id)).encode(), "\0".join(_forms(message.string)).encode()


def renewed(code: str) -> Catalog:
    """The catalogue of a language as it has to be: every text of the code, with the translation it has so far."""
    old = translated(code) if path_of(code, ".po").exists() else Catalog(locale=code)
    new = Catalog(locale=code, domain=DOMAIN)
    for message in texts():
        if message.id:
            before = old.get(message.id)
            new.add(message.id, before.string if before else None, locations=message.locations)
    return new


def main(codes: tuple[str, ...]) -> int:
    """Write the catalogues; returns how many texts wait for a translation."""
    missing = 0
    for code in codes or languages():
        catalog = renewed(code)
        path_of(code, ".po").parent.mkdir(parents=True, exist_ok=True)
        path_of(code, ".po").write_bytes(as_po(catalog, code))
        path_of(code, ".mo").write_bytes(as_mo(catalog))
        empty = [m.id for m in catalog if m.id and not all(_forms(m.string) or ("",))]
        missing += len(empty)
        for text in empty:
            print(f"{code}: no translation yet: {text}")
    return missing


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string in a piece of Python that is no docstring."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node


if __name__ == "__main__":
    sys.exit(1 if main(tuple(sys.argv[1:])) else 0)
