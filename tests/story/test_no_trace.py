"""Two schools on the same day, one with signals and one without: afterwards nobody can tell which is which."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.agent import alive, files_below
from tests.helpers import eventually, need
from tests.servers import Dovecot
from tests.story.school import CALM, DONE, NOT_DONE, School, pressed
from tests.story.test_whole_way import memory_holds


def codes(school: School) -> Counter[str]:
    """How often each line stands in the log."""
    return Counter(school.agent.log)


def files(school: School) -> dict[str, tuple[int, int]]:
    """Every file the agent keeps: name, size, mode."""
    kept = [*files_below(school.agent.state), *files_below(school.agent.runtime)]
    return {str(p.relative_to(school.agent.directory)): (p.stat().st_size, p.stat().st_mode) for p in kept}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_given_a_day_with_and_a_day_without_signals_then_nobody_can_tell(tmp_path: Path) -> None:
    need(Dovecot.why_not())
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    with School(tmp_path / "with") as busy, School(tmp_path / "without") as quiet:
        for school in (busy, quiet):
            school.anouk.wait_for(CALM)
            assert CALM in school.bram.heading
        begun = {school: _newest(school) for school in (busy, quiet)}
        assert files(busy) == files(quiet)

        child = busy.signal()
        pressed(busy, child).wait_for(DONE)
        busy.nothing_left(child, receipts=1)
        busy.sink.clear()
        second = busy.signal()
        busy.wire.rule(rb"UID EXPUNGE", "no", times=1)
        anouk = pressed(busy, second)
        anouk.wait_for(NOT_DONE)
        anouk.press("Probeer het nu")
        anouk.wait_for(DONE)
        third = busy.signal()
        trap = busy.wire.trap(rb"UID FETCH \d+ .*HEADER")
        busy.anouk.wait_for("Er is een signaal")
        busy.anouk.press("Toon")
        anouk.press("Ontvangen") if "Ontvangen" in anouk.open() else None
        busy.kill(busy.held(trap))  # a worker that crashes writes nothing either
        busy.wire.heal()
        anouk.wait_for(NOT_DONE)
        anouk.press("Probeer het nu")
        anouk.wait_for(DONE)
        traces = (*child.traces, *second.traces, *third.traces)
        for school in (busy, quiet):
            school.anouk.wait_for(CALM)

        assert files(busy) == files(quiet)
        assert {school: _newest(school) for school in (busy, quiet)} == begun, "no file was written"
        assert all(re.fullmatch(r"<\d>HWC-\d{3} [a-z ,;]+( \d+)*", line) for line in busy.agent.log)
        # a look that the clock asked for may just be due
        eventually(lambda: codes(busy) == codes(quiet), 70, every=0.5)
        assert busy.agent.process is not None
        assert alive(busy.agent.process.pid)
        eventually(lambda: not memory_holds(busy.agent, traces), 60)
        for school in (busy, quiet):
            school.agent.stop()
        eventually(lambda: codes(busy) == codes(quiet))
        for path in files_below(tmp_path):
            data = path.read_bytes()
            assert not [t for t in traces if t.encode() in data or t in path.name]


def _newest(school: School) -> float:
    state = school.agent.state
    return max(p.stat().st_mtime for p in (state, *state.rglob("*")))
