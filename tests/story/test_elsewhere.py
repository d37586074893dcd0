"""Staff handled a message in their own mail program: ask once more, or trust them. Unread mail always waits."""

from __future__ import annotations

import pytest

from tests.helpers import eventually
from tests.story.school import CALM, DONE, ELSEWHERE, RUNG, School, pressed, shown

SEEN, FLAGGED, ANSWERED = rb"\Seen", rb"\Flagged", rb"\Answered"


def in_mail_program(school: School, *flags: bytes, move: str = "") -> None:
    """What a member of staff does with the newest message in Postvak IN."""
    with school.server.client() as client:
        client.select_folder("INBOX")
        uid = client.search()[-1]
        if flags:
            client.add_flags(uid, list(flags))
        if move:
            client.move([uid], move)


HANDLED = {
    "answered": ((SEEN, ANSWERED), "", 0),
    "flagged": ((SEEN, FLAGGED), "", 1),
    "answered and flagged": ((SEEN, FLAGGED, ANSWERED), "", 0),
    "read and thrown away": ((SEEN,), "Trash", 1),
}
handled = pytest.mark.parametrize(("flags", "move", "receipts"), HANDLED.values(), ids=list(HANDLED))


@handled
def test_given_ask_when_staff_handled_it_then_one_person_is_asked(
    school: School, flags: tuple[bytes, ...], move: str, receipts: int
) -> None:
    child = school.signal()
    school.anouk.wait_for(RUNG)
    in_mail_program(school, *flags, move=move)
    anouk = shown(school, child, heading=ELSEWHERE)
    assert not school.receipts()
    assert school.mail()
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    # the agent set its own flag first; a reply that staff sent counts as the receipt
    school.nothing_left(child, receipts=receipts)


@handled
def test_given_trust_when_staff_handled_it_then_the_agent_does_the_rest(
    trusting: School, flags: tuple[bytes, ...], move: str, receipts: int
) -> None:
    other = trusting.absence()
    child = trusting.signal()
    anouk = trusting.anouk
    anouk.wait_for(RUNG)
    in_mail_program(trusting, *flags, move=move)
    eventually(lambda: trusting.nothing_left(child, receipts=receipts, kept=(other,)) is None, 60, every=0.3)
    anouk.wait_for(CALM)
    trusting.nothing_left(child, receipts=receipts, kept=(other,))


def test_given_trust_when_it_was_thrown_away_unread_then_it_still_waits(trusting: School) -> None:
    child = trusting.signal()
    trusting.anouk.wait_for(RUNG)
    in_mail_program(trusting, move="Trash")
    eventually(lambda: [folder for folder, _, _ in trusting.mail()] == ["Trash"])
    anouk = shown(trusting, child)
    assert not trusting.receipts()
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    trusting.nothing_left(child, receipts=1)


def test_given_trust_when_it_was_only_read_or_archived_then_it_still_waits(trusting: School) -> None:
    child = trusting.signal()
    trusting.anouk.wait_for(RUNG)
    in_mail_program(trusting, SEEN, move="Archive")
    trusting.anouk.wait_for(RUNG)
    assert not trusting.receipts()
    pressed(trusting, child).wait_for(DONE)
    trusting.nothing_left(child, receipts=1)


def test_given_ask_when_it_was_thrown_away_unread_then_it_waits(school: School) -> None:
    child = school.signal()
    school.anouk.wait_for(RUNG)
    in_mail_program(school, move="Trash")
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_somebody_emptied_the_mailbox_when_a_page_is_open_then_it_says_so(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    with school.server.client() as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search())
        client.expunge()
    anouk.wait_for("Dit bericht staat niet meer klaar")
    assert child.last not in anouk.page
    school.nothing_left(child, receipts=0)
