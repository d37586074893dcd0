"""The verbs that look into the mailbox: ``check`` and ``close``, and what they say."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.domain.outcome import FolderRole, Said, Word
from hwc_school_agent.host import child, lock
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.host.process import harden
from hwc_school_agent.settings import Settings, State

#: A sentence and the exit code that goes with it.
Told = tuple[str, int]

ERROR, UNREACHABLE, LEFTOVERS = 1, 3, 4
CONTROL_SOCKET = "control.sock"
_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 900.0  # a closing takes minutes on a slow server

_TROUBLE: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.NO_ANSWER: mark("de mailserver geeft geen antwoord."),
        Trouble.NO_NAME: mark("de naam van de mailserver is niet te vinden."),
        Trouble.CERTIFICATE: mark("het certificaat van de mailserver klopt niet."),
        Trouble.LOGIN: mark("de mailserver weigert de gebruikersnaam of het wachtwoord."),
        Trouble.PROTOCOL: mark("de mailserver geeft een antwoord dat dit programma niet begrijpt."),
        Trouble.NO_TOKEN_SERVER: mark("de server die het token geeft, antwoordt niet."),
        Trouble.SECRET_EXPIRED: mark("het certificaat of het clientgeheim is verlopen."),
        Trouble.SECRET_WRONG: mark("het certificaat, het clientgeheim of de sleutel wordt geweigerd."),
        Trouble.APP_UNKNOWN: mark("de app of de tenant is niet bekend (tenant, client_id)."),
        Trouble.NO_CONSENT: mark("de app heeft geen toestemming voor deze rechten."),
        Trouble.SIGN_IN_AGAIN: mark("de toestemming is ingetrokken: meld de postbus opnieuw aan."),
        Trouble.BLOCKED: mark("een regel van de organisatie blokkeert de app."),
        Trouble.CLOCK: mark("de klok van deze machine loopt niet gelijk."),
        Trouble.NO_TOKEN: mark("er is geen token: controleer de credentials, de extra of het commando bij [mailbox]."),
        Trouble.NO_PERMISSION: mark("het token is goed, maar de app mag niet in deze postbus."),
    }
)

_FOLDER: Mapping[FolderRole, str] = MappingProxyType(
    {
        FolderRole.INBOX: mark("Postvak IN"),
        FolderRole.SENT: mark("de map met verzonden mail"),
        FolderRole.TRASH: mark("de prullenbak"),
        FolderRole.JUNK: mark("de map met ongewenste mail"),
        FolderRole.DRAFTS: mark("de map met concepten"),
        FolderRole.ARCHIVE: mark("het archief"),
        FolderRole.ALL: mark("de map met alle mail"),
        FolderRole.OTHER: mark("een andere map"),
    }
)

# The good words share one sentence: whether other mail stands in the mailbox is nobody's business here.
_CLOSED: Told = (mark("De dag is gesloten: van wat is afgehandeld, staat niets meer in de postbus."), 0)
_CLOSING: Mapping[Word, Told] = MappingProxyType(
    {
        Word.EMPTY: _CLOSED,
        Word.CLEAN: _CLOSED,
        Word.UNREACHABLE: (
            mark("De dag is niet gesloten: de postbus is niet bereikbaar. Voer ‘hwc-school-agent check’ uit."),
            UNREACHABLE,
        ),
        Word.LEFT: (
            mark(
                "De dag is niet gesloten: er staat nog afgehandelde mail in %(folder)s. Kijk of een regel die terugzet."
            ),
            LEFTOVERS,
        ),
        Word.PURGE_FAILED: (
            mark("De dag is niet gesloten: wissen lukt niet in %(folder)s. Kijk of het account daar mag verwijderen."),
            LEFTOVERS,
        ),
        Word.NOT_LEVELLED: (
            mark(
                "De dag is gesloten, maar de tellers van %(folder)s konden niet gelijk worden gezet (docs/counters.md)."
            ),
            ERROR,
        ),
        Word.NOT_COUNTED: (
            mark("De dag is niet gesloten: %(folder)s kon niet worden bekeken. Kijk of het account daar mag lezen."),
            ERROR,
        ),
    }
)
_NOT_CLOSED: Told = (mark("De dag is niet gesloten. Probeer het straks opnieuw."), ERROR)


def check(settings: Settings) -> Told:
    """Look into the mailbox once. Says how many folders there are, never whether mail is there."""
    from hwc_school_agent.mailbox.errors import MailboxTrouble
    from hwc_school_agent.mailbox.session import folders_with_status, open_session

    tr = language(settings.school.language)
    try:
        with open_session(settings.mailbox) as session:
            count = len(folders_with_status(session))
    except MailboxTrouble as trouble:
        why = tr(_TROUBLE[trouble.kind])
        text = mark(
            "De postbus is niet bereikbaar: %(why)s Voer ‘hwc-school-agent doctor’ uit: dat zegt wat je kunt doen."
        )
        return tr(text, why=why), UNREACHABLE
    if fault := _page(settings, tr) or _clock(settings, tr):
        return fault
    return tr.plural(
        "De postbus is bereikbaar: %(n)d map gezien.", "De postbus is bereikbaar: %(n)d mappen gezien.", count
    ), 0


def _page(settings: Settings, tr: Language) -> Told | None:
    """What keeps browsers away from the page, or ``None``."""
    from hwc_school_agent.doctor.certificate import look

    certificate = look(settings.desk)
    if certificate is None:
        return None
    if certificate.fault:
        return tr("Het certificaat of de sleutel van het bureau is niet te gebruiken. Kijk naar [desk]."), ERROR
    if not certificate.begins <= SystemClock().now() <= certificate.ends:
        return tr("Het certificaat van het bureau is nu niet geldig. Vernieuw het; een herstart is niet nodig."), ERROR
    return None


def _clock(settings: Settings, tr: Language) -> Told | None:
    """What the agent's rehearsal found of this machine's clock, or ``None``."""
    from hwc_school_agent.doctor.agent import ask, minutes_apart

    minutes = minutes_apart(ask(settings.state.runtime_directory))
    if not minutes:
        return None
    told = tr.plural(
        "De klok van deze machine verschilt %(n)d minuut van die van de mailserver (HWC-372).",
        "De klok van deze machine verschilt %(n)d minuten van die van de mailserver (HWC-372).",
        minutes,
    )
    return told, ERROR


def close(settings: Settings, with_passwords: Callable[[], Settings]) -> Told:
    """Close the day now: through the agent when one runs, else by ourselves (only then are the passwords needed)."""
    tr = language(settings.school.language)
    try:
        answer = _ask_agent(settings.state.runtime_directory / CONTROL_SOCKET)
    except PermissionError:
        return tr("Dit account mag de agent niets vragen. Probeer het met sudo."), ERROR
    except OSError:
        return tr("De agent gaf geen antwoord. Probeer het straks opnieuw."), ERROR
    if answer is not None:
        return closing(Said.parse(answer), tr)
    settings = with_passwords()
    from hwc_school_agent.workers import close as worker  # while we may still read every file

    try:
        _step_down(settings.state)
        held = lock.hold(settings.state.runtime_directory)
    except lock.Taken:
        return tr("De agent draait, maar geeft geen antwoord. Probeer het straks opnieuw."), ERROR
    except OSError:
        return tr("De map van [state] runtime_directory is niet te gebruiken. Probeer het met sudo."), ERROR
    try:
        job = CloseJob((), SystemClock().now())
        code, lines = child.collect(child.fork(lambda say: worker.run(settings, job, lambda said: say(said.line()))))
    finally:
        os.close(held)
    words = lines.decode("ascii", "replace").split("\n")[:-1]
    return closing(Said.parse(words[-1]) if words and code == 0 else Said(Word.FAILED), tr)


def closing(said: Said, tr: Language = DUTCH) -> Told:
    """The sentence for the last word of a closing."""
    sentence, code = _CLOSING.get(said.word, _NOT_CLOSED)
    return tr(sentence, folder=tr(_FOLDER[said.role or FolderRole.OTHER])), code


def _ask_agent(path: Path) -> str | None:
    """The agent's answer to ``close``; ``None`` when no agent runs. Raises ``OSError`` when it does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(_CONNECT_SECONDS)
        try:
            s.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        s.sendall(b"close\n")
        s.settimeout(_CLOSE_SECONDS)
        answer = b""
        while b"\n" not in answer and len(answer) < 1024 and (piece := s.recv(256)):
            answer += piece
    if b"\n" not in answer:
        raise ConnectionError
    return answer.partition(b"\n")[0].decode("ascii", "replace")


def _step_down(state: State) -> None:
    """Root becomes the account that owns the state directory: a lock or a key of root's would keep the agent out."""
    if os.geteuid() != 0 or not state.directory.is_dir():
        return
    owner = state.directory.stat()
    if owner.st_uid == 0:
        return
    state.runtime_directory.mkdir(mode=0o750, parents=True, exist_ok=True)
    os.chown(state.runtime_directory, owner.st_uid, owner.st_gid)
    os.setgroups([])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    harden()
