"""Every fault on its own: named by key and line, with a remedy, and never by its value."""

from __future__ import annotations

import pytest

from tests.settings.conftest import GOOD, Faults, having

#: section, line to put in, key of the fault, words that the message must hold
FAULTS = [
    # keys
    ("mailbox", 'hoost = "x"', "mailbox.hoost", "Did you mean host?"),
    ("mailbox", 'HOST = "x"', "mailbox.HOST", "Did you mean host?"),
    ("mailbox", "allowed = []", "mailbox.allowed", "belongs in [senders]"),
    ("mailbox", "zzzz = 1", "mailbox.zzzz", "The keys of [mailbox] are host"),
    ("malibox", 'host = "x"', "malibox", "Did you mean [mailbox]?"),
    ("zzzzzz", "x = 1", "zzzzzz", "The sections are school"),
    ("mailbox.deep", "x = 1", "mailbox.deep", "no such key"),
    # types
    ("mailbox", 'port = "993"', "mailbox.port", "whole number"),
    ("mailbox", "port = 993.0", "mailbox.port", "whole number"),
    ("mailbox", "port = true", "mailbox.port", "whole number"),
    ("mailbox", "host = 5", "mailbox.host", "double quotes"),
    ("rehearsal", "enabled = 1", "rehearsal.enabled", "true or false"),
    ("rehearsal", 'enabled = "true"', "rehearsal.enabled", "true or false"),
    ("senders", 'allowed = "@a.example"', "senders.allowed", "square brackets"),
    ("hours", "look = 07:45:00", "hours.look", "double quotes"),
    ("calendar", "closed = [2027-04-27]", "calendar.closed[0]", "double quotes"),
    # school
    ("school", 'name = ""', "school.name", "Fill it in"),
    ("school", 'name = "  "', "school.name", "Fill it in"),
    ("school", 'name = "De\\nBcc: x"', "school.name", "one line"),
    ("school", 'timezone = "Europe/Amstrdam"', "school.timezone", "Did you mean Europe/Amsterdam?"),
    ("school", 'timezone = "Europe"', "school.timezone", "not known"),
    ("school", 'timezone = "../../etc/passwd"', "school.timezone", "not known"),
    ("school", 'timezone = ""', "school.timezone", "not known"),
    ("school", 'language = "fr"', "school.language", 'Use "nl"'),
    # servers
    ("mailbox", "port = 0", "mailbox.port", "Use 1 or more"),
    ("submission", "port = 65536", "submission.port", "Use 65535 or less"),
    ("mailbox", 'host = "imaps://mail.school.example"', "mailbox.host", "not a host name"),
    ("mailbox", 'host = "mail.school.example:993"', "mailbox.host", "under the key port"),
    ("mailbox", 'host = "mail school"', "mailbox.host", "not a host name"),
    ("submission", 'host = ""', "submission.host", "Fill it in"),
    ("mailbox", 'tls = "ssl"', "mailbox.tls", '"implicit", "starttls" or "none"'),
    ("mailbox", 'tls = "none"', "mailbox.tls", "this machine only"),
    ("submission", 'tls = "none"', "submission.tls", "this machine only"),
    ("mailbox", 'tenant = "https://school.example/"', "mailbox.tenant", "no tenant"),
    ("mailbox", 'authority = "http://login.example"', "mailbox.authority", "called safely"),
    ("mailbox", 'client_secret = "x"', "mailbox.client_secret", "credential"),
    ("mailbox", 'refresh_token = "x"', "mailbox.refresh_token", "credential"),
    ("submission", 'auth = "mailbox"', "submission.auth", "no token to share"),
    ("submission", 'auth = "token"', "submission.auth", '"password" or "mailbox"'),
    ("mailbox", 'auth = "kerberos"', "mailbox.auth", "not known"),
    ("mailbox", 'handled_elsewhere = "yes"', "mailbox.handled_elsewhere", '"ask" or "trust"'),
    ("mailbox", 'platform = "outlook"', "mailbox.platform", '"exchange" or "gmail"'),
    ("mailbox", 'user = ""', "mailbox.user", "Fill it in"),
    ("submission", 'from = "Juf Anna <hwc@school.example>"', "submission.from", "only the address"),
    ("submission", 'from = "hwc@school.example\\r\\nBcc: x@y"', "submission.from", "only the address"),
    ("report", 'logs_statement = "14 days"', "report.logs_statement", 'as "2026-11-20 14"'),
    ("report", 'recovery_statement = "2026-11-31 14"', "report.recovery_statement", 'as "2026-11-20 14"'),
    ("report", 'recovery_statement = "2026-11-20 -1"', "report.recovery_statement", "0 for not at all"),
    # secrets in the file
    ("mailbox", 'password = "x"', "mailbox.password", "credential mailbox__password"),
    ("submission", 'password = "x"', "submission.password", "credential submission__password"),
    ("mailbox", 'access_token = "x"', "mailbox.access_token", "does not belong in this file"),
    ("mailbox", 'client_secret = "x"', "mailbox.client_secret", "does not belong in this file"),
    ("passwords", 'mail = "x"', "passwords", "does not belong in this file"),
    # senders
    ("senders", 'allowed = ["veiligthuis.example"]', "senders.allowed[0]", '"@sender.example"'),
    ("senders", 'allowed = ["@a.example", "*@b.example.", "@"]', "senders.allowed[2]", '"@sender.example"'),
    ("senders", 'receipt_to = "veiligthuis"', "senders.receipt_to", "only the address"),
    ("retention", "unread_school_days = -1", "retention.unread_school_days", "Use 0 or more"),
    # hours
    ("hours", 'look = "08:75"', "hours.look", "not a time"),
    ("hours", 'look = "7:5"', "hours.look", "two digits"),
    ("hours", 'look = "24:00"', "hours.look", "not a time"),
    ("hours", 'look = "٠٧:٤٥"', "hours.look", "not a time"),
    ("hours", 'morning = "07:00"', "hours.morning", "07:00-08:30"),
    ("hours", 'morning = "08:30-07:00"', "hours.morning", "ends before it begins"),
    ("hours", 'morning = "07:45-07:45"', "hours.morning", "ends before it begins"),
    ("desk", 'listen = "localhost.elsewhere.example:8420"', "desk.listen", "without a certificate"),
    ("hours", 'look = "06:59"', "hours.look", "outside the morning watch"),
    ("hours", 'again = ["08:10", "08:00"]', "hours.again", "not in order"),
    ("hours", 'again = ["07:45"]', "hours.again", "later than look"),
    ("hours", "again = []", "hours.again", "at least one"),
    ("hours", 'day_end = "12:00"', "hours.day_end", "too early"),
    ("hours", 'close = "16:59"', "hours.close", "before it ends"),
    # calendar
    ("calendar", 'weekdays = ["maandag"]', "calendar.weekdays[0]", "mon, tue"),
    ("calendar", "weekdays = []", "calendar.weekdays", "Without a school day"),
    ("calendar", 'closed = ["2027-02-30"]', "calendar.closed[0]", "not a date"),
    ("calendar", 'closed = ["20270227"]', "calendar.closed[0]", "not a date"),
    ("calendar", 'closed = ["2027-01-03/2026-12-19"]', "calendar.closed[0]", "ends before it begins"),
    ("calendar", 'closed = ["2026-12-19/2027-12-03"]', "calendar.closed[0]", "longer than 100 days"),
    # desk
    ("desk", 'listen = "127.0.0.1"', "desk.listen", "not an address"),
    ("desk", 'listen = ":8420"', "desk.listen", "not an address"),
    ("desk", 'listen = "::1:8420"', "desk.listen", "not an address"),
    ("desk", 'listen = "127.0.0.1:70000"', "desk.listen", "from 1 to 65535"),
    ("desk", 'listen = "0.0.0.0:8420"', "desk.listen", "without a certificate"),
    ("desk", 'listen = "192.0.2.7:8420"', "desk.listen", "without a certificate"),
    ("desk", 'certificate = "cert.pem"', "desk.key", "go together"),
    ("desk", 'key = "key.pem"', "desk.key", "go together"),
    ("desk", 'names = ["https://bureau"]', "desk.names[0]", "not a host name"),
    ("state", 'directory = ""', "state.directory", "Fill it in"),
    ("people", 'phone_card = ["Anouk de Boer, 06-12345678"]', "people.phone_card[0]", "the role is one of"),
    ("people", 'phone_card = ["Anouk, contactpersoon, 06-12345678"]', "people.phone_card[0]", "the role is one of"),
    ("people", 'phone_card = ["Anouk, contact, 0612 of 0613"]', "people.phone_card[0]", "telephone number"),
    ("people", 'phone_card = ["Anouk, contact, 06-1, 06-2"]', "people.phone_card[0]", "telephone number"),
    ("bell", 'listen = "8421"', "bell.listen", "address to listen on"),
    ("bell", 'listen = "127.0.0.1:8421"', "bell", "no certificate"),
    ("bell", 'mail_to = ["HWC@school.example"]', "bell", "into the mailbox itself"),
    ("bell", 'mail_to = ["Anouk <anouk@school.example>"]', "bell.mail_to[0]", "not a mail address"),
]


