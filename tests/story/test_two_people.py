"""Two people at once, and one person twice: one of them handles it, and what is pressed too late changes nothing."""

from __future__ import annotations

import httpx

from tests.story.school import CALM, DONE, School, in_background, shown


def test_given_two_people_when_one_receives_it_then_the_other_sees_that_and_changes_nothing(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    bram = school.bram
    assert bram.heading.startswith("Een collega heeft dit signaal nu voor zich")
    assert child.last not in bram.page
    bram.press("Toon het toch")
    assert child.name in bram.page
    brams = bram.buttons()["Ontvangen"]
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    bram.send(brams)
    assert bram.heading in ("Een collega heeft het signaal al ontvangen", "Dit bericht staat niet meer klaar")
    assert child.last not in bram.page
    bram.press("Terug naar het begin")
    assert CALM in bram.heading
    school.nothing_left(child, receipts=1)


def test_given_two_people_when_both_press_at_once_then_it_is_handled_once(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    bram = school.bram
    bram.press("Toon het toch")
    pressing = [in_background(lambda p=p: p.press("Ontvangen")) for p in (anouk, bram)]  # type: ignore[misc]
    for each in pressing:
        each.join(30)
    ways = [(p.open(), p.heading)[1] for p in (anouk, bram)]
    assert sum(h.startswith("Dank je wel") for h in ways) == 1, ways
    winner = (anouk, bram)[[h.startswith("Dank je wel") for h in ways].index(True)]
    winner.wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_a_double_press_or_a_replayed_one_then_nothing_more_happens(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    form, cookies = anouk.buttons()["Ontvangen"], anouk.cookies()
    anouk.press("Ontvangen")
    anouk.send(form)
    anouk.wait_for(DONE)
    anouk.send(form)
    school.anouk.wait_for(CALM)

    # somebody who has the old cookie and the old form; meanwhile another signal has come
    second = school.signal(message_id="<second@veiligthuis.example>")
    school.anouk.wait_for("Er is een signaal")
    answer = httpx.post(school.agent.url, data=form, cookies=cookies, follow_redirects=True)
    assert "Inloggen op het bureau" in answer.text
    assert second.last not in answer.text
    assert [m for _, m, _ in school.mail()] == ["<second@veiligthuis.example>"]
    assert len(school.receipts()) == 1

    shown(school, second).press("Ontvangen")
    school.anouk.wait_for(CALM)
    school.sink.wait(2, 120)
    first, last = (r.parsed()["Message-ID"] for r in school.receipts())
    assert first != last
    assert school.mail() == []
    school.clean = True
