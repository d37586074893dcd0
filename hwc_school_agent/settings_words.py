"""What pydantic found, in words that name the remedy: unknown keys with the key that was meant, wrong types."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from hwc_school_agent.settings_credentials import KEYS
from hwc_school_agent.settings_faults import printable
from hwc_school_agent.settings_shape import SECTION_TYPES
from hwc_school_agent.settings_types import OURS

#: section -> its keys as they are written in the file; credentials are not among them
SECTIONS: Mapping[str, tuple[str, ...]] = {
    name: tuple(part.alias or key for key, part in section.model_fields.items() if f"{name}.{key}" not in KEYS)
    for name, section in SECTION_TYPES.items()
}


def dotted(path: tuple[str | int, ...]) -> str:
    """``hours.again[1]``"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{printable(part)}"
    return text.removeprefix(".")


def unknown(path: tuple[str | int, ...]) -> tuple[str, str]:
    """Sentence and remedy for a key that does not exist."""
    name = str(path[-1])
    if len(path) == 1:
        alike = difflib.get_close_matches(name.lower(), SECTIONS, 1, 0.6)
        homes = [section for section, keys in SECTIONS.items() if name in keys]
        if alike:
            return "There is no such section.", f"Did you mean [{alike[0]}]?"
        if homes:
            return "There is no such section.", f"The key {name} belongs in {_any_of(homes)}."
        return "There is no such section.", f"The sections are {', '.join(SECTIONS)}."
    keys = SECTIONS.get(str(path[0]), ()) if len(path) == 2 else ()
    alike = difflib.get_close_matches(name.lower(), keys, 1, 0.6)
    homes = [section for section, others in SECTIONS.items() if name in others]
    if alike:
        return "There is no such key.", f"Did you mean {alike[0]}?"
    if homes:
        return "There is no such key.", f"It belongs in {_any_of(homes)}."
    return "There is no such key.", f"The keys of [{printable(str(path[0]))}] are {', '.join(keys)}." if keys else ""


def _any_of(sections: list[str]) -> str:
    return " or ".join(f"[{section}]" for section in sections)


def said(detail: ErrorDetails) -> tuple[str, str]:
    """Sentence and remedy for what pydantic found."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    if detail["type"] == OURS:
        return context["sentence"], context["remedy"]
    match detail["type"]:
        case "missing":
            return "This is missing.", "Fill it in."
        case "extra_forbidden":
            return unknown(detail["loc"])
        case "string_type":
            return "This must be text.", "Write it between double quotes."
        case "int_type" | "int_from_float" | "int_parsing" | "int_parsing_size":
            return "This must be a whole number.", "Write it without quotes."
        case "bool_type" | "bool_parsing":
            return "This must be true or false.", "Write it without quotes."
        case "list_type":
            return "This must be a list.", 'Write it between square brackets, as ["a", "b"].'
        case "literal_error":
            return "This value is not known.", f"Use {context['expected']}.".replace("'", '"')
        case "greater_than_equal":
            return "This number is too small.", f"Use {context['ge']} or more."
        case "less_than_equal":
            return "This number is too large.", f"Use {context['le']} or less."
        case _:
            return "This cannot be used.", "Compare it with config.example.toml."
