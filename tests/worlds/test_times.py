"""Times that cannot be equal: how many real milliseconds after its moment each thing happens that leaves a trace.

The clock says *when* things happen, and the two worlds compare that to the second. How long the work before a line of
the log takes is never the same twice, so here days with and without signals are compared by a permutation test: on
each of sixteen pairs of days a coin says which of them has signals, in the morning and at the closing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import pytest

from tests.helpers import need
from tests.servers import Dovecot
from tests.worlds import World, world
from tests.worlds.leaks import SLOW
from tests.worlds.permutation import most_telling, p_value

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PAIRS = 16
BY_CHANCE = 0.001  # how often the first test may fail although nothing can be told
#: what every school day leaves, and must have been measured
EVERY_DAY = {"LOOK_OK", "MORNING_LOOK", "REHEARSED", "CLOSED", "ENTERED", "WATCHDOG", "STATUS", "LOOK", "ledger"}

Day = dict[str, float]


def school_days() -> Iterator[date]:
    """From the second of a month on, for on the first school day a report is frozen as well."""
    day = date(2026, 9, 2)
    while True:
        if day.weekday() < 5 and day.day > 3:
            yield day
        day += timedelta(days=1)


def morning(here: World, day: date) -> None:
    """A signal in the night: it waits through the rehearsal and the morning look."""
    here.lapse.jump(f"{day} 07:28")
    here.signal()
    here.lapse.advance("07:32")
    here.lapse.jump("07:43:30")
    here.lapse.advance("07:46")
    here.look()


def evening(here: World) -> None:
    """One that was confirmed a moment before the closing, one that nobody has read by then."""
    here.lapse.jump("16:57")
    here.signal()
    here.lapse.advance("16:58")
    here.look()
    here.signal()
    here.lapse.advance("17:02")
    here.lapse.jump("17:29:30")
    here.lapse.advance("17:30")


def lived(here: World, day: date, *, signals: bool, whole: bool) -> Day:
    """One day: for each kind of trace how many seconds late it was left, on the average."""
    here.busy, before = signals, len(here.lapse.notes)
    morning(here, day)
    found = defaultdict(list)
    if whole:
        evening(here)
        found["ledger"] = [here.lapse.changed(here.lapse.state / "ledger")]
    for note in here.lapse.notes[before:]:
        if not (note.kind == "ring" and "ARRIVAL" in note.text):  # heard by bells that keep nothing
            found[note.text.partition(" ")[0].partition("=")[0]].append(note.late)
    here.look()  # what is left does not wait into the next day
    return {what: fmean(late) for what, late in found.items()}


def differences(directory: Path, *, leak: str = "", whole: bool = True) -> Mapping[str, list[float]]:
    """For each kind of trace, and each pair of days: how much later with signals."""
    coin, calendar = random.Random(2026), school_days()
    pairs: list[tuple[Day, Day]] = []
    with world(directory, "2026-09-02 06:50", busy=True, leak=leak) as here:
        for _ in range(PAIRS):
            first = coin.random() < 0.5
            both = {
                signals: lived(here, next(calendar), signals=signals, whole=whole) for signals in (first, not first)
            }
            pairs.append((both[True], both[False]))
    everywhere = set.intersection(*(set(day) for pair in pairs for day in pair))
    return {what: [busy[what] - quiet[what] for busy, quiet in pairs] for what in sorted(everywhere)}


def test_nothing_can_be_told_from_how_long_things_take(tmp_path: Path) -> None:
    need(Dovecot.why_not())
    found = differences(tmp_path / "w")
    assert set(found) >= EVERY_DAY
    assert p_value(found) > BY_CHANCE, most_telling(found)


@pytest.mark.parametrize("leak", sorted(SLOW))
def test_a_build_that_takes_longer_while_something_waits_is_found(tmp_path: Path, leak: str) -> None:
    need(Dovecot.why_not())
    assert p_value(differences(tmp_path / "w", leak=leak, whole=False)) < BY_CHANCE


def test_chance_is_no_finding() -> None:
    """A control of the test itself: noise alone is told apart about as often as ``p`` says."""
    noise = random.Random(7)
    found = [p_value({"a": [noise.gauss(0, 1) for _ in range(PAIRS)], "b": [0.0] * PAIRS}, n) for n in range(20)]
    assert min(found) > BY_CHANCE
    assert 0.2 < fmean(found) < 0.8
    assert p_value({"a": [0.002] * PAIRS, "b": [noise.gauss(0, 1) for _ in range(PAIRS)]}) < BY_CHANCE
    assert p_value({"a": [0.0005] * PAIRS}) == 1
