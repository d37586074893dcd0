"""The systemd files: well-formed, hardened, in step with the program, and not too tight for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from hwc_school_agent import cli, cli_bell
from hwc_school_agent.__main__ import DEFAULT_CONFIG, plain_run
from hwc_school_agent.domain.duty import DAY_PACE, MORNING_PACE
from hwc_school_agent.settings import State
from hwc_school_agent.settings_credentials import KEYS, file_name
from hwc_school_agent.settings_faults import EXIT_CODE
from tests.agent import ALL_DAY, Agent
from tests.helpers import need, signal_mail, unique_child
from tests.servers import MailServer, SmtpSink

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "systemd"
AGENT, BELL = FOLDER / "hwc-school-agent.service", FOLDER / "hwc-school-agent-bell.service"
MOST_EXPOSED = 1.5
BELL_GROUP = "users"  # stands in for the group of the bells, which this machine need not have

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def lines(unit: Path) -> list[tuple[str, str]]:
    """Key and value of every setting, in order."""
    found = [line.partition("=") for line in unit.read_text().splitlines() if "=" in line and line[0] not in "#["]
    return [(key, value) for key, _, value in found]


def values(unit: Path, key: str) -> list[str]:
    return [value for name, value in lines(unit) if name == key]


def value(unit: Path, key: str) -> str:
    (only,) = values(unit, key)
    return only


def program() -> str:
    (script,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    return str(script)


def runnable(unit: Path, folder: Path) -> Path:
    """A copy whose program is there, for tools that look for it."""
    copy = folder / unit.name
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    return copy


# -- well-formed and hardened --


@needs_systemd
@pytest.mark.parametrize("unit", [AGENT, BELL], ids=lambda unit: unit.name)
def test_systemd_finds_no_fault(unit: Path, tmp_path: Path) -> None:
    level = ["--user"] if unit is BELL else []
    done = subprocess.run(
        ["systemd-analyze", *level, "verify", str(runnable(unit, tmp_path))],
        capture_output=True, text=True, timeout=60, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if unit.name in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


@needs_systemd
def test_the_agent_is_shut_in(tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(runnable(AGENT, tmp_path))],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found.group(1)) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", [AGENT, BELL], ids=lambda unit: unit.name)
def test_every_block_says_why(unit: Path) -> None:
    service = unit.read_text().partition("[Service]\n")[2].partition("[Install]")[0]
    blocks = [block for block in service.split("\n\n") if block.strip()]
    without = [block for block in blocks if not block.strip().startswith(("#", "ExecStart=", "Type="))]
    assert without == []


# -- in step with the program --


@pytest.mark.parametrize(("unit", "verb"), [(AGENT, "run"), (BELL, "bell")])
def test_it_starts_what_the_program_has(unit: Path, verb: str) -> None:
    binary, *words = value(unit, "ExecStart").split()
    assert Path(binary).name == program()
    assert words == ["--config", DEFAULT_CONFIG, verb]
    assert verb in cli.hwc.commands
    assert "config" in {parameter.name for parameter in cli.hwc.params}
    if unit is AGENT:
        assert plain_run(words) is not None  # the small way in, without the command line's library


def test_a_wrong_configuration_is_not_tried_again(tmp_path: Path) -> None:
    assert value(AGENT, "RestartPreventExitStatus") == str(EXIT_CODE) == "78"
    assert value(AGENT, "Restart") == "always"
    assert value(AGENT, "StartLimitIntervalSec") == "0"
    (tmp_path / "config.toml").write_text("[school]\n")
    done = subprocess.run(
        [sys.executable, "-m", "hwc_school_agent", "--config", str(tmp_path / "config.toml"), "run"],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == EXIT_CODE


def test_folders() -> None:
    assert State() == State(
        Path("/var/lib") / value(AGENT, "StateDirectory"), Path("/run") / value(AGENT, "RuntimeDirectory")
    )
    assert Path(cli_bell.RUNTIME_DIRECTORY) == State().runtime_directory
    assert value(AGENT, "StateDirectoryMode") == "0700"
    assert int(value(AGENT, "RuntimeDirectoryMode"), 8) & 0o001  # a bell's owner must get to the socket
    assert not int(value(AGENT, "RuntimeDirectoryMode"), 8) & 0o066
    folders = {line.split()[1] for line in settings_of(FOLDER / "tmpfiles.d" / "hwc-school-agent.conf")}
    assert folders == {str(State().directory), str(Path(DEFAULT_CONFIG).parent)}


def test_credentials() -> None:
    given = [line.partition(":")[0] for line in values(AGENT, "LoadCredentialEncrypted")]
    assert given == [file_name(key) for key in KEYS]


def test_the_watchdog_is_slower_than_the_slowest_pace() -> None:
    seconds = int(value(AGENT, "WatchdogSec"))
    assert seconds >= max(MORNING_PACE, DAY_PACE) + 60  # or a quiet afternoon would end the agent
    assert seconds <= 600
    assert value(AGENT, "WatchdogSignal") == "SIGKILL"


def test_accounts_and_the_group_of_the_bells() -> None:
    kinds = [line.split()[:2] for line in settings_of(FOLDER / "sysusers.d" / "hwc-school-agent.conf")]
    group = value(BELL, "ConditionGroup")
    assert kinds == [["u", value(AGENT, "User")], ["g", group], ["m", value(AGENT, "User")]]
    assert value(AGENT, "SupplementaryGroups") == group
    assert f'group = "{group}"' in (ROOT / "docs" / "installation.md").read_text()
    assert "PrivateUsers" not in dict(lines(AGENT))  # every bell would look like "nobody"


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="needs systemd-sysusers")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_accounts_and_folders_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    conf = "hwc-school-agent.conf"
    for tool, more in (("sysusers", []), ("tmpfiles", ["--create"])):
        done = subprocess.run(
            [f"systemd-{tool}", f"--root={tmp_path}", *more, str(FOLDER / f"{tool}.d" / conf)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    passwd = (tmp_path / "etc/passwd").read_text()
    account = next(line.split(":") for line in passwd.splitlines() if line.startswith("hwc-school-agent:"))
    assert account[5:] == ["/var/lib/hwc-school-agent", "/usr/sbin/nologin"]
    assert "hwc-school-agent-bell:x:" in (tmp_path / "etc/group").read_text()
    state = (tmp_path / "var/lib/hwc-school-agent").stat()
    assert (state.st_mode & 0o777, state.st_uid) == (0o700, int(account[2]))


def settings_of(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line and not line.startswith("#")]


# -- not too tight: the program under the unit's own filter --


@cache
def members(name: str) -> frozenset[str]:
    """A system call, or all of a group like ``@ipc``."""
    if not name.startswith("@"):
        return frozenset({name})
    done = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    inside = [line.strip() for line in done.stdout.splitlines()[1:]]
    return frozenset().union(*(members(each) for each in inside if each and not each.startswith("#")))


def allowed(unit: Path) -> frozenset[str]:
    """The system calls the unit allows, line by line as systemd reads them."""
    calls = members("@default")
    for text in values(unit, "SystemCallFilter"):
        named = frozenset().union(*(members(each) for each in text.lstrip("~").split()))
        calls = calls - named if text.startswith("~") else calls | named
    return calls


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A Python that runs shut in like the unit."""
    if sys.platform != "linux" or shutil.which("systemd-analyze") is None:
        need("systemd-analyze, to know the groups of system calls")
    assert values(AGENT, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6"]  # as tests/sealed.py has it
    size = int(value(AGENT, "LimitFSIZE").removesuffix("M")) << 20
    (tmp_path / "allowed.json").write_text(json.dumps(sorted(allowed(AGENT))))
    wrapper = tmp_path / "sealed-python"
    seal = f"{sys.executable} {ROOT}/tests/sealed.py {tmp_path}/allowed.json {size} {BELL_GROUP}"
    wrapper.write_text(f'#!/bin/sh\nexec {seal} {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    return wrapper


REFUSED = """
import ctypes, errno, mmap, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def failing(name, *arguments):
    assert getattr(libc, name)(*arguments) == -1 and ctypes.get_errno() == errno.EPERM, name
failing("ptrace", 0, 0, 0, 0)
failing("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)
failing("mount", 0, 0, 0, 0, 0)
failing("setuid", 65534)
failing("unshare", 0x10000000)
failing("shmget", 0, 4096, 0o1600)
failing("memfd_create", b"x", 0)
for attempt in (
    lambda: socket.socket(socket.AF_PACKET), lambda: socket.socket(socket.AF_NETLINK),
    lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    lambda: os.chown(sys.argv[1], 65534, -1),
    lambda: open(sys.argv[1], "wb").write(bytes(9 << 20)),
):
    try:
        attempt()
    except OSError as error:
        assert error.errno in (errno.EPERM, errno.EFBIG), error
    else:
        raise AssertionError("allowed")
os.pipe(); socket.socketpair(); os.chown(sys.argv[1], -1, os.getgid())
print("as it should be")
"""


def test_the_seal_holds(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run([sealed, "-c", REFUSED, tmp_path / "file"], capture_output=True, text=True, timeout=60)
    assert done.stdout == "as it should be\n", done.stderr


@pytest.mark.slow
def test_a_whole_signal_under_the_seal(
    sealed: Path, dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrive, log in, show, receive, answer, purge: nothing of it needs what the unit forbids."""
    bell = '[bell]\ngroup = "' + BELL_GROUP + '"\n' if os.geteuid() == 0 else ""
    agent = Agent(dovecot, smtp_sink, tmp_path / "agent", extra=ALL_DAY + bell)
    agent.add_staff()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(sealed))
        agent.start()
    try:
        assert agent.process is not None
        status = Path(f"/proc/{agent.process.pid}/status").read_text()
        assert re.search(r"^Seccomp:\s+2$", status, re.M)
        assert re.search(r"^CapEff:\s+0+$", status, re.M)
        child = unique_child()
        dovecot.deliver(signal_mail(child.name, child.born))
        anouk = agent.visitor("anouk")
        anouk.wait_for("Er is een signaal", 90)
        assert child.name in anouk.press("Toon het signaal")
        anouk.press("Ontvangen")
        anouk.wait_for("gewist", 90)
        assert len(smtp_sink.wait(1, 60)) == 1
        with dovecot.client() as client:
            assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 0
        if bell:
            assert (agent.runtime / "bell.sock").group() == BELL_GROUP
    finally:
        agent.stop()
    assert not [line for line in agent.log if "HWC-900" in line or "Traceback" in line]
