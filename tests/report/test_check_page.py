"""The page for parents, opened as a file in Chromium: what holds, and every kind of tampering, in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hwc_school_agent.domain.key_words import WORDS, words_of
from hwc_school_agent.domain.report_dutch import DUTCH
from hwc_school_agent.proof import report_pdf
from hwc_school_agent.proof.keys import SigningKey
from hwc_school_agent.proof.report_page import page_hash
from hwc_school_agent.workers import freeze
from tests.report.book import book, job

playwright = pytest.importorskip("playwright.sync_api")

PAGE = Path(freeze.__file__).parents[1] / "proof/static/nakijken.html"
CHROMIUM = "/usr/bin/chromium"
pytestmark = pytest.mark.browser


@dataclass
class Parent:
    """Somebody with the page open."""

    page: playwright.Page
    folder: Path
    report: dict[str, str]
    words: str
    ledger: str

    def look(self, text: str = "", *, name: str = "", file: str | None = None, words: str | None = None) -> str:
        """Fill in, press the button; kind and sentences of the answer."""
        self.page.goto(PAGE.as_uri())
        if file is not None:
            path = self.folder / (name or "file")
            path.write_text(file, newline="")
            self.page.set_input_files("#file", path)
        self.page.fill("#text", text)
        self.page.fill("#words", self.words if words is None else words)
        self.page.get_by_role("button", name="Kijk na").click()
        self.page.wait_for_selector("#result:is(.good, .bad, .doubt)")
        box = self.page.locator("#result")
        return f"{box.get_attribute('class')}: {box.inner_text()}"

    @property
    def code(self) -> str:
        """What a scanner reads from the QR code."""
        (code,) = re.findall("HWC1:[A-Z2-7]+", self.report["html"])
        return str(code)


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory, playwright_engine: Any) -> Iterator[Parent]:
    folder = tmp_path_factory.mktemp("report")
    made = book(folder / "school").until(date(2026, 11, 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_pdf, "pdf", lambda *_: None)
        freeze.run(made.settings, job(), lambda _said: None)
    state = made.settings.state.directory
    report = {kind: (state / f"report-2026-11.{kind}").read_text() for kind in ("html", "json")}
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    context = browser.new_context(offline=True)
    page = context.new_page()
    yield Parent(page, folder, report, words_of(made.key.public), made.ledger.data().decode())
    browser.close()


ABOUT = "het rapport over november 2026 van Basisschool De Linde, vastgelegd op 1 december 2026"


def test_good(parent: Parent) -> None:
    for kind in ("html", "json"):
        said = parent.look(file=parent.report[kind], name=f"report-2026-11.{kind}")
        assert said.startswith("good: Klopt.")
        assert f"Dit is {ABOUT}. Er is niets aan veranderd." in said
    assert "Het controleboek in dit bestand hoort erbij en is heel." in said
    said = parent.look(f"  {parent.code}\n")
    assert said.startswith("good: Klopt.")
    assert ABOUT in said
    assert "good: Klopt." in parent.look(json.loads(parent.report["json"])["note"])
    assert "tot en met 30 november 2026" in parent.look(file=parent.ledger)
    assert parent.look(parent.code, words=parent.words.upper().replace(" ", ", ")).startswith("good")


def _entry(text: str) -> str:
    return text.replace("2026-11-03 ok......", "2026-11-03 off.....")


def _cut(text: str) -> str:
    return re.sub(r"2026-11-30 ok\.{6} ok\.{6}\n", "", text)


TAMPERED: list[tuple[str, str, Callable[[str], str], str]] = [
    ("a word in the page", "html", lambda t: t.replace("Beide keren geen", "Beide keren bijna geen"), "De tekst van"),
    ("a figure in the page", "html", lambda t: t.replace("21 van 21", "20 van 21", 1), "De tekst van"),
    ("other words on the page", "html", lambda t: t.replace('class="words">', 'class="words">roos '), "De tekst van"),
    ("no seal in the page", "html", lambda t: re.sub("HWC1:[A-Z2-7]+", "", t), "geen heel zegel"),
    ("a letter of the seal", "html", lambda t: t.replace("HWC1:A", "HWC1:B").replace("HWC1:Q", "HWC1:R"), ""),
    ("a readable fact", "json", lambda t: t.replace('"days": "21"', '"days": "22"'), "leesbare gegevens"),
    ("a sealed fact", "json", lambda t: t.replace("days 21", "days 22"), "veranderd nadat"),
    ("the school in both", "json", lambda t: t.replace("De Linde", "De Berk"), "veranderd nadat"),
    ("an entry of the ledger", "json", _entry, "Het controleboek klopt niet"),
    ("the ledger's last day cut off", "json", lambda t: t.replace("2026-11-30 ok...... ok......\\n", ""), "klopt niet"),
]


@pytest.mark.parametrize(("kind", "change", "says"), [t[1:] for t in TAMPERED], ids=[t[0] for t in TAMPERED])
def test_tampered(parent: Parent, kind: str, change: Callable[[str], str], says: str) -> None:
    changed = change(parent.report[kind])
    assert changed != parent.report[kind] or says == ""
    if changed == parent.report[kind]:
        changed = parent.report[kind].replace(parent.code[-9:], "AAAAAAAAA")
    said = parent.look(file=changed)
    assert said.startswith("bad:")
    assert says in said


@pytest.mark.parametrize("change", [_entry, _cut, lambda t: t[:-30], lambda t: t + "x"])
def test_ledger_that_was_changed(parent: Parent, change: Callable[[str], str]) -> None:
    changed = change(parent.ledger)
    assert changed != parent.ledger
    assert parent.look(file=changed).startswith("bad:")


def test_a_ledger_that_was_cut_and_sealed_again_with_its_own_key_is_not_the_one_of_the_report(
    parent: Parent, tmp_path: Path
) -> None:
    """The school itself leaves out a day that went badly."""
    shorter = book(tmp_path).until(date(2026, 11, 27)).ledger.data().decode()
    assert parent.look(file=shorter).startswith("good"), "by itself it holds"
    whole = {**json.loads(parent.report["json"]), "ledger": shorter}
    said = parent.look(file=json.dumps(whole))
    assert said.startswith("bad:")
    assert "niet het boek waarop het rapport steunt" in said


def test_wrong_key_and_no_words(parent: Parent) -> None:
    other = words_of(SigningKey.of(b"x" * 32).public)
    assert "hoort niet bij de woorden" in parent.look(parent.code, words=other)
    assert parent.look(parent.code, words="").startswith("doubt:")
    assert parent.look("").startswith("doubt:")
    assert parent.look("zomaar een tekst").startswith("bad:")
    assert parent.look(parent.code[:-8]).startswith("bad:")


def test_a_browser_that_cannot_says_that_nothing_was_checked(parent: Parent) -> None:
    context = parent.page.context.browser.new_context()
    page = context.new_page()
    page.add_init_script("crypto.subtle.importKey = async () => { throw new DOMException('', 'NotSupportedError') }")
    said = Parent(page, parent.folder, parent.report, parent.words, parent.ledger).look(parent.code)
    context.close()
    assert said.startswith("doubt:")
    assert "Er is dus niets nagekeken" in said


def test_the_page_knows_the_same_words(parent: Parent) -> None:
    parent.page.goto(PAGE.as_uri())
    assert parent.page.evaluate("WORDS") == list(WORDS)
    assert parent.page.evaluate("VERDICTS") == {v.value: list(text) for v, text in DUTCH.verdicts.items()}
    assert "http" not in PAGE.read_text().replace("http-equiv", "")
    assert page_hash(parent.report["html"])


def test_a_ledger_whose_key_was_changed_and_lost(parent: Parent, tmp_path: Path) -> None:
    """Both keys vouch for a change; after a loss the next part names the head before."""
    made = book(tmp_path).until(date(2026, 11, 20))
    second, third = SigningKey.of(b"2" * 32), SigningKey.of(b"3" * 32)
    made.ledger = made.ledger.rotated(made.key, second)
    made.key = second
    made.until(date(2026, 11, 27), begin=date(2026, 11, 23))
    rotated = made.ledger.data().decode()
    assert parent.look(file=rotated, words=words_of(second.public)).startswith("good")
    assert "hoort niet bij de woorden" in parent.look(file=rotated)
    anew = made.ledger.begun_anew(third, date(2026, 11, 30)).data().decode()
    assert parent.look(file=anew, words=words_of(third.public)).startswith("good")
    line = re.findall(r"key \S+ \S+ (\S+)\n", rotated)[0]
    other = re.sub("^.", lambda m: "A" if m[0] != "A" else "B", line)
    for changed in (rotated.replace(line, other), anew.replace("2026-11-03 ok......", "2026-11-03 off.....")):
        assert parent.look(file=changed, words=words_of(third.public)).startswith("bad:")
