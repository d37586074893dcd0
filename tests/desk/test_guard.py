"""Who may ask, how much, and what every answer carries."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from hwc_school_agent import staff_file
from hwc_school_agent.desk.attempts import FREE
from hwc_school_agent.desk.sessions import key_of
from hwc_school_agent.domain.board import OrderWord, Session
from hwc_school_agent.domain.staff import Role
from tests.desk.harness import BACKUP, CONTACT, PHRASE, Bench, Browser, person

PAGES = ["/", "/static/bureau.css", "/static/bureau.js", "/nothing", "/static/../app.py", "/stand"]
PAGES += ["/sleutel", "/sleutel?doel=inloggen"]


@pytest.mark.parametrize("path", PAGES)
def test_headers_on_every_answer(desk: Bench, path: str) -> None:
    answer = Browser(desk).get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "trusted-types-for 'script'"):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "permissions-policy" in answer.headers
    assert "server" not in answer.headers
    assert answer.headers["connection"] == "close"
    if not (path.startswith("/static") and answer.status_code == 200):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404), ("GET", "/static/nothing.css", 404), ("GET", "/static/%2e%2e/app.py", 404),
        ("DELETE", "/", 405), ("POST", "/stand", 405), ("GET", "/stand", 403), ("OPTIONS", "/", 405),
    ],
)  # fmt: skip
def test_there_is_one_page(desk: Bench, method: str, path: str, status: int) -> None:
    answer = Browser(desk).http.request(method, path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost", "127.0.0.1:1", ""])
def test_another_host_is_refused(desk: Bench, host: str) -> None:
    answer = Browser(desk).get(headers={"host": host.format(port=desk.settings.desk.port)})
    assert answer.status_code in (400, 421)
    assert "Inlognaam" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 303),  # the browser itself knows best
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "{url}"}, 303),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost:1"}, 403),
        ({}, 303),
    ],
)
def test_another_site_cannot_press_our_buttons(desk: Bench, headers: dict[str, str], status: int) -> None:
    contact = person(desk)
    headers = {k: v.format(url=desk.url) for k, v in headers.items()}
    answer = contact.http.post("/", data={"do": "kan-niet"}, headers=headers)
    assert answer.status_code == status
    assert len(desk.heard(OrderWord.CANNOT)) == (status == 303)


def test_a_link_from_elsewhere_leads_to_a_link(desk: Bench) -> None:
    contact = Browser(desk)
    assert contact.get(headers={"sec-fetch-site": "none"}).status_code == 200
    answer = contact.get(headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert answer.status_code == 403
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"do=dansen", "application/x-www-form-urlencoded", 400),
        (b"do=toon", "application/x-www-form-urlencoded", 303),  # not logged in: back to the page
        (b"do=kan-niet&do=toon", "application/x-www-form-urlencoded", 400),
        (b"do=toon&signaal=%00%ff", "application/x-www-form-urlencoded", 400),
        (b"do=toon&signaal=" + b"x" * 65, "application/x-www-form-urlencoded", 400),
        (b"do=%ff", "application/x-www-form-urlencoded", 400),
        (b"do=\xff", "application/x-www-form-urlencoded", 400),
        (b"do=inloggen", "text/plain", 400),
        (b"do=inloggen", "multipart/form-data; boundary=x", 400),
        (b"do=inloggen&ww=" + b"x" * 5000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_odd_forms(desk: Bench, content: bytes, kind: str, status: int) -> None:
    answer = Browser(desk).http.post("/", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert not desk.heard(OrderWord.CANNOT)


def test_a_body_without_a_length_is_limited_too(desk: Bench) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = Browser(desk).http.post("/", content=iter([b"x" * 3000, b"y" * 3000]), headers=headers)
    assert answer.status_code == 413


def test_the_cookie(desk: Bench) -> None:
    answer = Browser(desk).log_in(follow=False)
    cookie = answer.headers["set-cookie"].lower()
    for part in ("bureau=", "httponly", "samesite=strict", "path=/"):
        assert part in cookie
    assert "secure" not in cookie  # plain http on loopback: a browser would drop it
    assert "max-age" not in cookie
    assert "expires" not in cookie


# -- logging in ----------------------------------------------------------------------------------------------------


def message(answer: httpx.Response) -> str:
    start = answer.text.index('id="fout"')
    return answer.text[start : answer.text.index("</div>", start)]


def test_an_unknown_name_reads_like_a_wrong_phrase(desk: Bench) -> None:
    wrong = Browser(desk).log_in(CONTACT, "niet de goede zin")
    unknown = Browser(desk).log_in("niemand", "niet de goede zin")
    assert message(wrong) == message(unknown)
    assert "horen niet bij elkaar" in message(wrong)
    assert [len(o.attempts) for o in desk.heard(OrderWord.SESSIONS)] == [2, 3]  # one row each, one for everybody


def test_an_unknown_name_takes_as_long_as_a_wrong_phrase(desk: Bench) -> None:
    def seconds(name: str) -> float:
        before = time.perf_counter()
        Browser(desk).log_in(name, "niet de goede zin", follow=False)
        return time.perf_counter() - before

    Browser(desk).get()
    known, unknown = [], []
    for _ in range(FREE - 1):
        known.append(seconds(CONTACT))
        unknown.append(seconds("niemand"))
    # hashing takes 100 ms and more; without it an answer takes a few
    assert min(unknown) > min(known) / 2, (statistics.median(known), statistics.median(unknown))


def test_too_many_failures(desk: Bench) -> None:
    for name in (CONTACT, "niemand"):
        for _ in range(FREE):
            answer = Browser(desk).log_in(name, "niet de goede zin")
        answer = Browser(desk).log_in(name)
        assert "te vaak geprobeerd" in message(answer)
    # somebody else may still come in, and the wait survives the process
    assert "geen signaal" in Browser(desk).log_in(BACKUP).text
    assert max(a.not_before - time.time() for a in desk.heard(OrderWord.SESSIONS)[-1].attempts) > 10


def test_a_name_in_other_letters(desk: Bench) -> None:
    assert "geen signaal" in Browser(desk).log_in(" ContactPersoon ").text


def test_many_at_once_are_checked_one_at_a_time(desk: Bench) -> None:
    Browser(desk).get()
    answers: list[httpx.Response] = []

    def try_it() -> None:
        answers.append(Browser(desk).log_in("niemand", "niet de goede zin"))

    tries = [threading.Thread(target=try_it) for _ in range(12)]
    for t in tries:
        t.start()
    for t in tries:
        t.join(60)
    texts = [message(a) for a in answers]
    assert len(texts) == 12
    assert sum("druk" in t for t in texts) + sum("te vaak" in t for t in texts) >= 12 - FREE - 4
    assert sum("horen niet bij elkaar" in t for t in texts) <= FREE


def test_a_removed_person_is_out_at_once(desk: Bench) -> None:
    contact = Browser(desk)
    signal = desk.signal()
    contact.log_in()
    contact.do("toon", signal)
    staff_file.remove(desk.settings.state.directory, CONTACT)
    page = contact.get()
    assert "Inlognaam" in page.text
    assert desk.name(signal) not in page.text
    contact.do("ontvangen", signal)
    assert not desk.heard(OrderWord.CONFIRMED)


@pytest.mark.parametrize(
    "change",
    [
        lambda state: staff_file.remove(state, CONTACT),
        lambda state: staff_file.reset(state, CONTACT, PHRASE),
        lambda state: staff_file.change_role(state, CONTACT, Role.HEAD),
        lambda state: (staff_file.remove(state, CONTACT), staff_file.add(state, CONTACT, Role.CONTACT, PHRASE)),
    ],
    ids=["remove", "reset", "role", "remove and add"],
)
def test_what_the_administrator_changes_ends_open_pages_at_once(desk: Bench, change: Callable[[Path], object]) -> None:
    contact, screen, backup = Browser(desk), Browser(desk), person(desk, BACKUP)
    contact.log_in()
    screen.http.cookies.set("bureau", contact.http.cookies["bureau"])
    with screen.http.stream("GET", "/stand", timeout=60) as stream:
        lines = stream.iter_lines()
        next(lines)
        change(desk.settings.state.directory)
        for _ in lines:  # the open page is told without anything happening: the stream ends
            pass
    assert "Inlognaam" in contact.get().text
    contact.do("kan-niet")
    assert not desk.heard(OrderWord.CANNOT)
    assert "geen signaal" in backup.get().text, "nobody else is thrown out"


def test_a_session_that_is_over_is_forgotten(desk: Bench) -> None:
    """Who was there before is not kept any longer than it is needed."""
    old = Session(key_of("old"), BACKUP, "backup", time.time() - 1)
    desk.put(sessions=(old,))
    Browser(desk).log_in(CONTACT, "niet de goede zin")
    assert desk.heard(OrderWord.SESSIONS)[-1].sessions == ()


def test_a_damaged_staff_file(desk: Bench) -> None:
    contact = Browser(desk)
    contact.log_in()
    (desk.settings.state.directory / staff_file.FILE).write_text("{")
    assert "Inlognaam" in contact.get().text
    assert "HWC-311" in message(Browser(desk).log_in(CONTACT, PHRASE))


def test_logging_out(desk: Bench) -> None:
    contact = Browser(desk)
    contact.log_in()
    cookie = contact.http.cookies["bureau"]
    page = contact.do("uitloggen")
    assert "Je bent uitgelogd." in page.text
    assert "bureau" not in contact.http.cookies
    assert "Inlognaam" in Browser(desk, headers={"cookie": f"bureau={cookie}"}).get().text
