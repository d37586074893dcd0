"""Passkeys in a real browser, with Chromium's virtual authenticator: adding one, using it, and what must not work."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hwc_school_agent import staff_file
from hwc_school_agent.domain.board import OrderWord, Session
from hwc_school_agent.domain.staff import Role, shown_code
from hwc_school_agent.host.random_keys import one_time_code
from tests.browser.test_desk import ARGUMENTS, CHROMIUM
from tests.desk.harness import BACKUP, CONTACT, PHRASE, Bench
from tests.helpers import eventually

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser
ANOUK = "anouk"
CALM = "Er is nu geen signaal"
LOG_IN = "Inloggen op het bureau"


@pytest.fixture(scope="module")
def browser(playwright_engine: Any) -> Iterator[Any]:
    made = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield made
    made.close()


@dataclass
class Screen:
    """A browser with an authenticator in it that says yes, unless told otherwise."""

    desk: Bench
    page: Any
    cdp: Any
    authenticator: str
    faults: list[str]

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees(self, heading: str) -> None:
        playwright.expect(self.page.locator("h1:visible").first).to_have_text(heading, timeout=120_000)

    def says(self, text: str) -> None:
        playwright.expect(self.page.get_by_text(text).locator("visible=true")).to_be_visible(timeout=120_000)

    def log_in(self, name: str, secret: str) -> None:
        self.page.goto(self.desk.url)
        self.page.fill("#rol", name)
        self.page.fill("#ww", secret)
        self.press("Inloggen")

    def use_passkey(self) -> None:
        self.page.goto(self.desk.url)
        self.press("Inloggen met een sleutel")

    def add_passkey(self) -> None:
        if self.page.get_by_text("Inloggen zonder wachtwoord?").is_visible():
            self.page.get_by_text("Inloggen zonder wachtwoord?").click()
        self.press("Sleutel toevoegen")

    def log_out(self) -> None:
        self.press("Uitloggen")
        self.sees(LOG_IN)

    def verifies(self, yes: bool) -> None:
        """Whether the person is recognised: finger, face, PIN."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": yes})

    def keys(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])

    def replace_key(self, **changes: Any) -> None:
        """Tamper with the only key in the authenticator."""
        [key] = self.keys()
        self.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self.authenticator})
        self.cdp.send(
            "WebAuthn.addCredential", {"authenticatorId": self.authenticator, "credential": {**key, **changes}}
        )


def screen_of(browser: Any, desk: Bench, **options: Any) -> Screen:
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(120_000)
    faults: list[str] = []
    page.on("pageerror", lambda e: faults.append("script fault"))
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return Screen(desk, page, cdp, made["authenticatorId"], faults)


@pytest.fixture
def screen(browser: Any, desk: Bench) -> Iterator[Screen]:
    made = screen_of(browser, desk)
    yield made
    made.page.context.close()
    assert made.faults == []


def staff(desk: Bench, name: str) -> Any:
    return next(p for p in staff_file.people(desk.settings.state.directory) if p.name == name)


def with_code(desk: Bench, *, hours: float = 24) -> str:
    """Anouk is on the list, with a one-time code: as it is printed."""
    code = one_time_code()
    ends = staff_file.Code(code, time.time() + 3600 * hours)
    staff_file.add(desk.settings.state.directory, ANOUK, Role.CONTACT, ends)
    return shown_code(code)


def test_a_code_becomes_a_passkey_and_the_passkey_logs_in(desk: Bench, screen: Screen) -> None:
    code = with_code(desk)
    screen.log_in(ANOUK, code.lower())
    screen.sees(CALM)
    screen.says("Nog één ding: voeg je sleutel toe")
    screen.add_passkey()
    screen.says("Je sleutel is toegevoegd.")
    person = staff(desk, ANOUK)
    assert (person.hash, person.code_until, len(person.passkeys)) == ("", None, 1)
    [key] = screen.keys()
    assert key["isResidentCredential"]
    assert key["rpId"] == person.passkeys[0].site == "localhost"

    screen.log_out()
    screen.log_in(ANOUK, code)  # used up
    screen.says("De inlognaam en het wachtwoord horen niet bij elkaar.")
    screen.use_passkey()
    screen.sees(CALM)
    assert "Contactpersoon, ingelogd tot" in screen.page.inner_text("header")
    assert desk.heard(OrderWord.LOOKED)[-1].name == ANOUK


