"""All areas, one after the other. Reads; only a test message changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hwc_school_agent.doctor import agent, calendar, certificate, files, machine, mail, people, rules, send_test
from hwc_school_agent.doctor.codes import Check, Finding, found
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.host.clock import Clock, local
from hwc_school_agent.mailbox import diagnose as mailbox
from hwc_school_agent.mailbox.platforms import graph
from hwc_school_agent.post import diagnose as post
from hwc_school_agent.post.rehearsal import own_address
from hwc_school_agent.settings import Recoverable, Settings


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the settings came from. ``passwords``: whether they could be read."""

    config: Path
    credentials: Path | None
    by_systemd: bool
    passwords: bool


def examine(settings: Settings, sources: Sources, clock: Clock, *, test: bool = False) -> list[Finding]:
    """Every finding. ``test``: with a test message, the only thing that changes anything. Never raises what the world
    does."""
    now = clock.now()
    today = local(now, settings.school.timezone)
    to = own_address(settings)
    running = agent.ask(settings.state.runtime_directory)
    seen = mailbox.diagnose(settings.mailbox, now, log_in=sources.passwords)
    if seen.trouble is Trouble.NO_ANSWER:  # a connection that broke once is no finding
        seen = mailbox.diagnose(settings.mailbox, now, log_in=sources.passwords)
    sent = post.diagnose(settings.submission, to, now, log_in=sources.passwords)
    if sent.trouble is post.SubmissionTrouble.NO_ANSWER:
        sent = post.diagnose(settings.submission, to, now, log_in=sources.passwords)
    proof = send_test.run(settings, to, clock) if test and sources.passwords and seen.trouble is None else []
    recoverable = settings.mailbox.recoverable is not Recoverable.OFF
    roles = people.roles(settings.state.directory)
    return [
        *agent.judge(running),
        *rules.judge(settings),
        *([] if sources.passwords else [found(Check.PASSWORDS_UNSEEN)]),
        *mail.judge_mailbox(seen, settings.mailbox),
        *mail.judge_folders(seen),
        *(mail.judge_graph(graph.trouble(settings.mailbox, now)) if recoverable and sources.passwords else []),
        *mail.judge_submission(sent, settings.submission, to),
        *(proof if test else agent.judge_rehearsal(running, settings, today, to)),
        *([] if test else agent.judge_clock(running)),
        *people.judge(roles),
        *agent.judge_bells(running, roles),
        *certificate.judge(certificate.look(settings.desk), settings.desk, now),
        *calendar.judge(settings.calendar, today.date()),
        *machine.judge(machine.look()),
        *files.look_config(sources.config),
        *files.look_credentials(sources.credentials, by_systemd=sources.by_systemd),
        *files.look_state(settings.state.directory),
    ]
