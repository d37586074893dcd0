"""Changing single keys of a configuration file, so that its other lines and its comments stay as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from hwc_school_agent.calendar_closures import Closure, read_closure
from hwc_school_agent.settings_faults import printable
from hwc_school_agent.settings_lines import lines_of
from hwc_school_agent.settings_rules import Wrong

Value = str | int | bool | Sequence[str]
_MOST_BACKUPS = 1000


class Unfit(Exception):
    """The file is written in a way that this program does not change safely. Whose fault: nobody's; edit it by hand."""


def example() -> str:
    """The text of config.example.toml: beside the program when it is installed, else above it."""
    inside = resources.files("hwc_school_agent") / "config.example.toml"
    if inside.is_file():
        return inside.read_text("utf-8")
    return (Path(__file__).parents[1] / "config.example.toml").read_text("utf-8")


def with_value(text: str, section: str, key: str, value: Value, names: Mapping[str, str] | None = None) -> str:
    """``text`` with ``key`` set in ``section``: in place, else where it stands commented out, else as a new line.

    ``names``: for lists, what to write beside an element. Raises ``Unfit`` when anything else would change.
    """
    before = tomllib.loads(text)
    if before.get(section, {}).get(key) == (value if isinstance(value, str | int) else list(value)):
        return text
    rows = text.splitlines()
    first, last = _span(text, rows, section, key)
    rows[first:last] = _written(key, value, names or {})
    changed = "\n".join(rows) + "\n"
    wanted: dict[str, Any] = {**before, section: {**before.get(section, {})}}
    wanted[section][key] = value if isinstance(value, str | int) else list(value)
    try:
        right = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        raise Unfit
    return changed


def closures_in(text: str) -> tuple[Closure, ...]:
    """The closed periods of a valid configuration, with the names that stand beside them as comments."""
    entries = tomllib.loads(text).get("calendar", {}).get("closed", [])
    beside = dict(re.findall(r'^\s*["\']([0-9/-]{10,21})["\']\s*,?\s*#\s*(.*?)\s*$', text, re.MULTILINE))
    found = []
    for entry in entries:
        try:
            found.append(replace(read_closure(entry), name=beside.get(entry, "")))
        except Wrong:
            raise Unfit from None
    return tuple(found)


def with_closures(text: str, closures: Iterable[Closure]) -> str:
    """``text`` with these closed periods, one a line with its name. Raises ``Unfit``."""
    row = tuple(closures)
    return with_value(text, "calendar", "closed", [c.entry for c in row], {c.entry: c.name for c in row})


def put(path: Path, text: str) -> Path | None:
    """Write a configuration file: whole or not at all. What stood there is kept; returns where. Raises ``OSError``.

    A new file gets mode 0644; one that is replaced keeps its mode and owner.
    """
    path = path.resolve()
    kept = _kept(path) if path.exists() else None
    handle, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            if kept is None:
                os.fchmod(stream.fileno(), 0o644)
            else:
                was = path.stat()
                os.fchown(stream.fileno(), was.st_uid, was.st_gid)
                os.fchmod(stream.fileno(), was.st_mode & 0o777)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise
    return kept


def _kept(path: Path) -> Path:
    """A copy of the file under the first free name ``config.toml.old``, ``config.toml.old2``, ..."""
    for number in range(1, _MOST_BACKUPS):
        copy = path.with_name(f"{path.name}.old{number if number > 1 else ''}")
        if not os.path.lexists(copy):
            shutil.copy2(path, copy)
            return copy
    raise FileExistsError


def _span(text: str, rows: list[str], section: str, key: str) -> tuple[int, int]:
    """The rows to replace; an empty span is the place for a new row, and the section is begun if it is missing."""
    lines = lines_of(text)
    if (section, key) in lines:
        first = lines[section, key] - 1
        for last in range(first + 1, len(rows) + 1):
            try:
                tomllib.loads("\n".join(rows[first:last]))
            except tomllib.TOMLDecodeError:
                continue
            return first, last
        raise Unfit
    header = next((n for n, row in enumerate(rows) if re.fullmatch(rf"\s*\[\s*{section}\s*\]\s*(#.*)?", row)), None)
    if header is None:
        if (section,) in lines:
            raise Unfit
        rows += ["", f"[{section}]"]
        return len(rows), len(rows)
    end = next((n for n in range(header + 1, len(rows)) if re.match(r"\s*\[", rows[n])), len(rows))
    for n in range(header + 1, end):
        if re.match(rf"#\s?{key}\s*=", rows[n]):
            return n, n + 1
    while end > header + 1 and not rows[end - 1].strip():
        end -= 1
    return end, end


def _written(key: str, value: Value, names: Mapping[str, str]) -> list[str]:
    # JSON's notation of strings, integers and booleans is TOML's too
    if isinstance(value, str | int):
        return [f"{key} = {json.dumps(value, ensure_ascii=False)}"]
    if not any(names.get(entry) for entry in value):
        return [f"{key} = {json.dumps(list(value), ensure_ascii=False)}"]
    width = max(len(json.dumps(entry, ensure_ascii=False)) for entry in value) + 1
    rows = [f"{key} = ["]
    for entry in value:
        one = json.dumps(entry, ensure_ascii=False) + ","
        name = printable(names.get(entry, ""), 60)
        rows.append(f"    {one:<{width}}  # {name}" if name else f"    {one}")
    return [*rows, "]"]
