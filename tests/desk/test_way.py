"""The way of a signal over the page, by a person whose browser knows no scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hwc_school_agent import staff_file
from hwc_school_agent.desk.sessions import VIEW_SECONDS, key_of
from hwc_school_agent.domain.board import Handled, Health, Note, Noted, OrderWord, Rings, Step, Trouble
from hwc_school_agent.domain.outcome import Answered, FolderRole, Kind, Said, Word
from tests.desk.harness import BACKUP, CONTACT, ROOT, Bench, Browser, bench, person
from tests.helpers import eventually

MEMSCAN = ROOT / "tests" / "tools" / "memscan.py"


def heading(page: httpx.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.S)
    assert found
    return found[1]


def title(page: httpx.Response) -> str:
    found = re.search(r"<title>(.*?)</title>", page.text)
    assert found
    return found[1]


def test_the_whole_way(desk: Bench) -> None:
    contact = Browser(desk)
    assert heading(contact.get()) == "Inloggen op het bureau"
    page = contact.log_in()
    assert heading(page) == "Er is nu geen signaal"
    assert "Contactpersoon, ingelogd tot" in page.text

    signal = desk.signal()
    page = contact.get()
    assert (title(page), heading(page)) == ("Bureau", "Er is een signaal voor je")
    assert desk.name(signal) not in page.text

    page = contact.do("toon", signal)
    assert heading(page) == "Let vandaag extra op deze leerling"
    assert desk.name(signal) in page.text
    showing = desk.pid

    page = contact.do("ontvangen", signal)
    assert heading(page) == "Dank je wel. We ronden het nu af"
    assert desk.name(signal) not in page.text
    [confirmed] = desk.heard(OrderWord.CONFIRMED)
    assert (confirmed.handle, confirmed.name, confirmed.answered) == (signal.handle, CONTACT, Answered.READ)
    assert desk.pid != showing
    assert not os.path.exists(f"/proc/{showing}")

    steps = tuple(Step(time.time(), Said(w)) for w in (Word.RECEIPTED, Word.PURGED, Word.EMPTY))
    desk.put(waiting=(), handled=(Handled(signal.handle, CONTACT, Answered.READ, time.time(), steps),))
    page = contact.get()
    assert heading(page) == "Dank je wel. Het signaal is ontvangen en gewist"
    assert "Alle 7 mappen nageteld, ook de prullenbak: niets gevonden" in page.text
    assert heading(contact.do("terug")) == "Er is nu geen signaal"


def test_the_order_is_with_watch_before_the_answer(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    answer = contact.do("ontvangen", signal, follow=False)
    assert answer.status_code == 303
    words = [o.word for o in desk.orders]
    assert words[-2:] == [OrderWord.CONFIRMED, OrderWord.SESSIONS]
    assert desk.orders[-1].sessions[0].done == signal.handle


@pytest.mark.parametrize("deed", ["ontvangen", "afdekken", "niet-van-ons", "uitloggen", "terug"])
def test_what_was_shown_ends_with_its_process(desk: Bench, deed: str) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    showing = desk.pid
    answer = contact.do(deed, signal, follow=False)
    assert answer.headers["connection"] == "close"
    eventually(lambda: not os.path.exists(f"/proc/{showing}"), 5)
    page = contact.get()
    assert page.status_code == 200
    assert desk.name(signal) not in page.text


@pytest.mark.parametrize("deed", ["toon", "ontvangen", "afdekken", "niet-van-ons"])
def test_the_cookie_is_another_afterwards(desk: Bench, deed: str) -> None:
    contact, signal = person(desk), desk.signal()
    if deed != "toon":
        contact.do("toon", signal)
    before = contact.http.cookies["bureau"]
    contact.do(deed, signal)
    assert contact.http.cookies["bureau"] != before
    stranger = Browser(desk)
    stranger.http.cookies.set("bureau", before)
    assert heading(stranger.get()) == "Inloggen op het bureau"


def test_a_page_covers_itself(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    page = contact.do("toon", signal)
    found = re.search(r'data-bedek="(\d+)"', page.text)
    assert found
    assert VIEW_SECONDS - 30 < int(found[1]) <= VIEW_SECONDS
    [session] = desk.heard(OrderWord.SESSIONS)[-1].sessions
    contact.do("afdekken", signal, follow=False)
    # the same session two seconds before its time, handed to the next desk
    eventually(lambda: desk.pid == 0)
    desk.put(sessions=(replace(session, key=key_of("t"), viewing_until=time.time() + 8.0),))
    contact = Browser(desk, cookies={"bureau": "t"})
    assert desk.name(signal) in contact.get().text
    showing = desk.pid
    eventually(lambda: not os.path.exists(f"/proc/{showing}"), 20)
    page = contact.get()
    assert heading(page) == "Er is een signaal voor je"
    assert "bureau=" in page.headers["set-cookie"]
    assert "bureau=t;" not in page.headers["set-cookie"]


def test_nothing_of_it_is_left_in_a_process_that_lives_on(desk: Bench) -> None:
    """The door forked the process that showed it; after it ended, the name is in no memory of ours."""
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    assert in_memory(desk.pid, desk.name(signal)), "the scanner does not find what is on the screen"
    contact.do("ontvangen", signal)
    contact.get()
    assert not in_memory(desk.watch_pid, desk.name(signal))
    assert not in_memory(desk.pid, desk.name(signal))


def in_memory(pid: int, name: str) -> bool:
    """Whether a scan of a process (as root) finds a name or half of it."""
    arguments = ["--fragment", "0", *(a for part in name.split() for a in ("--canary", part))]
    scan = subprocess.run([sys.executable, MEMSCAN, str(pid), *arguments], capture_output=True, timeout=60)
    if scan.returncode == 2:
        pytest.skip("may not read this process's memory")
    return scan.returncode == 1


def test_a_second_click_changes_nothing(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal(delay=0.5)
    contact.do("toon", signal)
    cookie = contact.http.cookies["bureau"]
    answers: list[httpx.Response] = []

    def click() -> None:
        twin = Browser(desk, headers={"cookie": f"bureau={cookie}"})
        answers.append(twin.do("ontvangen", signal, follow=False))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for c in clicks:
        c.start()
    for c in clicks:
        c.join(20)
    assert [a.status_code for a in answers] == [303, 303]
    assert len(desk.heard(OrderWord.CONFIRMED)) == 1
    # the answer that came last, which is the one a browser keeps, leaves it logged in
    cookies = [m[1] for a in answers if (m := re.search(r"bureau=([0-9a-f]+)", a.headers["set-cookie"]))]
    [session] = desk.heard(OrderWord.SESSIONS)[-1].sessions
    [last] = [c for c in cookies if key_of(c) == session.key]
    after = Browser(desk, headers={"cookie": f"bureau={last}"})
    assert heading(after.get()) == "Dank je wel. We ronden het nu af"


def test_stale_and_foreign_handles_change_nothing(desk: Bench) -> None:
    contact, first, second = person(desk), desk.signal(), desk.signal()
    contact.do("ontvangen", first)  # not on the screen
    contact.do("toon", first)
    contact.do("ontvangen", second)  # another one is
    contact.do("niet-van-ons", "0" * 32)
    contact.do("gebeld", first)
    contact.do("opnieuw", first)
    assert not desk.heard(OrderWord.CONFIRMED)
    assert not desk.heard(OrderWord.PHONED)
    assert not desk.heard(OrderWord.RETRY)
    contact.do("ontvangen", first)
    contact.do("ontvangen", first)
    assert len(desk.heard(OrderWord.CONFIRMED)) == 1


def test_two_people(desk: Bench) -> None:
    contact, backup, signal = person(desk), person(desk, BACKUP), desk.signal()
    contact.do("toon", signal)
    page = backup.get()
    assert heading(page) == "Een collega heeft dit signaal nu voor zich"
    assert "Toon het toch" in page.text
    page = backup.do("toon", signal)
    assert desk.name(signal) in page.text
    contact.do("ontvangen", signal)
    page = backup.do("ontvangen", signal)
    assert heading(page) == "Een collega heeft het signaal al ontvangen"
    assert desk.name(signal) not in page.text
    assert len(desk.heard(OrderWord.CONFIRMED)) == 1
    assert heading(backup.do("terug")) == "Er is nu geen signaal"


def test_a_colleague_who_is_done_does_not_uncover_or_lose_my_page(desk: Bench) -> None:
    contact, backup, one, two = person(desk), person(desk, BACKUP), desk.signal(), desk.signal()
    contact.do("toon", one)
    backup.do("toon", two)
    contact.do("ontvangen", one)  # ends the process that held both
    page = backup.get()
    assert desk.name(two) in page.text
    assert desk.name(one) not in page.text
    backup.do("ontvangen", two)
    assert [o.handle for o in desk.heard(OrderWord.CONFIRMED)] == [one.handle, two.handle]


def test_not_ours(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    contact.do("niet-van-ons", signal)
    [order] = desk.heard(OrderWord.CONFIRMED)
    assert order.answered is Answered.NOT_OURS


def test_a_mailbox_that_does_not_answer(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal(unreadable=True)
    page = contact.do("toon", signal)
    assert heading(page) == "We kunnen het bericht nu niet ophalen"
    assert "0800 2000" in page.text
    desk.script["1"]["unreadable"] = False
    desk.write_script()
    assert heading(contact.get()) == "We kunnen het bericht nu niet ophalen"
    assert desk.name(signal) in contact.do("toon", signal).text


def test_a_flag_that_cannot_be_set(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal(unflaggable=True)
    contact.do("toon", signal)
    page = contact.do("ontvangen", signal)
    assert "Dat is niet gelukt." in page.text
    assert desk.name(signal) in page.text
    assert not desk.heard(OrderWord.CONFIRMED)
    desk.script["1"]["unflaggable"] = False
    desk.write_script()
    contact.do("ontvangen", signal)
    assert desk.heard(OrderWord.CONFIRMED)


SHOWN = [
    ({"children": [["Fenna Stroop", "2017-05-03"]]}, ["Fenna Stroop", "3 mei 2017"], ["hele tekst"]),
    ({"children": [["Fenna Stroop", None]]}, ["niet gevonden in het bericht"], []),
    ({"children": [["Fenna Stroop", "2017-05-03"], ["Joop Stroop", "2015-01-31"]]}, ["Joop Stroop", "leerlingen"], []),
    ({"more": True, "text": "en nog iets"}, ["bevat mogelijk meer dan afgesproken", "<details>", "en nog iets"], []),
    ({"children": [], "text": "Bel ons <b>nu</b>"}, ["Is dit een signaal?", "&lt;b&gt;nu&lt;/b&gt;"], ["<b>nu</b>"]),
    ({"children": [], "text": ""}, ["Open dit bericht in het mailprogramma"], ["Onthoud de naam"]),
    ({"sender_agreed": False}, ["staat niet op de lijst van school", "Er gaat vanzelf geen antwoord uit"],
     ["Dan krijgt Veilig Thuis bericht"]),
    ({"codeword": False}, ["staan niet in dit bericht"], []),
    ({"kind": Kind.NOTICE, "children": []}, ["Open dit bericht bij de dienst"], ["Is dit een signaal?"]),
]  # fmt: skip


@pytest.mark.parametrize(("message", "there", "absent"), SHOWN)
def test_what_is_shown(desk: Bench, message: dict[str, Any], there: list[str], absent: list[str]) -> None:
    contact = person(desk)
    page = contact.do("toon", desk.signal(**message))
    for text in there:
        assert text in page.text
    for text in absent:
        assert text not in page.text
    assert "Ontvangen</button>" in page.text


@pytest.mark.parametrize(
    ("kind", "elsewhere", "expected"),
    [
        (Kind.SIGNAL, False, "Er is een signaal voor je"),
        (Kind.UNCLEAR, False, "Er is een bericht voor je"),
        (Kind.NOTICE, False, "Er is een beveiligd bericht voor je"),
        (Kind.SIGNAL, True, "Is dit bericht al afgehandeld?"),
    ],
)
def test_what_is_covered(desk: Bench, kind: Kind, elsewhere: bool, expected: str) -> None:
    desk.signal(kind, elsewhere=elsewhere)
    assert heading(person(desk).get()) == expected


def test_cannot_and_again(desk: Bench) -> None:
    contact = person(desk)
    signal = desk.signal()
    page = contact.do("kan-niet", signal)
    assert "Doorgegeven." in page.text
    assert "Doorgegeven." not in contact.get().text
    assert [(o.name, o.role) for o in desk.heard(OrderWord.CANNOT)] == [(CONTACT, "contact")]
    contact.do("opnieuw")
    assert len(desk.heard(OrderWord.RELOOK)) == 1


def test_a_receipt_that_is_refused(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    contact.do("ontvangen", signal)
    refused = (Step(time.time(), Said(Word.RECEIPT_REFUSED)),)
    desk.put(waiting=(), handled=(Handled(signal.handle, CONTACT, Answered.READ, time.time(), refused),))
    page = contact.get()
    assert heading(page) == "Bel Veilig Thuis: die weet het nog niet"
    assert "HWC-442" in page.text
    contact.do("gebeld", signal)
    contact.do("opnieuw", signal)
    assert [o.handle for o in desk.heard(OrderWord.PHONED)] == [signal.handle]
    assert [o.handle for o in desk.heard(OrderWord.RETRY)] == [signal.handle]


def test_a_folder_that_keeps_a_copy(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    contact.do("ontvangen", signal)
    now = time.time()
    steps = (Step(now, Said(Word.RECEIPTED)), Step(now, Said(Word.PURGE_FAILED, FolderRole.TRASH)))
    desk.put(waiting=(), handled=(Handled(signal.handle, CONTACT, Answered.READ, now, steps, now + 60),))
    page = contact.get()
    assert heading(page) == "Ontvangen, maar nog niet overal gewist"
    for text in ("Prullenbak", "HWC-431", "Veilig Thuis weet dat jij het hebt"):
        assert text in page.text


# -- silence is never shown as good news ---------------------------------------------------------------------------


def test_trouble(desk: Bench) -> None:
    contact = person(desk)
    now = time.time()
    desk.put(health=Health.TROUBLE, trouble=Trouble.LOGIN, trouble_since=now - 300, tries=4)
    page = contact.get()
    assert (title(page), heading(page)) == ("Bureau", "We kunnen de postbus niet bereiken")
    for text in ("0800 2000", "HWC-213"):
        assert text in page.text
    signal = desk.signal()
    page = contact.get()
    assert heading(page) == "Er is een signaal voor je"
    assert "We kunnen nu niet goed in de postbus kijken" in page.text
    desk.put(waiting=(), health=Health.STARTING)
    assert heading(contact.get()) == "We kijken nu in de postbus"
    assert desk.name(signal) not in contact.get().text


def test_a_watch_that_hangs(desk: Bench) -> None:
    contact = person(desk)
    desk.put(beating=False, now=time.time() - 300)
    page = contact.get()
    assert heading(page) == "Het bureau staat stil"
    assert "0800 2000" in page.text


def test_the_morning(desk: Bench) -> None:
    desk.put(morning=tuple(Noted(time.time(), n) for n in (Note.BEGUN, Note.LOST, Note.LOOK_RUNG)))
    page = person(desk).get()
    for text in ("Ochtenddienst begonnen", "Postbus niet bereikbaar", "Seintje gegeven: open het bureau"):
        assert text in page.text


# -- who looked ----------------------------------------------------------------------------------------------------


def test_a_look_is_told_once_a_minute(desk: Bench) -> None:
    contact = person(desk)
    contact.get()
    contact.get()
    assert [(o.name, o.role) for o in desk.heard(OrderWord.LOOKED)] == [(CONTACT, "contact")]


def test_nobody_looked(desk: Bench) -> None:
    """Not before the mailbox was looked into, not without logging in, not by a page that loads itself."""
    Browser(desk).get()
    desk.put(health=Health.STARTING, last_look=None)
    contact = person(desk)
    desk.put(health=Health.OK, last_look=time.time())
    contact.get(headers={"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"})
    assert not desk.heard(OrderWord.LOOKED)
    contact.get(headers={"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"})
    assert len(desk.heard(OrderWord.LOOKED)) == 1


# -- the stream ----------------------------------------------------------------------------------------------------


def test_the_stream_says_that_something_changed_and_not_what(desk: Bench) -> None:
    contact = person(desk)
    with contact.http.stream("GET", "/stand", timeout=30) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        first = _event(lines)
        assert set(first) == {"version", "ring", "notice", "look", "sign"}
        assert f'data-versie="{first["version"]}"' in contact.get().text
        signal = desk.signal(put=False)
        desk.put(waiting=(signal,), ring=Rings(contact=1, head=4))
        second = _event(lines)
        assert (second["ring"], second["notice"]) == (1, 0)
        assert second["version"] != first["version"]
        assert signal.handle not in json.dumps(second)


def test_the_stream_ends_with_the_session(desk: Bench) -> None:
    contact = person(desk)
    assert Browser(desk).get("/stand").status_code == 403
    with contact.http.stream("GET", "/stand", timeout=30) as stream:
        lines = stream.iter_lines()
        _event(lines)
        staff_file.remove(desk.settings.state.directory, CONTACT)
        desk.put(ring=Rings(contact=5))
        for _ in lines:
            pass
    assert heading(contact.get()) == "Inloggen op het bureau"


def test_the_stream_ends_when_the_desk_does_and_the_session_lives_on(desk: Bench) -> None:
    contact, signal = person(desk), desk.signal()
    contact.do("toon", signal)
    with contact.http.stream("GET", "/stand", timeout=30) as stream:
        lines = stream.iter_lines()
        _event(lines)
        contact.do("ontvangen", signal)
        for _ in lines:
            pass
    with contact.http.stream("GET", "/stand", timeout=30) as stream:
        assert _event(stream.iter_lines())["ring"] == 0


def _event(lines: object) -> dict[str, object]:
    for line in lines:  # type: ignore[attr-defined]
        if line.startswith("data: "):
            d: dict[str, object] = json.loads(line[6:])
            return d
    raise AssertionError("the stream ended")


def test_a_desk_that_nobody_uses_ends(tmp_path: Path) -> None:
    with bench(tmp_path, idle=1.0) as desk:
        contact = person(desk)
        with contact.http.stream("GET", "/stand", timeout=30) as stream:
            lines = stream.iter_lines()
            _event(lines)
            used = desk.pid
            time.sleep(2.5)  # an open page is use
            assert desk.pid == used
        eventually(lambda: desk.pid == 0, 20)
        assert not os.path.exists(f"/proc/{used}")
        assert heading(contact.get()) == "Er is nu geen signaal"


def test_a_desk_ends_with_watch(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        Browser(desk).get()
        desk.kill()
        eventually(lambda: not os.path.exists(f"/proc/{desk.pid}"), 5)
