"""What the pretend Veilig Thuis sends: invented children, a plain signal, and a few strange ones.

The family names occur nowhere else in the program, so that a search for one finds leaks and nothing but leaks.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from enum import Enum

_FIRST = ("Noor", "Sem", "Yara", "Daan", "Amira", "Jesse", "Lotte", "Bilal", "Zoë", "Milan")
FAMILY_NAMES = ("Voorbeeldsma", "Verzonneling", "Nergenshuizen", "van Denkbeelden", "Proefjesma", "el Fantasi")

SUBJECT = "Bericht van Veilig Thuis"  # neutral, as agreed

_CHANCE = secrets.SystemRandom()
POLICY = policy.SMTP.clone(max_line_length=998)


class Sort(Enum):
    """What the visitor can have sent. The value names it in forms."""

    PLAIN = "gewoon"
    HTML = "html"  # an HTML part only, no plain text
    TWO = "twee"  # two children in one mail
    MORE = "meer"  # more text than agreed


@dataclass(frozen=True, slots=True)
class Invented:
    """A child that does not exist."""

    first: str
    family: str
    born: date

    @property
    def name(self) -> str:
        """First name and family name."""
        return f"{self.first} {self.family}"

    @property
    def birth_date(self) -> str:
        """As in the covenant's example: no leading zeros."""
        return f"{self.born.day}-{self.born.month}-{self.born.year}"

    @property
    def line(self) -> str:
        """The agreed line."""
        return f"{self.name}, {self.birth_date}, Handle with Care"


def invent(today: date, count: int = 1) -> tuple[Invented, ...]:
    """Children of primary school age, all of one family."""
    family = _CHANCE.choice(FAMILY_NAMES)
    return tuple(
        Invented(first, family, date(today.year - 5 - age, _CHANCE.randint(1, 12), _CHANCE.randint(1, 28)))
        for first, age in zip(_CHANCE.sample(_FIRST, count), _CHANCE.sample(range(7), count), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Mail:
    """A signal ready to be sent."""

    message_id: str
    children: tuple[Invented, ...]
    data: bytes


def compose(sort: Sort, sender: str, school: str, today: date) -> Mail:
    """A signal of the wanted sort about newly invented children."""
    children = invent(today, 2 if sort is Sort.TWO else 1)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"Veilig Thuis (proef) <{sender}>"
    mail["To"] = school
    mail["Subject"] = SUBJECT
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@{sender.partition('@')[2]}>"
    lines = "\n".join(child.line for child in children) + "\n"
    if sort is Sort.HTML:
        mail.set_content(f"<html><body><p><b>{children[0].line}</b></p></body></html>\n", subtype="html")
    elif sort is Sort.MORE:
        more = f"De oma van {children[0].first} brengt vandaag. Bel gerust."
        mail.set_content(f"Goedemorgen,\n\n{lines}\n{more}\n\nMet vriendelijke groet\n")
    else:
        mail.set_content(lines)
    return Mail(mail["Message-ID"], children, mail.as_bytes())
