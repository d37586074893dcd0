"""On which line of a TOML text a key stands. ``tomllib`` does not say, and a fault without a line is half a fault."""

from __future__ import annotations

from collections.abc import Mapping

Path = tuple[str | int, ...]


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every section, key and array element: ``("hours", "again", 1) -> 23``.

    ``text`` is TOML that ``tomllib`` has accepted. Never raises: what cannot be followed is left out.
    """
    scan = _Scan(text)
    try:
        scan.document()
    except (IndexError, RecursionError):
        pass  # the lines found so far are right; the others stay unknown
    return scan.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of a key, or of the section that ought to hold it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Scan:
    """Walks through valid TOML 1.0 (toml.io/en/v1.0.0) and notes where keys begin; values are skipped."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") + "\n"
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        section: Path = ()
        while self._skip():
            if self.text.startswith("[[", self.at):
                self._go(2)
                name = self._header()
                index = self.counts.get(name, 0)
                self.counts[name] = index + 1
                section = (*name, index)
                self._note(section)
                self._go(2)
            elif self.text[self.at] == "[":
                self._go(1)
                section = self._header()
                self._note(section)
                self._go(1)
            else:
                self._pair(section)

    def _header(self) -> Path:
        """The name in a header; below an array of tables it means the table that was begun last."""
        *above, last = self._key()
        path: Path = ()
        for part in above:
            path = (*path, part)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return (*path, last)

    def _pair(self, above: Path) -> None:
        path = (*above, *self._key())
        self._note(path)
        self._go(1)  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip(newlines=False)
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._go(1)
            index = 0
            while self._skip() and self.text[self.at] != "]":
                self._note((*path, index))
                self._value((*path, index))
                index += 1
                if self._skip() and self.text[self.at] == ",":
                    self._go(1)
            self._go(1)
        elif first == "{":
            self._go(1)
            while self._skip() and self.text[self.at] != "}":
                self._pair(path)
                if self._skip() and self.text[self.at] == ",":
                    self._go(1)
            self._go(1)
        else:
            while self.text[self.at] not in ",]}#\n":
                self._go(1)

    def _key(self) -> Path:
        parts: list[str | int] = []
        while True:
            self._skip(newlines=False)
            if self.text[self.at] in "\"'":
                parts.append(self._string())
            else:
                begin = self.at
                while self.text[self.at] not in " \t.=]\n":
                    self._go(1)
                parts.append(self.text[begin : self.at])
            self._skip(newlines=False)
            if self.text[self.at] != ".":
                return tuple(parts)
            self._go(1)

    def _string(self) -> str:
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self._go(len(mark))
        begin = self.at
        while not self.text.startswith(mark, self.at):
            self._go(2 if quote == '"' and self.text[self.at] == "\\" else 1)
        if len(mark) == 3:  # up to two more quotes may belong to the string
            while self.text[self.at + 3] == quote:
                self._go(1)
        inside = self.text[begin : self.at]
        self._go(len(mark))
        return inside

    def _skip(self, *, newlines: bool = True) -> bool:
        """Pass blanks and comments; false at the end of the text."""
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == "#":
                while self.text[self.at] != "\n":
                    self._go(1)
            elif c in " \t" or (c == "\n" and newlines):
                self._go(1)
            else:
                return True
        return False

    def _note(self, path: Path) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.line)

    def _go(self, steps: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + steps)
        self.at += steps
