"""What closed words and times are called on the page. The tables are Dutch; ``tr`` speaks the school's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from hwc_school_agent.domain.board import Note
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.domain.outcome import Answered, FolderRole, Leg, Said, Word
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import local

ROLES = {
    Role.CONTACT.value: mark("Contactpersoon"),
    Role.BACKUP.value: mark("Achterwacht"),
    Role.HEAD.value: mark("Directie"),
}

FOLDERS = {
    FolderRole.INBOX: mark("Postvak IN"),
    FolderRole.SENT: mark("Verzonden"),
    FolderRole.TRASH: mark("Prullenbak"),
    FolderRole.JUNK: mark("Ongewenste e-mail"),
    FolderRole.DRAFTS: mark("Concepten"),
    FolderRole.ARCHIVE: mark("Archief"),
    FolderRole.ALL: mark("Alle berichten"),
    FolderRole.OTHER: mark("een andere map"),
}

MORNING = {
    Note.BEGUN: mark("Ochtenddienst begonnen"),
    Note.REACHED: mark("Postbus bereikbaar"),
    Note.LOST: mark("Postbus niet bereikbaar"),
    Note.LOOK_RUNG: mark("Seintje gegeven: open het bureau"),
    Note.RUNG_AGAIN: mark("Nog een keer een seintje gegeven"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What a rehearsal that failed says: to people, and to ICT. ``unseen``: a signal might not be seen either."""

    text: str
    code: str
    help: str
    unseen: bool = False


#: By the first leg that was not gone. The codes are those of ``systemctl status``.
LEGS = {
    Leg.SENT: Failure(
        mark("Het proefsignaal kon vanmorgen niet worden verstuurd"),
        "HWC-241",
        mark(
            "Kijk of de server voor uitgaande mail bereikbaar is, of de login klopt, en of [submission]"
            " from naar de eigen postbus mag mailen."
        ),
        unseen=True,
    ),
    Leg.ARRIVED: Failure(
        mark("Het proefsignaal kwam vanmorgen niet aan"),
        "HWC-242",
        mark(
            "Stuur zelf een mail naar het adres van de postbus ([rehearsal] to). Kijk naar regels, spamfilter en"
            " quotum, en of een server onderweg de Message-ID verandert."
        ),
        unseen=True,
    ),
    Leg.READ: Failure(
        mark("Het proefsignaal kwam aan, maar werd niet goed gelezen"),
        "HWC-243",
        mark("Voer ‘hwc-school-agent doctor’ uit."),
        unseen=True,
    ),
    Leg.RECEIPTED: Failure(
        mark("Het proefsignaal kwam aan, maar de ontvangstbevestiging kon niet worden verstuurd"),
        "HWC-244",
        mark("Kijk of het account vlaggen mag zetten, en of de server voor uitgaande mail bereikbaar is."),
    ),
    Leg.RETURNED: Failure(
        mark("Het proefsignaal kwam aan, maar de ontvangstbevestiging kwam niet terug"),
        "HWC-245",
        mark(
            "De server nam de ontvangstbevestiging aan, maar bezorgde die niet. Kijk naar spamfilter en regels voor"
            " automatische antwoorden."
        ),
    ),
    Leg.PURGED: Failure(
        mark("Het proefsignaal kon niet uit alle mappen worden gewist"),
        "HWC-246",
        mark("Kijk of het account mag verwijderen, en of een bewaarbeleid dat tegenhoudt."),
    ),
    Leg.VERIFIED: Failure(
        mark("Het proefsignaal stond er na het wissen nog, of een map was niet na te tellen"),
        "HWC-247",
        mark(
            "Een regel of ander mailprogramma zet berichten misschien terug."
            " Kijk naar regels, synchronisatie en rechten."
        ),
    ),
    Leg.SCANNED: Failure(
        mark("De naam van het proefkind bleef in het geheugen van het programma"),
        "HWC-248",
        mark("Dat is een fout in dit programma. Meld hem aan de makers."),
    ),
}


