"""What a right configuration becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from hwc_school_agent.settings import (
    Auth,
    Bell,
    Calendar,
    Desk,
    Hours,
    Mailbox,
    People,
    Phone,
    Platform,
    Rehearsal,
    Report,
    School,
    Secret,
    Senders,
    Settings,
    State,
    Submission,
    Tls,
)
from hwc_school_agent.settings_reader import as_text
from tests.settings.conftest import GOOD, PASSWORD, Read, credential, having

NONE = Secret("")


def without_secrets(settings: Settings) -> Settings:
    """Secrets compare by identity; put the same one everywhere."""
    others = {"client_secret": NONE, "certificate": NONE, "service_account": NONE, "refresh_token": NONE}
    box = replace(settings.mailbox, password=NONE, **others)
    out = replace(settings.submission, password=NONE, access=settings.submission.access and box)
    return replace(settings, mailbox=box, submission=out, ledger_key=NONE)


def test_the_defaults_are_those_of_settings(settings_of: Read) -> None:
    expected = Settings(
        School("De Regenboog"),
        Mailbox("mail.school.example", "hwc@school.example"),
        Submission("smtp.school.example", "hwc@school.example"),
    )
    got = settings_of(GOOD)
    assert without_secrets(got) == without_secrets(expected)
    assert got.mailbox.password.reveal() == PASSWORD
    assert not got.submission.password


def test_every_key(settings_of: Read, credentials: Path) -> None:
    credential(credentials, "submission__password", "twee woorden\r\n")
    got = settings_of("""\
[school]
name = " Obs 't Startpunt "
timezone = "America/Paramaribo"
[mailbox]
host = "127.0.0.1"
port = 143
tls = "none"
user = "hwc"
handled_elsewhere = "trust"
level_counters = false
platform = "gmail"
auth = "command"
tenant = "school.onmicrosoft.com"
client_id = "1234-abcd"
authority = "https://login.example/x"
command = ["/usr/local/bin/token", "-q"]
ca_file = "ca.pem"
[submission]
host = "LOCALHOST"
port = 25
tls = "none"
ca_file = "/etc/ca.pem"
auth = "mailbox"
read_confirmation = "never"
user = "out"
from = "HWC@School.example"
[senders]
allowed = ["@Veiligthuis.EXAMPLE", "Politie@Regio.example"]
receipt_to = "Meldingen@Regio.example"
border = "MX.school.example"
[retention]
unread_school_days = 5
[rehearsal]
enabled = false
at = "07:10"
monthly_drill = false
to = "hwc@school.example"
heartbeat_url = "https://ping.example/abc?x=1"
[report]
recovery_statement = "2026-11-20 14"
logs_statement = "2026-11-21 0"
[hours]
morning = "06:30-09:00"
look = "06:30"
again = ["07:00"]
day_end = "16:00"
close = "16:30"
[calendar]
weekdays = ["sat", "mon", "mon"]
closed = ["2027-04-27", "2026-12-19/2027-01-03"]
[desk]
listen = "[2001:db8::1]:443"
certificate = "tls/cert.pem"
key = "/tls/key.pem"
names = ["Bureau.school.example"]
[state]
directory = "state"
runtime_directory = "/run/elsewhere"
[bell]
group = "bells"
listen = "[::1]:8421"
mail_to = ["Anouk@School.example"]

[people]
phone_card = ["Anouk de Boer,contact , +31 6-1234 5678", "'t Bureau, head, 030 123 45 67"]
""")
    folder = credentials.parent
    assert without_secrets(got) == without_secrets(
        Settings(
            School("Obs 't Startpunt", "America/Paramaribo", "nl"),
            Mailbox(
                "127.0.0.1",
                "hwc",
                143,
                Tls.NONE,
                str(folder / "ca.pem"),
                Auth.COMMAND,
                True,
                False,
                "school.onmicrosoft.com",
                "1234-abcd",
                "https://login.example/x",
                ("/usr/local/bin/token", "-q"),
                Platform.GMAIL,
            ),
            Submission("localhost", "HWC@School.example", "out", 25, Tls.NONE, "/etc/ca.pem", "never", got.mailbox),
            Senders(("@veiligthuis.example", "politie@regio.example"), "Meldingen@Regio.example", "mx.school.example"),
            Hours(time(6, 30), time(9), time(6, 30), (time(7),), time(16), time(16, 30)),
            Calendar((0, 5), ((date(2026, 12, 19), date(2027, 1, 3)), (date(2027, 4, 27), date(2027, 4, 27)))),
            Desk("2001:db8::1", 443, str(folder / "tls/cert.pem"), "/tls/key.pem", ("bureau.school.example",)),
            State(folder / "state", Path("/run/elsewhere")),
            5,
            Rehearsal(False, time(7, 10), False, "hwc@school.example", "https://ping.example/abc?x=1"),
            People((Phone("Anouk de Boer", "contact", "+31 6-1234 5678"), Phone("'t Bureau", "head", "030 123 45 67"))),
            Bell("bells", "::1", 8421, ("Anouk@School.example",)),
            Report((date(2026, 11, 20), 14), (date(2026, 11, 21), 0)),
        )
    )
    assert got.submission.password.reveal() == "twee woorden"
    text = as_text(got)
    assert without_secrets(settings_of(text)) == without_secrets(got), "what config show prints can be read again"
    assert PASSWORD not in text
    assert "twee woorden" not in text
    assert text.count("**********") == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "Localhost."])
def test_this_machine_needs_no_tls(host: str, settings_of: Read) -> None:
    text = having("mailbox", 'tls = "none"', having("mailbox", f'host = "{host}"'))
    assert settings_of(text).mailbox.tls is Tls.NONE


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "[::1]:65535", "localhost:8420"])
def test_this_machine_needs_no_certificate(listen: str, settings_of: Read) -> None:
    desk = settings_of(having("desk", f'listen = "{listen}"')).desk
    assert f"{desk.host}:{desk.port}" == listen.replace("[", "").replace("]", "")


def test_a_host_that_does_not_resolve_and_files_that_are_not_there_are_no_faults(settings_of: Read) -> None:
    text = having("mailbox", 'host = "nergens.invalid"', having("mailbox", 'ca_file = "not-there.pem"'))
    assert settings_of(text).mailbox.host == "nergens.invalid"


def test_dotted_keys_inline_tables_and_the_mark_of_notepad(settings_of: Read) -> None:
    got = settings_of(
        '\ufeffschool.name = "X"\r\nmailbox = { host = "a.example", user = "u" }\r\n'
        'submission.host = "b.example"\r\nsubmission.from = "x@b.example"\r\n'
    )
    assert (got.school.name, got.mailbox.host, got.submission.host) == ("X", "a.example", "b.example")


def test_the_environment_sets_nothing(settings_of: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("school", "SCHOOL", "mailbox", "MAILBOX"):
        monkeypatch.setenv(name, '{"name": "other", "host": "other"}')
    assert settings_of(GOOD).school.name == "De Regenboog"
