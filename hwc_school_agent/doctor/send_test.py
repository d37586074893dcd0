"""``--send-test``: the running agent takes a test message the whole way; the server's clock and Sent are looked at."""

from __future__ import annotations

import socket
from pathlib import Path

from hwc_school_agent.doctor import agent
from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.clocks import apart
from hwc_school_agent.host.clock import Clock
from hwc_school_agent.host.random_keys import token
from hwc_school_agent.mailbox.errors import MailboxTrouble
from hwc_school_agent.mailbox.trial import sent_so_far, server_time
from hwc_school_agent.settings import Settings

APART = 30  # seconds that two clocks may differ
_SECONDS = 360.0  # the agent gives a rehearsal five minutes


def run(settings: Settings, to: str, clock: Clock) -> list[Finding]:
    """Do all of it. ``to``: our own mailbox. Nothing about the mailbox when it cannot be reached: said elsewhere."""
    try:
        before = clock.now()
        told = server_time(settings.mailbox, token())
        findings = [] if told is None else [judge_clock(before, told, clock.now())]
        sent = sent_so_far(settings.mailbox)
        proof = rehearse(settings.state.runtime_directory)
        findings += judge_proof(proof, to)
        if sent is not None and proof in ("ok", "not_scanned") and (after := sent_so_far(settings.mailbox)):
            findings.append(judge_sent(sent, after))
    except MailboxTrouble:
        return []
    return findings


def rehearse(runtime_directory: Path) -> str | None:
    """``ok``, ``not_scanned``, ``failed LEG``; ``None`` when no agent answered."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(_SECONDS)
        try:
            s.connect(str(runtime_directory / agent.CONTROL_SOCKET))
            s.sendall(b"rehearse\n")
            return s.recv(64).decode("ascii", "replace").strip() or None
        except OSError:
            return None


def judge_clock(before: float, told: float, after: float) -> Finding:
    """``told`` was the server's time at some moment between ``before`` and ``after``, cut to whole seconds."""
    differs = apart(before, told, after)
    return found(Check.CLOCK_DIFFERS, seconds=round(differs)) if differs > APART else well(Check.CLOCK_DIFFERS)


def judge_proof(answer: str | None, to: str) -> list[Finding]:
    """How far the test message came."""
    words = (answer or "").split()
    if words[:1] == ["failed"] and len(words) == 2 and words[1] in agent.LEGS:
        return [found(agent.LEGS[words[1]], to=to)]
    if words[:1] in (["ok"], ["not_scanned"]):
        return [well(Check.LEG_SENT)]
    return [found(Check.NO_SEND_TEST)]


def judge_sent(before: int, after: int) -> Finding:
    """Whether Sent got a message while two were submitted."""
    return found(Check.SENT_COPIES) if after > before else well(Check.SENT_COPIES)
