"""A sender that our own mail server does not vouch for rings and is shown; an answer needs a person's second word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers import need
from tests.servers import Dovecot
from tests.story.school import DONE, School, shown

BORDER = "mx.school.example"
FAILED = {
    "Authentication-Results": f"{BORDER}; dkim=fail header.d=veiligthuis.example; dmarc=fail",
}
PASSED = {"Authentication-Results": f"{BORDER}; dmarc=pass header.from=veiligthuis.example"}
DOUBT = "onze mailserver kon niet nagaan"


@pytest.fixture(scope="module")
def _judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    need(Dovecot.why_not())
    with School(tmp_path_factory.mktemp("judging"), border=BORDER) as school:
        yield school


@pytest.fixture
def judging(_judging: School) -> School:
    _judging.fresh()
    return _judging


@pytest.mark.parametrize("headers", [FAILED, {}], ids=["failed", "not judged"])
def test_given_doubt_then_it_rings_and_gets_no_answer_by_itself(judging: School, headers: dict[str, str]) -> None:
    child = judging.signal(headers=headers)
    anouk = shown(judging, child)
    assert DOUBT in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    assert "Geen ontvangstbevestiging verstuurd" in anouk.page
    judging.nothing_left(child, receipts=0)


def test_given_doubt_and_a_person_who_vouches_then_the_sender_is_answered(judging: School) -> None:
    child = judging.signal(headers=FAILED)
    anouk = shown(judging, child)
    anouk.press("Het klopt: ontvangen en bevestigen")
    anouk.wait_for(DONE)
    judging.nothing_left(child, receipts=1, text="heeft het gelezen")


def test_given_no_doubt_then_there_is_nothing_to_vouch_for(judging: School) -> None:
    child = judging.signal(headers=PASSED)
    anouk = shown(judging, child)
    assert DOUBT not in anouk.page
    assert "Het klopt: ontvangen en bevestigen" not in anouk.buttons()
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    judging.nothing_left(child, receipts=1)


def test_given_a_stranger_then_nobody_can_vouch(judging: School) -> None:
    child = judging.signal(sender="iemand@elders.example")
    anouk = shown(judging, child)
    form = anouk.buttons()["Ontvangen"] | {"do": "ontvangen-zeker"}  # a button that is not on the page
    anouk.send(form)
    anouk.wait_for(DONE)
    judging.nothing_left(child, receipts=0)


def test_given_a_read_confirmation_was_asked_for_then_the_receipt_is_one(judging: School) -> None:
    asked = PASSED | {"Disposition-Notification-To": "meldingen@veiligthuis.example"}
    child = judging.signal(headers=asked)
    anouk = shown(judging, child)
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    [receipt] = judging.receipts()
    assert receipt.parsed().get_content_type() == "multipart/report"
    assert b"Disposition: manual-action/MDN-sent-manually; displayed" in receipt.data
    for trace in (*child.traces, child.born_text):
        assert trace.encode() not in receipt.data
    assert not judging.mail()
