"""What the verbs share: how one ends, the settings, their language, and a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from hwc_school_agent.domain.language import Language
    from hwc_school_agent.settings import Settings


class Stop(click.ClickException):
    """Ends a verb with one message on stderr and an exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def settings_of(context: click.Context, *, need_passwords: bool = True) -> Settings:
    """The settings that ``--config`` and ``--credentials`` name; ends the verb with code 78 when they are wrong."""
    from hwc_school_agent import settings_reader

    config, credentials = context.obj
    try:
        return settings_reader.read(config, credentials, need_passwords=need_passwords)
    except settings_reader.SettingsFaults as wrong:
        raise Stop(settings_reader.EXIT_CODE, settings_reader.explain(wrong)) from None


def speaking(settings: Settings) -> Language:
    """The language of ``[school] language``."""
    from hwc_school_agent.catalogues import language

    return language(settings.school.language)


def language_in(config: Path) -> str:
    """``[school] language`` of a configuration that may be wrong, or closed to this account; ``nl`` if it says none."""
    import tomllib

    try:
        return str(tomllib.loads(config.read_text("utf-8-sig"))["school"]["language"])
    except (OSError, ValueError, KeyError, TypeError):
        return "nl"


def yes(tr: Language, question: str, *, default: bool) -> bool:
    """Ask a question; answers are those of the language, and those of the other one."""
    answers = tr("J/n") if default else tr("j/N")
    while True:
        answer = str(click.prompt(f"{question} [{answers}]", default="", show_default=False))
        word = answer.strip().lower()
        if not word:
            return default
        if word in ("j", "ja", "y", "yes", "n", "nee", "no"):
            return word[0] != "n"
        click.echo(tr("Antwoord met j of n."))
