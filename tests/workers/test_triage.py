"""What triage says of a message stays with that message: on Courier, whose numbers do not last until a SELECT."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from hwc_school_agent.domain.outcome import FolderRole, Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.mailbox.errors import MessageGone
from hwc_school_agent.mailbox.session import open_session
from hwc_school_agent.mailbox.talk import Rested
from hwc_school_agent.settings import Settings
from hwc_school_agent.watch.loop import Loop
from hwc_school_agent.watch.spare import Spare
from hwc_school_agent.workers import reader, triage
from tests.helpers import settings_for, signal_mail, unique_child
from tests.servers import Courier, MailServer

TODAY = date(2026, 11, 23)
MACHINE = signal_mail(
    "", "", text="Ik ben er niet.", subject="Automatisch antwoord", sender="iemand@elders.example",
    headers={"Auto-Submitted": "auto-replied"},
)  # fmt: skip


def rested(settings: Settings) -> Rested:
    """A connection as ``watch`` keeps one for triage."""
    loop = Loop(SystemClock())
    spare = Spare(settings.mailbox, loop)
    spare.start()
    end = time.monotonic() + 20
    while (found := spare.take()) is None:
        assert time.monotonic() < end
        loop.once(0.05)
    spare.stop()
    return found


def seen(settings: Settings) -> list[Place]:
    """Where a look of ``watch`` sees messages: in a folder opened with EXAMINE."""
    with open_session(settings.mailbox) as session:
        opened, fetched = session.run(b"EXAMINE INBOX", b"UID FETCH 1:* (UID)")
    return [Place("INBOX", FolderRole.INBOX, opened.number("UIDVALIDITY") or 0, uid) for uid in fetched.fetched()]


def told(settings: Settings, place: Place, spare: Rested | None) -> Kind:
    said: list[Kind] = []
    triage.run(settings, place, TODAY, spare, said.append)
    return said[0]


@pytest.mark.parametrize("swift", [True, False])
def test_a_signal_that_sorts_before_it_does_not_get_its_number(courier: Courier, tmp_path: Path, swift: bool) -> None:
    """Both came within one second: the answering machine, of which triage said that it rings nobody, and a signal."""
    settings, child = settings_for(courier, None, tmp_path), unique_child()
    with courier.client() as client:
        client.select_folder("INBOX")
    courier.deliver(MACHINE, name="1795472549.Mzz.school")
    [place] = seen(settings)
    assert told(settings, place, rested(settings) if swift else None) is Kind.NOBODY
    courier.deliver(signal_mail(child.name, child.born), name="1795472549.Maa.school")
    [other] = [p for p in seen(settings) if p != place]
    assert told(settings, other, rested(settings) if swift else None) is Kind.SIGNAL
    assert reader.run(settings, other, TODAY).children


def test_in_a_folder_that_nobody_ever_opened_the_next_look_sees_it_where_it_stays(
    courier: Courier, tmp_path: Path
) -> None:
    settings, child = settings_for(courier, None, tmp_path), unique_child()
    courier.deliver(signal_mail(child.name, child.born))
    [place] = seen(settings)
    time.sleep(1.1)  # Courier takes the second for UIDVALIDITY, until there is one that it keeps
    with pytest.raises(MessageGone):  # never the message under another number
        told(settings, place, rested(settings))
    time.sleep(1.1)
    [place] = seen(settings)
    assert told(settings, place, rested(settings)) is Kind.SIGNAL
    assert reader.run(settings, place, TODAY).children


def test_elsewhere_it_is_read_without_opening_the_folder_for_writing(dovecot: MailServer, tmp_path: Path) -> None:
    settings, child = settings_for(dovecot, None, tmp_path), unique_child()
    dovecot.deliver(signal_mail(child.name, child.born))
    spare = rested(settings)
    assert not spare.select
    assert told(settings, seen(settings)[0], spare) is Kind.SIGNAL
    with dovecot.client() as client:
        assert client.folder_status("INBOX", ["RECENT"])[b"RECENT"] == 1
