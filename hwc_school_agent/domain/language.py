"""What people read, in their language. Pure: ``catalogues.py`` reads the files.

Every text stands in the code in Dutch; that is also its name in the catalogues. So Dutch needs no catalogue, and
a catalogue that is missing costs the translation, never the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time


def mark(text: str) -> str:
    """Names a text that is translated where it is shown, so that the catalogues get to know it."""
    return text


_DAYS = (
    mark("maandag"),
    mark("dinsdag"),
    mark("woensdag"),
    mark("donderdag"),
    mark("vrijdag"),
    mark("zaterdag"),
    mark("zondag"),
)
MONTHS = (
    mark("januari"),
    mark("februari"),
    mark("maart"),
    mark("april"),
    mark("mei"),
    mark("juni"),
    mark("juli"),
    mark("augustus"),
    mark("september"),
    mark("oktober"),
    mark("november"),
    mark("december"),
)


#: Times and dates are texts too: a language may turn them round.
_CLOCK = mark("%(hour)02d.%(minute)02d")
_HOUR = mark("%(clock)s uur")
DATE = mark("%(day)d %(month)s %(year)d")
_WEEKDAY = mark("%(weekday)s %(date)s")


def _one_or_many(one: str, many: str, n: int) -> str:
    return one if n == 1 else many


@dataclass(frozen=True, slots=True)
class Language:
    """One language. ``code`` as in BCP 47; the two functions are those of ``gettext``."""

    code: str = "nl"
    gettext: Callable[[str], str] = mark
    ngettext: Callable[[str, str, int], str] = _one_or_many

    def __call__(self, text: str, **facts: object) -> str:
        """``text`` in this language; each ``%(name)s`` in it is replaced by the fact of that name."""
        return self.gettext(text) % facts

    def plural(self, one: str, many: str, n: int, **facts: object) -> str:
        """As a call, with the form that goes with the number; ``%(n)d`` is the number."""
        return self.ngettext(one, many, n) % {"n": n, **facts}

    def clock(self, at: datetime | time) -> str:
        """``07.54``."""
        return self(_CLOCK, hour=at.hour, minute=at.minute)

    def hour(self, at: datetime | time) -> str:
        """The same in a sentence: ``07.54 uur``."""
        return self(_HOUR, clock=self.clock(at))

    @property
    def hour_shape(self) -> str:
        """The same for a script, which knows the time itself: ``{h}.{m} uur``."""
        return self.hour(time(12, 34)).replace("12", "{h}").replace("34", "{m}")

    def day(self, day: date) -> str:
        """``19 oktober 2026``."""
        return self(DATE, day=day.day, month=self(MONTHS[day.month - 1]), year=day.year)

    def weekday(self, day: date) -> str:
        """``maandag 19 oktober 2026``."""
        return self(_WEEKDAY, weekday=self(_DAYS[day.weekday()]), date=self.day(day))


DUTCH = Language()
