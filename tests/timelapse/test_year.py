"""A whole school year against a real mail server, with 40 signals; and the same year without any.

Every morning look is rung to its end, every signal is seen in time, none is lost, every receipt is true, and from what
is left nobody can tell the two years apart. ``drive.py`` says what is skipped between the moments that matter.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hwc_school_agent.domain.receipt import dutch_day
from hwc_school_agent.domain.school_days import is_school_day, school_ends
from tests.helpers import need
from tests.servers import Dovecot
from tests.story.school import CALM, RUNG, TROUBLE
from tests.timelapse import staff_list
from tests.timelapse.drive import Driver, Sent, Year, new_keys
from tests.timelapse.school_year import (
    CALENDAR,
    DAYS,
    OUTAGES,
    SCHOOL_DAYS,
    SIGNALS,
    SUSPENDS,
    VISITS,
    ZONE,
    Visit,
    moment,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MINUTE = timedelta(minutes=1)
CONTACT, BOTH, ALL = frozenset({"contact"}), frozenset({"contact", "backup"}), frozenset({"contact", "backup", "head"})
LADDER = ((time(7, 45), "LOOK", CONTACT, False), (time(8, 0), "AGAIN", BOTH, False),
          (time(8, 10), "AGAIN", ALL, True), (time(12, 30), "AGAIN", ALL, True))  # fmt: skip


#: what stays, and must be the same in both years
LEFT: dict[str, Callable[[Year], list[Any]]] = {
    # the clock stands still while things happen: lines of one moment have no order of their own
    "the log, line by line, at the same times": lambda year: sorted(year.codes),
    "what journald got": lambda year: sorted(year.log),
    # once a moment: while the server is down, an attempt may fail twice in one, by what ends first on this machine
    "what systemctl status said, and the watchdog heard": lambda year: sorted(set(year.told)),
    "files: names, modes, bytes, ledger, reports and their times": lambda year: sorted(year.files.items()),
    "rings on the clock": lambda year: [r for r in year.rings if r[1] != "ARRIVAL"],
    "what a bell that stores may tell": lambda year: [w for w in year.heard if w[1] == "look"],
}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Year, Year]:
    """The year with signals, and the year without; both at once.

    Servers and connections live in real time: on a starved machine a look may fall behind a step of the steered clock.
    Then the two years differ by chance, and are run once more. What a signal leaves behind differs both times.
    """
    need(Dovecot.why_not())
    staff_list()
    years = _both(tmp_path_factory)
    if any(what(years[0]) != what(years[1]) for what in LEFT.values()):
        years = _both(tmp_path_factory)
    return years


def _both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Year, Year]:
    keys = new_keys(tmp_path_factory.mktemp("keys"))
    with ThreadPoolExecutor(2) as both:
        begun = [
            both.submit(Driver(tmp_path_factory.mktemp(name) / "school", keys, signals=name == "busy").run)
            for name in ("busy", "quiet")
        ]
        busy, quiet = (each.result() for each in begun)
    return busy, quiet


@pytest.fixture(scope="module")
def busy(years: tuple[Year, Year]) -> Year:
    """The year with 40 signals."""
    return years[0]


@pytest.fixture(scope="module")
def quiet(years: tuple[Year, Year]) -> Year:
    """The year without any."""
    return years[1]


def looks_on(day: date) -> list[Visit]:
    """Visits that count as the day's look."""
    return [v for v in VISITS if v.at.date() == day and v.at.time() >= time(7)]


def asleep(at: datetime) -> datetime | None:
    """When the machine woke, if it slept at ``at``."""
    return next((moment(b) for a, b in SUSPENDS if moment(a) <= at < moment(b)), None)


def ladder(day: date) -> list[tuple[datetime, str, frozenset[str], bool]]:
    """The rings that the look of this day owes, from the rules and the script alone."""
    visits, end = looks_on(day), school_ends(day, CALENDAR) or time(17)
    owed: list[tuple[datetime, str, frozenset[str], bool]] = []
    for at, why, roles, card in LADDER:
        due = datetime.combine(day, at, ZONE)
        if at >= end or (why == "AGAIN" and any(v.at <= due for v in visits)):
            continue
        if (woke := asleep(due)) is not None:
            # several that were slept through ring once, as loud as the last
            owed, due, why = [], woke, "LOOK"
        owed.append((due, why, roles, card))
    return owed


def test_the_script_is_what_it_says() -> None:
    assert (len(SCHOOL_DAYS), len(SIGNALS), len(OUTAGES), len(SUSPENDS)) == (190, 40, 10, 2)
    assert {moment(s).utcoffset() for s in SIGNALS} == {timedelta(hours=1), timedelta(hours=2)}
    assert sum(not is_school_day(moment(s).date(), CALENDAR) for s in SIGNALS) == 9
    nobody = [day for day in SCHOOL_DAYS if not looks_on(day)]
    assert len(nobody) >= 8


