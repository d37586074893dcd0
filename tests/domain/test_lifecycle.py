"""The life of a message: the whole table, every combination of flags, and any order of events."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import chain, combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwc_school_agent.domain.lifecycle import (
    ANSWERED,
    DELETED,
    FLAGGED,
    FLAGS,
    SEEN,
    TABLE,
    Event,
    IllegalEvent,
    Stage,
    Standing,
    after,
    stage_of,
    standing,
)
from hwc_school_agent.domain.outcome import FolderRole

#: The table once more, written by hand from the design: nothing is legal that does not stand here.
EXPECTED = {
    (Stage.ARRIVED, Event.CONFIRM): Stage.CONFIRMED,
    (Stage.CONFIRMED, Event.CONFIRM): Stage.CONFIRMED,
    (Stage.CONFIRMED, Event.RECEIPT_ACCEPTED): Stage.RECEIPTED,
    (Stage.CONFIRMED, Event.RECEIPT_NOT_OWED): Stage.RECEIPTED,
    (Stage.RECEIPTED, Event.CONFIRM): Stage.RECEIPTED,
    (Stage.RECEIPTED, Event.RECEIPT_ACCEPTED): Stage.RECEIPTED,
    (Stage.RECEIPTED, Event.RECEIPT_NOT_OWED): Stage.RECEIPTED,
    (Stage.RECEIPTED, Event.MARK): Stage.PURGING,
    (Stage.PURGING, Event.CONFIRM): Stage.PURGING,
    (Stage.PURGING, Event.MARK): Stage.PURGING,
    (Stage.PURGING, Event.EXPUNGED): Stage.PURGED,
    (Stage.PURGED, Event.EXPUNGED): Stage.PURGED,
}

OURS = (SEEN, FLAGGED, ANSWERED, DELETED)
OTHERS = ("\\draft", "\\recent", "$mdnsent", "$forwarded", "nonjunk")


def subsets(flags: tuple[str, ...]) -> list[frozenset[str]]:
    sizes = range(len(flags) + 1)
    return [frozenset(each) for each in chain.from_iterable(combinations(flags, size) for size in sizes)]


EVERY = subsets(OURS + OTHERS)
ROLES = list(FolderRole)
INCOMING = [role for role in FolderRole if role not in (FolderRole.SENT, FolderRole.DRAFTS)]


@pytest.mark.parametrize(("stage", "event"), list(product(Stage, Event)), ids=lambda each: each.name)
def test_the_whole_table(stage: Stage, event: Event) -> None:
    if (stage, event) in EXPECTED:
        assert after(stage, event) is EXPECTED[stage, event]
    else:
        with pytest.raises(IllegalEvent):
            after(stage, event)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TABLE[Stage.ARRIVED] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        TABLE[Stage.ARRIVED][Event.EXPUNGED] = Stage.PURGED  # type: ignore[index]


@given(st.lists(st.sampled_from(Event), max_size=40))
def test_any_order_of_events(events: list[Event]) -> None:
    """Promise P8: whatever happens in whatever order, nothing is purged that a person did not confirm."""
    stage = Stage.ARRIVED
    legal: list[Event] = []
    for event in events:
        if (stage, event) not in EXPECTED:
            with pytest.raises(IllegalEvent, match=f"^{event.name} does not fit {stage.name}$"):
                after(stage, event)
            continue
        following = after(stage, event)
        assert following.value - stage.value in (0, 1)  # never back, never two at once
        assert after(following, event) is following  # run twice, it is the same
        stage, legal = following, [*legal, event]
    if stage.value >= Stage.CONFIRMED.value:
        assert legal[0] is Event.CONFIRM
    if stage.value >= Stage.PURGING.value:
        answered = [e for e in legal if e in (Event.RECEIPT_ACCEPTED, Event.RECEIPT_NOT_OWED)]
        assert answered  # the sender is told before anything is purged
        assert legal.index(answered[0]) < legal.index(Event.MARK)
    if stage is Stage.PURGED:
        assert legal.index(Event.MARK) < legal.index(Event.EXPUNGED)


def test_every_stage_can_be_reached_and_has_a_way_on() -> None:
    reached, edge = {Stage.ARRIVED}, [Stage.ARRIVED]
    while edge:
        new = {after(edge[0], event) for event in TABLE[edge[0]]} - reached
        reached |= new
        edge = edge[1:] + list(new)
    assert reached == set(Stage)
    assert all(any(nxt is not stage for nxt in TABLE[stage].values()) for stage in Stage if stage is not Stage.PURGED)
    assert set(TABLE[Stage.PURGED].values()) == {Stage.PURGED}


def test_flags_and_stages_say_the_same() -> None:
    assert set(FLAGS) == set(Stage) - {Stage.PURGED}
    for stage, flags in FLAGS.items():
        assert stage_of(flags) is stage
        for other in subsets(OTHERS):
            assert stage_of(flags | other) is stage  # the flags of others say nothing
    for earlier, later in zip(list(FLAGS), list(FLAGS)[1:], strict=False):
        assert FLAGS[earlier] < FLAGS[later]  # a stage only adds flags: half a STORE is the earlier stage


@pytest.mark.parametrize("flags", subsets(OURS), ids=lambda flags: "".join(sorted(flags)) or "none")
def test_in_doubt_the_earlier_stage(flags: frozenset[str]) -> None:
    stage = stage_of(flags)
    assert FLAGS[stage] <= flags
    assert not any(FLAGS[later] <= flags for later in FLAGS if later.value > stage.value)


def test_a_crash_between_any_two_flags_loses_nothing() -> None:
    """Flags are set one by one in some order by some servers: no half-way state is a later stage."""
    for earlier, later in zip(list(FLAGS), list(FLAGS)[1:], strict=False):
        for some in subsets(tuple(FLAGS[later] - FLAGS[earlier])):
            expected = later if FLAGS[earlier] | some == FLAGS[later] else earlier
            assert stage_of(FLAGS[earlier] | some) is expected


def test_standing_of_every_combination() -> None:
    """Promises P1 and P8 over all flags, roles, notes and settings: 16,384 of them."""
    seen: set[Standing] = set()
    for flags, role, noted, trust in product(EVERY, ROLES, (False, True), (False, True)):
        owed = standing(flags, role, noted=noted, trust=trust)
        seen.add(owed)
        where = (sorted(flags), role, noted, trust)
        if role in (FolderRole.SENT, FolderRole.DRAFTS):
            assert owed is Standing.OURS, where
            continue
        assert owed is not Standing.OURS, where
        confirmed_here = noted and FLAGGED in flags
        if SEEN not in flags and not confirmed_here:
            assert owed is Standing.WAITS, where  # unread mail rings, whatever else was done to it
        if owed is Standing.FINISH:
            handled = bool(flags & {FLAGGED, ANSWERED, DELETED}) or role is FolderRole.TRASH
            assert confirmed_here or (trust and SEEN in flags and handled), where
        if owed is Standing.ASK:
            assert not trust, where
            assert SEEN in flags, where
    assert seen == set(Standing)


@pytest.mark.parametrize("role", INCOMING)
def test_the_note_alone_finishes_nothing(role: FolderRole) -> None:
    """A note without the flag means that the mailbox forgot, or that it is another message: a person looks."""
    assert standing(frozenset(), role, noted=True, trust=False) is Standing.WAITS
    assert standing(frozenset({FLAGGED}), role, noted=True, trust=False) is Standing.FINISH


@pytest.mark.parametrize("trust", [False, True])
def test_mail_in_the_trash(trust: bool) -> None:
    read = Standing.FINISH if trust else Standing.ASK
    assert standing(frozenset(), FolderRole.TRASH, noted=False, trust=trust) is Standing.WAITS
    assert standing(frozenset({SEEN}), FolderRole.TRASH, noted=False, trust=trust) is read
    assert standing(frozenset({SEEN}), FolderRole.INBOX, noted=False, trust=trust) is Standing.WAITS  # only read


@given(
    st.frozensets(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1).map(str.lower)),
    st.sampled_from(FolderRole), st.booleans(), st.booleans(),
)  # fmt: skip
@settings(max_examples=300)
def test_strange_flags_change_nothing(strange: frozenset[str], role: FolderRole, noted: bool, trust: bool) -> None:
    strange -= set(OURS)
    for flags in subsets(OURS):
        assert stage_of(flags | strange) is stage_of(flags)
        assert standing(flags | strange, role, noted=noted, trust=trust) is standing(
            flags, role, noted=noted, trust=trust
        )


def test_the_picture_is_drawn_from_the_table(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    shutil.copytree(docs / "tools", tmp_path / "tools")
    for name in ("lifecycle.svg", "lifecycle.md"):
        shutil.copy(docs / name, tmp_path)
    check = [sys.executable, str(tmp_path / "tools" / "draw_lifecycle.py"), "--check"]
    assert subprocess.run(check, timeout=60).returncode == 0, "run: python docs/tools/draw_lifecycle.py"
    for name in ("lifecycle.svg", "lifecycle.md"):
        drawn = (tmp_path / name).read_text()
        (tmp_path / name).write_text(drawn.replace("RECEIPTED", "ANSWERED"))
        assert subprocess.run(check, timeout=60).returncode == 1
        (tmp_path / name).write_text(drawn)
