"""The sockets of the desk: ``localhost`` leads to it whichever address a browser takes, and to nobody else."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from hwc_school_agent.domain.site import held_at
from hwc_school_agent.watch import door
from hwc_school_agent.watch.door import NotFree, open_doors
from tests.agent import Agent, Visitor
from tests.helpers import need
from tests.servers import MailServer, SmtpSink, free_port

HERE = ("127.0.0.1", "::1")


@pytest.fixture
def ipv6() -> None:
    """This machine has ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")


def listener(host: str, port: int, *, option: int = socket.SO_REUSEADDR) -> socket.socket:
    """What another program of this machine would try. Raises ``OSError``."""
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        s.setsockopt(socket.SOL_SOCKET, option, 1)
        s.bind((host, port))
        s.listen()
    except OSError:
        s.close()
        raise
    return s


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("127.0.0.1", HERE),
        ("localhost", HERE),
        ("::1", ("::1", "127.0.0.1")),
        ("127.0.0.9", ("127.0.0.9", *HERE)),
        ("192.0.2.7", ("192.0.2.7",)),
        ("0.0.0.0", ("0.0.0.0",)),
        ("bureau.school.example", ("bureau.school.example",)),
    ],
)
def test_a_desk_on_this_machine_is_held_wherever_localhost_leads(host: str, where: tuple[str, ...]) -> None:
    assert held_at(host) == where


@pytest.mark.usefixtures("ipv6")
def test_the_same_desk_at_both_addresses_and_nobody_else_can_be_there(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    with Agent(dovecot, smtp_sink, tmp_path) as agent:
        anouk = agent.visitor("anouk")
        desk = agent.desk
        other = Visitor(f"http://[::1]:{agent.desk_port}/")
        assert "Inlognaam" in other.open()
        # sessions and board are those of the one desk: the cookie of the one address is good at the other
        with httpx.Client(cookies=anouk.cookies()) as client:
            assert client.get(str(other._http.base_url)).text.count("Uitloggen") == anouk.open().count("Uitloggen") == 1
        assert agent.desk == desk != 0, "one process serves both"
        for host in (*HERE, "::", "0.0.0.0"):
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                with pytest.raises(OSError, match="in use"):
                    listener(host, agent.desk_port, option=option).close()


@pytest.mark.usefixtures("ipv6")
@pytest.mark.parametrize("host", ["::1", "::", "127.0.0.1"])
def test_a_listener_of_somebody_else_is_named_and_nothing_starts(
    dovecot: MailServer, smtp_sink: SmtpSink, tmp_path: Path, host: str
) -> None:
    agent = Agent(dovecot, smtp_sink, tmp_path)
    with closing(listener(host, agent.desk_port)):
        done = agent.command("--credentials", str(agent.credentials), "run")
    address = f"127.0.0.1:{agent.desk_port}" if "127" in host or host == "::" else f"[::1]:{agent.desk_port}"
    assert done.returncode == 1
    assert done.stderr == (
        f"hwc-school-agent: Op {address} luistert al een ander programma. Wie het bureau opent, kan daar terechtkomen."
        " Stop dat programma, of kies een andere poort in [desk] listen.\n"
    )


@pytest.mark.usefixtures("ipv6")
def test_what_was_held_is_let_go_when_one_address_is_taken() -> None:
    port = free_port()
    with closing(listener("::1", port)), pytest.raises(NotFree) as fault:
        open_doors("127.0.0.1", port)
    assert fault.value.taken
    assert fault.value.address == f"[::1]:{port}"
    for each in open_doors("127.0.0.1", port):
        each.close()


def test_an_address_that_this_machine_does_not_have() -> None:
    with pytest.raises(NotFree) as fault:
        open_doors("192.0.2.7", free_port())
    assert not fault.value.taken


WITHOUT = "ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"


def test_without_ipv6_the_desk_is_at_the_one_address_there_is() -> None:
    """In a network of its own, as a machine that boots with ``ipv6.disable_ipv6=1``."""
    code = (
        "from hwc_school_agent.watch.door import open_doors\n"
        "print([door.getsockname()[0] for door in open_doors('127.0.0.1', 8420)])"
    )
    command = ["unshare", "--user", "--map-root-user", "--net", "sh", "-ec", f'{WITHOUT}\nexec "$@"', "sh"]
    done = subprocess.run([*command, sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    if done.returncode and "Traceback" not in done.stderr:
        need("a network namespace of its own")
    assert done.stdout == "['127.0.0.1']\n", done.stderr


def test_a_kernel_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    real = door.listen

    def without(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(errno.EAFNOSUPPORT, "none")
        return real(host, port)

    monkeypatch.setattr(door, "listen", without)
    (only,) = open_doors("127.0.0.1", free_port())
    only.close()
