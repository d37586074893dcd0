"""``init`` and ``calendar`` as people use them: answers through a pipe, files on disk."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.calendar_closures import read_closure
from hwc_school_agent.calendar_proposal import propose
from hwc_school_agent.cli_calendar import shown
from hwc_school_agent.domain.language import DUTCH
from hwc_school_agent.domain.school_days import Calendar
from tests.calendar.test_ics import day, event, ics
from tests.cli.conftest import Ended

PROGRAM = str(Path(sys.executable).with_name("hwc-school-agent"))
SCHOOL = ["De Regenboog", "mail.school.example", "hwc@school.example", "smtp.school.example", "", "-",
          "@veiligthuis.example, wijk@politie.example"]  # fmt: skip
TIMES = ["", "", "", ""]


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


def hwc(*words: str | Path, answers: list[str] | None = None) -> Ended:
    """The installed program, with answers through a pipe."""
    environment = {k: v for k, v in os.environ.items() if k not in ("HWC_CONFIG", "CREDENTIALS_DIRECTORY")}
    done = subprocess.run(
        [PROGRAM, *map(str, words)], input="\n".join([*(answers or []), ""]), capture_output=True, text=True,
        env=environment, timeout=100,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A configuration as ``init`` writes it."""
    path = tmp_path / "etc" / "config.toml"
    ended = hwc("--config", path, "init", "--region", "zuid", answers=[*SCHOOL, *TIMES, "n", "n", "ja", ""])
    assert ended.code == 0, ended
    assert "systemd-creds encrypt --name=mailbox__password" in ended.out
    return path


def test_a_first_time(made: Path) -> None:
    tree = tomllib.loads(made.read_text())
    proposal = propose("zuid", today(), ["Vrijdag na Hemelvaart"])
    assert tree["school"]["name"] == "De Regenboog"
    assert tree["submission"] == {"host": "smtp.school.example", "from": "hwc@school.example", "user": ""}
    assert tree["senders"]["allowed"] == ["@veiligthuis.example", "wijk@politie.example"]
    assert proposal.closures
    assert tree["calendar"]["closed"] == [c.entry for c in proposal.closures]
    assert tree["calendar"]["known_until"] == str(proposal.known_until)
    assert made.stat().st_mode & 0o777 == 0o644
    assert made.parent.stat().st_mode & 0o777 == 0o755
    assert "# The account that receives the signals" in made.read_text().replace("# REQUIRED. T", "# T")
    assert hwc("--config", made, "config", "validate").code == 0


def test_again_keeps_what_was_answered(made: Path) -> None:
    """Enter everywhere: the same configuration; a day that was taken out is not proposed a second time."""
    before = tomllib.loads(made.read_text())
    again = ["-" if answer == "-" else "" for answer in SCHOOL]
    assert hwc("--config", made, "init", answers=[*again, *TIMES, "", "", "", "", "- 1", "", "j"]).code == 0
    less = tomllib.loads(made.read_text())
    assert less["calendar"].pop("closed") == before["calendar"]["closed"][1:]
    assert hwc("--config", made, "init", answers=[*again, *TIMES, "", "", "", "", "", "j"]).code == 0
    assert tomllib.loads(made.read_text())["calendar"]["closed"] == before["calendar"].pop("closed")[1:]
    assert less == before
    assert tomllib.loads((made.parent / "config.toml.old").read_text())["calendar"]["region"] == "zuid"


def test_never_overwrites_silently(made: Path) -> None:
    before = made.read_text()
    answers = ["Andere naam", *["" for _ in SCHOOL[1:]], *TIMES, "", "", "", "", ""]
    assert "niets gewijzigd" in hwc("--config", made, "init", answers=[*answers, ""]).out
    assert hwc("--config", made, "init", answers=answers).code == 1  # the pipe ends at the question
    assert made.read_text() == before
    assert [p.name for p in made.parent.iterdir()] == ["config.toml"]


def test_answers_that_do_not_fit_are_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    answers = [
        "De Regenboog",
        "https://mail.example",
        *SCHOOL[1:],
        "07:00-08:30",
        "9:00",
        "08:00",
        "17:00",
        "07:00-08:30",
        "07:50",
        "08:05, 12:30",
        "17:30",
        "misschien",
        "n",
        "n",
        "n",
        "x",
        "- 99",
        "+ 2026-02-30",
        "+ 2028-01-01/2027-01-01",
        f"+ {today() + timedelta(days=1)} Studiedag",
        "",
    ]
    ended = hwc("init", "--output", path, "--region", "noord", answers=answers)
    assert ended.code == 0, ended
    tree = tomllib.loads(path.read_text())
    assert tree["mailbox"]["host"] == "mail.school.example"
    assert tree["hours"] == {
        "morning": "07:00-08:30", "look": "07:50", "again": ["08:05", "12:30"], "day_end": "17:30", "close": "17:30",
    }  # fmt: skip
    assert any(c.first <= today() + timedelta(days=1) <= c.last for c in map(read_closure, tree["calendar"]["closed"]))


