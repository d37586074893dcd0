"""The verb ``drill``: a practice signal for people, sent by the agent that runs. Dutch: staff may see it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from hwc_school_agent.cli_common import settings_of

#: A sentence and the exit code that goes with it.
Told = tuple[str, int]

ERROR = 1
CONTROL_SOCKET = "control.sock"
_CONNECT_SECONDS = 5.0
_SEND_SECONDS = 330.0

_ANSWERS: Mapping[str, Told] = MappingProxyType(
    {
        "sent": ("Het oefensignaal is verstuurd. Open het bureau: het komt daar zo binnen.", 0),
        "later": ("Het oefensignaal kon niet worden verstuurd. Kijk naar [submission] en probeer het opnieuw.", ERROR),
        "refused": ("De server voor uitgaande mail weigert het oefensignaal. Kijk naar [submission] from.", ERROR),
    }
)
_SILENT: Told = ("De agent gaf geen antwoord. Probeer het straks opnieuw.", ERROR)


@click.command()
@click.pass_context
def drill(context: click.Context) -> int:
    """Send a practice signal to the people, the whole real way.

    It is marked as an exercise on every page, and nobody outside the school gets anything. The agent must run.
    """
    settings = settings_of(context, need_passwords=False)
    sentence, code = ask_agent(settings.state.runtime_directory / CONTROL_SOCKET)
    click.echo(sentence, err=code != 0)
    return code


def ask_agent(path: Path) -> Told:
    """Have the agent behind this socket send a drill."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(_CONNECT_SECONDS)
        try:
            s.connect(str(path))
            s.sendall(b"drill\n")
            s.settimeout(_SEND_SECONDS)
            answer = s.recv(64)
        except (FileNotFoundError, ConnectionRefusedError):
            return "De agent draait niet. Start hem eerst; een oefening gaat door de agent zelf.", ERROR
        except PermissionError:
            return "Dit account mag de agent niets vragen. Probeer het met sudo.", ERROR
        except OSError:
            return _SILENT
    return _ANSWERS.get(answer.strip().decode("ascii", "replace"), _SILENT)
