"""The end of ``init``: passwords, which never stand in the configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from hwc_school_agent.cli_common import Stop
from hwc_school_agent.domain.language import Language


def ask_passwords(tr: Language, directory: Path | None, users: dict[str, str]) -> None:
    """Ask for passwords if there is a directory to keep them in; else say how systemd keeps them."""
    names = [f"{section}__password" for section in users]
    click.echo("\n" + tr("Wachtwoorden staan nooit in de configuratie."))
    if directory is None:
        click.echo(tr("Bewaar ze versleuteld bij systemd (of gebruik --credentials MAP):"))
        for name in names:
            click.echo(f"  systemd-creds encrypt --name={name} - /etc/hwc-school-agent/{name}.cred")
        return
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for (section, user), name in zip(users.items(), names, strict=True):
            where = directory / name
            there = " " + tr("(Enter: laat staan wat er staat)") if where.exists() else ""
            secret = _secret(tr("Wachtwoord van %(user)s voor [%(section)s]", user=user, section=section) + there)
            if secret:
                _write_secret(where, secret)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Stop(
            1,
            tr(
                "%(folder)s is niet te gebruiken (%(reason)s). Kies een andere map met --credentials.",
                folder=directory,
                reason=reason,
            ),
        ) from None


def _secret(question: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(question, default="", show_default=False, hide_input=True))
    click.echo(question)
    return sys.stdin.readline().rstrip("\r\n")  # a pipe shows nothing; asking for a terminal would fail


def _write_secret(path: Path, secret: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(secret + "\n")
    os.replace(new, path)