def test_passwords_go_where_they_are_told(tmp_path: Path) -> None:
    path, directory = tmp_path / "config.toml", tmp_path / "credentials"
    options = ("--config", path, "--credentials", directory, "init", "--school", "De Regenboog", "--region", "midden")
    school = ["", *SCHOOL[1:5], "verzenden", *SCHOOL[6:]]
    ended = hwc(*options, answers=[*school, *TIMES, "n", "n", "n", "", "Hemelsblauw 7", "Paraplu-8"])
    assert ended.code == 0, ended
    assert {p.name: p.read_text() for p in directory.iterdir()} == {
        "mailbox__password": "Hemelsblauw 7\n", "submission__password": "Paraplu-8\n",
    }  # fmt: skip
    assert {p.stat().st_mode & 0o777 for p in directory.iterdir()} == {0o600}
    assert "Hemelsblauw" not in ended.out + ended.err + path.read_text()
    ended = hwc("--config", path, "--credentials", directory, "config", "validate")
    assert ended.out == "The configuration is valid.\n"


def test_import_shows_and_then_writes(made: Path, tmp_path: Path) -> None:
    free = next(d for n in range(1, 60) if (d := today() + timedelta(days=n)).weekday() == 2
                and not any(c.first <= d <= c.last for c in propose("zuid", today()).closures))  # fmt: skip
    file = tmp_path / "agenda.ics"
    there = propose("zuid", today()).closures[-1].first
    file.write_text(ics(event("Studiedag", *day(f"{free:%Y%m%d}")), event("Zomervakantie", *day(f"{there:%Y%m%d}"))))
    before = made.read_text()
    only_shown = hwc("--config", made, "calendar", "import", file)
    assert "(Studiedag)" in only_shown.out
    assert "niets gewijzigd" in only_shown.out
    assert "niets gewijzigd" in hwc("--config", made, "calendar", "import", file, "--write", answers=[""]).out
    assert made.read_text() == before
    written = hwc("--config", made, "calendar", "import", file, "--write", answers=["j"])
    assert written.code == 0, written
    assert f'"{free}",' in made.read_text()
    assert (made.parent / "config.toml.old").read_text() == before
    assert "geen nieuwe dagen" in hwc("--config", made, "calendar", "import", file, "--write").out
    assert "(Studiedag)" in hwc("--config", made, "calendar", "show").out


@pytest.mark.parametrize(("words", "code"), [(("weg.ics",), 1), (("weg.ics", "--match", "("), 2)])
def test_one_message_for_what_cannot_be_used(made: Path, words: tuple[str, ...], code: int) -> None:
    ended = hwc("--config", made, "calendar", "import", *words)
    assert ended.code == code
    assert ended.err.count("\n") == 1


NOW = date(2026, 11, 24)
YEAR = Calendar(
    closed=((date(2026, 11, 25), date(2026, 11, 25)), (date(2026, 12, 19), date(2027, 1, 3)), (date(2028, 2, 1),) * 2),
    half_days=((date(2026, 12, 18), time(12)), (date(2026, 10, 1), time(12))), known_until=date(2027, 8, 22),
    region="noord",
)  # fmt: skip


def test_what_show_prints() -> None:
    assert (
        shown(YEAR, (read_closure("2026-12-19/2027-01-03 Kerstvakantie"),), NOW, DUTCH)
        == """\
Vandaag: dinsdag 24 november 2026, een schooldag.
De volgende schooldag: donderdag 26 november 2026.

Gesloten in de komende twaalf maanden:
  woensdag 25 november 2026
  zaterdag 19 december 2026 t/m zondag 3 januari 2027 (Kerstvakantie)

Eerder uit:
  vrijdag 18 december 2026: om 12.00 uur

De lijst geldt tot en met zondag 22 augustus 2027. Voorstel voor regio Noord.
"""
    )


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (date(2027, 1, 23), "loopt bijna af"), (date(2026, 11, 23), "is verlopen"), (None, "niet opgegeven"),
    ],
)  # fmt: skip
def test_show_warns(until: date | None, said: str) -> None:
    assert said in shown(replace(YEAR, known_until=until), (), NOW, DUTCH)
    assert "LET OP" not in shown(replace(YEAR, known_until=date(2027, 1, 24)), (), NOW, DUTCH)
