"""Every way to ring says which trace it leaves, and none rings at a moment at which that trace would tell something."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import hwc_school_agent
from hwc_school_agent.bells.way import Occasion, Trace, Way
from hwc_school_agent.domain.duty import INDEPENDENT, Hours, Ring, Why
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.watch.bells import occasion_of

PACKAGE = Path(hwc_school_agent.__file__).parent
NOW = datetime(2026, 11, 23, 7, 45, 3, tzinfo=ZoneInfo("Europe/Amsterdam"))
#: What shows something to a person or sends it to one. New code that calls these is a new way to ring.
SHOWING = {
    "plyer": {"bells/fallback_child.py"},
    "jeepney": {"bells/notification.py"},
    "smtplib": {"post/submission.py", "post/diagnose.py"},  # the second one logs in and sends nothing
}
MAY = {
    Trace.NONE: {Occasion.LOOK, Occasion.ALIKE, Occasion.ANY},
    Trace.STORES: {Occasion.LOOK, Occasion.ALIKE},
    Trace.KEPT: {Occasion.LOOK},
}


def every_way() -> list[type[Way]]:
    """Every class that rings, wherever it stands in the package."""
    for found in pkgutil.walk_packages(hwc_school_agent.__path__, "hwc_school_agent."):
        if not found.name.startswith(("hwc_school_agent.demo", "hwc_school_agent.__main__")):
            importlib.import_module(found.name)
    ways: list[type[Way]] = []
    todo = [Way]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        ways += [kind] if kind.__module__.startswith("hwc_school_agent.") and kind is not Way else []
    return ways


WAYS = every_way()


def test_every_way_and_its_trace() -> None:
    """A new way has to be entered here: with its trace, and into ``docs/bells.md``."""
    assert {f"{way.__module__.removeprefix('hwc_school_agent.')}.{way.__name__}": way.trace for way in WAYS} == {
        "bells.notification.Notification": Trace.NONE,
        "bells.screen.NoScreen": Trace.NONE,
        "bells.fallback.Plyer": Trace.STORES,
        "watch.bells.Pages": Trace.NONE,
        "watch.bells.Notices": Trace.KEPT,
        "watch.bells.Mail": Trace.KEPT,
    }


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("occasion", Occasion)
def test_no_way_rings_against_its_trace(way: type[Way], occasion: Occasion, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(way, "_ring", lambda _self: rung.append(1))
    bell = object.__new__(way)
    assert bell.ring(occasion) == (occasion in MAY[way.trace])
    assert bool(rung) == (occasion in MAY[way.trace])


def test_a_way_without_a_trace_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="which trace"):
        type("Silent", (Way,), {"_ring": lambda _self: None})
    with pytest.raises(TypeError, match="past its trace"):
        type("Loud", (Way,), {"trace": Trace.KEPT, "_ring": lambda _self: None, "ring": lambda _self, _o: True})
    with pytest.raises(TypeError, match="which trace"):  # also not inherited: a new class thinks for itself
        type("Heir", (WAYS[0],), {})


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text())


def back_doors(tree: ast.Module) -> list[int]:
    """Lines that call ``_ring`` of something else than the way itself: past its trace."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "_ring"
        and ast.unparse(node.func.value) != "self"
    ]


def test_there_is_no_back_door() -> None:
    assert {name: lines for name, tree in trees() if (lines := back_doors(tree))} == {}
    assert back_doors(ast.parse("self._mail._ring()")) == [1]
    for library, homes in SHOWING.items():
        users = {
            name
            for name, tree in trees()
            for node in ast.walk(tree)
            if (isinstance(node, ast.Import) and any(a.name.partition(".")[0] == library for a in node.names))
            or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == library)
        }
        assert {name for name in users if not name.startswith("demo/")} == homes
    starts = {name for name, tree in trees() for n in ast.walk(tree) if ast.unparse(n) == "Worker.BELL_MAIL"}
    assert starts == {"watch/bells.py"}


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=4), timedelta(minutes=5), timedelta(hours=7)])
def test_on_which_occasion_the_clock_rings(why: Why, late: timedelta) -> None:
    occasion = occasion_of(why, NOW.replace(second=0) + late, Hours(look=time(7, 45)), NOW - timedelta(days=3))
    if why not in INDEPENDENT:
        assert occasion is Occasion.ANY
    elif why is Why.LOOK and late < timedelta(minutes=5):
        assert occasion is Occasion.LOOK
    else:
        assert occasion is Occasion.ALIKE, "made up for later: not at its minute any more"
    assert why in (Why.ARRIVAL, Why.HANDED_OVER) or occasion is not Occasion.ANY


def test_an_agent_that_begins_after_the_look_does_not_send_a_second_mail() -> None:
    now, hours = NOW.replace(second=50), Hours(look=time(7, 45))
    for seconds, occasion in ((51, Occasion.LOOK), (50, Occasion.ALIKE), (2, Occasion.ALIKE)):
        assert occasion_of(Why.LOOK, now, hours, now - timedelta(seconds=seconds)) is occasion


@pytest.mark.parametrize("why", [why for why in Why if why not in INDEPENDENT])
def test_the_phone_card_never_depends_on_a_signal(why: Why) -> None:
    with pytest.raises(ValueError, match="never on a signal"):
        Ring(why, frozenset(Role), phone_card=True)
