"""Every finding, judged from what a probe saw: once it appears, once it does not."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hwc_school_agent.doctor import agent, calendar, certificate, files, machine, mail, people, report, rules, send_test
from hwc_school_agent.doctor.agent import Agent
from hwc_school_agent.doctor.certificate import Certificate
from hwc_school_agent.doctor.codes import Check, Finding, Level, found, well
from hwc_school_agent.doctor.machine import Machine
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import Access
from hwc_school_agent.domain.school_days import Calendar
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.tls import CertificateFault
from hwc_school_agent.mailbox.diagnose import NEEDED_FLAGS
from hwc_school_agent.mailbox.diagnose import Diagnosis as Seen
from hwc_school_agent.mailbox.platforms.graph import Why
from hwc_school_agent.post.diagnose import Diagnosis as Sent
from hwc_school_agent.post.diagnose import SubmissionTrouble
from hwc_school_agent.settings import Desk, Mailbox, Rehearsal, School, Senders, Settings, Submission, Tls

TODAY = date(2026, 11, 26)  # a Thursday
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = NOON.timestamp()
DAY = 86400.0
MAILBOX = Mailbox(host="imap.school.example", user="hwc@school.example")
SUBMISSION = Submission(host="smtp.school.example", sender="hwc@school.example", user="hwc@school.example")
SETTINGS = Settings(School("x"), MAILBOX, SUBMISSION, senders=Senders(allowed=("@veiligthuis.example",)))
CAPABLE = frozenset({"IMAP4REV1", "UIDPLUS", "IDLE", "NOTIFY", "LIST-STATUS", "SPECIAL-USE"})
CALENDAR = Calendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),), known_until=date(2027, 8, 22))
DESK = Desk(certificate="c", key="k", names=("bureau.school.example",))
CERTIFICATE = Certificate(None, NOW - DAY, NOW + 80 * DAY, frozenset({"bureau.school.example"}))
QUIET = Machine(synchronised=True, swap=False, core_pattern="core", dumpable=False)


def seen(**changes: object) -> Seen:
    good = Seen(
        certificate_days=80, connected=True, logged_in=True, capabilities=CAPABLE, special_use=True, folders=6,
        flags_missing=(),
    )  # fmt: skip
    return replace(good, **changes)  # type: ignore[arg-type]


def box(**changes: object) -> list[Finding]:
    return mail.judge_mailbox(seen(**changes), MAILBOX)


def sent(**changes: object) -> list[Finding]:
    good = Sent(certificate_days=80, connected=True, logged_in=True, accepts=True)
    return mail.judge_submission(replace(good, **changes), SUBMISSION, "hwc@school.example")  # type: ignore[arg-type]


def proof(answer: str | None, now: datetime = NOON, **rules_: object) -> list[Finding]:
    settings = replace(SETTINGS, rehearsal=Rehearsal(**rules_))  # type: ignore[arg-type]
    return agent.judge_rehearsal(Agent(True, answer), settings, now, "hwc@school.example")


def state(names: Sequence[str], mode: int = 0o40700, owner: int = 7, owners: Sequence[int] = (7, 0)) -> list[Finding]:
    about = os.stat_result((mode, 0, 0, 0, owner, owner, 0, 0, 0, 0))
    return files.judge_state(Path("/var/lib/x"), names, about, owners)


def bells(answer: str, present: Collection[Role] | None = tuple(Role)) -> list[Finding]:
    return agent.judge_bells(Agent(True, answer), present)


def less(*words: str) -> frozenset[str]:
    return CAPABLE - set(words)


def rule(**changes: object) -> list[Finding]:
    return rules.judge(replace(SETTINGS, **changes))  # type: ignore[arg-type]


ALL_ROLES = frozenset(Role)
LOST = {"connected": False, "logged_in": False}

#: what is judged when it is not well, and when it is
CASES: list[tuple[Check, list[Finding], list[Finding]]] = [
    (Check.NOT_RUNNING, agent.judge(Agent(False)), agent.judge(Agent(True, "sees 1 ok"))),
    (Check.AGENT_SILENT, agent.judge(Agent(True)), agent.judge(Agent(True, "sees 1 ok"))),
    (Check.AGENT_BLIND, agent.judge(Agent(True, "blind 1 ok")), agent.judge(Agent(True, "sees 1 ok"))),
    (Check.NO_SERVICE, agent.judge(Agent(True, "sees 1 ok", False)), agent.judge(Agent(True, "sees 1 ok", True))),
    (Check.NOBODY_ALLOWED, rule(senders=Senders()), rule()),
    (Check.TRUST_ELSEWHERE, rule(mailbox=replace(MAILBOX, trust_elsewhere=True)), rule()),
    (Check.RETENTION, rule(unread_school_days=3), rule()),
    (Check.MAILBOX_NAME, box(trouble=Trouble.NO_NAME, **LOST), box()),
    (Check.MAILBOX_ANSWER, box(trouble=Trouble.NO_ANSWER, **LOST), box()),
    (
        Check.MAILBOX_CERTIFICATE,
        box(trouble=Trouble.CERTIFICATE, certificate=CertificateFault.EXPIRED, **LOST),
        box(),
    ),
    *((check, box(trouble=why, logged_in=False), box()) for why, check in mail.LOGINS.items()),
    (Check.MAILBOX_PROTOCOL, box(trouble=Trouble.PROTOCOL), box()),
    (Check.MAILBOX_PROTOCOL, box(trouble=Trouble.PROTOCOL, **LOST), box()),
    (Check.MAILBOX_CERTIFICATE_ENDS, box(certificate_days=13), box(certificate_days=14)),
    (Check.UIDPLUS, box(capabilities=less("UIDPLUS")), box()),
    (Check.IDLE, box(capabilities=less("IDLE")), box()),
    (Check.NOTIFY, box(capabilities=less("NOTIFY")), box()),
    (Check.LIST_STATUS, box(capabilities=less("LIST-STATUS")), box()),
    (Check.SPECIAL_USE, box(special_use=False), box()),
    (Check.FOLDER_UNCOUNTED, mail.judge_folders(seen(uncountable=("Archief",))), mail.judge_folders(seen())),
    (Check.FOLDER_SHUT, mail.judge_folders(seen(shut=("Directie",))), mail.judge_folders(seen(kept=()))),
    (Check.FOLDER_KEPT, mail.judge_folders(seen(kept=("Archief",))), mail.judge_folders(seen(kept=()))),
    (Check.FLAGS, mail.judge_folders(seen(flags_missing=NEEDED_FLAGS)), mail.judge_folders(seen())),
    (Check.READ_ONLY, mail.judge_folders(seen(read_only=True)), mail.judge_folders(seen())),
    (Check.HIDDEN_FOLDER, mail.judge_folders(seen(hidden=True)), mail.judge_folders(seen())),
    (
        Check.OTHERS_READ,
        mail.judge_folders(seen(access=Access.OTHERS)),
        mail.judge_folders(seen(access=Access.NOBODY_ELSE)),
    ),
    (Check.SUBMISSION_NAME, sent(trouble=SubmissionTrouble.NO_NAME, **LOST), sent()),
    (Check.SUBMISSION_ANSWER, sent(trouble=SubmissionTrouble.NO_ANSWER, **LOST), sent()),
    (
        Check.SUBMISSION_CERTIFICATE,
        sent(trouble=SubmissionTrouble.CERTIFICATE, certificate=CertificateFault.NAME, **LOST),
        sent(),
    ),
    (Check.SUBMISSION_CERTIFICATE_ENDS, sent(certificate_days=0), sent()),
    (Check.SUBMISSION_LOGIN, sent(trouble=SubmissionTrouble.LOGIN, logged_in=False), sent()),
    (Check.SUBMISSION_TOKEN, sent(trouble=SubmissionTrouble.NO_TOKEN, logged_in=False), sent()),
    (Check.SUBMISSION_REFUSED, sent(trouble=SubmissionTrouble.REFUSED, accepts=False), sent()),
    (Check.SUBMISSION_PROTOCOL, sent(trouble=SubmissionTrouble.PROTOCOL, **LOST), sent()),
    (Check.SUBMISSION_PROTOCOL, sent(trouble=SubmissionTrouble.PROTOCOL, accepts=False), sent()),
    *((check, proof(f"sees 1 failed {leg}"), proof("sees 1 ok")) for leg, check in agent.LEGS.items()),
    (Check.REHEARSAL_OFF, proof("sees 1 none", enabled=False), proof("sees 1 none")),
    (Check.REHEARSAL_NOT_YET, proof("sees 1 none"), proof("sees 1 not_scanned")),
    (Check.REHEARSAL_NOT_YET, proof("sees 1 none"), proof("sees 1 none", NOON + timedelta(days=2))),  # a Saturday
    (Check.REHEARSAL_NOT_YET, proof("sees 1 none"), proof("sees 1 none", at=time(13, 0))),
    (Check.NO_SEND_TEST, send_test.judge_proof(None, "x"), send_test.judge_proof("not_scanned", "x")),
    (Check.LEG_PURGED, send_test.judge_proof("failed purged", "x"), send_test.judge_proof("ok", "x")),
    (Check.SENT_COPIES, [send_test.judge_sent(3, 5)], [send_test.judge_sent(3, 3)]),
    (Check.CLOCK_DIFFERS, [send_test.judge_clock(1000.9, 969, 1001)], [send_test.judge_clock(1000.9, 970, 1001)]),
    (Check.CLOCK_DIFFERS, [send_test.judge_clock(1000, 1032, 1001)], [send_test.judge_clock(1000, 1031, 1001)]),
    (Check.STAFF_FILE, people.judge(None), people.judge(ALL_ROLES)),
    (Check.NO_CONTACT, people.judge(ALL_ROLES - {Role.CONTACT}), people.judge(ALL_ROLES)),
    (Check.NO_BACKUP, people.judge(ALL_ROLES - {Role.BACKUP}), people.judge(ALL_ROLES)),
    (Check.NO_HEAD, people.judge(ALL_ROLES - {Role.HEAD}), people.judge(ALL_ROLES)),
    (Check.NO_BELL, bells("sees 0 ok for"), bells("sees 1 ok for head")),
    (Check.NO_BELL_FOR, bells("sees 1 ok for backup head"), bells("sees 1 ok for contact backup head")),
    (Check.NO_BELL_FOR, bells("sees 1 ok apart 6 for", {Role.HEAD}), bells("sees 1 ok apart 6 for head", {Role.HEAD})),
    (Check.NO_BELL_FOR, bells("sees 1 ok for"), bells("sees 1 ok for", None)),  # the list cannot be read
    (Check.GRAPH_RIGHT, mail.judge_graph(Why.REFUSED), mail.judge_graph(None)),
    (Check.GRAPH_ANSWER, mail.judge_graph(Why.SILENT), mail.judge_graph(None)),
    (
        Check.DESK_CERTIFICATE,
        certificate.judge(Certificate(CertificateFault.UNREADABLE), DESK, NOW),
        certificate.judge(CERTIFICATE, DESK, NOW),
    ),
    (
        Check.DESK_CERTIFICATE_ENDS,
        certificate.judge(replace(CERTIFICATE, ends=NOW + 20.9 * DAY), DESK, NOW),
        certificate.judge(replace(CERTIFICATE, ends=NOW + 21 * DAY), DESK, NOW),
    ),
    (
        Check.DESK_CERTIFICATE_ENDED,
        certificate.judge(replace(CERTIFICATE, ends=NOW - 1), DESK, NOW),
        certificate.judge(CERTIFICATE, DESK, NOW),
    ),
    (
        Check.DESK_CERTIFICATE_ENDED,
        certificate.judge(replace(CERTIFICATE, begins=NOW + 1), DESK, NOW),
        certificate.judge(CERTIFICATE, DESK, NOW),
    ),
    (
        Check.DESK_NAMES,
        certificate.judge(replace(CERTIFICATE, names=frozenset({"*.example"})), DESK, NOW),
        certificate.judge(replace(CERTIFICATE, names=frozenset({"*.school.example"})), DESK, NOW),
    ),
    (Check.CALENDAR_UNKNOWN, calendar.judge(Calendar(), TODAY), calendar.judge(CALENDAR, TODAY)),
    (
        Check.CALENDAR_ENDS,
        calendar.judge(CALENDAR, date(2027, 6, 23)),  # 60 days before
        calendar.judge(CALENDAR, date(2027, 6, 22)),
    ),
    (
        Check.CALENDAR_ENDED,
        calendar.judge(CALENDAR, date(2027, 8, 23)),
        calendar.judge(CALENDAR, date(2027, 8, 22)),
    ),
    (Check.NO_CLOSED_DAYS, calendar.judge(Calendar(), TODAY), calendar.judge(CALENDAR, TODAY)),
    (Check.NO_CLOSED_DAYS, calendar.judge(CALENDAR, date(2027, 1, 4)), calendar.judge(CALENDAR, date(2027, 1, 3))),
    (
        Check.NO_SCHOOL_DAY,
        calendar.judge(Calendar(closed=((TODAY, TODAY + timedelta(days=120)),)), TODAY),
        calendar.judge(Calendar(closed=((TODAY, TODAY + timedelta(days=110)),)), TODAY),
    ),
    (
        Check.CLOCK_UNSYNCED,
        machine.judge(replace(QUIET, synchronised=False)),
        machine.judge(QUIET),
    ),
    (Check.SWAP, machine.judge(replace(QUIET, swap=True)), machine.judge(QUIET)),
    (Check.CORE_DUMPS, machine.judge(replace(QUIET, core_pattern="|/x %P")), machine.judge(QUIET)),
    (Check.CORE_DUMPS, machine.judge(replace(QUIET, core_pattern="/var/crash/%p")), machine.judge(QUIET)),
    (Check.DUMPABLE, machine.judge(replace(QUIET, dumpable=True)), machine.judge(QUIET)),
    (Check.STATE_MODE, state(["staff.json"], 0o40750), state(["staff.json"])),
    (Check.STATE_MODE, state(["staff.json"], owners=(8,)), state(["staff.json"])),
    (Check.STATE_UNKNOWN, state(["staff.json", "notes.txt"]), state(["staff.json", "installation.key"])),
]

#: Tested where the real thing is: in test_real.py.
ELSEWHERE = {
    Check.CONFIGURATION,
    Check.PASSWORDS_UNSEEN,
    Check.STATE_MISSING,
    Check.STATE_UNREADABLE,
    Check.CREDENTIAL_MODE,
    Check.CONFIG_WRITABLE,
}


def has(check: Check, findings: list[Finding]) -> bool:
    return any(f.check is check and not f.well for f in findings)


@pytest.mark.parametrize(("check", "bad", "good"), CASES, ids=[case[0].name.lower() for case in CASES])
def test_it_appears_and_it_does_not(check: Check, bad: list[Finding], good: list[Finding]) -> None:
    assert has(check, bad)
    assert not has(check, good)


def test_every_finding_is_judged() -> None:
    assert {case[0] for case in CASES} | ELSEWHERE == set(Check)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_finding_has_its_texts(language: str) -> None:
    words = report.LANGUAGES[language]
    assert set(words.texts) == set(Check)
    for _, bad, good in CASES:
        for finding in (*bad, *good):
            assert "{" not in report.sentence(finding, language)
            assert report.sentence(finding, language).endswith((".", ":")), finding.check
            assert bool(report.action(finding, language)) == (finding.level is not Level.GOOD)
    assert set(words.why) == set(CertificateFault)
    assert {*words.levels} == {*Level}


def test_codes_are_used_once() -> None:
    numbers = [check.number for check in Check]
    assert len(numbers) == len(set(numbers))


def test_every_trouble_of_a_look_is_known_here() -> None:
    for trouble in Trouble:
        faults = [f for f in box(trouble=trouble, logged_in=False) if not f.well]
        assert len(faults) == 1
        assert report.exit_code(faults) == 3


def test_exit_codes() -> None:
    assert report.exit_code([well(Check.UIDPLUS), found(Check.UIDPLUS), found(Check.NO_BELL)]) == 0
    assert report.exit_code([well(Check.UIDPLUS), found(Check.NO_CONTACT)]) == 1
    for check in report.UNREACHABLE:
        assert report.exit_code([found(Check.NO_CONTACT), found(check)]) == 3


def test_a_step_that_was_not_reached_is_not_spoken_of() -> None:
    for findings, *spoken_of in (
        (box(trouble=Trouble.NO_ANSWER, **LOST), Check.MAILBOX_NAME, Check.MAILBOX_ANSWER),
        (box(trouble=Trouble.PROTOCOL, **LOST), Check.MAILBOX_NAME, Check.MAILBOX_PROTOCOL),
        (sent(trouble=SubmissionTrouble.NO_ANSWER, **LOST), Check.SUBMISSION_NAME, Check.SUBMISSION_ANSWER),
        (sent(trouble=SubmissionTrouble.PROTOCOL, **LOST), Check.SUBMISSION_NAME, Check.SUBMISSION_PROTOCOL),
    ):
        assert [f.check for f in findings] == spoken_of
    assert mail.judge_folders(seen(trouble=Trouble.LOGIN, folders=None)) == []
    plain = mail.judge_mailbox(seen(certificate_days=None), replace(MAILBOX, tls=Tls.NONE))
    assert Check.MAILBOX_CERTIFICATE not in {f.check for f in plain}
    assert machine.judge(Machine()) == []
    assert certificate.judge(None, Desk(), NOW) == []


def test_text_from_outside_is_made_harmless() -> None:
    finding = found(Check.FOLDER_UNCOUNTED, folder="a\x1b[2J\n" + "x" * 500)
    said = report.sentence(finding, "nl")
    assert "\x1b" not in said
    assert "\n" not in said
    assert len(said) < 200
