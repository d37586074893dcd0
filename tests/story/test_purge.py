"""When the purge gives trouble: the page claims no more than was seen, and it is tried again until it is true."""

from __future__ import annotations

import pytest

from tests.helpers import signal_mail, unique_child
from tests.story.school import DONE, NOT_DONE, School, pressed

CLAIMS = ("nageteld", "in geen enkele map van de postbus")


@pytest.mark.parametrize(
    ("command", "action", "says"),
    [
        (rb"UID STORE .*\\Deleted", "no", "de mailserver weigerde het verwijderen"),
        (rb"UID EXPUNGE", "no", "de mailserver weigerde het verwijderen"),
        (rb"UID EXPUNGE", "lie", "bij het nakijken stond het bericht er nog"),
    ],
    ids=["it refuses the mark", "it refuses to expunge", "it says done and is not"],
)
def test_given_a_server_that_does_not_purge_then_the_page_says_so_until_it_does(
    school: School, command: bytes, action: str, says: str
) -> None:
    other = school.absence()
    child = school.signal()
    school.wire.rule(command, action)
    anouk = pressed(school, child)
    anouk.wait_for(NOT_DONE)
    assert "Postvak IN" in anouk.page
    assert says in anouk.page
    assert not [claim for claim in CLAIMS if claim in anouk.page.partition("<details><summary>Hoe weten")[0]]
    assert "Veilig Thuis weet dat jij het hebt" in anouk.page
    assert len(school.mail()) == 2
    school.wire.heal()
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=1, kept=(other,))


def test_given_a_copy_in_a_folder_that_cannot_be_opened_then_nothing_is_claimed(school: School) -> None:
    child = unique_child()
    mail = signal_mail(child.name, child.born, message_id="<twice@veiligthuis.example>")
    school.anouk.wait_for("geen signaal")
    school.server.deliver(mail)
    with school.server.client() as client:
        client.append("Archive", mail, flags=[rb"\Seen"])
    school.wire.rule(rb'EXAMINE "?Archive', "no")
    anouk = pressed(school, child)
    anouk.wait_for(NOT_DONE)
    assert not [claim for claim in CLAIMS if claim in anouk.page.partition("<details><summary>Hoe weten")[0]]
    school.wire.heal()
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_the_connection_breaks_in_the_middle_then_it_is_finished_later(school: School) -> None:
    child = school.signal()
    school.wire.rule(rb"UID EXPUNGE", "cut-after", times=1)
    anouk = pressed(school, child)
    anouk.wait_for(NOT_DONE)
    assert "De postbus is even niet bereikbaar" in anouk.page
    anouk.press("Probeer het nu")
    anouk.wait_for("Dank je wel.")
    school.nothing_left(child, receipts=1)
