"""What the report says of this machine is what is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwc_school_agent.domain.findings import Files, Switch
from hwc_school_agent.domain.state_files import is_known, report_month
from hwc_school_agent.host.child import collect, fork
from hwc_school_agent.host.process import harden
from hwc_school_agent.proof import own_traces
from hwc_school_agent.staff_file import FILE


def test_state_folder(tmp_path: Path) -> None:
    assert own_traces.files(tmp_path / "nowhere") is Files.NOT_SEEN
    for name in ("installation.key", FILE, "ledger", "ledger.key", "report-2026-11.html", "report-2026-11.json"):
        (tmp_path / name).touch()
    assert own_traces.files(tmp_path) is Files.KNOWN
    strange = tmp_path / "report-2026-13.html"
    strange.touch()
    assert own_traces.files(tmp_path) is Files.OTHERS
    strange.unlink()
    (tmp_path / "ledger").unlink()
    (tmp_path / "ledger").mkdir()
    assert own_traces.files(tmp_path) is Files.OTHERS, "a folder under a known name"


@pytest.mark.parametrize(
    "name", ["report-2026-11.html.bak", "report-2026-1.html", "report-1999-01.pdf", ".x", "report-"]
)
def test_names_that_only_look_right(name: str) -> None:
    assert not is_known(name)
    assert report_month(name) is None


def test_core_dumps_of_a_hardened_process() -> None:
    assert own_traces.cores() is Switch.ON, "this process is the tests' own"

    def task(say: object) -> None:
        harden()
        say(own_traces.cores().value)  # type: ignore[operator]

    code, said = collect(fork(task))
    assert (code, said) == (0, b"off\n")


HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.mark.parametrize(
    ("swaps", "limits", "expected"),
    [
        (HEAD, {}, Switch.OFF),
        (HEAD + "/dev/sda2 partition 1 0 -2\n", {}, Switch.ON),
        (HEAD + "/dev/sda2 partition 1 0 -2\n", {"system.slice/hwc.service": "0\n"}, Switch.OFF),
        (HEAD + "/dev/sda2 partition 1 0 -2\n", {"system.slice": "0\n"}, Switch.OFF),
        (HEAD + "/dev/sda2 partition 1 0 -2\n", {"system.slice/hwc.service": "max\n"}, Switch.ON),
        (HEAD + "/dev/sda2 partition 1 0 -2\n", {"other.slice": "0\n"}, Switch.ON),
        (None, {}, Switch.NOT_SEEN),
        (None, {"system.slice/hwc.service": "4096\n"}, Switch.NOT_SEEN),
    ],
)
def test_swap(tmp_path: Path, swaps: str | None, limits: dict[str, str], expected: Switch) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/cgroup").write_text("0::/system.slice/hwc.service\n")
    if swaps is not None:
        (tmp_path / "swaps").write_text(swaps)
    for group, limit in limits.items():
        (tmp_path / "groups" / group).mkdir(parents=True)
        (tmp_path / "groups" / group / "memory.swap.max").write_text(limit)
    assert own_traces.swap(tmp_path, tmp_path / "groups") is expected
