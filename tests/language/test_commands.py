"""What the commands say to people, in the school's language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hwc_school_agent.catalogues import language
from hwc_school_agent.post import bell_mail
from hwc_school_agent.proof import freeze
from hwc_school_agent.proof.verify import language_of
from tests.calendar.test_ics import day, event, ics
from tests.calendar.test_verbs import SCHOOL, TIMES, hwc, today
from tests.language.test_pages import DUTCH
from tests.report.book import DECEMBER, book, job
from tests.servers import free_port

#: Names and words of Dutch that are no translation's to change.
NAMES = re.compile(
    r"[\w-]*(?:vakantie|dag)\b|schoolvakanties|noord|midden|zuid|De Linde|De Regenboog|hemelvaart", re.IGNORECASE
)


def dutch_in(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", NAMES.sub("", text).lower())) & (DUTCH | {"map", "mappen", "dagen"})


def config(folder: Path, code: str) -> Path:
    path = folder / "config.toml"
    port = free_port()
    path.write_text(
        f"""\
[school]
name = "De Linde"
language = "{code}"
[mailbox]
host = "127.0.0.1"
port = {port}
tls = "none"
user = "hwc"
[submission]
host = "127.0.0.1"
port = {port}
tls = "none"
from = "hwc@school.example"
user = "hwc"
[calendar]
closed = ["2099-12-19/2099-12-31"]
known_until = "2027-01-01"
[state]
directory = "state"
runtime_directory = "run"
"""
    )
    credentials = folder / "credentials"
    credentials.mkdir(mode=0o700)
    for name in ("mailbox__password", "submission__password"):
        (credentials / name).write_text("geheim\n")
        (credentials / name).chmod(0o600)
    return path


def test_commands_in_english(tmp_path: Path) -> None:
    path = config(tmp_path, "en")
    options = ("--config", path, "--credentials", tmp_path / "credentials")
    calendar = tmp_path / "days.ics"
    soon = today() + timedelta(days=30)
    calendar.write_text(ics(event("Studiedag", *day(f"{soon:%Y%m%d}"))))
    said = {
        "check": hwc(*options, "check"),
        "close": hwc(*options, "close"),
        "drill": hwc(*options, "drill"),
        "show": hwc(*options, "calendar", "show"),
        "import": hwc(*options, "calendar", "import", calendar),
        "run": hwc(*options, "doctor"),
    }
    for verb, ended in said.items():
        assert dutch_in(ended.out + ended.err) == set(), verb
    assert said["check"].err.startswith("The mailbox cannot be reached: the mail server does not answer. Run ")
    assert said["drill"].err.startswith("The agent is not running.")
    assert "The next school day: " in said["show"].out
    assert "Days without school that were found:" in said["import"].out


def test_key_and_report_in_english(tmp_path: Path) -> None:
    path = config(tmp_path, "en")
    options = ("--config", path, "--credentials", tmp_path / "credentials")
    (tmp_path / "state").mkdir()
    damaged = hwc(*options, "keys", "show")
    assert damaged.err.startswith("The ledger is missing")
    made = hwc(*options, "keys", "new", answers=["y"])
    assert made.out.startswith("The old key does not vouch for the new one. Go on? [y/N]")
    shown = hwc(*options, "keys", "show")
    none_yet = hwc(*options, "report", "--out", tmp_path / "out")
    assert none_yet.err.startswith("There is no report yet. The first one comes on ")
    words = next(row.strip() for row in shown.out.splitlines() if len(row.split()) == 9 and row.startswith("  "))
    for ended in (damaged, made, shown, none_yet, hwc(*options, "keys", "rotate")):
        said = "\n".join(row for row in (ended.out + ended.err).splitlines() if not row.startswith("  "))
        assert dutch_in(said) == set(), said
    ledger = tmp_path / "state/ledger"
    assert hwc("verify", ledger).out.startswith("Het controleboek is heel. Er staat nog geen schooldag in.\n")
    ended = hwc("verify", ledger, "--language", "en", "--key-words", words)
    assert ended.out.startswith("The ledger is whole. There is no school day in it yet.\n")
    assert dutch_in(ended.out) == set()
    for wrong in (["--key-words", "roos"], ["--key", "x"], ["--head", "-", "--ledger", "-"], ["--head", "nothing"]):
        ended = hwc("verify", ledger, "--language", "en", *wrong)
        assert dutch_in(ended.out + ended.err) == set()


def test_a_report_is_answered_in_its_own_language(tmp_path: Path) -> None:
    """Also one that was tampered with; what is no report is answered in Dutch."""
    made = book(tmp_path / "school").until(DECEMBER - timedelta(days=1))
    facts = replace(freeze.facts_of(made.settings, job(), made.ledger), language="en")
    files = freeze.files_of(facts, made.ledger, made.key)
    code = re.findall(rb"HWC1:[A-Z2-7]+", files["html"])[0].decode()
    for data in (files["html"], files["json"], code.encode()):
        assert language_of(data) == "en"
        path = tmp_path / "file"
        path.write_bytes(data)
        assert dutch_in(hwc("verify", path, "--language", "en").out.partition(": ")[0]) == set()
        path.write_bytes(data.replace(b"De Linde", b"De Berk").replace(b"HWC1:A", b"HWC1:B"))
        assert dutch_in(hwc("verify", path).out.partition("guide: ")[0]) == set()
    assert hwc("verify", code).out.startswith("This is the code of the report on November 2026 of Basisschool De Linde")
    assert language_of(b"") == language_of(b"HWC1:") == language_of(b"\nlanguage xx\n") == "nl"


def test_doctor_speaks_as_a_wrong_configuration_says(tmp_path: Path) -> None:
    path = config(tmp_path, "en")
    options = ("--config", path)
    path.write_text(path.read_text().replace('user = "hwc"', 'usr = "hwc"'))
    assert dutch_in(hwc(*options, "doctor").out) == set()
    path.write_text(path.read_text().replace('language = "en"', 'language = "fr"'))
    assert "fout" in hwc(*options, "doctor").out


def test_the_same_in_dutch(tmp_path: Path) -> None:
    path = config(tmp_path, "nl")
    options = ("--config", path, "--credentials", tmp_path / "credentials")
    assert "De postbus is niet bereikbaar: de mailserver geeft geen antwoord." in hwc(*options, "check").err
    assert dutch_in(hwc(*options, "drill").err)


def test_init_in_english(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    words = ("--config", path, "init", "--language", "en", "--region", "zuid")
    ended = hwc(*words, answers=[*SCHOOL, *TIMES, "n", "n", "y", "- 1", ""])
    assert ended.code == 0, ended
    assert tomllib.loads(path.read_text())["school"]["language"] == "en"
    assert dutch_in(ended.out) == set()
    assert "Is the school closed on Good Friday? [y/N]" in ended.out
    again = hwc("--config", path, "init", answers=["" for _ in range(30)])  # speaks as the file says
    assert "The school" in again.out
    assert dutch_in(again.out) == set()


def test_a_bell_in_english(tmp_path: Path) -> None:
    """The notification's words follow the environment, which the command sets from the configuration."""
    for code, said in (("nl", "Open het bureau."), ("en", "Open the desk."), ("xx", "Open het bureau.")):
        program = "from hwc_school_agent.bells import words; print(words.TEXT)"
        environment = {**os.environ, "HWC_BELL_LANGUAGE": code}
        run = subprocess.run([sys.executable, "-I", "-c", program], env=environment, capture_output=True, text=True)
        assert run.stdout.strip() == said
    ended = hwc("--config", config(tmp_path, "en"), "bell", "--test", "--socket", tmp_path / "none")
    assert ended.code == 5
    assert "The agent cannot be reached" in ended.out + ended.err
    assert dutch_in(ended.out + ended.err) == set()


def test_the_daily_mail_in_english() -> None:
    at = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    mail = bell_mail.build(sender="a@b.example", to="c@b.example", at=at, key=b"k", tr=language("en"))
    assert str(mail["Subject"]) == "Desk"
    assert dutch_in(mail.get_content()) == set()
    assert "Open the desk." in mail.get_content()
