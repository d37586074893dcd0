"""The verbs ``staff add|list|remove|reset``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from hwc_school_agent.cli_common import Stop, settings_of


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


def _passphrase(stream: TextIO | None) -> str:
    if stream is not None:
        try:
            return stream.readline().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise Stop(1, "The pass phrase is not UTF-8 text.") from None
    return str(click.prompt("Pass phrase", hide_input=True, confirmation_prompt="The same again", err=True))


@contextmanager
def _staff_list(context: click.Context) -> Iterator[Path]:
    """The state directory; what goes wrong with the list in it becomes one message."""
    from hwc_school_agent.host.process import harden
    from hwc_school_agent.staff_file import FILE, StaffError

    harden()
    directory = settings_of(context, need_passwords=False).state.directory
    try:
        yield directory
    except StaffError as error:
        raise Stop(1, f"{error.text[0].upper()}{error.text[1:]}.") from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Stop(1, f"{directory / FILE} cannot be used ({reason}). Try it with sudo.") from None


@staff.command("add")
@click.option("--role", required=True, type=click.Choice(["contact", "backup", "head"]), help="Who is rung when.")
@_NAME
@_PASSPHRASE
@click.pass_context
def staff_add(context: click.Context, role: str, name: str, passphrase_file: TextIO | None) -> None:
    """Let somebody use the desk."""
    with _staff_list(context) as directory:
        from hwc_school_agent.domain.staff import Role
        from hwc_school_agent.staff_file import add

        person = add(directory, name, Role(role), _passphrase(passphrase_file))
    click.echo(f"Added: {person.name} ({person.role.value}).")


@staff.command("list")
@click.pass_context
def staff_list(context: click.Context) -> None:
    """Print who may use the desk, and in which role."""
    with _staff_list(context) as directory:
        from hwc_school_agent.staff_file import people

        everybody = people(directory)
    for person in everybody:
        click.echo(f"{person.role.value:<8} {person.name}")
    if not everybody:
        click.echo("Nobody may use the desk yet: hwc-school-agent staff add.", err=True)


@staff.command("remove")
@_NAME
@click.pass_context
def staff_remove(context: click.Context, name: str) -> None:
    """Take somebody off the list. An open page is closed at its next step."""
    with _staff_list(context) as directory:
        from hwc_school_agent.staff_file import remove

        remove(directory, name)
    click.echo("Removed.")


@staff.command("reset")
@_NAME
@_PASSPHRASE
@click.pass_context
def staff_reset(context: click.Context, name: str, passphrase_file: TextIO | None) -> None:
    """Give somebody a new pass phrase."""
    with _staff_list(context) as directory:
        from hwc_school_agent.staff_file import reset

        reset(directory, name, _passphrase(passphrase_file))
    click.echo("The new pass phrase counts from now on.")
