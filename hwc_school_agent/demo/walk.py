"""One signal all the way, unattended: the demo presses the buttons itself and looks for what is left.

The name and the birth date never reach the terminal: only whether they were the right ones.
"""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Callable, Iterable

from hwc_school_agent.demo import own_look
from hwc_school_agent.demo.agent import CONTACT
from hwc_school_agent.demo.browser import Browser, NoSuchButton, Sight
from hwc_school_agent.demo.school import ADDRESSES, School
from hwc_school_agent.demo.signals import SUBJECT, Invented
from hwc_school_agent.demo.veilig_thuis import Sent
from hwc_school_agent.host.clock import Clock

LIMIT = 60.0  # seconds that one step may take on a slow machine; a usual one needs one or two
_PAUSE = 0.05
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


class Failed(Exception):
    """A step did not do what it promises; the text says what was seen, without content."""


class Walk:
    """The steps, in order; each may use what the ones before it found."""

    def __init__(self, school: School, clock: Clock) -> None:
        self._school, self._clock = school, clock
        self._browser = Browser(school.agent.desk)
        self._page = Sight("")
        self.sent: Sent
        self._folders: dict[str, int] = {}

    def steps(self) -> Iterable[tuple[str, Callable[[], str]]]:
        """What each step is called when it fails, and the step; it returns what to say when it succeeded."""
        return (
            ("inloggen", self._log_in),
            ("versturen", self._send),
            ("waarschuwen", self._rings),
            ("tonen", self._show),
            ("ontvangen", self._confirm),
            ("ontvangstbevestiging", self._receipt),
            ("eigen blik in de mappen", self._empty),
            ("het bureau over het wissen", self._desk_agrees),
            ("geheugen", self._memory),
            ("bestanden en uitvoer", self._files),
        )

    def _log_in(self) -> str:
        self._until(lambda page: page.form_with("Inloggen") is not None, "het bureau antwoordt niet")
        self._press("Inloggen", rol=CONTACT, ww=self._school.agent.phrases[CONTACT])
        self._until(lambda page: "geen signaal" in page.text, "het bureau zegt niet dat er geen signaal is")
        return "Het programma draait; de contactpersoon is ingelogd. Geen signaal."

    def _send(self) -> str:
        try:
            self.sent = self._school.veilig_thuis.send()
        except OSError:
            raise Failed("de postbus van de school nam het signaal niet aan") from None
        if sum(self._look().values()) == 0:
            raise Failed("het signaal kwam niet in de postbus, of onze eigen blik ziet niets")
        return "Veilig Thuis heeft een signaal gestuurd; het staat in de postbus."

    def _rings(self) -> str:
        page = self._until(lambda page: page.form_with("Toon het signaal") is not None, "het bureau waarschuwt niet")
        if self._names_child(page.text):
            raise Failed("het bureau toont de naam al voordat iemand erom vraagt")
        return "Het bureau zegt dat er iets wacht. De naam staat er nog niet."

    def _show(self) -> str:
        self._press("Toon het signaal")
        child = self.sent.children[0]
        born = f"{child.born.day} {_MONTHS[child.born.month - 1]} {child.born.year}"
        if child.name not in self._page.text or born not in self._page.text:
            raise Failed("naam of geboortedatum is niet wat Veilig Thuis stuurde")
        return "Getoond: naam en geboortedatum zijn gelijk aan wat Veilig Thuis stuurde."

    def _confirm(self) -> str:
        self._press("Ontvangen")
        if self._names_child(self._page.text):
            raise Failed("de naam staat na Ontvangen nog op de pagina")
        return "De contactpersoon heeft op Ontvangen gedrukt; de naam is van het scherm."

    def _receipt(self) -> str:
        answer = self._school.veilig_thuis.wait_for_answer(self.sent, LIMIT)
        if answer is None:
            self._page = self._browser.look()
            raise Failed("Veilig Thuis kreeg geen ontvangstbevestiging" + self._desk_says())
        if self._names_child(answer.text) or own_look.holds(answer.data, self._needles()) or SUBJECT in answer.text:
            raise Failed("in de ontvangstbevestiging staat iets uit het signaal")
        return "Veilig Thuis heeft de ontvangstbevestiging, zonder naam of geboortedatum."

    def _empty(self) -> str:
        self._wait(lambda: not any(self._look().values()), self._left)
        return f"Eigen blik via IMAP: alle {len(self._folders)} mappen van de postbus zijn leeg."

    def _left(self) -> str:
        self._page = self._browser.look()
        left = ", ".join(name for name, count in self._folders.items() if count)
        return f"er staat nog iets in: {left}{self._desk_says()}"

    def _desk_agrees(self) -> str:
        self._until(
            lambda page: "niets gevonden" in page.text or "staat nergens meer" in page.text,
            "het bureau zegt niet dat alle mappen zijn nageteld",
        )
        return "Het bureau zegt hetzelfde: alle mappen nageteld, niets gevonden."

    def _memory(self) -> str:
        needles = self._needles()
        try:
            if not own_look.in_memory(os.getpid(), needles):  # we do know the name
                raise Failed("onze eigen blik in het geheugen ziet niets, ook niet waar het hoort te staan")
            pids = own_look.processes(self._school.agent.pid)
            self._wait(
                lambda: not any(own_look.in_memory(pid, needles) for pid in own_look.processes(pids[0])),
                lambda: "de naam of geboortedatum staat nog in het geheugen van het programma",
            )
        except own_look.NotAllowed:
            return "Geheugen: niet bekeken. Dat kan alleen de beheerder (root) van een Linux-machine."
        return f"Geheugen van het programma ({len(pids)} processen): niets."

    def _files(self) -> str:
        needles = self._needles()
        if self._school.agent.ended() is not None:
            raise Failed("het programma is onderweg gestopt")
        if own_look.in_files(self._school.folder, needles):
            raise Failed("in een bestand van het programma staat iets uit het signaal")
        if own_look.holds(self._school.agent.printed, needles):
            raise Failed("in de uitvoer van het programma staat iets uit het signaal")
        return "Bestanden en uitvoer van het programma: niets."

    # -- tools ---------------------------------------------------------------------------------------------------

    def _look(self) -> dict[str, int]:
        self._folders = own_look.folders(self._school.mailbox.port, ADDRESSES.school, self._school.password)
        return self._folders

    def _texts(self) -> tuple[str, ...]:
        return tuple(text for child in self.sent.children for text in _traces(child))

    def _needles(self) -> tuple[bytes, ...]:
        return own_look.written(self._texts())

    def _names_child(self, text: str) -> bool:
        return any(trace in text for trace in self._texts())

    def _desk_says(self) -> str:
        """The heading of the desk's page: it helps to find out why, and is left out if it could name the child."""
        heading = self._page.heading
        return "" if not heading or self._names_child(heading) else f" (het bureau zegt: {heading})"

    def _press(self, button: str, **typed: str) -> None:
        try:
            self._page = self._browser.press(self._page, button, **typed)
        except NoSuchButton:
            raise Failed(f"de knop {button} is er niet") from None
        except (OSError, http.client.HTTPException):
            raise Failed(f"het bureau antwoordt niet op {button}") from None

    def _until(self, seen: Callable[[Sight], bool], otherwise: str) -> Sight:
        """Load the page again and again until something is seen on it."""

        def look() -> bool:
            try:
                self._page = self._browser.look()
            except (OSError, http.client.HTTPException):
                return False
            return seen(self._page)

        self._wait(look, lambda: otherwise)
        return self._page

    def _wait(self, done: Callable[[], bool], otherwise: Callable[[], str]) -> None:
        end = self._clock.steady() + LIMIT
        while not done():
            if self._school.agent.ended() is not None:
                raise Failed("het programma is gestopt")
            if self._clock.steady() > end:
                raise Failed(otherwise())
            time.sleep(_PAUSE)


def _traces(child: Invented) -> tuple[str, ...]:
    born = child.born
    return child.family, child.birth_date, f"{born.day} {_MONTHS[born.month - 1]} {born.year}", born.isoformat()


def walk(school: School, clock: Clock, began: float, tell: Callable[[str], None]) -> bool:
    """Go all the way; ``tell`` gets a line per step with the seconds since ``began`` (steady). True: all was well."""
    way = Walk(school, clock)
    for name, step in way.steps():
        try:
            said = step()
        except Failed as failed:
            tell(f"{_seconds(clock.steady() - began)}  MISLUKT bij {name}: {failed}.")
            return False
        tell(f"{_seconds(clock.steady() - began)}  {said}")
    return True


def _seconds(number: float) -> str:
    return f"{number:6.2f} s".replace(".", ",")
