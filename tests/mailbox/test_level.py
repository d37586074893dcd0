"""Levelling on real servers: every folder's counters rise by one step a closing, whatever came; unread mail stays."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.outcome import FolderRole, Said
from hwc_school_agent.mailbox import level
from hwc_school_agent.mailbox.platforms import strategy_for
from hwc_school_agent.mailbox.session import Session, open_session, quoted
from hwc_school_agent.workers import close
from tests.helpers import signal_mail
from tests.mailbox.scene import Scene
from tests.servers import ImapFaults, MailServer, SmtpSink

Counters = dict[str, tuple[int | None, int | None, frozenset[str]]]


def closed(scene: Scene) -> list[str]:
    said: list[Said] = []
    close.run(scene.settings, CloseJob((), time.time()), said.append)
    return [s.line() for s in said]


def counters(scene: Scene) -> Counters:
    """UIDNEXT, HIGHESTMODSEQ and the keywords of every folder, as anybody with the mailbox can read them."""
    found: Counters = {}
    for folder in scene.folders():
        with open_session(scene.direct.mailbox) as session:
            (opened,) = session.run(b"EXAMINE " + quoted(folder.name))
            flags = opened.words("PERMANENTFLAGS")
        found[folder.name] = (folder.uidnext, opened.number("HIGHESTMODSEQ"), flags)
    return found


def rise(before: Counters, after: Counters) -> set[tuple[int, int]]:
    """(UIDNEXT, HIGHESTMODSEQ) of every folder: how much more."""
    return {((after[f][0] or 0) - (before[f][0] or 0), (after[f][1] or 0) - (before[f][1] or 0)) for f in after}


def day(scene: Scene, signals: int) -> None:
    """Signals that are read, confirmed, answered and purged, one of them found in Junk."""
    for number in range(signals):
        child = signal_mail("Jan Bedacht", "3-4-2017", message_id=f"<{number}.{time.time_ns()}@veiligthuis.example>")
        place = scene.deliver(child, FolderRole.JUNK if number == 1 else FolderRole.INBOX)
        scene.confirm(place)
        assert scene.finish(place)[-1] in ("empty", "clean")


def test_days_with_and_without_signals_look_the_same(
    imap_server: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    scene = Scene.on(imap_server, smtp_sink, tmp_path)
    assert closed(scene) == ["levelling", "empty", "empty"]
    seen = [counters(scene)]
    for signals in (0, 3, 1):
        day(scene, signals)
        assert closed(scene) == ["levelling", "empty", "empty"]
        seen.append(counters(scene))
    quiet, *others = (rise(a, b) for a, b in itertools.pairwise(seen))
    assert {uid for uid, _modseq in quiet} == {level.UID_STEP}
    assert all(step == quiet for step in others)
    assert len({tuple(sorted((f, c[2]) for f, c in each.items())) for each in seen}) == 1, "keywords that came to stay"
    assert all(count == 0 for count in scene.counts().values())


def test_unread_mail_and_mail_that_comes_meanwhile_stay(dovecot: MailServer, tmp_path: Path) -> None:
    with ImapFaults(dovecot.port) as proxy:
        scene = Scene.on(dovecot, None, tmp_path, proxy)
        waiting = scene.signal()
        arrived = []
        real = proxy._command

        def between(link: object, st: object, line: bytes) -> bool:
            if b"UID STORE" in line and not arrived:
                arrived.append(line)
                dovecot.deliver(signal_mail("Jan Bedacht", "3-4-2017"))
            return real(link, st, line)

        proxy._command = between  # type: ignore[method-assign]
        assert closed(scene)[-1] == "clean"
    assert arrived
    assert scene.flags(waiting) == frozenset()
    assert scene.counts() == {"INBOX": 2}


def test_a_folder_that_takes_no_message_is_said(dovecot: MailServer, tmp_path: Path) -> None:
    with ImapFaults(dovecot.port) as proxy:
        scene = Scene.on(dovecot, None, tmp_path, proxy)
        proxy.rule(rb'APPEND "Junk"', "no")
        assert closed(scene) == ["levelling", "not_levelled junk", "not_levelled junk"]
    after = counters(scene)
    assert {f for f, (uidnext, _modseq, _flags) in after.items() if uidnext == 1 + level.UID_STEP} == after.keys() - {
        "Junk"
    }
    assert scene.counts() == {}


def test_switched_off(dovecot: MailServer, tmp_path: Path) -> None:
    scene = Scene.on(dovecot, None, tmp_path)
    before = counters(scene)
    scene.settings = replace(scene.settings, mailbox=replace(scene.settings.mailbox, level_counters=False))
    assert closed(scene) == ["empty", "empty"]
    assert counters(scene) == before


@given(st.integers(0, 10_000), st.lists(st.integers(0, level.UID_STEP - 1), min_size=1, max_size=9))
def test_the_rule(begin: int, days: list[int]) -> None:
    """After a closing the counter depends on how often the mailbox was closed, and on nothing that came."""
    after = counter = level.next_step(begin + 1, level.UID_STEP)
    for number, came in enumerate(days, 1):
        counter = level.next_step(counter + came, level.UID_STEP)
        assert counter == after + number * level.UID_STEP


@pytest.mark.parametrize("capabilities", [{"UIDPLUS"}, {"UIDPLUS", "X-GM-EXT-1", "LIST-STATUS"}, {"LIST-STATUS"}])
def test_only_where_expunged_is_gone(capabilities: set[str]) -> None:
    session = Session.__new__(Session)
    session.capabilities = frozenset(capabilities)
    session.strategy = strategy_for(session.capabilities)
    assert not level.can_level(session)
    session.capabilities = frozenset({"UIDPLUS", "LIST-STATUS"})
    session.strategy = strategy_for(session.capabilities)
    assert level.can_level(session)
