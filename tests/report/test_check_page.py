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

from hwc_school_agent.catalogues import language
from hwc_school_agent.domain.key_words import WORDS, NotKeyWords, plain_words, words_of
from hwc_school_agent.proof import report_pdf
from hwc_school_agent.proof.keys import SigningKey
from hwc_school_agent.proof.report_page import page_hash
from hwc_school_agent.proof.verdict_words import Say
from hwc_school_agent.proof.verify import verify
from hwc_school_agent.workers import freeze
from tests import vectors
from tests.proof.scene import NEW, OLD
from tests.report import check_page
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
    context = browser.new_context(offline=True, locale="nl-NL")
    page = context.new_page()
    yield Parent(page, folder, report, words_of(made.key.public), made.ledger.data().decode())
    browser.close()


ABOUT = "het rapport over november 2026 van Basisschool De Linde, vastgelegd op 1 december 2026"


def test_good(parent: Parent) -> None:
    for kind in ("html", "json"):
        said = parent.look(file=parent.report[kind], name=f"report-2026-11.{kind}")
        assert said.startswith("good: Dit klopt.")
        assert f"Dit is {ABOUT}. Er is niets aan veranderd." in said.replace("de code van ", "")
    assert "Het controleboek in dit bestand hoort erbij en is heel." in said
    said = parent.look(f"  {parent.code}\n")
    assert said.startswith("good: Dit klopt.")
    assert ABOUT in said
    assert "good: Dit klopt." in parent.look(json.loads(parent.report["json"])["note"])
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
    ("a sealed fact", "json", lambda t: t.replace("days 21", "days 22"), "Het zegel klopt niet"),
    ("the school in both", "json", lambda t: t.replace("De Linde", "De Berk"), "veranderd nadat"),
    ("an entry of the ledger", "json", _entry, "Het controleboek is veranderd"),
    (
        "the ledger's last day cut off",
        "json",
        lambda t: t.replace("2026-11-30 ok...... ok......\\n", ""),
        "is veranderd",
    ),
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
    assert "hoort niet bij deze woorden" in parent.look(parent.code, words=other)
    assert parent.look(parent.code, words="").startswith("doubt:")
    assert parent.look("").startswith("doubt:")
    assert parent.look("zomaar een tekst").startswith("doubt: Er is niets nagekeken.")
    assert parent.look(parent.code[:-8]).startswith("doubt: Er is niets nagekeken.")


def test_a_browser_that_cannot_says_that_nothing_was_checked(parent: Parent) -> None:
    context = parent.page.context.browser.new_context(locale="nl-NL")
    page = context.new_page()
    page.add_init_script("crypto.subtle.importKey = async () => { throw new DOMException('', 'NotSupportedError') }")
    said = Parent(page, parent.folder, parent.report, parent.words, parent.ledger).look(parent.code)
    context.close()
    assert said.startswith("doubt:")
    assert "Er is niets nagekeken" in said


def test_the_page_knows_the_same_words(parent: Parent) -> None:
    parent.page.goto(PAGE.as_uri())
    assert parent.page.evaluate("WORDS") == list(WORDS)
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
    assert parent.look(file=rotated).startswith("good"), "the old words hold for the ledger still"
    anew = made.ledger.begun_anew(third, date(2026, 11, 30)).data().decode()
    assert parent.look(file=anew, words=words_of(third.public)).startswith("good")
    assert "in voor de dagen tot en met 27 november 2026" in parent.look(file=anew)
    line = re.findall(r"key \S+ \S+ (\S+)\n", rotated)[0]
    other = re.sub("^.", lambda m: "A" if m[0] != "A" else "B", line)
    for changed in (rotated.replace(line, other), anew.replace("2026-11-03 ok......", "2026-11-03 off.....")):
        assert parent.look(file=changed, words=words_of(third.public)).startswith("bad:")


# -- languages, and the other program that says the same -----------------------------------------------------------


def test_the_page_has_the_sentences_of_the_catalogues() -> None:
    assert PAGE.read_text("utf-8") == check_page.renewed(PAGE.read_text("utf-8")), (
        "run: python -m tests.report.check_page"
    )
    assert "TEXTS = {}" not in PAGE.read_text("utf-8")


