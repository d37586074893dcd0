"""``hwc-school-agent doctor`` as an administrator runs it, and its page in docs/."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hwc_school_agent import cli_doctor
from hwc_school_agent.desk import troubles
from hwc_school_agent.desk import words as desk
from hwc_school_agent.doctor import agent as doctor_agent
from hwc_school_agent.doctor.codes import Check
from hwc_school_agent.doctor.mail import judge_mailbox
from hwc_school_agent.domain.board import Board, Health, Rehearsed, Result, Trouble, Waiting
from hwc_school_agent.domain.outcome import FolderRole, Kind, Leg
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.host.event_log import Event
from hwc_school_agent.mailbox.diagnose import Diagnosis
from hwc_school_agent.settings import Mailbox
from hwc_school_agent.watch.control import state
from tests.agent import Agent, Bell
from tests.doctor import make_page
from tests.helpers import eventually, signal_mail, unique_child
from tests.servers import MailServer, SmtpSink, free_port

MAILBOX = Mailbox(host="imap.school.example", user="hwc@school.example")


def run(agent: Agent, *words: str, credentials: bool = True) -> tuple[int, str]:
    given = ("--credentials", str(agent.credentials)) if credentials else ()
    done = agent.command(*given, "doctor", *words)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_with_a_running_agent(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """The same words while a signal waits that the agent has seen, and which bells have rung for."""
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")
    agent.add_staff()
    code, text = run(agent)
    assert code == 0
    assert "HWC-203  De agent draait niet." in text
    agent.start()
    try:
        visitor = agent.visitor("anouk")
        visitor.wait_for("Er is nu geen signaal", 90)
        code, before = run(agent)
        assert code == 0, before
        assert "goed    HWC-208  De agent kan in de postbus kijken." in before
        assert "let op  HWC-204" in before  # not under systemd
        assert "let op  HWC-364" in before
        machine = json.loads(run(agent, "--json")[1])
        child = unique_child()
        dovecot.deliver(signal_mail(child.name, child.born))
        visitor.wait_for("Er is een signaal", 90)
        assert run(agent) == (0, before)
        assert json.loads(run(agent, "--json")[1]) == machine
    finally:
        agent.stop()
    assert not [line for line in agent.log if "HWC-900" in line or child.first in line]


def test_whose_bell_is_missing(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    """The contact and the backup are on the list; a bell that says nobody's rings with everybody."""
    with Agent(dovecot, smtp_sink, tmp_path) as agent:
        bells: list[Bell] = []

        def doctor_says(said: str, role: str = "") -> None:
            if role:
                bells.append(agent.bell())
                bells[-1].send(role)
            eventually(lambda: said in run(agent)[1], 20, every=0.2)

        doctor_says("let op  HWC-364  Er is geen bel verbonden: ")
        doctor_says("let op  HWC-365  Er is geen bel verbonden voor: contactpersoon. ", "backup")
        doctor_says("goed    HWC-365  Voor iedereen", "contact")
        bells.pop().close()
        doctor_says("let op  HWC-365  Er is geen bel verbonden voor: contactpersoon. ")
        doctor_says("goed    HWC-365  Voor iedereen", "all")
        assert "HWC-364" in run(agent)[1]
        for bell in bells:
            bell.close()


def test_exit_code_3_when_the_mailbox_cannot_be_reached(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent", imap_port=free_port())
    code, text = run(agent, "--json")
    assert code == 3
    read = json.loads(text)
    assert read["exit"] == 3
    assert {"HWC-210", "HWC-361"} <= {f["code"] for f in read["findings"] if f["level"] == "fault"}


def test_a_faulty_configuration(dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent", extra='[school2]\npasword = "geheim"\n')
    code, text = run(agent)
    assert code == 78
    assert "fout    HWC-201" in text
    assert "school2" in text
    assert "geheim" not in text
    code, text = run(agent, "--json")
    assert (code, json.loads(text)["exit"]) == (78, 78)
    assert json.loads(text)["configuration"][0]["key"] == "school2"
    assert "geheim" not in text


def test_without_credentials(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")
    code, text = run(agent, credentials=False)
    assert code == 1  # nobody on the staff list yet
    assert "let op  HWC-202" in text
    assert "HWC-213" not in text


def test_the_credentials_of_the_service_are_found(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "")  # restored afterwards, whatever ``read`` sets
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent")
    monkeypatch.setattr(cli_doctor, "SERVICE_CREDENTIALS", agent.credentials)
    settings, sources = cli_doctor.read(agent.config, None)
    assert settings.mailbox.password.reveal() == dovecot.password
    assert sources.passwords
    assert sources.by_systemd


# -- what the agent tells --


def test_what_the_agent_tells_does_not_depend_on_messages() -> None:
    waiting = Waiting("h", Place("INBOX", FolderRole.INBOX, 1, 2), 0.0, Kind.SIGNAL)
    plain = Board(now=1.0, health=Health.OK, last_look=1.0)
    busy = Board(now=1.0, health=Health.OK, last_look=2.0, waiting=(waiting,), ring=4, folders=9)
    assert state(plain, ()) == state(busy, ()) == "sees 0 none for"
    ok = Board(now=1.0, bells=2, rehearsal=Rehearsed(1.0, Result.OK))
    assert state(ok, {Role.HEAD, Role.CONTACT}) == "blind 2 ok for contact head"
    apart = state(Board(now=1.0, bells=2, rehearsal=Rehearsed(1.0, Result.FAILED, Leg.READ, apart=61)), {Role.BACKUP})
    assert apart == "blind 2 failed read apart 61 for backup"
    (finding,) = doctor_agent.judge_clock(doctor_agent.Agent(running=True, answer=apart))
    assert (finding.check, finding.well) == (Check.CLOCK_DIFFERS, False)
    assert doctor_agent.judge_clock(doctor_agent.Agent(running=True, answer="sees 2 ok for head")) == []


@pytest.mark.parametrize("leg", list(Leg))
def test_every_leg_is_understood(leg: Leg) -> None:
    told = state(Board(now=1.0, health=Health.OK, rehearsal=Rehearsed(1.0, Result.FAILED, leg)), ())
    assert told.split()[2:-1] == ["failed", leg.value]
    assert doctor_agent.LEGS[leg.value].code == desk.LEGS[leg].code


# -- codes and their page --


def test_the_page_is_what_the_program_says() -> None:
    assert make_page.PAGE.read_text(encoding="utf-8") == make_page.page(), "run: python -m tests.doctor.make_page"


def test_the_desk_sends_people_to_codes_that_doctor_knows() -> None:
    """A code that the page shows for the mailbox and the rehearsal is the one that doctor gives the same trouble."""
    codes = {check.code for check in Check}
    for trouble, (_, code, _) in troubles.TROUBLES.items():
        seen = Diagnosis(trouble=trouble, connected=trouble not in (Trouble.NO_NAME, Trouble.NO_ANSWER))
        assert [f.check.code for f in judge_mailbox(seen, MAILBOX) if not f.well] == [code]
    assert {failure.code for failure in desk.LEGS.values()} <= codes


def test_no_code_of_the_log_means_something_else_here() -> None:
    same = {210, 312, 372}  # the log's 210 carries the kind of trouble; the desk's certificate; the clock
    log = {int(event.value[0]) for event in Event}
    assert len(log) == len(Event), "a code for each"
    assert log & {check.number for check in Check} <= same
    assert re.search(r"HWC-110 ", make_page.page())
