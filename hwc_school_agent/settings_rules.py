"""What a single value of the configuration may be. Each function takes the text and returns the typed value.

Each raises ``Wrong(sentence, remedy)``, never quoting the value. Pure.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from hwc_school_agent.domain.site import is_address, is_loopback

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_CLOSURE = timedelta(days=100)
EARLIEST_END = time(9, 0)  # of a half day
REGIONS = ("noord", "midden", "zuid")
ROLES = ("contact", "backup", "head")

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.ASCII | re.IGNORECASE)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_PHONE = re.compile(r"[+]?[0-9 ()-]+", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class Wrong(Exception):
    """A value that cannot be used."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


def clock(text: str) -> time:
    """``07:45``: a local wall time."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise Wrong("This is not a time of the day.", 'Write hours and minutes with two digits each, as "07:45".')
    return time(int(match[1]), int(match[2]))


def span(text: str) -> tuple[time, time]:
    """``07:00-08:30``: begin and end on the same day."""
    begin, dash, end = text.partition("-")
    if not dash:
        raise Wrong("This is not a span of time.", 'Write begin and end, as "07:00-08:30".')
    first, last = clock(begin), clock(end)
    if first >= last:
        raise Wrong("The span ends before it begins.", 'Write the earlier time first, as "07:00-08:30".')
    return first, last


def period(text: str) -> tuple[date, date]:
    """``2026-12-19/2027-01-03``, or one date: first and last closed day."""
    begin, slash, end = text.partition("/")
    try:
        first = _date(begin)
        last = _date(end) if slash else first
    except ValueError:
        raise Wrong(
            "This is not a date or a period.", 'Write "2027-03-29" for a day or "2026-12-19/2027-01-03" for a period.'
        ) from None
    if last < first:
        raise Wrong("The period ends before it begins.", "Write the first closed day before the slash.")
    if last - first >= LONGEST_CLOSURE:
        raise Wrong(
            f"The period is longer than {LONGEST_CLOSURE.days} days; the bells would be silent all that time.",
            "Look at the years. A longer closure is written as two periods.",
        )
    return first, last


def day(text: str) -> date:
    """``2027-08-22``."""
    try:
        return _date(text)
    except ValueError:
        raise Wrong("This is not a date.", 'Write it as "2027-08-22".') from None


def half_day(text: str) -> tuple[date, time]:
    """``2026-12-18 12:00``: a day on which school ends early, and when."""
    first, _, last = text.partition(" ")
    try:
        found = _date(first), clock(last)
    except (ValueError, Wrong):
        raise Wrong("This is not a day and a time.", 'Write it as "2026-12-18 12:00".') from None
    if found[1] < EARLIEST_END:
        raise Wrong(
            "School ends before the morning is over; the bells would hardly ring that day.",
            "A day without school belongs under closed.",
        )
    return found


def statement(text: str) -> tuple[date, int]:
    """``2026-11-20 14``: on which day the administrator declared that something is kept for so many days."""
    first, _, last = text.partition(" ")
    if re.fullmatch(r"[0-9]{1,4}", last, re.ASCII):
        try:
            return _date(first), int(last)
        except ValueError:
            pass
    raise Wrong("This is not a day and a number of days.", 'Write it as "2026-11-20 14"; 0 for not at all.')


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise ValueError
    return date.fromisoformat(text)


def weekday(text: str) -> int:
    """``mon`` to ``sun``; Monday is 0."""
    if text not in WEEKDAYS:
        raise Wrong("This is not a day of the week.", f"Use {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(text)


def timezone(text: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        alike = difflib.get_close_matches(text, sorted(available_timezones()), 1, 0.7)
        raise Wrong(
            "This time zone is not known.", f"Did you mean {alike[0]}?" if alike else 'Write it as "Europe/Amsterdam".'
        ) from None
    return text


def line(text: str) -> str:
    """One line of text: it goes into headers and pages."""
    if not text.strip():
        raise Wrong("This is empty.", "Fill it in.")
    if not text.isprintable():
        raise Wrong("This holds a character that cannot be printed.", "Write it on one line.")
    return text.strip()


def host(text: str) -> str:
    """A host name or an IP address. Whether it resolves is not a question of configuration."""
    name = line(text)
    if "://" in name:
        raise Wrong("This is a URL, not a host name.", "Leave out everything before and including ://.")
    if is_address(name) or (_HOST_NAME.fullmatch(name) and len(name) <= 253):
        return name.lower()
    if re.search(r":[0-9]+$", name):
        raise Wrong("This is a host name with a port.", "Write the port under the key port.")
    raise Wrong("This is not a host name.", 'Write it as "mail.school.example".')


def listen(text: str) -> tuple[str, int]:
    """``127.0.0.1:8420`` or ``[::1]:8420``: address and port."""
    name, colon, port = line(text).rpartition(":")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    elif ":" in name:
        name = ""
    host_fits = is_address(name) or _HOST_NAME.fullmatch(name)
    if not colon or not host_fits or not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII):
        raise Wrong("This is not an address to listen on.", 'Write it as "127.0.0.1:8420" or "[::1]:8420".')
    if not 1 <= int(port) <= 65535:
        raise Wrong("The port does not exist.", "Ports run from 1 to 65535.")
    return name.lower(), int(port)


def listen_or_not(text: str) -> tuple[str, int]:
    """As ``listen``; ``""`` for nowhere."""
    return listen(text) if text else ("", 0)


def phone(text: str) -> tuple[str, str, str]:
    """``Anouk de Boer, contact, 06-12345678``: name, role and telephone number."""
    name, role, number = [part.strip() for part in [*text.split(","), "", ""][:3]]
    digits = sum(c.isdigit() for c in number)
    known = text.isprintable() and text.count(",") == 2 and name and role in ROLES
    if not known or not _PHONE.fullmatch(number) or not 3 <= digits <= 15:
        raise Wrong(
            "This is not a name, a role and a telephone number.",
            f'Write "Anouk de Boer, contact, 06-12345678"; the role is one of {", ".join(ROLES)}.',
        )
    return name, role, number


def https_url(text: str) -> str:
    """``https://ping.example/abc``; ``http`` towards this machine only. No user, password or fragment."""
    try:
        parts = urlsplit(line(text))
        port_fits = parts.port != 0
    except ValueError:
        raise Wrong("This is not a URL.", 'Write it as "https://ping.example/abc".') from None
    known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not (known and port_fits and parts.hostname and text.isascii()) or set(text) & set(' #@<>"\\'):
        raise Wrong("This is not a URL that can be called safely.", 'Write it as "https://ping.example/abc".')
    return text


#: A Microsoft tenant: its identifier or one of its domains.
TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{1,250}[A-Za-z0-9])", re.ASCII)


def domain(text: str) -> bool:
    """Whether ``text`` can be the domain of a mail address."""
    return bool(_HOST_NAME.fullmatch(text)) and not text.endswith(".") and len(text) <= 253


def border(text: str) -> str:
    """The authserv-id of the school's own mail server (RFC 8601), "exchange", or nothing."""
    if text and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?", text, re.ASCII):
        raise Wrong("This is no authserv-id.", 'Copy the first word after "Authentication-Results:".')
    return text.lower()


def mail_address(text: str) -> str:
    """``name@domain`` and nothing else: no display name, no angle brackets."""
    local, at, place = text.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or len(local) > 64 or not domain(place):
        raise Wrong("This is not a mail address.", 'Write only the address, as "hwc@school.example".')
    return text


def sender(text: str) -> str:
    """``@domain`` (everybody there) or ``name@domain``; in lower case."""
    if text.startswith("@") and domain(text[1:]):
        return text.lower()
    try:
        return mail_address(text).lower()
    except Wrong:
        raise Wrong(
            "This is neither a domain nor a mail address.", 'Write "@sender.example" or "name@sender.example".'
        ) from None