def test_a_switch_of_language_changes_every_sentence_and_keeps_nothing(parent: Parent) -> None:
    parent.look(parent.code)
    dutch = parent.page.inner_text("main")
    parent.page.get_by_role("button", name="English").click()
    assert parent.page.evaluate("document.documentElement.lang") == "en"
    assert parent.page.title() == "Check an inspection report"
    english = parent.page.inner_text("main")
    assert "This is right." in english
    assert "the report on November 2026 of Basisschool De Linde, frozen on 1 December 2026" in english
    same = set(dutch.split("\n")) & set(english.split("\n")) - {""}
    assert same <= {"Nederlands", "English"}, same
    assert parent.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie, location.hash]") == [
        *(0, 0, "", "")
    ]
    parent.page.get_by_role("button", name="Nederlands").click()
    assert parent.page.inner_text("main") == dutch


@pytest.mark.parametrize(("locale", "title"), [("en-GB", "Check an"), ("fy-NL", "Inspectierapport"), ("nl", "Insp")])
def test_the_page_begins_in_the_language_of_the_browser_or_in_dutch(parent: Parent, locale: str, title: str) -> None:
    context = parent.page.context.browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    shown = page.title()
    context.close()
    assert shown.startswith(title)


def test_without_scripts_the_page_says_so_in_both_languages(parent: Parent) -> None:
    context = parent.page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    shown = page.inner_text("main")
    context.close()
    assert "heeft daarvoor JavaScript nodig" in shown
    assert "needs JavaScript" in shown
    assert "English" not in shown, "a button that would do nothing"


def _said_by_verify(text: str, words: str, code: str) -> str:
    try:
        verdict = verify(text.encode(), words=plain_words(words), tr=language(code))
    except NotKeyWords as wrong:
        return f"{Say.NOTHING_CHECKED.of(language(code))} {language(code)(wrong.why, **wrong.facts)}"
    return f"{verdict.holds} {verdict.lacks}"


def _said_by_page(parent: Parent, texts: list[str], words: str, code: str) -> list[str]:
    said = parent.page.evaluate(
        """async ([texts, words, code]) => Promise.all(texts.map(async (text) =>
           (await answer(text, words))[1].filter((s) => s[0] !== "RIGHT").map((s) => tell(s, code)).join(" ")))""",
        [texts, words, code],
    )
    assert isinstance(said, list)
    return said


@pytest.mark.parametrize("code", ["nl", "en"])
def test_the_page_says_what_verify_says(parent: Parent, code: str) -> None:
    other = words_of(SigningKey.of(b"x" * 32).public)
    texts = [*parent.report.values(), parent.ledger, parent.code, json.loads(parent.report["json"])["note"], "{}", "x"]
    codes = (parent.code, *((vectors.HERE / f"{name}.qr.txt").read_text().strip() for name in ("head", "note")))
    texts += [code[:-1] + last for code in codes for last in "BCDEFGH"]  # bits of no meaning at the end
    texts += [change(parent.report[kind]) for _, kind, change, _ in TAMPERED]
    texts += [path.read_bytes().decode() for path in sorted(vectors.HERE.rglob("*")) if path.suffix != ".py"
              and path.is_file() and path.name != "keys.txt"]  # fmt: skip
    parent.page.goto(PAGE.as_uri())
    for words in (parent.words, words_of(OLD.public), words_of(NEW.public), other, "roos", f"{other} x", other[::-1]):
        want = [_said_by_verify(text, words, code) for text in texts]
        assert _said_by_page(parent, texts, words, code) == want


@pytest.mark.parametrize("kind", ["html", "json", "ledger-two-keys", "ledger-lost-key", "note.txt", "head.qr.txt"])
def test_for_any_changed_letter_too(parent: Parent, kind: str) -> None:
    data = parent.report[kind] if kind in parent.report else (vectors.HERE / kind).read_bytes().decode()
    picture = range(data.index("<svg", data.index("<!--seal-->")), data.index("<pre>")) if kind == "html" else ()
    places = [at for at in range(0, len(data), max(1, len(data) // 400)) if at not in picture]
    texts = [data[:at] + chr(ord(data[at]) ^ 1) + data[at + 1 :] for at in places]
    parent.page.goto(PAGE.as_uri())
    want = [_said_by_verify(text, parent.words, "nl") for text in texts]
    said = _said_by_page(parent, texts, parent.words, "nl")
    unlike = [(data[max(0, at - 20) : at + 20], *both) for at, *both in zip(places, said, want, strict=True)]
    assert [found for found in unlike if found[1] != found[2]] == []
