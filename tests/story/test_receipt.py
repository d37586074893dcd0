"""When the receipt gives trouble: nothing is purged before the sender knows, and the page says what is true."""

from __future__ import annotations

import pytest

from tests.story.school import DONE, School, pressed, shown

LATER = "Ontvangen, maar Veilig Thuis weet het nog niet"


def test_given_the_server_says_not_now_then_it_is_tried_again_and_nothing_is_purged_before(school: School) -> None:
    child = school.signal()
    school.sink.fail("rcpt", "451 4.3.0 later", times=None)
    anouk = pressed(school, child)
    anouk.wait_for(LATER)
    assert "Veilig Thuis weet dat jij het hebt" not in anouk.page
    assert "0800 2000" in anouk.page
    assert [flags for _, _, flags in school.mail()] == [{"\\flagged"}]
    anouk.press("Probeer het nu")
    anouk.wait_for(LATER)
    assert school.mail()
    school.sink.heal()
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE)
    assert "Veilig Thuis weet dat jij het hebt" in anouk.page
    school.nothing_left(child, receipts=1)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "message"])
def test_given_the_server_refuses_for_good_then_a_person_telephones(school: School, stage: str) -> None:
    child = school.signal()
    school.sink.fail(stage, "550 5.7.1 no", times=None)
    anouk = pressed(school, child)
    anouk.wait_for("Bel Veilig Thuis: die weet het nog niet")
    assert "0800 2000" in anouk.page
    assert [flags for _, _, flags in school.mail()] == [{"\\flagged"}]
    anouk.press("Ik heb gebeld")
    anouk.wait_for(DONE)
    assert "Je hebt gebeld" in anouk.page
    assert "Geen ontvangstbevestiging verstuurd: er is gebeld" in anouk.page
    school.nothing_left(child, receipts=0)


def test_given_not_ours_is_refused_when_somebody_telephones_then_the_page_still_says_not_ours(school: School) -> None:
    child = school.signal()
    school.sink.fail("rcpt", "550 5.7.1 no", times=None)
    anouk = shown(school, child)
    anouk.press("Niet van onze school")
    anouk.wait_for("Bel Veilig Thuis: die weet het nog niet")
    assert "zeg dat dit geen leerling van jullie school is" in anouk.page
    anouk.press("Ik heb gebeld")
    anouk.wait_for("Dank je wel. Het bericht is gemeld en gewist")
    assert "Jij hebt gemeld: niet van onze school" in anouk.page
    assert "Jij hebt het ontvangen" not in anouk.page
    assert "Loop naar de leerkracht" not in anouk.page
    school.nothing_left(child, receipts=0)


def test_given_the_line_breaks_after_the_message_then_the_repeat_is_recognisable(school: School) -> None:
    child = school.signal()
    school.sink.fail("message", drop=True)
    anouk = pressed(school, child)
    anouk.wait_for(LATER)
    assert school.mail()
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=2)


def test_given_nobody_answers_at_the_submission_server_when_somebody_telephones_then_it_ends(school: School) -> None:
    child = school.signal()
    school.sink.fail("connect", "421 busy", times=None)
    anouk = pressed(school, child)
    anouk.wait_for(LATER)
    anouk.press("Ik heb gebeld")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=0)


def test_given_an_unknown_sender_then_no_receipt_and_the_page_says_so(school: School) -> None:
    child = school.signal(sender="iemand@elders.example")
    anouk = shown(school, child, heading="voor je")
    assert "Deze afzender staat niet op de lijst van school" in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    assert "Er is geen ontvangstbevestiging verstuurd" in anouk.page
    assert "Veilig Thuis weet dat jij het hebt" not in anouk.page
    school.nothing_left(child, receipts=0)


def test_given_a_pupil_of_another_school_then_the_receipt_says_so_and_it_is_purged(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    anouk.press("Niet van onze school")
    anouk.wait_for("Dank je wel. Het bericht is gemeld en gewist")
    assert "Veilig Thuis weet dat dit geen leerling van jullie school is" in anouk.page
    school.nothing_left(child, receipts=1, text="niet")
