"""What a check says, in whole sentences: by ``verify`` and, word for word, by the page ``nakijken.html``.

The page carries the sentences it needs, in every language: ``python -m tests.report.check_page`` puts them in.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from hwc_school_agent.domain.language import Language, mark


class Say(Enum):
    """One sentence each. ``NOT_*`` and what follows it: why something does not hold."""

    # what holds
    BOOK_EMPTY = mark("Het controleboek is heel. Er staat nog geen schooldag in.")
    BOOK_WHOLE = mark(
        "Het controleboek is heel. Schooldagen erin: %(days)d, van %(first)s tot en met %(last)s. Er is niets aan"
        " veranderd."
    )
    REPORT_WHOLE = mark(
        "Dit is het rapport over %(month)s van %(school)s, vastgelegd op %(frozen)s. Er is niets aan veranderd."
    )
    REPORT_CODE = mark(
        "Dit is de code van het rapport over %(month)s van %(school)s, vastgelegd op %(frozen)s. Er is niets aan"
        " veranderd."
    )
    OUTCOME = mark("De uitkomst van het rapport is: “%(headline)s”. %(meaning)s")
    COMPARE_PAPER = mark("Vergelijk dit met het papier.")
    TEXT_WHOLE = mark("Deze tekst is niet veranderd nadat hij werd verzegeld.")
    BOOK_BELONGS = mark("Het controleboek in dit bestand hoort erbij en is heel.")
    BOOK_WAS_AWAY = mark("Het controleboek kon toen niet worden gelezen. Dat staat ook in het rapport.")
    HEAD_WHOLE = mark("Deze stand van het controleboek is niet veranderd. Regels in het boek: %(size)d.")
    HEAD_LIES = mark("De stand van vroeger past erbij: wat er toen stond, staat er nog precies zo.")

    # what is not known
    WHOSE_UNKNOWN = mark("Van wie dit zegel is, is nog niet nagekeken.")
    COMPARE_WORDS = mark("Vergelijk deze woorden met de schoolgids: %(words)s.")
    TYPE_WORDS = mark("Vul de negen woorden uit de schoolgids in.")
    EARLIER_DAYS = mark("De dagen van voor de nieuwe sleutel staan er nog, maar die sleutel kan ze niet bewijzen.")
    END_UNKNOWN = mark(
        "Of er aan het eind dagen zijn weggehaald, zie je alleen met een rapport of een stand van vroeger."
    )
    LIMIT = mark("Een zegel zegt dat er niets is veranderd. Of het waar is wat er staat, zegt het niet.")

    # what does not hold
    NOT_RIGHT = mark("Dit klopt niet.")
    SEAL_WRONG = mark("Het zegel klopt niet: er is iets veranderd nadat het werd verzegeld.")
    SEAL_GONE = mark("In dit rapport zit geen heel zegel meer.")
    PAGE_CHANGED = mark("De tekst van dit rapport is veranderd nadat het werd verzegeld.")
    FACTS_CHANGED = mark("De leesbare gegevens in dit bestand zijn veranderd nadat ze werden verzegeld.")
    FILE_CHANGED = mark("Dit bestand is veranderd nadat het werd verzegeld.")
    OTHER_BOOK = mark(
        "Het controleboek in dit bestand is niet het boek waarop het rapport steunt: er is iets uit weggelaten of bij"
        " gezet."
    )
    BOOK_TORN = mark("Het controleboek is niet heel: er mist iets, of er staat iets in wat er niet hoort.")
    BOOK_CHANGED = mark("Het controleboek is veranderd nadat het werd verzegeld.")
    OTHER_WORDS = mark(
        "Dit zegel hoort niet bij deze woorden. Noemt de schoolgids van toen andere woorden, probeer die dan."
        " Anders heeft deze school dit niet verzegeld."
    )
    OTHER_KEY = mark("Dit zegel hoort niet bij deze sleutel. Vraag de school welke sleutel nu geldt.")
    KEY_UNTIL = mark(
        "Deze sleutel staat in voor de dagen tot en met %(last)s. Daarna begon een andere sleutel, waar hij niet voor"
        " instaat."
    )
    HEAD_OTHER_KEY = mark("Deze stand is niet met die sleutel verzegeld.")
    HEAD_OF_OTHER_BOOK = mark("De stand van vroeger hoort bij een ander controleboek.")
    HEAD_NOT_BY_BOOK = mark("De stand van vroeger is niet verzegeld met een sleutel van dit controleboek.")
    DAYS_GONE = mark("Aan het eind van dit controleboek ontbreken dagen: de stand van vroeger telt er meer.")
    REWRITTEN = mark("Het verleden is herschreven: wat er bij de stand van vroeger stond, staat niet meer in dit boek.")

    # what could not be looked at
    NOTHING_CHECKED = mark("Er is niets nagekeken.")
    NOT_OURS = mark(
        "Dit is geen controleboek, rapport of zegel, of het is beschadigd. Vraag een nieuwe kopie aan de school."
    )
    HEAD_NEEDS_BOOK = mark("Van wie deze stand is, blijkt pas met het controleboek of de sleutel erbij.")

    # on the page only
    TITLE = mark("Inspectierapport nakijken")
    LANGUAGES = mark("Taal van deze pagina")
    INTRO = mark("Deze pagina werkt zonder internet. Wat je hier kiest of plakt, blijft op dit apparaat.")
    SCRIPT_NEEDED = mark("Deze pagina rekent het zegel na en heeft daarvoor JavaScript nodig. Zet JavaScript aan.")
    FILE = mark("Bestand van het rapport")
    FILE_HINT = mark("Een bestand als report-2026-11.html of report-2026-11.json, of het controleboek (ledger).")
    TEXT = mark("Of: de tekst uit de QR-code")
    WORDS = mark("De negen woorden uit de schoolgids")
    WORDS_HINT = mark("Typ ze over van papier, niet uit het rapport zelf.")
    CHECK = mark("Kijk na")
    RIGHT = mark("Dit klopt.")
    BUSY = mark("Even rekenen …")
    GIVE_ONE = mark("Kies een bestand, of plak de tekst uit de QR-code.")
    GIVE_NOT_BOTH = mark("Kies een bestand of plak een tekst, niet allebei.")
    BROWSER_OLD = mark(
        "Deze browser kan het zegel niet narekenen. Neem een nieuwere versie van Chrome, Edge, Firefox of Safari, of"
        " gebruik de opdracht hwc-school-agent verify."
    )

    def of(self, tr: Language, **facts: object) -> str:
        """The sentence; a date among the facts is written out."""
        return tr(self.value, **{n: tr.day(fact) if isinstance(fact, date) else fact for n, fact in facts.items()})