def test_a_signal_is_received_by_somebody_who_came_with_a_passkey(desk: Bench, screen: Screen) -> None:
    screen.log_in(ANOUK, with_code(desk))
    screen.add_passkey()
    screen.says("Je sleutel is toegevoegd.")
    screen.log_out()
    signal = desk.signal()
    screen.use_passkey()
    screen.sees("Er is een signaal voor je")
    screen.press("Toon het signaal")
    screen.sees("Let vandaag extra op deze leerling")
    assert desk.name(signal) in screen.page.content()
    assert not screen.page.get_by_role("button", name="Sleutel toevoegen").is_visible()
    screen.press("Ontvangen")
    screen.sees("Dank je wel. We ronden het nu af")
    assert [o.name for o in desk.heard(OrderWord.CONFIRMED)] == [ANOUK]


def test_beside_a_pass_phrase(desk: Bench, screen: Screen) -> None:
    screen.log_in(CONTACT, PHRASE)
    screen.sees(CALM)
    screen.add_passkey()
    screen.says("Je sleutel is toegevoegd.")
    screen.add_passkey()  # this device has one
    screen.says("Dit apparaat heeft al een sleutel voor jou.")
    assert len(staff(desk, CONTACT).passkeys) == 1
    screen.log_out()
    screen.use_passkey()
    screen.sees(CALM)
    screen.log_out()
    screen.log_in(CONTACT, PHRASE)
    screen.sees(CALM)


def enrolled(desk: Bench, screen: Screen) -> None:
    screen.log_in(CONTACT, PHRASE)
    screen.sees(CALM)
    screen.add_passkey()
    screen.says("Je sleutel is toegevoegd.")
    screen.log_out()


WRONG = "Deze sleutel hoort niet bij het bureau, of hij is niet meer geldig."


def test_removed_reset_and_never_known_read_the_same(desk: Bench, screen: Screen) -> None:
    enrolled(desk, screen)
    staff_file.reset(desk.settings.state.directory, CONTACT, PHRASE)  # a lost phone: its key is void
    screen.use_passkey()
    screen.says(WRONG)
    text = screen.page.inner_text("#fout")
    staff_file.remove(desk.settings.state.directory, CONTACT)
    screen.use_passkey()
    screen.says(WRONG)
    assert screen.page.inner_text("#fout") == text
    desk.reset_staff()  # the file of before the key
    screen.use_passkey()
    screen.says(WRONG)
    assert screen.page.inner_text("#fout") == text
    assert not desk.heard(OrderWord.SESSIONS)[-1].sessions


def test_too_many_failures_wait_and_others_do_not(desk: Bench, screen: Screen) -> None:
    enrolled(desk, screen)
    staff_file.reset(desk.settings.state.directory, CONTACT, PHRASE)
    for _ in range(5):
        screen.use_passkey()
        screen.says(WRONG)
    screen.use_passkey()
    screen.says("Er is te vaak geprobeerd in te loggen.")
    screen.log_in(BACKUP, PHRASE)
    screen.sees(CALM)


def test_the_key_of_a_colleague_is_not_mine(desk: Bench, screen: Screen, browser: Any) -> None:
    """A key that claims to be somebody else's: right id and wrong secret, right secret and wrong user."""
    enrolled(desk, screen)
    other = screen_of(browser, desk)
    other.log_in(BACKUP, PHRASE)
    other.add_passkey()
    other.says("Je sleutel is toegevoegd.")
    [mine], [theirs] = screen.keys(), other.keys()
    other.page.context.close()
    screen.replace_key(privateKey=theirs["privateKey"])
    screen.use_passkey()
    screen.says(WRONG)
    screen.replace_key(privateKey=mine["privateKey"], userHandle=theirs["userHandle"])
    screen.use_passkey()
    screen.says(WRONG)
    screen.replace_key(userHandle=mine["userHandle"])
    screen.use_passkey()
    screen.sees(CALM)


