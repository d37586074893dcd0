"""The running agent, asked over its control socket: is it there, does it see, do bells hang, was today's proof good?"""

from __future__ import annotations

import socket
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hwc_school_agent.doctor.codes import Check, Finding, found, well
from hwc_school_agent.domain.school_days import is_school_day
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.settings import Settings

CONTROL_SOCKET = "control.sock"
UNIT = "hwc-school-agent.service"
_SECONDS = 10.0
_PEER = struct.Struct("3i")

#: How a leg is called on the control socket, and the check that it failed.
LEGS = {
    "sent": Check.LEG_SENT,
    "arrived": Check.LEG_ARRIVED,
    "read": Check.LEG_READ,
    "receipted": Check.LEG_RECEIPTED,
    "returned": Check.LEG_RETURNED,
    "purged": Check.LEG_PURGED,
    "verified": Check.LEG_VERIFIED,
    "scanned": Check.LEG_SCANNED,
}


@dataclass(frozen=True, slots=True)
class Agent:
    """What was heard. ``answer``: ``sees 1 ok for head``; ``None`` when it did not answer. ``service``: of systemd."""

    running: bool
    answer: str | None = None
    service: bool | None = None


def ask(runtime_directory: Path) -> Agent:
    """Ask the agent of this installation. Never raises."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(_SECONDS)
        try:
            s.connect(str(runtime_directory / CONTROL_SOCKET))
        except (FileNotFoundError, ConnectionRefusedError):
            return Agent(running=False)
        except OSError:
            return Agent(running=True)
        try:
            pid, _, _ = _PEER.unpack(s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
            service = _of_systemd(pid)
            s.sendall(b"state\n")
            answer = s.recv(128).decode("ascii", "replace").strip()
        except OSError:
            return Agent(running=True)
    return Agent(running=True, answer=answer or None, service=service)


def _of_systemd(pid: int) -> bool | None:
    try:
        return UNIT in Path(f"/proc/{pid}/cgroup").read_text()
    except OSError:
        return None


def judge(agent: Agent) -> list[Finding]:
    """Whether it runs, and sees."""
    if not agent.running:
        return [found(Check.NOT_RUNNING)]
    if agent.answer is None:
        return [found(Check.AGENT_SILENT)]
    findings = [well(Check.NOT_RUNNING)]
    if agent.service is not None:
        findings.append((well if agent.service else found)(Check.NO_SERVICE))
    sees = agent.answer.split()[0] == "sees"
    return [*findings, (well if sees else found)(Check.AGENT_BLIND)]


def judge_bells(agent: Agent, present: Collection[Role] | None) -> list[Finding]:
    """Whether a bell hangs for everybody; nothing when the agent does not run. ``present``: the roles that somebody
    has, ``None`` when nobody knows."""
    words = (agent.answer or "").split()
    if len(words) < 2 or not words[1].isdigit():
        return []
    if not int(words[1]):
        return [found(Check.NO_BELL)]
    without = tuple(role for role in Role if role in (present or ()) and role.value not in _after("for", words))
    return [well(Check.NO_BELL), (found if without else well)(Check.NO_BELL_FOR, roles=without)]


def judge_clock(agent: Agent) -> list[Finding]:
    """Whether the rehearsal found that this machine's clock differs from the mail server's; nothing when it did not."""
    minutes = minutes_apart(agent)
    return [found(Check.CLOCK_DIFFERS, seconds=60 * minutes)] if minutes else []


def minutes_apart(agent: Agent) -> int:
    """Minutes by which the clocks differ, as the agent says; 0 when it does not say so."""
    number = _after("apart", (agent.answer or "").split())[:1]
    return int(number[0]) if number and number[0].isdigit() else 0


def _after(word: str, words: list[str]) -> list[str]:
    return words[words.index(word) + 1 :] if word in words else []


def judge_rehearsal(agent: Agent, settings: Settings, now: datetime, to: str) -> list[Finding]:
    """Today's rehearsal. ``now``: local; ``to``: the address it goes to."""
    if not settings.rehearsal.enabled:
        return [found(Check.REHEARSAL_OFF)]
    words = (agent.answer or "").split()
    if len(words) < 3:
        return []
    if words[2] in ("ok", "not_scanned"):
        return [well(Check.LEG_SENT)]
    if words[2] == "failed" and len(words) > 3 and words[3] in LEGS:
        return [found(LEGS[words[3]], to=to)]
    due = is_school_day(now.date(), settings.calendar) and now.time().replace(tzinfo=None) > settings.rehearsal.at
    return [found(Check.REHEARSAL_NOT_YET, at=f"{settings.rehearsal.at:%H:%M}")] if due else []
