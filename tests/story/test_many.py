"""Several signals, odd places, odd forms, hostile ones: each rings, and handling one leaves the others alone."""

from __future__ import annotations

import pytest

from tests.agent import Visitor
from tests.helpers import eventually, signal_mail, unique_child
from tests.story.school import CALM, DONE, LOOK_YOURSELF, RUNG, School, pressed


def test_given_three_signals_then_each_is_handled_alone(school: School) -> None:
    children = {}
    for n in range(3):
        child = school.signal(message_id=f"<three-{n}@veiligthuis.example>")
        children[f"<three-{n}@veiligthuis.example>"] = child
    left = set(children)
    while left:
        anouk = school.anouk
        anouk.wait_for(RUNG)
        anouk.press("Toon")
        [one] = [m for m, c in children.items() if c.last in anouk.page]
        anouk.press("Ontvangen")
        anouk.wait_for(DONE)
        left.discard(one)
        assert {m for _, m, _ in school.mail()} == left
        assert not [flags for _, _, flags in school.mail() if flags], "the others are untouched"
    school.anouk.wait_for(CALM)
    sent = [r.parsed() for r in school.sink.wait(3)]
    assert {r["In-Reply-To"] for r in sent} == set(children)
    assert len({r["Message-ID"] for r in sent}) == 3
    school.clean = True


def test_given_siblings_in_one_mail_then_both_are_shown(school: School) -> None:
    one, two = unique_child(), unique_child()
    school.server.deliver(signal_mail("", "", text=f"{one.line}\n{two.line}"))
    anouk = school.anouk
    anouk.wait_for(RUNG)
    anouk.press("Toon")
    assert one.name in anouk.page
    assert two.name in anouk.page
    assert "deze leerlingen" in anouk.heading
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    school.nothing_left(one, two, receipts=1)


@pytest.mark.parametrize("folder", ["Junk", "Trash", "Handle with Care"])
def test_given_a_signal_in_another_folder_then_it_rings(school: School, folder: str) -> None:
    with school.server.client() as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
    child = school.signal(folder)
    if folder not in ("Junk", "Trash"):
        school.anouk.press("Kijk nu opnieuw")
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_a_signal_as_html_only_then_it_is_read(school: School) -> None:
    child = unique_child()
    school.server.deliver(signal_mail(
        "", "", text=f"<p>{child.name}<br>{child.born_text}<br>Handle with Care</p>",
        headers={"Content-Type": "text/html; charset=utf-8"},
    ).replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html; charset=utf-8"))  # fmt: skip
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_one_that_cannot_be_read_then_its_text_is_shown(school: School) -> None:
    child = unique_child()
    text = f"Het gaat om {child.last} (groep 4), verdere gegevens volgen. Handle with Care."
    school.server.deliver(signal_mail("", "", text=text))
    anouk = _opened(school)
    assert "Is dit een signaal?" in anouk.heading
    assert text in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=1)


HOSTILE = {
    "markup in the name": lambda c: signal_mail(f"<script>alert(1)</script><b>{c.last}", c.born),
    "60 kB of parens": lambda c: signal_mail(c.name, c.born).replace(b"To: ", b"To: " + b"(" * 60_000 + b" "),
    "a deep body": lambda c: (
        b"From: meldingen@veiligthuis.example\r\nSubject: Handle with Care\r\n"
        + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(300))
        + f"Content-Type: text/plain\r\n\r\n{c.line}\r\n".encode()
    ),
    "bytes that are no text": lambda c: (
        b"From: meldingen@veiligthuis.example\r\nSubject: =?utf-8?b?////?=\r\n\r\n\xff\xfe\x00\x01" + c.last.encode()
    ),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=list(HOSTILE))
def test_given_a_hostile_mail_then_it_rings_and_breaks_nothing(school: School, make: object) -> None:
    child = unique_child()
    raw = make(child) if callable(make) else b""
    before = school.agent.process
    with school.server.client() as client:
        client.append("INBOX", raw)
    anouk = _opened(school)
    assert "Ontvangen" in anouk.buttons()
    assert "<script>alert" not in anouk.page
    assert f"<b>{child.last}" not in anouk.page
    anouk.press("Ontvangen")
    eventually(lambda: anouk.open() and ("Dank je wel" in anouk.heading or "Ik heb gebeld" in anouk.buttons()), 60)
    if "Ik heb gebeld" in anouk.buttons():
        anouk.press("Ik heb gebeld")
    anouk.wait_for(DONE)
    assert before is not None
    assert before.poll() is None
    school.nothing_left(child, receipts=range(2))


def test_given_a_bounce_then_it_rings_nobody_and_stays(school: School) -> None:
    anouk = school.anouk
    with school.agent.bell() as bell:
        eventually(lambda: anouk.open() and CALM in anouk.heading)
        other = school.absence()
        child = school.signal()  # behind it: when this has rung, the other has been judged
        anouk.wait_for(RUNG)
        eventually(lambda: "ring" in bell.words)
        assert bell.words.count("ring") == 1
    assert "Er wacht nog een bericht" not in anouk.page
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1, kept=(other,))
    school.anouk.wait_for(CALM)


def _opened(school: School) -> Visitor:
    anouk = school.anouk
    eventually(lambda: anouk.open() and anouk.heading in (RUNG, LOOK_YOURSELF), 60, every=0.25)
    anouk.press("Toon")
    return anouk
