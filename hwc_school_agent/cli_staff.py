"""The verbs ``staff add|list|role|remove|reset``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from hwc_school_agent.cli_common import Stop, settings_of

if TYPE_CHECKING:
    from hwc_school_agent.domain.staff import Person
    from hwc_school_agent.settings import Desk, Settings
    from hwc_school_agent.staff_file import Code

ROLES = click.Choice(["contact", "backup", "head"])


@click.group()
def staff() -> None:
    """The people who may use the desk."""


_NAME = click.option("--name", required=True, help="The name to log in with, such as contactpersoon.")
_PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE|-",
    help="Read the pass phrase from the first line of FILE, or of standard input. Without it you are asked for it.",
)


_PASSKEY = click.option(
    "--passkey",
    is_flag=True,
    help="No pass phrase: print a one-time code, with which the person logs in once and adds a passkey.",
)


def _secret(stream: TextIO | None, passkey: bool, settings: Settings) -> str | Code:
    """A pass phrase, or a one-time code when ``passkey`` is asked for."""
    if not passkey:
        return _passphrase(stream)
    if stream is not None:
        raise click.UsageError("Choose --passkey or --passphrase-file, not both.")
    if not _address(settings.desk):
        raise Stop(
            1,
            "A passkey needs an address with a name, and the desk has only a number: set [desk] names."
            " Nothing was changed.",
        )
    from hwc_school_agent.domain.staff import CODE_HOURS
    from hwc_school_agent.host.clock import SystemClock
    from hwc_school_agent.host.random_keys import one_time_code
    from hwc_school_agent.staff_file import Code

    return Code(one_time_code(), SystemClock().now() + CODE_HOURS * 3600)


def _address(desk: Desk) -> str:
    """Where a browser makes passkeys: a host name, under https or on this machine; ``""`` when there is none."""
    from hwc_school_agent.domain.site import is_loopback, site_of

    if name := next((name for name in desk.names if site_of(name)), ""):
        return f"https://{name}:{desk.port}/" if desk.certificate else f"https://{name}/"
    if is_loopback(desk.host):
        return f"{'https' if desk.certificate else 'http'}://localhost:{desk.port}/"
    return f"https://{desk.host}:{desk.port}/" if site_of(desk.host) else ""


def _tell_code(secret: str | Code, settings: Settings) -> None:
    """Print a code, once: it is kept nowhere."""
    if isinstance(secret, str):
        return
    from hwc_school_agent.domain.staff import shown_code

    click.echo(
        f"One-time code: {shown_code(secret.text)}\n"
        f"It holds until {_when(secret.until, settings)}, or until the passkey is there. Tell it to the person"
        " yourself.\n"
        f"They open {_address(settings.desk)}, log in with their name and this code, and press ‘Sleutel toevoegen’."
    )


def _when(epoch: float, settings: Settings) -> str:
    from hwc_school_agent.host.clock import local

    return f"{local(epoch, settings.school.timezone):%Y-%m-%d %H:%M}"


def _passphrase(stream: TextIO | None) -> str:
    if stream is not None:
        try:
            return stream.readline().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise Stop(1, "The pass phrase is not UTF-8 text.") from None
    return str(click.prompt("Pass phrase", hide_input=True, confirmation_prompt="The same again", err=True))


@contextmanager
def _staff_list(context: click.Context) -> Iterator[tuple[Path, Settings]]:
    """The state directory and the settings; what goes wrong with the list in it becomes one message."""
    from hwc_school_agent.host.process import harden
    from hwc_school_agent.staff_file import FILE, StaffError

    harden()
    settings = settings_of(context, need_passwords=False)
    directory = settings.state.directory
    try:
        yield directory, settings
    except StaffError as error:
        raise Stop(1, f"{error.text[0].upper()}{error.text[1:]}.") from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Stop(1, f"{directory / FILE} cannot be used ({reason}). Try it with sudo.") from None


@staff.command("add")
@click.option("--role", required=True, type=ROLES, help="Who is rung when.")
@_NAME
@_PASSPHRASE
@_PASSKEY
@click.pass_context
def staff_add(context: click.Context, role: str, name: str, passphrase_file: TextIO | None, passkey: bool) -> None:
    """Let somebody use the desk, with a pass phrase or a passkey."""
    with _staff_list(context) as (directory, settings):
        from hwc_school_agent.domain.staff import Role
        from hwc_school_agent.staff_file import add

        secret = _secret(passphrase_file, passkey, settings)
        person = add(directory, name, Role(role), secret)
    click.echo(f"Added: {person.name} ({person.role.value}).")
    _tell_code(secret, settings)


@staff.command("list")
@click.pass_context
def staff_list(context: click.Context) -> None:
    """Print who may use the desk, in which role, and how they log in. When somebody did is kept nowhere."""
    with _staff_list(context) as (directory, settings):
        from hwc_school_agent.staff_file import people

        everybody = people(directory)
    width = max((len(person.name) for person in everybody), default=0)
    for person in everybody:
        click.echo(f"{person.role.value:<8} {person.name:<{width}}  {_ways_in(person, settings)}")
    if not everybody:
        click.echo("Nobody may use the desk yet: hwc-school-agent staff add.", err=True)


def _ways_in(person: Person, settings: Settings) -> str:
    from hwc_school_agent.host.clock import SystemClock

    ways = []
    if person.code_until is not None:
        over = person.code_until <= SystemClock().now()
        ways.append("code expired" if over else f"code until {_when(person.code_until, settings)}")
    elif person.hash:
        ways.append("pass phrase")
    ways += [f"passkey ({key.site})" for key in person.passkeys]
    return ", ".join(ways)


@staff.command("role")
@_NAME
@click.option("--role", required=True, type=ROLES, help="The new role.")
@click.pass_context
def staff_role(context: click.Context, name: str, role: str) -> None:
    """Give somebody another role. Their open pages are closed."""
    with _staff_list(context) as (directory, _settings):
        from hwc_school_agent.domain.staff import Role
        from hwc_school_agent.staff_file import change_role

        change_role(directory, name, Role(role))
    click.echo(f"The role is now {role}. Open pages of this person are closed.")


@staff.command("remove")
@_NAME
@click.pass_context
def staff_remove(context: click.Context, name: str) -> None:
    """Take somebody off the list. Their open pages are closed."""
    with _staff_list(context) as (directory, _settings):
        from hwc_school_agent.staff_file import remove

        remove(directory, name)
    click.echo("Removed. Open pages of this person are closed.")


@staff.command("reset")
@_NAME
@_PASSPHRASE
@_PASSKEY
@click.pass_context
def staff_reset(context: click.Context, name: str, passphrase_file: TextIO | None, passkey: bool) -> None:
    """Give somebody a new pass phrase, or a code for a new passkey. What they logged in with before, passkeys
    included, is void; their open pages are closed."""
    with _staff_list(context) as (directory, settings):
        from hwc_school_agent.staff_file import reset

        secret = _secret(passphrase_file, passkey, settings)
        reset(directory, name, secret)
    click.echo(
        "What this person logged in with before is void, passkeys included. Open pages of this person are closed."
    )
    _tell_code(secret, settings)
