"""kill -9 of every process at every stage: nothing is lost, the flags finish the work, nobody is told an untruth."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.helpers import eventually
from tests.story.school import (
    ANY,
    CALM,
    DONE,
    ELSEWHERE,
    LOOK_YOURSELF,
    NOT_DONE,
    RUNG,
    School,
    in_background,
    pressed,
    shown,
)


@dataclass(frozen=True)
class Moment:
    """A command before which ``finish`` is held, and how many receipts there are in the end."""

    command: bytes
    receipts: int
    purged: bool = False  # nothing is left in the mailbox by then


MOMENTS = {
    "before it looks": Moment(rb"LIST", 1),
    "before the receipt": Moment(rb"UID FETCH \d+ .*HEADER", 1),
    "receipt accepted, not noted": Moment(rb"UID STORE \d+ \+FLAGS.SILENT \(.*\\Answered", 2),
    "receipt noted": Moment(rb"UID (FETCH \d+:\*|SEARCH) ", 1),
    "before the mark": Moment(rb"UID STORE .*\\Deleted", 1),
    "marked, not expunged": Moment(rb"UID EXPUNGE", 1),
    "expunged, not looked at": Moment(rb"UID FETCH \d+ \(UID\)", 1, purged=True),
    "before the proof": Moment(rb"EXAMINE \"?Archive", 1, purged=True),
}
#: the moments at which the flags differ; the others are slow tests
TELLING = {"receipt accepted, not noted", "receipt noted", "marked, not expunged", "expunged, not looked at"}
moments = pytest.mark.parametrize(
    "moment", [pytest.param(m, id=i, marks=() if i in TELLING else pytest.mark.slow) for i, m in MOMENTS.items()]
)


def test_given_a_signal_waits_when_watch_is_killed_then_it_rings_again(school: School) -> None:
    other = school.absence()
    child = school.signal()
    school.anouk.wait_for(RUNG)
    school.crash()
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1, kept=(other,))


def test_given_a_signal_is_shown_when_watch_is_killed_then_it_waits_as_before(school: School) -> None:
    child = school.signal()
    shown(school, child)
    school.crash()
    assert "inloggen" in school.agent.visitor().open().lower()
    assert not school.receipts()
    pressed(school, child).wait_for(DONE)
    school.nothing_left(child, receipts=1)


@moments
def test_given_it_was_received_when_watch_is_killed_then_a_person_is_asked_and_it_is_finished(
    school: School, moment: Moment
) -> None:
    other = school.absence()
    child = school.signal()
    trap = school.wire.trap(moment.command)
    pressed(school, child)
    school.held(trap)
    school.crash()
    if moment.purged:
        school.anouk.wait_for(CALM)
    else:
        person = shown(school, child, heading=ELSEWHERE)
        before = len(school.receipts())
        person.press("Ontvangen")
        person.wait_for(DONE)
        assert ("Veilig Thuis weet dat jij het hebt" in person.page) is (len(school.receipts()) > before)
    school.nothing_left(child, receipts=moment.receipts, kept=(other,))


@moments
def test_given_it_was_received_when_finish_is_killed_then_the_button_finishes_it(
    school: School, moment: Moment
) -> None:
    other = school.absence()
    child = school.signal()
    trap = school.wire.trap(moment.command)
    anouk = pressed(school, child)
    school.kill(school.held(trap))
    anouk.wait_for(NOT_DONE)
    school.wire.heal()
    anouk.press("Probeer het nu")
    anouk.wait_for("Dank je wel. Het bericht was al weg" if moment.purged else DONE)
    school.nothing_left(child, receipts=moment.receipts, kept=(other,))


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_given_finish_is_killed_at_any_command_then_nothing_is_lost(school: School) -> None:
    """Every command that finish and its proof send, without knowing what they are."""
    for at in range(60):
        school.fresh()
        child = school.signal()
        trap = school.wire.trap(rb"", passes=at)
        anouk = pressed(school, child)
        eventually(lambda: trap.link is not None or DONE in (anouk.open() and anouk.heading), 60)  # noqa: B023
        if trap.link is None:
            school.nothing_left(child, receipts=1)
            assert at >= 10, "that were all commands"
            return
        school.kill(school.held(trap))
        anouk.wait_for(NOT_DONE)
        assert school.receipts() or school.mail()
        school.wire.heal()
        anouk.press("Probeer het nu")
        anouk.wait_for("Dank je wel")
        school.nothing_left(child, receipts=range(1, 3))
    raise AssertionError("it never ended")


@pytest.mark.parametrize("at", ["mail", "message"])
def test_given_the_submission_server_is_slow_when_finish_is_killed_then_the_sender_hears_one_thing(
    school: School, at: str
) -> None:
    child = school.signal()
    school.sink.fail(at, stall=True)
    anouk = pressed(school, child)
    session = eventually(lambda: next(iter(school.sink._live), None), 30)
    if at == "message":
        school.sink.wait(1, 120)
    assert session.transport is not None
    peer = session.transport.get_extra_info("peername")[1]
    school.kill(eventually(lambda: school.agent.holder_of(peer, school.sink.port)))
    assert [flags for _, _, flags in school.mail()] == [{"\\flagged"}], "nothing was purged"
    anouk.wait_for(NOT_DONE)
    assert "Veilig Thuis weet dat jij het hebt" not in anouk.page
    anouk.press("Probeer het nu")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=2 if at == "message" else 1)


def test_given_a_signal_is_shown_when_the_desk_is_killed_then_the_next_one_shows_it(school: School) -> None:
    child = school.signal()
    anouk = shown(school, child)
    school.kill(school.agent.desk)
    anouk.open()
    assert child.name in anouk.page
    anouk.press("Ontvangen")
    anouk.wait_for(DONE)
    school.nothing_left(child, receipts=1)


@pytest.mark.parametrize(
    ("command", "heading"), [(rb"UID STORE", RUNG), (rb"UID FETCH \d+ \(UID FLAGS\)", ELSEWHERE)],
    ids=["before the flag", "after the flag"],
)  # fmt: skip
def test_given_the_desk_is_killed_right_after_the_press_then_the_signal_still_waits(
    school: School, command: bytes, heading: str
) -> None:
    child = school.signal()
    anouk = shown(school, child)
    trap = school.wire.trap(command, after_confirmation=False)
    pressing = in_background(lambda: anouk.press("Ontvangen"))
    school.held(trap)
    school.kill(school.agent.desk)
    pressing.join(30)
    school.wire.heal()
    assert not school.receipts()
    assert school.mail()
    anouk.open()
    assert child.name in anouk.page, "this person had it on the screen"
    bram = school.bram
    bram.wait_for("Een collega heeft dit signaal nu voor zich")
    anouk.press("Dek het weer af")
    anouk.wait_for(heading)
    pressed(school, child, heading=heading).wait_for(DONE)
    school.nothing_left(child, receipts=1)


def test_given_triage_is_killed_then_the_bell_rings_all_the_same(school: School) -> None:
    anouk = school.anouk
    anouk.wait_for(CALM)
    with school.agent.bell() as bell:
        trap = school.wire.trap(rb"UID FETCH \d+ .*BODY.PEEK", tags=ANY, after_confirmation=False)
        child = school.signal()
        triage = school.held(trap)
        assert "ring" not in bell.words
        school.kill(triage)
        eventually(lambda: "ring" in bell.words)
    school.wire.heal()
    pressed(school, child, heading=LOOK_YOURSELF).wait_for(DONE)
    school.nothing_left(child, receipts=1)
