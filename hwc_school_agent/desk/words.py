"""Dutch for closed words and times. A server seldom has a Dutch locale, so the tables are ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from hwc_school_agent.domain.board import Note, Trouble
from hwc_school_agent.domain.outcome import Answered, FolderRole, Leg, Said, Word
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.clock import local

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

ROLES = {Role.CONTACT.value: "Contactpersoon", Role.BACKUP.value: "Achterwacht", Role.HEAD.value: "Directie"}

FOLDERS = {
    FolderRole.INBOX: "Postvak IN",
    FolderRole.SENT: "Verzonden",
    FolderRole.TRASH: "Prullenbak",
    FolderRole.JUNK: "Ongewenste e-mail",
    FolderRole.DRAFTS: "Concepten",
    FolderRole.ARCHIVE: "Archief",
    FolderRole.ALL: "Alle berichten",
    FolderRole.OTHER: "een andere map",
}

MORNING = {
    Note.BEGUN: "Ochtenddienst begonnen",
    Note.REACHED: "Postbus bereikbaar",
    Note.LOST: "Postbus niet bereikbaar",
    Note.LOOK_RUNG: "Seintje gegeven: open het bureau",
    Note.RUNG_AGAIN: "Nog een keer een seintje gegeven",
}

#: What went wrong with a look, the code for ICT, and what ICT can do.
TROUBLES = {
    Trouble.NO_ANSWER: (
        "De mailserver antwoordt niet",
        "HWC-210",
        "Controleer of de mailserver bereikbaar is vanaf deze machine.",
    ),
    Trouble.NO_NAME: (
        "De naam van de mailserver wordt niet gevonden",
        "HWC-211",
        "Controleer de DNS en de instelling host.",
    ),
    Trouble.CERTIFICATE: (
        "Het certificaat van de mailserver klopt niet",
        "HWC-212",
        "Controleer de geldigheid van het certificaat, de klok van deze machine en de instelling ca_file.",
    ),
    Trouble.LOGIN: (
        "De mailserver weigert het wachtwoord van de postbus",
        "HWC-213",
        "Controleer of het wachtwoord is gewijzigd of het account is geblokkeerd.",
    ),
    Trouble.PROTOCOL: (
        "De mailserver geeft een antwoord dat we niet begrijpen",
        "HWC-214",
        "Voer ‘hwc-school-agent doctor’ uit.",
    ),
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
        "Dat kon vanmorgen niet worden verstuurd",
        "HWC-241",
        "Kijk of de server voor uitgaande mail bereikbaar is, of de login klopt, en of from naar de eigen postbus mag"
        " mailen.",
        unseen=True,
    ),
    Leg.ARRIVED: Failure(
        "Dat kwam vanmorgen niet aan",
        "HWC-242",
        "Stuur zelf een mail naar het adres van de postbus ([rehearsal] to). Kijk naar regels, spamfilter en quotum, en"
        " of een server onderweg de Message-ID verandert.",
        unseen=True,
    ),
    Leg.READ: Failure(
        "Dat kwam aan, maar werd niet goed gelezen", "HWC-243", "Voer ‘hwc-school-agent doctor’ uit.", unseen=True
    ),
    Leg.RECEIPTED: Failure(
        "Dat kwam aan, maar de ontvangstbevestiging kon niet worden verstuurd",
        "HWC-244",
        "Kijk of het account vlaggen mag zetten, en of de server voor uitgaande mail bereikbaar is.",
    ),
    Leg.RETURNED: Failure(
        "Dat kwam aan, maar de ontvangstbevestiging kwam niet terug",
        "HWC-245",
        "De server nam de bevestiging aan en bezorgde haar niet. Kijk naar spamfilter en regels voor automatische"
        " antwoorden.",
    ),
    Leg.PURGED: Failure(
        "Dat kon niet uit alle mappen worden gewist",
        "HWC-246",
        "Kijk of het account mag verwijderen, en of een bewaarbeleid dat tegenhoudt.",
    ),
    Leg.VERIFIED: Failure(
        "Dat stond er na het wissen nog, of een map was niet na te tellen",
        "HWC-247",
        "Een regel of ander mailprogramma zet berichten misschien terug. Kijk naar regels, synchronisatie en rechten.",
    ),
    Leg.SCANNED: Failure(
        "De naam van het proefkind bleef in het geheugen van het programma",
        "HWC-248",
        "Dat is een fout in dit programma. Meld hem aan de makers.",
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


def sentence(said: Said, answered: Answered, folders: int, *, drill: bool = False, phoned: bool = False) -> Sentence:
    """One word in Dutch. Never more than the word itself claims."""
    if drill and said.word is Word.RECEIPTED:
        return Sentence(Tick.GOOD, "Ontvangstbevestiging verstuurd, naar onze eigen postbus")
    folder = FOLDERS[said.role or FolderRole.OTHER]
    where = folder[0].upper() + folder[1:]
    all_folders = f"Alle {folders} mappen nageteld" if folders > 1 else "Alle mappen nageteld"
    match said.word:
        case Word.RECEIPTED if answered is Answered.NOT_OURS:
            return Sentence(Tick.GOOD, "Bericht ‘niet van onze school’ verstuurd naar Veilig Thuis")
        case Word.RECEIPTED:
            return Sentence(Tick.GOOD, "Ontvangstbevestiging verstuurd naar Veilig Thuis")
        case Word.NOT_OWED if phoned:
            return Sentence(Tick.GOOD, "Geen ontvangstbevestiging verstuurd: er is gebeld")
        case Word.NOT_OWED:
            return Sentence(Tick.GOOD, "Geen ontvangstbevestiging verstuurd")
        case Word.PURGED:
            return Sentence(Tick.GOOD, "Bericht verwijderd uit de postbus")
        case Word.EMPTY:
            return Sentence(Tick.GOOD, f"{all_folders}, ook de prullenbak: niets gevonden")
        case Word.CLEAN:
            return Sentence(Tick.GOOD, f"{all_folders}, ook de prullenbak: dit bericht staat nergens meer")
        case Word.GONE:
            return Sentence(Tick.GOOD, "Het bericht stond niet meer in de postbus")
        case Word.PURGE_FAILED:
            return Sentence(
                Tick.BAD,
                f"{where}: de mailserver weigerde het verwijderen",
                "HWC-431",
                "Kijk of het account in deze map berichten mag verwijderen, en of een bewaarbeleid dat tegenhoudt.",
            )
        case Word.LEFT:
            return Sentence(
                Tick.BAD,
                f"{where}: bij het nakijken stond het bericht er nog",
                "HWC-432",
                "Een regel of ander mailprogramma zet het bericht misschien terug. Kijk naar regels en synchronisatie.",
            )
        case Word.NOT_COUNTED:
            return Sentence(
                Tick.BAD,
                f"{where}: we konden deze map niet natellen",
                "HWC-433",
                "Kijk of het account deze map mag openen. Tot dan zeggen we niet dat alles weg is.",
            )
        case Word.UNREACHABLE:
            return Sentence(
                Tick.BAD,
                "De postbus was niet bereikbaar",
                "HWC-434",
                "Kijk of de mailserver bereikbaar is.",
            )
        case Word.NOT_CONFIRMED:
            return Sentence(
                Tick.BAD,
                "De postbus weet niet dat jij het hebt ontvangen",
                "HWC-435",
                "De vlag op het bericht is weg. Kijk of een ander mailprogramma vlaggen wist.",
            )
        case Word.RECEIPT_LATER:
            return Sentence(
                Tick.BAD,
                "De ontvangstbevestiging kon nog niet worden verstuurd",
                "HWC-441",
                "Kijk of de server voor uitgaande mail bereikbaar is en of de login klopt.",
            )
        case Word.RECEIPT_REFUSED:
            return Sentence(
                Tick.BAD,
                "De mailserver weigerde de ontvangstbevestiging",
                "HWC-442",
                "De server voor uitgaande mail weigert voorgoed. Kijk naar het adres bij from en de verzendrechten.",
            )
        case Word.LEVELLING | Word.NOT_LEVELLED | Word.FAILED:
            return Sentence(
                Tick.BAD,
                "Er ging iets mis in het programma zelf",
                "HWC-900",
                "Voer ‘hwc-school-agent doctor’ uit.",
            )


def clock(epoch: float, timezone: str) -> str:
    """A time of day: ``07.54``."""
    return local(epoch, timezone).strftime("%H.%M")


def machine_time(epoch: float, timezone: str) -> str:
    """The same moment for ``<time datetime>``: ``2026-11-23T07:54``."""
    return local(epoch, timezone).strftime("%Y-%m-%dT%H:%M")


def day(born: date) -> str:
    """A date in full: ``3 mei 2017``."""
    return f"{born.day} {MONTHS[born.month - 1]} {born.year}"