class Tick(Enum):
    """How a line in a list looks: shape and colour belong together."""

    GOOD = "goed"
    BAD = "fout"
    BUSY = "bezig"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one word of ``finish`` says to a person; ``code`` and ``help`` are for ICT."""

    tick: Tick
    text: str
    code: str = ""
    help: str = ""


def sentence(
    said: Said, answered: Answered, folders: int, *, drill: bool = False, phoned: bool = False, tr: Language = DUTCH
) -> Sentence:
    """One word as a sentence. Never more than the word itself claims."""
    if drill and said.word is Word.RECEIPTED:
        return Sentence(Tick.GOOD, tr("Ontvangstbevestiging verstuurd, naar onze eigen postbus"))
    folder = tr(FOLDERS[said.role or FolderRole.OTHER])
    where = folder[0].upper() + folder[1:]
    all_folders = tr("Alle %(count)d mappen nageteld", count=folders) if folders > 1 else tr("Alle mappen nageteld")
    match said.word:
        case Word.RECEIPTED if answered is Answered.NOT_OURS:
            return Sentence(Tick.GOOD, tr("Bericht ‘niet van onze school’ verstuurd naar Veilig Thuis"))
        case Word.RECEIPTED:
            return Sentence(Tick.GOOD, tr("Ontvangstbevestiging verstuurd naar Veilig Thuis"))
        case Word.NOT_OWED if phoned:
            return Sentence(Tick.GOOD, tr("Geen ontvangstbevestiging verstuurd: er is gebeld"))
        case Word.NOT_OWED:
            return Sentence(Tick.GOOD, tr("Geen ontvangstbevestiging verstuurd"))
        case Word.PURGED:
            return Sentence(Tick.GOOD, tr("Bericht verwijderd uit de postbus"))
        case Word.EMPTY:
            return Sentence(
                Tick.GOOD, tr("%(all_folders)s, ook de prullenbak: niets gevonden", all_folders=all_folders)
            )
        case Word.CLEAN:
            return Sentence(
                Tick.GOOD,
                tr("%(all_folders)s, ook de prullenbak: dit bericht staat nergens meer", all_folders=all_folders),
            )
        case Word.GONE:
            return Sentence(Tick.GOOD, tr("Het bericht stond niet meer in de postbus"))
        case Word.PURGE_FAILED:
            return Sentence(
                Tick.BAD,
                tr("%(folder)s: de mailserver weigerde het verwijderen", folder=where),
                "HWC-431",
                tr("Kijk of het account in deze map berichten mag verwijderen, en of een bewaarbeleid dat tegenhoudt."),
            )
        case Word.LEFT:
            return Sentence(
                Tick.BAD,
                tr("%(folder)s: bij het nakijken stond het bericht er nog", folder=where),
                "HWC-432",
                tr(
                    "Een regel of ander mailprogramma zet het bericht misschien terug."
                    " Kijk naar regels en synchronisatie."
                ),
            )
        case Word.NOT_COUNTED:
            return Sentence(
                Tick.BAD,
                tr("%(folder)s: we konden deze map niet natellen", folder=where),
                "HWC-433",
                tr("Kijk of het account deze map mag openen. Tot dan zeggen we niet dat alles weg is."),
            )
        case Word.UNREACHABLE:
            return Sentence(
                Tick.BAD,
                tr("De postbus was niet bereikbaar"),
                "HWC-434",
                tr("Kijk of de mailserver bereikbaar is."),
            )
        case Word.NOT_CONFIRMED:
            return Sentence(
                Tick.BAD,
                tr("De postbus weet niet dat jij het hebt ontvangen"),
                "HWC-435",
                tr("De vlag op het bericht is weg. Kijk of een ander mailprogramma vlaggen wist."),
            )
        case Word.RECEIPT_LATER:
            return Sentence(
                Tick.BAD,
                tr("De ontvangstbevestiging kon nog niet worden verstuurd"),
                "HWC-441",
                tr("Kijk of de server voor uitgaande mail bereikbaar is en of de login klopt."),
            )
        case Word.RECEIPT_REFUSED:
            return Sentence(
                Tick.BAD,
                tr("De mailserver weigerde de ontvangstbevestiging"),
                "HWC-442",
                tr("De server voor uitgaande mail weigert voorgoed. Kijk naar [submission] from en de verzendrechten."),
            )
        case Word.LEVELLING | Word.NOT_LEVELLED | Word.FAILED:
            return Sentence(
                Tick.BAD,
                tr("Er ging iets mis in het programma zelf"),
                "HWC-900",
                tr("Voer ‘hwc-school-agent doctor’ uit."),
            )


def clock(epoch: float, timezone: str, tr: Language = DUTCH) -> str:
    """A time of day: ``07.54``."""
    return tr.clock(local(epoch, timezone))


def hour(epoch: float, timezone: str, tr: Language = DUTCH) -> str:
    """The same in a sentence: ``07.54 uur``."""
    return tr.hour(local(epoch, timezone))


def machine_time(epoch: float, timezone: str) -> str:
    """The same moment for ``<time datetime>``: ``2026-11-23T07:54``."""
    return local(epoch, timezone).strftime("%Y-%m-%dT%H:%M")


def day(born: date, tr: Language = DUTCH) -> str:
    """A date in full: ``3 mei 2017``."""
    return tr.day(born)
