"""The verbs ``bell`` and ``bell-token``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import Stop, language_in, settings_of

if TYPE_CHECKING:
    from hwc_school_agent.bells.desktop import Connect
    from hwc_school_agent.bells.trial import Seen
    from hwc_school_agent.domain.language import Language

DESK = "127.0.0.1:8420"
RUNTIME_DIRECTORY = "/run/hwc-school-agent"
BELL_SOCKET = "bell.sock"
BELL_PORT = 8421
ROLES = ("contact", "backup", "head")


@click.command()
@click.option(
    "--role",
    type=click.Choice(ROLES),
    envvar="HWC_BELL_ROLE",
    show_envvar=True,
    help="Whose bell this is: it rings when this role is rung. Without it, it rings with everybody.",
)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    envvar="HWC_BELL_LANGUAGE",
    show_envvar=True,
    help="Of the notification.  [default: as [school] language, else nl]",
)
@click.option("--test", is_flag=True, help="Show the notification once, ask the agent for a sign, and end: 0 or 5.")
@click.option("--socket", type=click.Path(path_type=Path), metavar="FILE", help="Where the agent's bell rope hangs.")
@click.option("--url", help="The address of the desk, opened by a click on the notification.")
@click.option("--desk", metavar="URL", help="Connect to the agent of another machine: the https address of its desk.")
@click.option("--port", type=click.IntRange(1, 65535), default=BELL_PORT, show_default=True, help="Of [bell] listen.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="For --desk: what bell-token add printed. The role of this bell comes with it.",
)
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust this authority (PEM) only.")
@click.pass_context
def bell(
    context: click.Context,
    role: str | None,
    language: str | None,
    test: bool,
    socket: Path | None,
    url: str | None,
    desk: str | None,
    port: int,
    token_file: Path | None,
    ca_file: Path | None,
) -> int:
    """Ring on this desktop. Runs in the session of a member of staff, until it ends.

    \b
    On the machine of the agent: socket and address come from the
    configuration where this account may read it.
    On another machine (Windows, macOS, Linux): --desk and --token-file.
    """
    code = language or language_in(context.obj[0])
    os.environ["HWC_BELL_LANGUAGE"] = code  # before anything of bells/ is imported: ``bells/words.py``
    connect, address = _way(context.obj[0], role, socket, url, desk, port, token_file, ca_file)
    if test:
        from hwc_school_agent import catalogues
        from hwc_school_agent.bells import trial

        tr = catalogues.language(code)
        sentences, (seen, ended) = _sentences(tr), trial.run(connect)
        click.echo("\n".join(sentences[one] for one in seen), err=ended != 0)
        return ended
    from hwc_school_agent.bells import desktop

    return desktop.main(connect, address)


def _way(
    config: Path,
    role: str | None,
    socket: Path | None,
    url: str | None,
    desk: str | None,
    port: int,
    token_file: Path | None,
    ca_file: Path | None,
) -> tuple[Connect, str]:
    """How to reach the agent, and the address that a click opens."""
    if desk is None and token_file is None:
        from hwc_school_agent.bells import desktop
        from hwc_school_agent.bells.words import Whose

        if socket is None or url is None:
            usual_socket, usual_url = _bell_defaults(config)
            socket, url = socket or usual_socket, url or usual_url
        return desktop.at(socket, Whose(role) if role else Whose.ALL), url
    if desk is None or token_file is None or socket is not None:
        raise click.UsageError("--desk and --token-file go together, and without --socket.")
    from hwc_school_agent.bells import poll

    try:
        return poll.over(desk, port, token_file, ca_file), url or desk
    except poll.Unusable as wrong:
        raise Stop(1, wrong.text) from None


def _sentences(tr: Language) -> dict[Seen, str]:
    from hwc_school_agent.bells.trial import Seen

    return {
        Seen.HEARD: tr("De agent kent deze bel."),
        Seen.NOT_HEARD: tr(
            "De agent is niet te bereiken, of hij kent deze bel niet. Vraag ICT om dat na te kijken: docs/bells.md."
        ),
        Seen.SHOWN: tr("De melding stond op het scherm."),
        Seen.NOT_SHOWN: tr(
            "Dit scherm kon de melding niet tonen: er is geen meldingsdienst, of die geeft geen antwoord. Vraag ICT om"
            " hulp: docs/bells.md."
        ),
        Seen.UNSURE: tr(
            "Zag je de melding? Dit systeem kan dat zelf niet zeggen. Laat ook het bureau openstaan in de browser."
        ),
    }


def _bell_defaults(config: Path) -> tuple[Path, str]:
    """Socket and desk address from a configuration that this account can perhaps not read; no passwords needed.

    Without pydantic: a bell stays in memory all day.
    """
    import tomllib

    from hwc_school_agent import settings_rules as rules
    from hwc_school_agent.domain.site import at_port, is_loopback

    directory, secure, names = Path(RUNTIME_DIRECTORY), False, []
    host, port = rules.listen(DESK)
    try:
        tree = tomllib.loads(config.read_text("utf-8-sig"))
        desk = tree.get("desk", {})
        directory = config.absolute().parent / tree.get("state", {}).get("runtime_directory", RUNTIME_DIRECTORY)
        secure, names = bool(desk.get("certificate")), [rules.host(name) for name in desk.get("names", ())]
        host, port = rules.listen(desk.get("listen", DESK))
    except (OSError, ValueError, AttributeError, TypeError, rules.Wrong):
        pass  # ``run`` and ``config validate`` say what is wrong with it; a bell rings all the same
    # on this machine by its name: at a number browsers make no passkeys (``desk/passkey_deeds.py``)
    place = at_port(names[0] if names else "localhost" if is_loopback(host) else host, port)
    return directory / BELL_SOCKET, f"{'https' if secure else 'http'}://{place}/"


@click.group("bell-token")
def bell_token() -> None:
    """The bells of other machines: each has a token, and only its hash is kept here."""


_NAME = click.option("--name", required=True, help="Which machine it is, such as laptop-3.")


@contextmanager
def _tokens(context: click.Context) -> Iterator[Path]:
    """The state directory; what goes wrong with the list in it becomes one message."""
    from hwc_school_agent.bells.tokens import FILE, TokenError
    from hwc_school_agent.host.process import harden

    harden()
    directory = settings_of(context, need_passwords=False).state.directory
    try:
        yield directory
    except TokenError as error:
        raise Stop(1, error.text) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Stop(1, f"{directory / FILE} cannot be used ({reason}). Try it with sudo.") from None


@bell_token.command("add")
@click.option("--role", type=click.Choice([*ROLES, "all"]), required=True, help="Whose bell it is.")
@_NAME
@click.pass_context
def add(context: click.Context, role: str, name: str) -> None:
    """Let a machine connect a bell. Prints its token, once; nobody can read it here again."""
    with _tokens(context) as directory:
        from hwc_school_agent.bells import tokens
        from hwc_school_agent.bells.words import Whose

        token = tokens.add(directory, name, Whose(role))
    click.echo(token)


@bell_token.command("list")
@click.pass_context
def list_tokens(context: click.Context) -> None:
    """Print which machines may connect a bell, and whose bell each is."""
    with _tokens(context) as directory:
        from hwc_school_agent.bells import tokens

        known = tokens.listed(directory)
    for one in known:
        click.echo(f"{one.whose.value:<8} {one.name}")
    if not known:
        click.echo("No machine may connect a bell yet: hwc-school-agent bell-token add.", err=True)


@bell_token.command("remove")
@_NAME
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Take a machine off the list: its bell is out at once."""
    with _tokens(context) as directory:
        from hwc_school_agent.bells import tokens

        tokens.remove(directory, name)
    click.echo("Removed.")