@pytest.mark.parametrize(("section", "row", "key", "words"), FAULTS)
def test_fault(section: str, row: str, key: str, words: str, faults_of: Faults) -> None:
    text = having(section, row)
    found = {fault.key: fault for fault in faults_of(text)}
    assert key in found, found
    fault = found[key]
    assert words in f"{fault.sentence} {fault.remedy}"
    assert fault.remedy
    heading = key.count(".") == 0 or key == "mailbox.deep"
    wanted = f"[{section}]" if heading else row
    if key != "desk.key" or row.startswith("key"):
        assert fault.line == text.splitlines().index(wanted) + 1
    assert fault.file.endswith("config.toml")


@pytest.mark.parametrize(
    ("rows", "key", "words"),
    [
        ('auth = "microsoft"\nclient_id = "x"', "mailbox.tenant", "Fill in the tenant"),
        ('auth = "microsoft"\ntenant = "school.example"', "mailbox.client_id", "Fill in client_id"),
        ('auth = "command"', "mailbox.command", "full path"),
        ('auth = "command"\ncommand = ["token"]', "mailbox.command", "full path"),
    ],
)
def test_what_a_way_to_log_in_needs(rows: str, key: str, words: str, faults_of: Faults) -> None:
    found = {fault.key: f"{fault.sentence} {fault.remedy}" for fault in faults_of(having("mailbox", rows))}
    assert words in found[key]


