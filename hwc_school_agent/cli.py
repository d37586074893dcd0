"""The verbs, one call each. Everything but click is imported by the verb that needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hwc_school_agent import __version__
from hwc_school_agent.__main__ import DEFAULT_CONFIG
from hwc_school_agent.cli_bell import bell, bell_token
from hwc_school_agent.cli_calendar import calendar
from hwc_school_agent.cli_common import Stop, settings_of
from hwc_school_agent.cli_doctor import doctor
from hwc_school_agent.cli_drill import drill
from hwc_school_agent.cli_init import init
from hwc_school_agent.cli_keys import keys
from hwc_school_agent.cli_report import report, visit
from hwc_school_agent.cli_staff import staff
from hwc_school_agent.cli_verify import verify

PROGRAM = "hwc-school-agent"


def main(arguments: Sequence[str]) -> int:
    """Run one verb; returns its exit code. Whatever goes wrong becomes one message, never a traceback."""
    try:
        result = hwc.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except Stop as stop:
        click.echo(stop.message, err=True)
        return stop.code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains about it at its end
        return 1
    except Exception as error:  # its text may quote a mail or a password
        frames, frame = error.__traceback__, None
        while frames:
            frame, frames = frames, frames.tb_next
        place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else "?"
        click.echo(f"A fault in this program: {type(error).__name__} at {place}. Please report this line.", err=True)
        return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    envvar="HWC_CONFIG",
    show_default=True,
    show_envvar=True,
    metavar="FILE",
    help="The configuration.",
)
@click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A directory with a file for each password, mailbox__password and submission__password, mode 0600.  "
    "[default: the credentials that systemd loads]",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def hwc(context: click.Context, config: Path, credentials: Path | None) -> None:
    """Receive Handle with Care signals at a school: a person sees them in time, the sender hears it, nothing is kept.

    \b
    Exit codes: 0 fine, 1 error, 2 usage, 3 mailbox unreachable,
    4 leftovers found, 5 a bell did not answer, 78 configuration wrong.
    """
    context.obj = (config, credentials)


hwc.add_command(init)
hwc.add_command(bell)
hwc.add_command(bell_token)
hwc.add_command(calendar)
hwc.add_command(staff)
hwc.add_command(drill)
hwc.add_command(doctor)
hwc.add_command(report)
hwc.add_command(visit)
hwc.add_command(keys)
hwc.add_command(verify)


@hwc.command()
@click.pass_context
def run(context: click.Context) -> int:
    """Be the agent: watch the mailbox, serve the desk, ring the bells. Ends on SIGTERM."""
    from hwc_school_agent.watch import start

    return start.main(*context.obj)


@hwc.group("config")
def config_group() -> None:
    """Look at the configuration."""


def _has_credentials(context: click.Context) -> bool:
    return bool(context.obj[1] or os.environ.get("CREDENTIALS_DIRECTORY"))


@config_group.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Print the settings in force, defaults included. Passwords are not shown."""
    from hwc_school_agent.settings_text import as_text

    click.echo(as_text(settings_of(context, need_passwords=_has_credentials(context))), nl=False)


@config_group.command()
@click.pass_context
def validate(context: click.Context) -> None:
    """Read the configuration and name every fault, with its line and its remedy."""
    settings_of(context, need_passwords=_has_credentials(context))
    if _has_credentials(context):
        click.echo("The configuration is valid.")
    else:
        click.echo("The configuration is valid. The passwords were not looked at: no --credentials DIR was given.")


def _tell(told: tuple[str, int]) -> int:
    sentence, code = told
    click.echo(sentence, err=code != 0)
    return code


@hwc.command()
@click.pass_context
def check(context: click.Context) -> int:
    """Look into the mailbox once and print one line. Exit code 3 when it cannot be reached."""
    from hwc_school_agent import cli_mailbox
    from hwc_school_agent.host.process import harden

    harden()
    return _tell(cli_mailbox.check(settings_of(context)))


@hwc.command("close")
@click.pass_context
def close_day(context: click.Context) -> int:
    """Close the day now: finish what a person has handled, sweep, look again.

    Asks the agent when it runs. Unread mail is never touched.
    """
    from hwc_school_agent import cli_mailbox
    from hwc_school_agent.host.process import harden

    harden()
    return _tell(cli_mailbox.close(settings_of(context, need_passwords=False), lambda: settings_of(context)))


@hwc.command()
@click.option("--once", is_flag=True, help="Show one morning and end.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the school.")
def demo(once: bool, language: str) -> int:
    """Try everything on this machine: a school and a Veilig Thuis, with invented children."""
    from hwc_school_agent.demo.main import main as show_demo

    return show_demo(once, language)
