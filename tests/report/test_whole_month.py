"""A whole month as a school lives it: the agent writes the ledger day by day and freezes the report by itself; then a
parent checks both, with ``verify`` and with the page in a browser, and the words tell what the month was like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.domain.report_facts import ReportFacts, Tally, parse
from hwc_school_agent.proof.seal import opened
from tests.helpers import InventedChild, need, signal_mail, unique_child
from tests.report.test_check_page import CHROMIUM, Parent
from tests.servers import Dovecot, SmtpSink
from tests.timelapse import ORDINARY, TimeLapse

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

OURS = "hwc@school.example"
SCHOOL_DAYS = [day for n in range(30) if (day := date(2026, 11, 1) + timedelta(days=n)).weekday() < 5]
OFF, NO_SUBMISSION = date(2026, 11, 11), date(2026, 11, 18)
SIGNALS = {date(2026, 11, 5), date(2026, 11, 18), date(2026, 11, 26)}
REHEARSAL = f'enabled = true\nat = "07:05"\nmonthly_drill = false\nto = "{OURS}"'


@dataclass
class Month:
    """What is left of it."""

    lapse: TimeLapse
    children: list[InventedChild]
    files: dict[str, Path]
    words: str  # those of the school guide

    @property
    def facts(self) -> ReportFacts:
        """What the report says, under its seal."""
        return parse(opened(json.loads(self.files["json"].read_text())["note"]).text)

    def verify(self, *words: str | Path) -> tuple[int, str]:
        """A parent at the command line: exit code and what is said."""
        done = self.lapse.command("verify", "--language", "nl", "--key-words", self.words, *map(str, words))
        return done.returncode, done.stdout + done.stderr


def signal(lapse: TimeLapse) -> InventedChild:
    """One comes, and the contact takes it."""
    child = unique_child()
    lapse.deliver(signal_mail(child.name, child.born, sent=lapse.clock.now()))
    lapse.take(child).press("Terug naar het begin")
    return child


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """November 2026, day by day, until the report about it is there."""
    need(Dovecot.why_not())
    children: list[InventedChild] = []
    with (
        Dovecot() as server,
        SmtpSink("starttls") as sink,
        TimeLapse(
            server, sink, tmp_path_factory.mktemp("school"), at="2026-11-01 12:00", extra=ORDINARY, rehearsal=REHEARSAL
        ) as lapse,
    ):
        lapse.delivering(OURS)
        for day in (day for day in SCHOOL_DAYS if day != OFF):
            lapse.jump(f"{day} 07:04:30")
            if day == NO_SUBMISSION:
                sink.fail("rcpt", "451 4.7.1 Later", times=None, match="school.example")
            lapse.advance("07:07")
            if day in SIGNALS:
                children.append(signal(lapse))
            lapse.jump("16:59:30")
            lapse.advance("17:01:15")
            lapse.jump("17:29:30")
            lapse.advance("17:30:15")
            sink.heal()
        lapse.jump("2026-12-01 04:59:30")
        lapse.advance("05:40")
        words = re.search(r"(?m)^ *((?:[a-z]+ ){8}[a-z]+)$", lapse.command("keys", "show").stdout)
        assert words
        files = {kind: lapse.state / f"report-2026-11.{kind}" for kind in ("html", "json")}
        yield Month(lapse, children, files | {"ledger": lapse.state / "ledger"}, words[1])


def test_the_report_says_what_the_month_was_like(month: Month) -> None:
    facts = month.facts
    assert (facts.month, facts.frozen, facts.days) == (date(2026, 11, 1), date(2026, 12, 1), len(SCHOOL_DAYS))
    assert facts.close == Tally(ok=20, degraded=0, off=1)
    assert facts.rehearsal == Tally(ok=19, degraded=1, off=1)
    assert facts.found[0].finding.value == "folders_clear_twice"
    assert [code for _, code in month.lapse.codes if code in {"FROZEN", "FREEZE_FAILED"}] == ["FROZEN"]


def test_verify_says_that_it_holds(month: Month) -> None:
    for path in month.files.values():
        code, said = month.verify(path)
        assert (code, said.count("Dit klopt")) == (0, said.count("Dit klopt")), said
    assert month.verify(month.files["html"], "--ledger", month.files["ledger"])[0] == 0
    code, _ = month.verify(qr(month))
    assert code == 0


def test_the_page_in_the_browser_says_so_too(month: Month, tmp_path: Path, playwright_engine: Any) -> None:
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_context(offline=True, locale="nl-NL").new_page()
    texts = {kind: path.read_bytes().decode() for kind, path in month.files.items()}
    parent = Parent(page, tmp_path, texts, month.words, texts["ledger"])
    for text in texts.values():
        assert parent.look(file=text).startswith("good: Dit klopt.")
    assert parent.look(qr(month)).startswith("good: Dit klopt.")
    other = texts["ledger"].replace(f"{NO_SUBMISSION} degraded", f"{NO_SUBMISSION} ok......")
    assert other != texts["ledger"], "the day that went badly stands in it"
    assert parent.look(file=other).startswith("bad:")
    browser.close()


def test_a_day_made_better_than_it_was_is_found(month: Month, tmp_path: Path) -> None:
    for kind in ("json", "ledger"):
        better = month.files[kind].read_text().replace(f"{NO_SUBMISSION} degraded", f"{NO_SUBMISSION} ok......")
        assert better != month.files[kind].read_text()
        (tmp_path / kind).write_text(better)
        assert month.verify(tmp_path / kind)[0] == 4


def test_nothing_of_the_children_and_their_number_stands_anywhere(month: Month) -> None:
    assert len(month.children) == len(SIGNALS)
    for path in (*month.lapse.state.rglob("*"), *month.lapse.runtime.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            assert not [t for child in month.children for t in child.traces if t.encode() in data], path.name


def qr(month: Month) -> str:
    """What a scanner reads from the page."""
    (code,) = re.findall("HWC1:[A-Z2-7]+", month.files["html"].read_text())
    return str(code)
