"""The verb ``doctor``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import Stop, language_in, settings_of, speaking

if TYPE_CHECKING:
    from hwc_school_agent.doctor.examine import Sources
    from hwc_school_agent.settings import Settings

#: Where systemd keeps the passwords of the service while it runs; root may read them.
SERVICE_CREDENTIALS = Path("/run/credentials/hwc-school-agent.service")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings for a program: closed codes and levels.")
@click.option(
    "--send-test",
    is_flag=True,
    help="Have the running agent send a test message to its own mailbox and purge it again; takes some minutes.",
)
@click.option("--admin-sheet", is_flag=True, help="Print what the administrator of the mail platform has to do.")
@click.option(
    "--platform",
    type=click.Choice(["microsoft", "google", "plain"]),
    help="For --admin-sheet.  [default: the one of the configuration]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="For --admin-sheet: write it to DIR as admin-sheet.html and admin-sheet.txt instead.",
)
@click.pass_context
def doctor(
    context: click.Context, as_json: bool, send_test: bool, admin_sheet: bool, platform: str | None, out: Path | None
) -> int:
    """Look at everything the agent needs, and say what is wrong and what to do about it.

    Changes nothing (but for --send-test), and never tells whether mail is there. Run it as root (sudo) while the agent
    runs: the passwords of the service are then read from systemd. Every code is explained in docs/doctor.md.

    \b
    Exit codes: 0 nothing is wrong (there may be warnings), 1 something is wrong,
    3 the mailbox cannot be reached, 78 configuration wrong.
    """
    if admin_sheet:
        return _sheet(context, platform, out)
    if platform or out:
        raise click.UsageError("--platform and --out go with --admin-sheet.")
    from hwc_school_agent.catalogues import language as spoken
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
        findings, language = [found(Check.CONFIGURATION)], spoken(language_in(context.obj[0])).code
        if as_json:
            click.echo(report.as_json(findings, language, EXIT_CODE, wrong.faults), nl=False)
        else:
            click.echo(report.as_text(findings, language, wrong.faults), nl=False)
        return EXIT_CODE
    findings = examine(settings, sources, SystemClock(), test=send_test)
    code = report.exit_code(findings)
    language = settings.school.language
    click.echo(report.as_json(findings, language, code) if as_json else report.as_text(findings, language), nl=False)
    return code


def _sheet(context: click.Context, platform: str | None, out: Path | None) -> int:
    from hwc_school_agent.doctor.sheets import choice, sheet

    settings = settings_of(context, need_passwords=False)
    page, language = choice.sheet_of(settings, platform), settings.school.language
    if out is None:
        click.echo(sheet.as_text(page, language), nl=False)
        return 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for ending, text in (("html", sheet.as_html(page, language)), ("txt", sheet.as_text(page, language))):
            (out / f"admin-sheet.{ending}").write_text(text, encoding="utf-8")
            click.echo(out / f"admin-sheet.{ending}")
    except OSError as error:
        tr, reason = speaking(settings), os.strerror(error.errno or 0)
        sentence = tr(
            "%(folder)s is niet te gebruiken (%(reason)s). Kies een andere map met --out.", folder=out, reason=reason
        )
        raise Stop(1, sentence) from None
    return 0


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
