"""How far two clocks differ, when one is read while the other goes on."""

from __future__ import annotations

import pytest

from hwc_school_agent.domain.clocks import apart


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (1000, 0), (1030, 0), (1059, 0),  # a message on its way for a minute
        (999, 0),  # whole seconds only: 999.9 is told as 999
        (900, 99), (1300, 240), (4600, 3540), (-2600, 3599),
    ],
)  # fmt: skip
def test_apart(told: float, seconds: float) -> None:
    assert apart(1000.0, told, 1060.0) == seconds
