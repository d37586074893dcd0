"""Round trips may not grow: what each step says to the server, counted (``benchmarks/traffic.md``)."""

from __future__ import annotations

import pytest

from benchmarks.traffic import SERVERS, STEPS, measure
from tests.helpers import need
from tests.servers import Cyrus, Dovecot

#: The most of each step, in the order of ``STEPS``. A close levels every folder's counters, so it has more of them.
MOST = {
    "Dovecot": (2, 2, 2, 4, 6, 8, 62),
    "Dovecot, 200 folders": (2, 2, 2, 4, 6, 8, 206),
    "Cyrus": (2, 2, 2, 4, 6, 9, 60),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MOST)
def test_no_step_asks_more_often(name: str) -> None:
    need((Cyrus if name == "Cyrus" else Dovecot).why_not())
    cost = measure(SERVERS[name])
    counted = {step: cost[step].round_trips for step in STEPS}
    most = dict(zip(STEPS, MOST[name], strict=True))
    assert {step: n for step, n in counted.items() if n > most[step]} == {}