def test_cancelled(desk: Bench, screen: Screen) -> None:
    """A finger that is not recognised: nothing happens, and the pass phrase still works."""
    enrolled(desk, screen)
    before = len(desk.heard(OrderWord.SESSIONS))
    screen.verifies(False)
    screen.use_passkey()
    screen.says("Er is niets gebeurd.")
    assert len(desk.heard(OrderWord.SESSIONS)) == before, "nothing was even sent"
    screen.verifies(True)
    screen.press("Inloggen met een sleutel")
    screen.sees(CALM)
    screen.log_out()
    staff_file.reset(desk.settings.state.directory, CONTACT, PHRASE)
    screen.log_in(CONTACT, PHRASE)
    screen.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": screen.authenticator})
    screen.verifies(False)
    screen.add_passkey()
    screen.says("Er is niets gebeurd.")
    assert staff(desk, CONTACT).passkeys == ()


def test_an_answer_is_good_once(desk: Bench, screen: Screen) -> None:
    """What went over the line, sent a second time: also to the next desk, which is another process."""
    enrolled(desk, screen)
    sent: list[str] = []
    screen.page.on("request", lambda r: sent.append(r.post_data) if r.method == "POST" else None)
    screen.use_passkey()
    screen.sees(CALM)
    [form] = [s for s in sent if s and "sleutel-inloggen" in s]
    headers = {"content-type": "application/x-www-form-urlencoded"}
    os.kill(desk.pid, 9)
    eventually(lambda: desk.pid == 0)
    again = screen.page.context.request.post(desk.url, data=form, headers=headers, max_redirects=0)
    assert again.status == 303
    assert not [h for h in again.headers_array if h["name"].lower() == "set-cookie" and "bureau=" in h["value"]]
    fresh = screen_of(screen.page.context.browser, desk)
    fresh.page.goto(desk.url)
    fresh.sees(LOG_IN)
    fresh.page.context.close()


def test_a_screen_that_is_left_alone_adds_nothing(desk: Bench, screen: Screen) -> None:
    """Five minutes after logging in no key can be added, by the page or around it."""
    code = with_code(desk)
    screen.log_in(ANOUK, code)
    screen.says("Nog één ding: voeg je sleutel toe")
    [session] = desk.heard(OrderWord.SESSIONS)[-1].sessions
    assert isinstance(session, Session)
    assert 200 < session.fresh_until - time.time() <= 300
    os.kill(desk.pid, 9)
    eventually(lambda: desk.pid == 0)
    desk.put(sessions=(replace(session, fresh_until=time.time() - 1),))
    screen.press("Sleutel toevoegen")  # a page from before; it loads itself again
    screen.says("Log uit, en log opnieuw in met je code.")
    assert not screen.page.get_by_role("button", name="Sleutel toevoegen").is_visible()
    form = {"do": "sleutel-toevoegen", "id": "AA", "client": "AA", "attestation": "AA"}
    screen.page.context.request.post(desk.url, form=form)
    assert staff(desk, ANOUK).passkeys == ()


def test_where_no_passkey_can_be_made(desk: Bench, browser: Any) -> None:
    """Without scripts, and on an address that is a number: the pass phrase works and no button promises more."""
    plain = screen_of(browser, desk, java_script_enabled=False)
    plain.page.goto(desk.url)
    assert not plain.page.get_by_role("button", name="Inloggen met een sleutel").is_visible()
    plain.log_in(CONTACT, PHRASE)
    plain.sees(CALM)
    assert not plain.page.get_by_text("Inloggen zonder wachtwoord?").is_visible()
    plain.page.context.close()

    number = screen_of(browser, desk)
    number.page.goto(desk.url.replace("localhost", "127.0.0.1"))
    assert number.page.locator("#sleutel").count() == 0
    code = with_code(desk)
    number.page.fill("#rol", ANOUK)
    number.page.fill("#ww", code)
    number.press("Inloggen")
    number.says("Op dit adres kun je er geen toevoegen.")
    number.page.context.close()


def test_a_code_that_has_expired(desk: Bench, screen: Screen) -> None:
    code = with_code(desk, hours=-0.01)
    screen.log_in(ANOUK, code)
    screen.says("De inlognaam en het wachtwoord horen niet bij elkaar.")
