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
from hwc_school_agent.domain.language import DUTCH, Language, mark
from hwc_school_agent.host.clock import Clock

LIMIT = 60.0  # seconds that one step may take on a slow machine; a usual one needs one or two
_PAUSE = 0.05


class Failed(Exception):
    """A step did not do what it promises; the sentence says what was seen, without content."""


class Walk:
    """The steps, in order; each may use what the ones before it found."""

    def __init__(self, school: School, clock: Clock) -> None:
        self._school, self._clock, self.tr = school, clock, school.tr
        self._browser = Browser(school.agent.desk)
        self._page = Sight("")
        self.sent: Sent
        self._folders: dict[str, int] = {}

    def steps(self) -> Iterable[tuple[str, Callable[[], str]]]:
        """What each step is called when it fails, and the step; it returns what to say when it succeeded."""
        return (
            (mark("inloggen"), self._log_in),
            (mark("versturen"), self._send),
            (mark("waarschuwen"), self._rings),
            (mark("tonen"), self._show),
            (mark("ontvangen"), self._confirm),
            (mark("ontvangstbevestiging"), self._receipt),
            (mark("eigen blik in de mappen"), self._empty),
            (mark("het bureau over het wissen"), self._desk_agrees),
            (mark("geheugen"), self._memory),
            (mark("bestanden en uitvoer"), self._files),
        )

    def _log_in(self) -> str:
        log_in, calm = self.tr("Inloggen"), self.tr("Er is nu geen signaal")
        self._until(lambda page: page.form_with(log_in) is not None, self.tr("Het bureau antwoordt niet."))
        self._press(log_in, rol=CONTACT, ww=self._school.agent.phrases[CONTACT])
        self._until(lambda page: calm in page.text, self.tr("Het bureau zegt niet dat er geen signaal is."))
        return self.tr("Het programma draait; de contactpersoon is ingelogd. Geen signaal.")

    def _send(self) -> str:
        try:
            self.sent = self._school.veilig_thuis.send()
        except OSError:
            raise Failed(self.tr("De postbus van de school nam het signaal niet aan.")) from None
        if sum(self._look().values()) == 0:
            raise Failed(self.tr("Het signaal kwam niet in de postbus, of onze eigen blik ziet niets."))
        return self.tr("Veilig Thuis heeft een signaal gestuurd; het staat in de postbus.")

    def _rings(self) -> str:
        show = self.tr("Toon het signaal")
        page = self._until(lambda page: page.form_with(show) is not None, self.tr("Het bureau waarschuwt niet."))
        if self._names_child(page.text):
            raise Failed(self.tr("Het bureau toont de naam al voordat iemand erom vraagt."))
        return self.tr("Het bureau zegt dat er iets wacht. De naam staat er nog niet.")

    def _show(self) -> str:
        self._press(self.tr("Toon het signaal"))
        child = self.sent.children[0]
        if child.name not in self._page.text or self.tr.day(child.born) not in self._page.text:
            raise Failed(self.tr("Naam of geboortedatum is niet wat Veilig Thuis stuurde."))
        return self.tr("Getoond: naam en geboortedatum zijn gelijk aan wat Veilig Thuis stuurde.")

    def _confirm(self) -> str:
        self._press(self.tr("Ontvangen"))
        if self._names_child(self._page.text):
            raise Failed(self.tr("De naam staat na Ontvangen nog op de pagina."))
        return self.tr("De contactpersoon heeft op Ontvangen gedrukt; de naam is van het scherm.")

    def _receipt(self) -> str:
        answer = self._school.veilig_thuis.wait_for_answer(self.sent, LIMIT)
        if answer is None:
            self._page = self._browser.look()
            raise Failed(self.tr("Veilig Thuis kreeg geen ontvangstbevestiging.") + self._desk_says())
        if self._names_child(answer.text) or own_look.holds(answer.data, self._needles()) or SUBJECT in answer.text:
            raise Failed(self.tr("In de ontvangstbevestiging staat iets uit het signaal."))
        return self.tr("Veilig Thuis heeft de ontvangstbevestiging, zonder naam of geboortedatum.")

    def _empty(self) -> str:
        self._wait(lambda: not any(self._look().values()), self._left)
        return self.tr("Eigen blik via IMAP: alle %(n)d mappen van de postbus zijn leeg.", n=len(self._folders))

    def _left(self) -> str:
        self._page = self._browser.look()
        left = ", ".join(name for name, count in self._folders.items() if count)
        return self.tr("Er staat nog iets in: %(folders)s.", folders=left) + self._desk_says()

    def _desk_agrees(self) -> str:
        gone = (
            self.tr("%(all_folders)s, ook de prullenbak: niets gevonden", all_folders=""),
            self.tr("%(all_folders)s, ook de prullenbak: dit bericht staat nergens meer", all_folders=""),
        )
        self._until(
            lambda page: any(said in page.text for said in gone),
            self.tr("Het bureau zegt niet dat alle mappen zijn nageteld."),
        )
        return self.tr("Het bureau zegt hetzelfde: alle mappen nageteld, niets gevonden.")

    def _memory(self) -> str:
        needles = self._needles()
        try:
            if not own_look.in_memory(os.getpid(), needles):  # we do know the name
                raise Failed(self.tr("Onze eigen blik in het geheugen ziet niets, ook niet waar het hoort te staan."))
            pids = own_look.processes(self._school.agent.pid)
            self._wait(
                lambda: not any(own_look.in_memory(pid, needles) for pid in own_look.processes(pids[0])),
                lambda: self.tr("De naam of geboortedatum staat nog in het geheugen van het programma."),
            )
        except own_look.NotAllowed:
            return self.tr("Geheugen: niet bekeken. Dat kan alleen de beheerder (root) van een Linux-machine.")
        return self.tr("Geheugen van het programma (processen: %(n)d): niets.", n=len(pids))

    def _files(self) -> str:
        needles = self._needles()
        if self._school.agent.ended() is not None:
            raise Failed(self.tr("Het programma is onderweg gestopt."))
        if own_look.in_files(self._school.folder, needles):
            raise Failed(self.tr("In een bestand van het programma staat iets uit het signaal."))
        if own_look.holds(self._school.agent.printed, needles):
            raise Failed(self.tr("In de uitvoer van het programma staat iets uit het signaal."))
        return self.tr("Bestanden en uitvoer van het programma: niets.")

    # -- tools ---------------------------------------------------------------------------------------------------

    def _look(self) -> dict[str, int]:
        self._folders = own_look.folders(self._school.mailbox.port, ADDRESSES.school, self._school.password)
        return self._folders

    def _texts(self) -> tuple[str, ...]:
        return tuple(text for child in self.sent.children for text in _traces(child, self.tr))

    def _needles(self) -> tuple[bytes, ...]:
        return own_look.written(self._texts())

    def _names_child(self, text: str) -> bool:
        return any(trace in text for trace in self._texts())

    def _desk_says(self) -> str:
        """The heading of the desk's page: it helps to find out why, and is left out if it could name the child."""
        heading = self._page.heading
        if not heading or self._names_child(heading):
            return ""
        return " " + self.tr("Het bureau zegt: %(heading)s", heading=heading)

    def _press(self, button: str, **typed: str) -> None:
        try:
            self._page = self._browser.press(self._page, button, **typed)
        except NoSuchButton:
            raise Failed(self.tr("De knop ‘%(button)s’ is er niet.", button=button)) from None
        except (OSError, http.client.HTTPException):
            raise Failed(self.tr("Het bureau antwoordt niet op ‘%(button)s’.", button=button)) from None

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
                raise Failed(self.tr("Het programma is gestopt."))
            if self._clock.steady() > end:
                raise Failed(otherwise())
            time.sleep(_PAUSE)


def _traces(child: Invented, tr: Language) -> tuple[str, ...]:
    return child.family, child.birth_date, *{lang.day(child.born) for lang in (DUTCH, tr)}, child.born.isoformat()


def walk(school: School, clock: Clock, began: float, tell: Callable[[str], None]) -> bool:
    """Go all the way; ``tell`` gets a line per step with the seconds since ``began`` (steady). True: all was well."""
    way, tr = Walk(school, clock), school.tr
    for name, step in way.steps():
        try:
            said = step()
        except Failed as failed:
            why = tr("MISLUKT bij ‘%(step)s’. %(why)s", step=tr(name), why=failed)
            tell(f"{seconds(clock.steady() - began, tr)}  {why}")
            return False
        tell(f"{seconds(clock.steady() - began, tr)}  {said}")
    return True


def seconds(number: float, tr: Language) -> str:
    """``  1,25 s``."""
    whole, part = divmod(round(number * 100), 100)
    return tr("%(whole)d,%(part)02d s", whole=whole, part=part).rjust(8)
