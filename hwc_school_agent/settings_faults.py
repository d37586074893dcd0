"""What is wrong with a configuration, said so that an administrator can cure it at once.

A fault names the place, the key and the remedy. It never quotes a value: a password may stand in the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass

EXIT_CODE = 78  # EX_CONFIG of sysexits(3); the service manager does not start again on it


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: ``key`` as ``mailbox.port``, ``line`` (from 1) where it stands in ``file``, if known."""

    key: str
    line: int | None
    sentence: str
    remedy: str
    file: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return "  ".join(part for part in (place, self.key, f"{self.sentence} {self.remedy}".strip()) if part)


class SettingsFaults(Exception):
    """The configuration is wrong; whose fault: the one who wrote it. ``faults`` holds all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults in the configuration")
        self.faults = faults


def explain(wrong: SettingsFaults) -> str:
    """All faults, one a line, for stderr."""
    count = len(wrong.faults)
    head = "The configuration has 1 fault:" if count == 1 else f"The configuration has {count} faults:"
    return "\n".join([head, *(f"  {fault}" for fault in wrong.faults)])


def printable(text: str, limit: int = 40) -> str:
    """A key or file name from outside, safe for a terminal: no control characters, not endless."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
