"""The inspection report in Dutch: for every finding how it was looked at, and what was found.

Read as a parent would: short, and nothing that was not seen. ``{stated}`` and ``{until}`` are dates, ``{days}`` a
number. A test holds every sentence against the facts it needs (promise P6).
"""

from __future__ import annotations

from types import MappingProxyType

from hwc_school_agent.domain.findings import Finding as _F
from hwc_school_agent.domain.findings import Place, Verdict
from hwc_school_agent.domain.report_words import Words

DUTCH = Words(
    language="nl",
    months=(
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    places=MappingProxyType(
        {
            Place.FOLDERS: "Mappen van de postbus",
            Place.RECOVERY: "Herstelruimte voor gewiste mail",
            Place.LOGS: "Logboeken bij anderen",
            Place.ACCESS: "Wie de postbus kan lezen",
            Place.FILES: "Bestanden van het programma",
            Place.SWAP: "Geheugen: wisselbestand",
            Place.CORES: "Geheugen: dumps bij een storing",
        }
    ),
    findings=MappingProxyType(
        {
            _F.FOLDERS_CLEAR_TWICE: (
                "Elke map die de server toont geopend, daarna nog eens met een nieuwe verbinding",
                "Beide keren geen afgehandeld bericht",
            ),
            _F.FOLDERS_NOT_ESTABLISHED: (
                "Geprobeerd elke map twee keer te openen",
                "Niet vastgesteld: de postbus antwoordde niet, een map bleef dicht of er stond nog iets wat weg moet",
            ),
            _F.RECOVERY_EMPTY: (
                "Herstelruimte bekeken, daarna nog eens met een nieuwe verbinding",
                "Beide keren leeg",
            ),
            _F.RECOVERY_KEEPS: (
                "Herstelruimte bekeken",
                "Gewiste mail blijft hier nog een tijd staan, ook de proefmail van elke schooldag",
            ),
            _F.RECOVERY_REFUSED: (
                "Geprobeerd te tellen; geweigerd",
                "Het programma mag hier niet kijken, of de school heeft een bewaarplicht ingesteld."
                " De beheerder kan het zeggen",
            ),
            _F.RECOVERY_STATED_NOTHING: (
                "Niet zelf gezien. Verklaring van de beheerder, {stated}",
                "Volgens de beheerder wordt hier niets bewaard",
            ),
            _F.RECOVERY_STATED_DAYS: (
                "Niet zelf gezien. Verklaring van de beheerder, {stated}",
                "Volgens de beheerder blijft gewiste mail hier {days} dagen",
            ),
            _F.RECOVERY_STATEMENT_OLD: (
                "Kon niet worden bekeken",
                "De verklaring van de beheerder ({stated}) is niet meer geldig; de school vraagt een nieuwe",
            ),
            _F.RECOVERY_NOT_SEEN_MICROSOFT: (
                "Kon niet worden bekeken",
                "Microsoft bewaart gewiste mail hier 14 tot 30 dagen, en langer als de school een bewaarplicht"
                " heeft ingesteld",
            ),
            _F.RECOVERY_NOT_SEEN_GOOGLE: (
                "Kon niet worden bekeken",
                "Bij Google kan de beheerder gewiste mail 25 dagen terughalen, en langer als de school een"
                " bewaarplicht heeft ingesteld",
            ),
            _F.RECOVERY_NOT_SEEN: (
                "Kon niet worden bekeken",
                "Of en hoe lang gewiste mail hier blijft, is niet bekend. De beheerder kan het zeggen",
            ),
            _F.LOGS_STATED: (
                "Niet zelf gezien. Verklaring van de beheerder, {stated}",
                "De mailserver houdt bij dat er mail kwam. Dat blijft {days} dagen: mail van deze dag tot {until}",
            ),
            _F.LOGS_STATEMENT_OLD: (
                "Kon niet worden bekeken",
                "Wat hier blijft is onbekend: de verklaring van de beheerder ({stated}) is niet meer geldig",
            ),
            _F.LOGS_MICROSOFT: (
                "Kon niet worden bekeken of gewist",
                "Microsoft houdt afzender, onderwerp en tijd van mail bij: 90 dagen, in het auditlog meestal 180."
                " Van mail van deze dag tot {until}",
            ),
            _F.LOGS_GOOGLE: (
                "Kon niet worden bekeken of gewist",
                "Google houdt afzender, onderwerp en tijd van mail bij en zegt gewiste gegevens binnen 180 dagen te"
                " verwijderen: van deze dag tot {until}",
            ),
            _F.LOGS_UNKNOWN: (
                "Kon niet worden bekeken of gewist",
                "De mailserver houdt bij dat er mail kwam. Hoe lang dat blijft, is niet bekend. De beheerder kan"
                " het zeggen",
            ),
            _F.ACCESS_NOBODY_ELSE: (
                "Gevraagd aan de mailserver, voor elke map",
                "De mailserver noemt geen andere lezers. Zijn beheerder kan er altijd bij",
            ),
            _F.ACCESS_OTHERS: (
                "Gevraagd aan de mailserver",
                "Ook anderen mogen lezen. De school kan zeggen wie. De beheerder van de mailserver kan er altijd bij",
            ),
            _F.ACCESS_NOT_TOLD: (
                "Kon niet worden gevraagd",
                "De mailserver vertelt dit niet. De school kan het zeggen. De beheerder van de mailserver kan er"
                " altijd bij",
            ),
            _F.FILES_KNOWN: (
                "Vergeleken met de vaste lijst van bestanden",
                "Alleen bestanden van de lijst",
            ),
            _F.FILES_OTHERS: (
                "Vergeleken met de vaste lijst van bestanden",
                "Er staat ook iets wat niet op de lijst hoort. De beheerder moet kijken wat het is",
            ),
            _F.FILES_NOT_SEEN: ("Kon niet worden bekeken", "Niet vastgesteld"),
            _F.SWAP_OFF: ("Instelling gelezen", "Staat uit voor dit programma"),
            _F.SWAP_ON: (
                "Instelling gelezen",
                "Staat aan: delen van het geheugen kunnen op de schijf komen. De beheerder kan het uitzetten",
            ),
            _F.SWAP_NOT_SEEN: ("Kon niet worden bekeken", "Niet vastgesteld"),
            _F.CORES_OFF: ("Instelling gelezen", "Staan uit voor dit programma"),
            _F.CORES_ON: (
                "Instelling gelezen",
                "Staan aan: bij een storing kan geheugen op de schijf komen. De beheerder kan het uitzetten",
            ),
            _F.CORES_NOT_SEEN: ("Kon niet worden bekeken", "Niet vastgesteld"),
        }
    ),
    verdicts=MappingProxyType(
        {
            Verdict.CLEAR: (
                "Van afgehandelde berichten is niets teruggevonden",
                "Zo was het op de plaatsen die het programma zelf kon bekijken. Waar dat niet kon, staat hieronder.",
            ),
            Verdict.NOT_ESTABLISHED: (
                "Deze keer kon niet alles worden vastgesteld",
                "Dit rapport zegt daarom niet dat er niets is bewaard. Hieronder staat wat wel en niet is gezien.",
            ),
            Verdict.ATTENTION: (
                "Er is iets dat niet is zoals afgesproken",
                "Hieronder staat wat, en wie er iets aan kan doen.",
            ),
        }
    ),
    unread=(
        "Mail die nog op een medewerker wacht, telt hier niet mee: die wordt nooit vanzelf gewist.",
        "Mail die nog op een medewerker wacht, telt hier niet mee. De school laat ongelezen mail na {days} schooldagen"
        " wissen.",
    ),
    labels=MappingProxyType(
        {
            "title": "Inspectierapport",
            "question": "Wordt er niets bewaard?",
            "intro": (
                "Inspectierapport over {month}. Vastgelegd op {frozen} door het programma zelf, niet op "
                "verzoek. Iedereen die erom vraagt, krijgt hetzelfde rapport."
            ),
            "verdict": "Uitkomst",
            "month": "De schooldagen van {month}",
            "month_since": "De schooldagen van {month}, vanaf {since}",
            "no_ledger": "Het controleboek kon niet worden gelezen: over deze dagen is niets vastgesteld.",
            "days": "Schooldagen",
            "closed": "Postbus bereikt, alle mappen geteld",
            "rehearsed": "Dagelijkse proef helemaal gelukt",
            "off": "Dagen zonder deze controle",
            "of": "{number} van {days}",
            "silence": (
                "Of er signalen waren en hoeveel, staat hier met opzet niet. Op een kleine school zou dat "
                "iets over een kind kunnen zeggen."
            ),
            "where": "Waar is gekeken",
            "when": "Controles van {frozen}",
            "place": "Plaats",
            "how": "Hoe",
            "found": "Gevonden",
            "handled": (
                "Afgehandeld is een bericht dat een medewerker als ontvangen heeft gemeld, of heeft "
                "gelezen en daarna beantwoord, gemarkeerd of weggegooid."
            ),
            "limits": "Wat dit rapport niet kan aantonen",
            "check": "Zelf nakijken",
            "qr": "QR-code met de uitkomst en het zegel van dit rapport",
            "check_how": (
                "Scan de code en plak de tekst in de pagina <strong>nakijken.html</strong>, of open daar "
                "het bestand <strong>{file}</strong>. Je ziet of er na het vastleggen iets is veranderd."
            ),
            "seal": "Zegel van de school:",
            "guide": "Vergelijk deze woorden met de schoolgids.",
            "data": "Gezegelde gegevens",
            "footer": (
                "Vragen? Ouders, de medezeggenschapsraad en de functionaris gegevensbescherming kunnen "
                "terecht bij de school."
            ),
        }
    ),
    limits=(
        "Of iemand iets heeft overgeschreven, doorverteld of doorgestuurd.",
        "Wat Veilig Thuis, de politie of andere afzenders bewaren. Daarvoor gelden eigen regels.",
        "Reservekopieën van de mailserver, en telefoons of computers waarop de postbus ook staat.",
    ),
)
