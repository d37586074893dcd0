"""The page of the pretend Veilig Thuis, asked as a browser asks it."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from hwc_school_agent.catalogues import language
from hwc_school_agent.demo.browser import Browser
from hwc_school_agent.demo.school import ADDRESSES
from hwc_school_agent.demo.veilig_thuis_page import Page
from tests.demo.conftest import Servers
from tests.language.test_pages import DUTCH, words_of

DESK = "http://127.0.0.1:1/"


@pytest.fixture
def page(servers: Servers) -> Iterator[Page]:
    page = Page(servers.veilig_thuis, DESK)
    page.start()
    yield page
    page.stop()


def _answer(servers: Servers, to: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["In-Reply-To"] = ADDRESSES.school, ADDRESSES.veilig_thuis, to
    mail.set_content(text)
    servers.veilig_thuis.receive(mail.as_bytes())


def _request(page: Page, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(page.address.split("/")[2], timeout=30)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse()


@pytest.mark.parametrize("button", ["Stuur een signaal", "Alleen opmaak", "Twee kinderen", "Meer tekst"])
def test_every_button_sends(servers: Servers, page: Page, button: str) -> None:
    browser = Browser(page.address)
    seen = browser.press(browser.look(), button)
    _, (sent,), _ = servers.veilig_thuis.state()
    for child in sent.children:
        assert child.name in seen.text
    assert len(sent.children) == (2 if button == "Twee kinderen" else 1)
    assert "Nog geen antwoord" in seen.text
    with servers.client() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 1


def test_the_page_says_that_it_is_a_trial(page: Page) -> None:
    seen = Browser(page.address).look()
    assert "niet de echte Veilig Thuis" in seen.text
    assert "verzonnen" in seen.text
    assert DESK in urllib.request.urlopen(page.address).read().decode()


def test_an_answer_appears_with_its_text_and_its_seconds(servers: Servers, page: Page) -> None:
    sent = servers.veilig_thuis.send()
    _answer(servers, sent.message_id, "Het bericht <b>is</b> gelezen.")
    seen = Browser(page.address).look()
    assert "Antwoord van de school na 0 seconden" in seen.text
    assert "Het bericht <b>is</b> gelezen." in seen.text
    assert "Nog geen antwoord" not in seen.text


def test_the_page_in_english(servers: Servers) -> None:
    page = Page(servers.veilig_thuis, DESK, language("en"))
    page.start()
    try:
        servers.veilig_thuis.send()
        _answer(servers, servers.veilig_thuis.send().message_id, "Read.")
        _answer(servers, "<nobody@x>", "Other.")
        html = urllib.request.urlopen(page.address + "?lukte=niet").read().decode()
    finally:
        page.stop()
    assert '<html lang="en">' in html
    assert "Answer of the school after 0 seconds" in html
    assert words_of(html) & DUTCH <= {"van"}, "but for a family name"


def test_an_open_page_hears_of_an_answer_at_once(servers: Servers, page: Page) -> None:
    sent = servers.veilig_thuis.send()
    version, _, _ = servers.veilig_thuis.state()
    late = threading.Timer(0.3, _answer, (servers, sent.message_id, "Gelezen."))
    late.start()
    answer = _request(page, "GET", f"/stand?na={version}")
    assert answer.status == 200
    assert "Gelezen." in answer.read().decode()
    assert answer.headers["X-Stand"] == str(version + 1)
    late.join()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"Host": "elders.example"}, 403),
        ("POST", "/signaal", {"Origin": "http://elders.example"}, 403),
        ("POST", "/signaal", {"Content_Length": "99999"}, 403),
        ("GET", "/../main.py", {}, 404),
        ("GET", "/stand.html", {}, 404),
    ],
)
def test_a_page_elsewhere_cannot_use_it(
    servers: Servers, page: Page, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    body = "soort=gewoon" if method == "POST" else ""
    assert _request(page, method, path, body, **headers).status == status
    assert servers.veilig_thuis.state()[1] == ()


def test_an_unknown_sort_is_refused(servers: Servers, page: Page) -> None:
    assert _request(page, "POST", "/signaal", "soort=anders").status == 400
    assert servers.veilig_thuis.state()[1] == ()


def test_when_sending_fails_the_page_says_so(servers: Servers, page: Page) -> None:
    servers.background.run(servers.post.stop())
    browser = Browser(page.address)
    seen = browser.press(browser.look(), "Stuur een signaal")
    assert "Het versturen lukte niet" in seen.text


def test_everything_the_page_needs_comes_from_here(page: Page) -> None:
    answer = _request(page, "GET", "/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    for path, kind in (("/proef.css", "text/css"), ("/proef.js", "text/javascript")):
        answer = _request(page, "GET", path)
        assert answer.headers.get_content_type() == kind
        assert "http" not in answer.read().decode()


def test_after_stop_nobody_answers(servers: Servers) -> None:
    page = Page(servers.veilig_thuis, DESK)
    page.start()
    urllib.request.urlopen(page.address).read()
    page.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(page.address, timeout=5)
