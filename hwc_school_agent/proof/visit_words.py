"""What the page for a parent's visit says, in each language. A test compares the keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hwc_school_agent.domain.outcome import FolderRole as _R

#: Folder role -> its name, and what the agent does there.
FOLDERS: Mapping[str, Mapping[_R, tuple[str, str]]] = MappingProxyType(
    {
        "nl": MappingProxyType(
            {
                _R.INBOX: ("Postvak IN", "Het programma ziet dat er mail is, en waarschuwt een medewerker."),
                _R.JUNK: ("Ongewenste mail", "Ook hier wordt gekeken of er mail voor een medewerker is."),
                _R.SENT: ("Verzonden mail", "De ontvangstbevestiging wordt hier gewist."),
                _R.TRASH: ("Prullenbak", "Wat afgehandeld is, wordt hier gewist."),
                _R.DRAFTS: ("Concepten", "Een antwoord dat een signaal aanhaalt, wordt hier gewist."),
                _R.ARCHIVE: ("Archief", "Kopieën van een afgehandeld signaal worden hier gewist."),
                _R.ALL: ("Alle mail", "Kopieën van een afgehandeld signaal worden hier gewist."),
                _R.OTHER: ("Andere map", "Ook hier wordt gekeken, en gewist wat afgehandeld is."),
            }
        ),
        "en": MappingProxyType(
            {
                _R.INBOX: ("Inbox", "The program sees that there is mail, and warns a member of staff."),
                _R.JUNK: ("Junk mail", "Here too it looks whether there is mail for a member of staff."),
                _R.SENT: ("Sent mail", "The receipt is erased here."),
                _R.TRASH: ("Trash", "What was handled is erased here."),
                _R.DRAFTS: ("Drafts", "A reply that quotes a signal is erased here."),
                _R.ARCHIVE: ("Archive", "Copies of a signal that was handled are erased here."),
                _R.ALL: ("All mail", "Copies of a signal that was handled are erased here."),
                _R.OTHER: ("Other folder", "Here too it looks, and erases what was handled."),
            }
        ),
    }
)

LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "nl": MappingProxyType(
            {
                "title": "Inzage",
                "intro": "Hoe de postbus in elkaar zit en wat ermee gebeurt. Wat erin staat, laat deze pagina nooit"
                " zien: dat kan over het kind van iemand anders gaan.",
                "folders": "De mappen van de postbus",
                "all": "Alle mappen die de mailserver noemt",
                "folder": "Map",
                "number": "Hoeveel",
                "what": "Wat het programma er doet",
                "no_answer": "De mailserver gaf geen antwoord. De mappen kunnen nu niet worden getoond.",
                "settings": "De instellingen van de school",
                "receipts": "Wie een ontvangstbevestiging krijgt",
                "nobody": "nog niemand",
                "unread": "Ongelezen mail",
                "never": "wordt nooit vanzelf gewist",
                "after": "wordt na {days} schooldagen gewist",
                "look": "De bel vraagt iemand te kijken",
                "look_at": "elke schooldag om {time} uur, en daarna opnieuw als niemand keek",
                "close": "De dag wordt gesloten",
                "close_at": "om {time} uur: alle mappen worden dan nagekeken",
                "rehearsal": "Dagelijkse proef",
                "on": "aan",
                "off": "uit",
                "recovery": "Verklaring over de herstelruimte",
                "logs": "Verklaring over de logboeken",
                "declared": "van {day}: {days} dagen",
                "undeclared": "niet afgegeven",
                "report": "Het inspectierapport",
                "newest": "Het nieuwste rapport gaat over {month}. Iedereen die erom vraagt, krijgt hetzelfde rapport."
                " Kijk het zelf na met de pagina nakijken.html en de woorden uit de schoolgids.",
                "none": "Er is nog geen rapport.",
            }
        ),
        "en": MappingProxyType(
            {
                "title": "Inspection visit",
                "intro": "How the mailbox is built up and what is done with it. What is in it this page never shows:"
                " that may be about somebody else's child.",
                "folders": "The folders of the mailbox",
                "all": "All folders that the mail server names",
                "folder": "Folder",
                "number": "How many",
                "what": "What the program does there",
                "no_answer": "The mail server did not answer. The folders cannot be shown now.",
                "settings": "The settings of the school",
                "receipts": "Who gets a receipt",
                "nobody": "nobody yet",
                "unread": "Unread mail",
                "never": "is never erased by itself",
                "after": "is erased after {days} school days",
                "look": "The bell asks somebody to look",
                "look_at": "every school day at {time}, and again if nobody looked",
                "close": "The day is closed",
                "close_at": "at {time}: then every folder is looked into",
                "rehearsal": "Daily rehearsal",
                "on": "on",
                "off": "off",
                "recovery": "Statement about the recovery area",
                "logs": "Statement about the logs",
                "declared": "of {day}: {days} days",
                "undeclared": "not made",
                "report": "The inspection report",
                "newest": "The newest report is about {month}. Everybody who asks gets the same report. Check it"
                " yourself with the page nakijken.html and the words from the school guide.",
                "none": "There is no report yet.",
            }
        ),
    }
)
