"""What can be wrong with the ledger or its key: for each one sentence and what to do."""

from __future__ import annotations

from enum import Enum


class Damage(Enum):
    """Sentence and remedy, in Dutch. ``value[0]`` is the number that the log shows."""

    MISSING = (
        1,
        "Het controleboek ontbreekt, terwijl er wel een sleutel is.",
        "Zet het bestand ledger terug uit een reservekopie, of begin een nieuw boek met: hwc-school-agent keys new",
    )
    KEY_MISSING = (
        2,
        "De sleutel van het controleboek ontbreekt.",
        "Zet het bestand ledger.key terug, of begin met een nieuwe sleutel: hwc-school-agent keys new",
    )
    KEY_BROKEN = (
        3,
        "Het bestand ledger.key is beschadigd.",
        "Zet het terug uit een reservekopie, of begin met een nieuwe sleutel: hwc-school-agent keys new",
    )
    KEY_LOCKED = (
        4,
        "De sleutel van het controleboek is niet te ontcijferen: het credential ledger__key ontbreekt of is een ander.",
        "Geef het credential waarmee de sleutel is gemaakt, of begin met een nieuwe sleutel: hwc-school-agent keys new",
    )
    OTHER_KEY = (
        5,
        "Het controleboek is met een andere sleutel verzegeld dan die van deze installatie.",
        "Het komt van een andere machine of uit een oude kopie. Zet het eigen bestand ledger terug.",
    )
    TORN = (
        6,
        "Het controleboek is niet heel: het breekt af, of er staat iets in wat er niet hoort.",
        "Zet het bestand ledger terug uit een reservekopie. De ontbrekende dagen worden daarna vanzelf 'off'.",
    )
    CHANGED = (
        7,
        "Het controleboek is veranderd nadat het werd verzegeld.",
        "Bewaar dit bestand als bewijs, en zet het bestand ledger terug uit een reservekopie.",
    )
    CLOCK = (
        8,
        "De klok van deze machine past niet bij de laatste dag in het controleboek.",
        "Zet de klok goed. Was de machine langer dan een jaar uit, begin dan een nieuw boek: hwc-school-agent keys new",
    )
    FULL = (
        9,
        "Het controleboek kon niet worden geschreven: de schijf is vol.",
        "Maak ruimte. Het oude boek staat er nog; de ontbrekende dagen worden daarna vanzelf 'off'.",
    )
    NOT_WRITTEN = (
        10,
        "Het controleboek kon niet worden gelezen of geschreven.",
        "Geef het account van de dienst leesrecht en schrijfrecht in de map van [state] directory.",
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
