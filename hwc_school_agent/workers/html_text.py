"""HTML to lines of text. Runs inside the parser box.

``html.parser`` takes more than linear time on text such as ``<!--<!--<!--`` (64 kB: over five seconds), so this reads
HTML itself, once, from left to right. It need not understand HTML; it must lose no word that a person could see.
"""

from __future__ import annotations

import html
import re

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_DROPPED = frozenset(("script", "style", "title"))  # what stands in them is not text
_TAG = re.compile(r"""</?([a-zA-Z][a-zA-Z0-9:-]{0,40})((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_HREF = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?(https?://[^\s"'<>]{1,1000})""", re.IGNORECASE)
_MARKUP = re.compile(r"[!?]|/?[a-zA-Z][a-zA-Z0-9:-]{0,40}")
_SPACE = re.compile(r"\s+")


def html_to_text(source: str) -> str:
    """One line a block, cells of a table row parted by tabs; a link's address follows its words as ``<address>``."""
    out: list[str] = []
    links: list[str] = []
    cells: list[int] = []  # where in ``out`` each open cell begins
    position, quotes = 0, True
    while (start := source.find("<", position)) >= 0:
        _data(out, source[position:start])
        if source.startswith("<!--", start):
            end = source.find("-->", start + 2)
            position = end + 3 if end >= 0 else start + 4  # never closed: show what follows rather than hide it
            if end < 0:
                source = source[position:].replace("<!--", "")
                position = 0
            continue
        match = _TAG.match(source, start) if quotes else None
        if match is None:
            name = _MARKUP.match(source, start + 1)
            end = source.find(">", start) if name else -1
            if name is None or end < 0:
                if name is not None:  # no ">" in all that follows: no more tags
                    _data(out, source[start:])
                    position = len(source)
                    break
                out.append("<")
                position = start + 1
                continue
            quotes = quotes and name.group() in "!?"  # a quotation mark that never ends: from here on ">" ends a tag
            tag, attributes, position = name.group().lstrip("/").lower(), source[start:end], end + 1
        else:
            tag, attributes, position = match[1].lower(), match[2], match.end()
        closing = source.startswith("</", start)
        if tag in _DROPPED and not closing:
            position = _after(source, tag, position)
        elif tag in _BLOCKS:
            out.append("\n")
        elif tag in ("td", "th"):
            if not closing:
                cells.append(len(out))
            elif cells:
                start = cells.pop()
                out[start:] = [_cell("".join(out[start:]))]
        elif tag == "a" and not closing:
            href = _HREF.search(attributes[:4000])
            links.append(html.unescape(href[1]) if href else "")
        elif tag == "a" and links and (link := links.pop()) and link not in "".join(out[-3:]):
            out.append(f" <{link}> ")
    _data(out, source[position:])
    return "\n".join(_cells(line) for line in "".join(out).split("\n"))


def _after(source: str, tag: str, position: int) -> int:
    """Where the text goes on after ``<script>``; without an end tag, right here: better too much than too little."""
    end = re.compile(rf"</{tag}\s{{0,9}}>", re.IGNORECASE).search(source, position, position + 30_000)
    return end.end() if end else position


def _data(out: list[str], data: str) -> None:
    if data:
        out.append(_SPACE.sub(" ", html.unescape(data)))


def _cell(content: str) -> str:
    """A cell with one line of text stands in its row; one with more lines is there for the layout only."""
    bare = content.strip(" \n")
    return f"\n{bare}\n" if "\n" in bare else f"{bare}\t"


def _cells(line: str) -> str:
    cells = [c.strip() for c in re.sub(" +", " ", line).split("\t")]
    while cells and not cells[-1]:
        cells.pop()
    return "\t".join(cells)
