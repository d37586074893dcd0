"""What can be wrong with the ledger or its key: for each one sentence and what to do."""

from __future__ import annotations

from enum import Enum

from hwc_school_agent.domain.language import mark


class Damage(Enum):
    """Number for the log, sentence and remedy; the two are texts of the catalogues."""

    MISSING = (
        1,
        mark("Het controleboek ontbreekt, terwijl er wel een sleutel is."),
        mark("Zet het bestand ledger terug uit een reservekopie, of begin een nieuw boek: hwc-school-agent keys new"),
    )
    KEY_MISSING = (
        2,
        mark("De sleutel van het controleboek ontbreekt."),
        mark("Zet het bestand ledger.key terug, of begin met een nieuwe sleutel: hwc-school-agent keys new"),
    )
    KEY_BROKEN = (
        3,
        mark("Het bestand ledger.key is beschadigd."),
        mark("Zet het terug uit een reservekopie, of begin met een nieuwe sleutel: hwc-school-agent keys new"),
    )
    KEY_LOCKED = (
        4,
        mark("De sleutel van het controleboek gaat niet open: het credential ledger__key ontbreekt of is een ander."),
        mark("Geef het credential van toen de sleutel is gemaakt, of begin met een nieuwe: hwc-school-agent keys new"),
    )
    OTHER_KEY = (
        5,
        mark("Het controleboek is met een andere sleutel verzegeld dan die van deze installatie."),
        mark("Het komt van een andere machine of uit een oude kopie. Zet het eigen bestand ledger terug."),
    )
    TORN = (
        6,
        mark("Het controleboek is niet heel: er mist iets, of er staat iets in wat er niet hoort."),
        mark("Zet het bestand ledger terug uit een reservekopie. De ontbrekende dagen worden daarna vanzelf ‘off’."),
    )
    CHANGED = (
        7,
        mark("Het controleboek is veranderd nadat het werd verzegeld."),
        mark("Bewaar dit bestand als bewijs, en zet het bestand ledger terug uit een reservekopie."),
    )
    CLOCK = (
        8,
        mark("De klok van deze machine past niet bij de laatste dag in het controleboek."),
        mark("Zet de klok goed. Was de machine meer dan een jaar uit, begin dan opnieuw: hwc-school-agent keys new"),
    )
    FULL = (
        9,
        mark("Het controleboek kon niet worden geschreven: de schijf is vol."),
        mark("Maak ruimte. Het oude boek staat er nog; de ontbrekende dagen worden daarna vanzelf ‘off’."),
    )
    NOT_WRITTEN = (
        10,
        mark("Het controleboek kon niet worden gelezen of geschreven."),
        mark("Geef het account van de dienst leesrecht en schrijfrecht in de map van [state] directory."),
    )

    @property
    def number(self) -> int:
        """For the log."""
        return self.value[0]

    @property
    def sentence(self) -> str:
        """What is wrong."""
        return self.value[1]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.value[2]


class LedgerDamaged(Exception):
    """The ledger or its key cannot be used as it is. Carries a ``Damage`` and no text of any file."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(damage.name)
        self.damage = damage
