"""The verb ``drill``: a practice signal for people, sent by the agent that runs."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hwc_school_agent.cli_common import settings_of

if TYPE_CHECKING:
    from hwc_school_agent.domain.language import Language

#: A sentence and the exit code that goes with it.
Told = tuple[str, int]

ERROR = 1
CONTROL_SOCKET = "control.sock"
_CONNECT_SECONDS = 5.0
_SEND_SECONDS = 330.0


@click.command()
@click.pass_context
def drill(context: click.Context) -> int:
    """Send a practice signal to the people, the whole real way.

    It is marked as an exercise on every page, and nobody outside the school gets anything. The agent must run.
    """
    from hwc_school_agent.catalogues import language

    settings = settings_of(context, need_passwords=False)
    sentence, code = ask_agent(settings.state.runtime_directory / CONTROL_SOCKET, language(settings.school.language))
    click.echo(sentence, err=code != 0)
    return code


def ask_agent(path: Path, tr: Language) -> Told:
    """Have the agent behind this socket send a drill."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(_CONNECT_SECONDS)
        try:
            s.connect(str(path))
            s.sendall(b"drill\n")
            s.settimeout(_SEND_SECONDS)
            answer = s.recv(64)
        except (FileNotFoundError, ConnectionRefusedError):
            return tr("De agent draait niet. Start hem eerst: de oefening loopt via de agent."), ERROR
        except PermissionError:
            return tr("Dit account mag de agent niets vragen. Probeer het met sudo."), ERROR
        except OSError:
            answer = b""
    match answer.strip():
        case b"sent":
            return tr("Het oefensignaal is verstuurd. Open het bureau: het komt daar zo binnen."), 0
        case b"later":
            return tr(
                "Het oefensignaal kon niet worden verstuurd. Kijk naar [submission] en probeer het opnieuw."
            ), ERROR
        case b"refused":
            return tr("De server voor uitgaande mail weigert het oefensignaal. Kijk naar [submission] from."), ERROR
    return tr("De agent gaf geen antwoord. Probeer het straks opnieuw."), ERROR
