"""What a real notification service keeps of a day with a signal: its history and its memory, on a real session bus."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hwc_school_agent.bells.words import TEXT, TITLE
from tests.bells import conftest
from tests.bells.conftest import Desktop
from tests.helpers import eventually, need, signal_mail, unique_child
from tests.servers import Dovecot, MailServer, SmtpSink
from tests.timelapse import TimeLapse
from tests.tools import memscan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOCS = Path(__file__).parents[2] / "docs/bells.md"
(RULE,) = re.findall(r"(?ms)^```ini\n(\[bureau\]\n.*?)^```", DOCS.read_text())


@pytest.mark.parametrize("rule", ["", RULE], ids=["dunst as it is", "dunst with the rule of docs/bells.md"])
def test_after_a_signal_the_history_has_fixed_words_or_nothing(
    dovecot: MailServer,
    smtp_sink: SmtpSink,
    desktop: Desktop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
) -> None:
    need(Dovecot.why_not())
    monkeypatch.setattr(conftest, "DUNST", conftest.DUNST + rule)
    dunst = desktop.dunst()
    with TimeLapse(dovecot, smtp_sink, tmp_path / "agent", at="2026-09-07 07:40:00") as lapse:
        bell = desktop.bell(lapse.runtime / "bell.sock")
        eventually(lambda: lapse.bells == 1)
        lapse.advance("07:46")
        assert desktop.displayed() == 1, "the morning look"
        lapse.person("anouk")
        eventually(lambda: desktop.displayed() == 0)
        lapse.advance("10:00")
        child = unique_child()
        lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
        eventually(lambda: desktop.displayed() == 1)
        lapse.take(child)
        eventually(lambda: desktop.displayed() == 0)

        history = desktop.history()
        assert len(history) == (0 if rule else 2), "the look, and the ring for the signal"
        for entry in history:
            assert [entry[what]["data"] for what in ("summary", "body", "appname")] == [TITLE, TEXT, TITLE]
        assert not [trace for trace in child.traces if trace in json.dumps(history, ensure_ascii=False)]
        for process in (dunst, bell):
            report = memscan.scan_pid(process.pid, memscan.build_patterns(child.traces), marker=TITLE)
            assert report.marker_found, "the scan is void"
            assert not report.hits
    for path in desktop.folder.rglob("*"):
        assert not (path.is_file() and [t for t in child.traces if t.encode() in path.read_bytes()]), path.name
