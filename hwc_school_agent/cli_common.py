"""What the verbs share: how one ends, and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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