def test_the_good_one_is_good(faults_of: Faults) -> None:
    assert faults_of(GOOD) == ()


@pytest.mark.parametrize("key", ["school.name", "mailbox.host", "mailbox.user", "submission.host", "submission.from"])
def test_missing(key: str, faults_of: Faults) -> None:
    section, _, leaf = key.partition(".")
    rows = having(section, f"{leaf} = 1").splitlines()
    del rows[rows.index(f"{leaf} = 1")]
    (fault,) = faults_of("\n".join(rows))
    assert (fault.key, fault.sentence) == (key, "This is missing.")
    assert fault.line == rows.index(f"[{section}]") + 1


def test_an_empty_file_misses_everything(faults_of: Faults) -> None:
    assert {f.key for f in faults_of("")} == {
        "school.name",
        "mailbox.host",
        "mailbox.user",
        "submission.host",
        "submission.from",
    }


def test_a_section_that_is_none(faults_of: Faults) -> None:
    found = {f.key: f for f in faults_of("retention = 3\nhours = []\n" + GOOD + "\n[[desk]]\n")}
    assert set(found) == {"retention", "hours", "desk"}
    assert (found["retention"].line, found["hours"].line) == (1, 2)


def test_all_at_once(faults_of: Faults) -> None:
    """One file with a fault in each section: one run names them all, in the order of the file."""
    text = """\
[school]
nam = "x"
timezone = "Europe/Nergens"
[mailbox]
host = "mail.school.example"
port = "993"
tls = "none"
password = "x"
[submission]
host = "smtp.school.example"
from = "x"
tls = "none"
port = 0
[senders]
allowed = ["x", "@a.example", 3]
[hours]
look = "08:75"
again = [
    "08:00",  # a comment, with "quotes" and a ]
    "7:5",
]
close = "01:00"
[calendar]
closed = ["2027-02-30"]
[desk]
listen = "0.0.0.0:8420"
[desc]
"""
    found = faults_of(text)
    assert [(f.key, f.line) for f in found] == [
        ("school.name", 1),
        ("school.nam", 2),
        ("school.timezone", 3),
        ("mailbox.user", 4),
        ("mailbox.port", 6),
        ("mailbox.tls", 7),
        ("mailbox.password", 8),
        ("submission.from", 11),
        ("submission.tls", 12),
        ("submission.port", 13),
        ("senders.allowed[0]", 15),
        ("senders.allowed[2]", 15),
        ("hours.look", 17),
        ("hours.again[1]", 20),
        ("hours.close", 22),
        ("calendar.closed[0]", 24),
        ("desk.listen", 26),
        ("desc", 27),
    ]