def test_every_morning_look_is_rung_to_its_end(busy: Year, quiet: Year) -> None:
    for year in (busy, quiet):
        for day in DAYS:
            rung = [(at, why, roles, card) for at, why, roles, card in year.rings if at.date() == day]
            look = [ring for ring in rung if ring[1] in ("LOOK", "AGAIN")]
            owed = ladder(day) if day in SCHOOL_DAYS else []
            assert [ring[1:] for ring in look] == [ring[1:] for ring in owed], day
            for ring, due in zip(look, owed, strict=True):
                assert timedelta(0) <= ring[0] - due[0] < timedelta(seconds=16), day
            if day not in SCHOOL_DAYS:
                assert rung == [], "bells are silent on a day without school"


def reachable(sent: Sent) -> datetime:
    """When a signal could be known: at its arrival, or at the end of what kept it away."""
    woke = asleep(sent.at)
    mended = next((moment(b) for a, b, _ in OUTAGES if moment(a) <= sent.at < moment(b)), None)
    return max(sent.at, woke or sent.at, mended or sent.at)


def test_every_signal_was_seen_in_time(busy: Year) -> None:
    assert len(busy.sent) == 40
    assert set(busy.shown) == {sent.child.name for sent in busy.sent}, "none was lost"
    for sent in busy.sent:
        known = reachable(sent)
        first = next(v for v in VISITS if v.at >= known)
        assert busy.shown[sent.child.name] - first.at < MINUTE, f"not at the next look: {sent.at}"
        day, end = known.date(), school_ends(known.date(), CALENDAR) or time(17)
        in_school = day in SCHOOL_DAYS and time(7) <= known.time() < end
        if in_school and any(v.at <= known for v in looks_on(day)):
            rung = [at for at, why, _, _ in busy.rings if why == "ARRIVAL" and known <= at <= known + MINUTE]
            assert rung, f"not rung within a minute: {sent.at}"


def test_a_signal_that_nobody_comes_for_climbs(busy: Year) -> None:
    """14:00, and the contact does not come: five minutes later both, ten minutes later all."""
    came = moment("2026-09-08 14:00")
    rings = [(at - came, roles) for at, why, roles, _ in busy.rings if timedelta(0) <= at - came < 12 * MINUTE]
    assert [roles for _, roles in rings] == [CONTACT, BOTH, ALL]
    assert [after // MINUTE for after, _ in rings] == [0, 5, 10]


def test_a_page_says_trouble_or_the_truth(busy: Year, quiet: Year) -> None:
    for at, _, heading in busy.pages:
        broken = any(moment(a) <= at < moment(b) for a, b, _ in OUTAGES)
        waits = any(sent.at <= at and busy.shown[sent.child.name] >= at for sent in busy.sent)
        assert (TROUBLE if broken else RUNG if waits else CALM) in heading, at
    assert sum(TROUBLE in heading for _, _, heading in busy.pages) >= 2
    for at, _, heading in quiet.pages:
        assert RUNG not in heading, at


def test_trouble_in_the_morning_watch_rings_after_three_minutes(busy: Year, quiet: Year) -> None:
    for year in (busy, quiet):
        for begin, end, _ in OUTAGES:
            a, b = moment(begin), moment(end)
            rung = [at for at, why, _, _ in year.rings if why == "TROUBLE" and a <= at <= b]
            if time(7) <= a.time() < time(8, 30):
                assert rung, begin
                # a link that swallows is found at the next look: a minute, and twice the time an answer may take
                assert 3 * MINUTE <= rung[0] - a <= 5 * MINUTE, begin
            else:
                assert rung == [], begin
            back = [at for at, code in year.codes if code == "LOOK_BACK" and b <= at <= b + MINUTE]
            assert len(back) == 1 or a.date() == date(2027, 2, 3), "it heals by itself"


def test_every_receipt_is_true(busy: Year, quiet: Year) -> None:
    assert quiet.receipts == []
    said = sorted(re.search(r"Bevestigd om (.*)\.\s", text).group(1) for text in busy.receipts)  # type: ignore[union-attr]
    owed = sorted(f"{at:%H.%M} uur, op {dutch_day(at.date())}" for at in busy.confirmed.values())
    assert said == owed
    for text in busy.receipts:
        assert "heeft het gelezen" in text
        for sent in busy.sent:
            assert not [half for half in sent.child.traces if half in text]


def test_nothing_is_left(busy: Year, quiet: Year) -> None:
    assert (busy.left, quiet.left) == (0, 0)
    closed = [at.date() for at, code in busy.codes if code == "CLOSED"]
    assert closed == DAYS, "every day was closed, once"
    everything = "\n".join([*busy.log, *(text for _, text in busy.told)])
    for sent in busy.sent:
        assert not [half for half in sent.child.traces if half in everything]


@pytest.mark.parametrize("what", LEFT.values(), ids=LEFT.keys())
def test_the_year_without_signals_leaves_the_same(
    years: tuple[Year, Year], what: Callable[[Year], list[object]]
) -> None:
    busy, quiet = ([str(one) for one in what(year)] for year in years)
    found = difflib.unified_diff(quiet, busy, "without", "with", lineterm="", n=3)
    assert "\n".join(list(found)[:60]) == ""
