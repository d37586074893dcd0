"""The verb ``doctor``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hwc_school_agent.doctor.examine import Sources
    from hwc_school_agent.settings import Settings

#: Where systemd keeps the passwords of the service while it runs; root may read them.
SERVICE_CREDENTIALS = Path("/run/credentials/hwc-school-agent.service")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings for a program: closed codes and levels.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> int:
    """Look at everything the agent needs, and say what is wrong and what to do about it.

    Changes nothing, and never tells whether mail is there. Run it as root (sudo) while the agent runs: the passwords
    of the service are then read from systemd. Every code is explained in docs/doctor.md.

    \b
    Exit codes: 0 nothing is wrong (there may be warnings), 1 something is wrong,
    3 the mailbox cannot be reached, 78 configuration wrong.
    """
    from hwc_school_agent.doctor import report
    from hwc_school_agent.doctor.codes import Check, found
    from hwc_school_agent.doctor.examine import examine
    from hwc_school_agent.host.clock import SystemClock
    from hwc_school_agent.host.process import harden
    from hwc_school_agent.settings_reader import EXIT_CODE, SettingsFaults

    harden()
    try:
        settings, sources = read(*context.obj)
    except SettingsFaults as wrong:
        findings = [found(Check.CONFIGURATION)]
        if as_json:
            click.echo(report.as_json(findings, "nl", EXIT_CODE, wrong.faults), nl=False)
        else:
            click.echo(report.as_text(findings, "nl", wrong.faults), nl=False)
        return EXIT_CODE
    findings = examine(settings, sources, SystemClock())
    code = report.exit_code(findings)
    language = settings.school.language
    click.echo(report.as_json(findings, language, code) if as_json else report.as_text(findings, language), nl=False)
    return code


def read(config: Path, credentials: Path | None) -> tuple[Settings, Sources]:
    """The settings, with the passwords if they can be had. Raises ``SettingsFaults``."""
    from hwc_school_agent import settings_reader
    from hwc_school_agent.doctor.examine import Sources

    if credentials is None and "CREDENTIALS_DIRECTORY" not in os.environ and os.access(SERVICE_CREDENTIALS, os.R_OK):
        os.environ["CREDENTIALS_DIRECTORY"] = str(SERVICE_CREDENTIALS)
    ours = os.environ.get("CREDENTIALS_DIRECTORY", "")
    directory = credentials or (Path(ours) if ours else None)
    settings = settings_reader.read(config, credentials, need_passwords=directory is not None)
    by_systemd = bool(ours) and directory == Path(ours)
    return settings, Sources(config, directory, by_systemd, passwords=directory is not None)
