"""Nobody can tell from what is left whether a signal came; and the comparison that says so finds every planted leak."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.corpus.hostile import HOSTILE
from tests.helpers import need, signal_mail
from tests.servers import Dovecot
from tests.worlds import World, differences, world
from tests.worlds.leaks import LEAKS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Lived = Callable[..., World]


def one_day(here: World) -> None:
    """An ordinary Wednesday: a signal in the night, one in the morning, one whose receipt fails, one nobody reads."""
    here.at("06:59", lambda w: w.signal())
    here.at("07:30")
    here.at("07:46", lambda w: w.look() and None)
    here.at("09:10", lambda w: w.signal() and None)
    here.at("09:22", lambda w: w.look() and None)
    here.at("12:31")
    if here.busy:
        here.lapse.sink.fail("rcpt", "451 4.7.1 Later", times=None, match="veiligthuis")
    here.at("16:50", lambda w: w.signal() and None)
    here.at("16:52", lambda w: w.look() and None)
    here.at("16:58", lambda w: w.signal() and None)
    here.at("17:08", World.count)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live that day; days without signals once for each build."""
    need(Dovecot.why_not())
    quiet: dict[str, World] = {}

    def live(*, busy: bool, leak: str = "") -> World:
        if not busy and leak in quiet:
            return quiet[leak]
        with world(tmp_path_factory.mktemp("world") / "w", "2026-09-02 06:58", busy=busy, leak=leak) as here:
            one_day(here)
        if not busy:
            quiet[leak] = here
        return here

    return live


def test_a_day(lived: Lived) -> None:
    quiet, busy = lived(busy=False), lived(busy=True)
    assert len([m for m in busy.lapse.sink.messages if "veiligthuis" in m.rcpt_tos[0]]) == 2, "it was lived"
    assert "\n".join(differences(quiet, busy)) == ""


@pytest.mark.parametrize("leak", sorted(LEAKS))
def test_a_planted_leak_is_found(lived: Lived, leak: str) -> None:
    # a build that lacks something is compared with itself
    quiet = lived(busy=False, leak=leak if leak in LACKING else "")
    assert differences(quiet, lived(busy=True, leak=leak))


LACKING = {"counters", "the_count_of_changes"}


def two_days(here: World) -> None:
    """The first two school days of a month, with everything that can come: repeated, odd and hostile mail, one in Junk,
    a drill, a receipt that fails overnight, mail that nobody reads till the next day. In the end everything is done."""
    codeword = "Handle with Care"
    again: list[bytes] = []
    here.at("06:55", lambda w: again.append(w.signal()), lambda w: w.comes(again[0]))
    here.at("07:30")  # rehearsal and drill
    here.at("07:47", lambda w: w.look() and None, lambda w: w.lapse.person("bram") and None)
    here.at("09:10", lambda w: w.signal("Junk") and None, lambda w: w.signal("INBOX", subject="Melding") and None)
    here.at("09:30", lambda w: w.look(button="Niet van onze school") and None)
    here.at("10:00", *(lambda w, name=name: w.comes(HOSTILE[name]) for name in ("deep", "html nest", "nul", "utf7")))
    here.at("10:20", lambda w: w.look("bram") and None)
    several = f"Jan Bedacht, 3-4-2017, {codeword}\nAnna Bedacht, 5-6-2015, {codeword}"
    for text in (several, "Wilt u mij terugbellen?", "U hebt een beveiligd bericht: https://mail.zivver.com/abc"):
        here.at("11:00", lambda w, text=text: w.comes(signal_mail("", "", text=text, sent=w.lapse.clock.now())))
    here.at("12:31")
    here.at("13:00", lambda w: w.look() and None)
    if here.busy:
        here.lapse.sink.fail("rcpt", "451 4.7.1 Later", times=None, match="veiligthuis")
    here.at("16:55", lambda w: w.signal() and None)
    here.at("16:57", lambda w: w.look() and None)
    here.at("16:59", lambda w: w.signal() and None)
    here.at("17:09", World.count)
    here.lapse.sink.heal()
    here.at("17:20")
    here.at("23:30", lambda w: w.signal() and None)
    here.at("2026-09-02 07:30")
    here.at("07:46", lambda w: w.look() and None)
    here.at("08:20")
    here.at("17:09", World.count)


def test_two_days_with_everything_that_can_come(tmp_path: Path) -> None:
    need(Dovecot.why_not())
    lived = []
    for busy in (False, True):
        with world(tmp_path / f"{busy}", "2026-09-01 06:54", busy=busy) as here:
            two_days(here)
        lived.append(here)
    quiet, busy_one = lived
    receipts = [m for m in busy_one.lapse.sink.messages if "veiligthuis" in m.rcpt_tos[0]]
    assert len(receipts) >= 6, "it was lived"
    assert "\n".join(differences(quiet, busy_one)) == ""
    for child in busy_one.children:
        for trace in child.traces:
            assert trace not in "\n".join(busy_one.lines)
