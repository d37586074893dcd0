"""Which looks are logged: the second of a line must not tell that a message came; and how a set clock is noticed."""

from __future__ import annotations

import pytest

from hwc_school_agent.host.clock import SetBack
from hwc_school_agent.watch.look_clock import LookClock

NINE = 1_800_000_000.0 // 86400 * 86400 + 9 * 3600.0


def logged(ticks: list[float], looks: list[float], pace: float = 60.0) -> list[float]:
    """When lines are written: each tick looks if it is due, and ``looks`` are those that messages cause."""
    clock, lines = LookClock(), []
    for at, is_tick in sorted([*((t, True) for t in ticks), *((m, False) for m in looks)]):
        if (not is_tick or clock.due(at, pace)) and clock.had():
            lines.append(at)
    return lines


@pytest.mark.parametrize(
    "looks",
    [
        [NINE + 7, NINE + 59.9],  # between ticks
        [NINE + 15, NINE + 60],  # with one
        [NINE + 3600.1],  # the first thing after a resume, in a slot for which no tick has asked yet
        [NINE + 3600.1, NINE + 3603, NINE + 3607, NINE + 3660.5],
    ],
)
@pytest.mark.parametrize("pace", [60.0, 300.0])
def test_a_message_changes_no_line_and_adds_none(looks: list[float], pace: float) -> None:
    awake = [NINE + 15.0 * n for n in range(8)]
    resumed = [NINE + 3600 + 8 + 15.0 * n for n in range(40)]  # the tick comes up to 15 s after the resume
    assert logged([*awake, *resumed], looks, pace) == logged([*awake, *resumed], [], pace)
    assert logged([*awake, *resumed], [], pace)[: 2 if pace == 300 else 3] == (
        [NINE, NINE + 3608] if pace == 300 else [NINE, NINE + 60, NINE + 3608]
    )


def test_a_look_that_failed_stays_owed() -> None:
    clock = LookClock()
    assert clock.due(NINE, 60.0)
    assert not clock.due(NINE + 15, 60.0)
    assert clock.had(), "it succeeded at the second try"
    assert not clock.had()


def test_a_clock_set_back_begins_a_slot() -> None:
    clock = LookClock()
    assert clock.due(NINE, 60.0)
    assert clock.due(NINE - 3600, 60.0)


def test_without_a_tick_it_is_looked_soon_after() -> None:
    clock = LookClock()
    clock.due(NINE, 60.0)
    assert 60 < clock.until(NINE + 0.1, 60.0) <= 75


class _Clock:
    def __init__(self) -> None:
        self.wall, self.gone = NINE, 5.0

    def now(self) -> float:
        return self.wall

    def steady(self) -> float:
        return self.gone


def test_a_clock_that_is_set_back_is_noticed_once_and_in_whole_seconds() -> None:
    clock = _Clock()
    back = SetBack(clock)
    steps = [(10.0, 10.0, 0), (3600.0, 1.0, 0), (-90.5, 0.25, 91), (1.0, 1.0, 0), (-0.3, 0.5, 0), (-0.3, 0.5, 0)]
    for wall, gone, found in steps:  # time goes by; a resume; set back; time; two small steps as NTP makes them
        clock.wall, clock.gone = clock.wall + wall, clock.gone + gone
        assert back.seconds() == found
