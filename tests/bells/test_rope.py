"""The agent's end of the rope, against peers that behave and peers that do not."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hwc_school_agent.bells.rope import MOST_BELLS, Rope
from hwc_school_agent.bells.words import Ack, Whose
from tests.bells.conftest import LIMIT, Loop

Join = Callable[[], socket.socket]


@pytest.fixture
def join(loop: Loop, rope: Rope, tmp_path: Path) -> Iterator[Join]:
    """Connect one more bell, and wait until the rope has it."""
    with ExitStack() as stack:

        def join() -> socket.socket:
            before = rope.connected
            bell = stack.enter_context(socket.socket(socket.AF_UNIX))
            bell.settimeout(LIMIT)
            bell.connect(str(tmp_path / "bell.sock"))
            assert loop.until(lambda: rope.connected == before + 1)
            return bell

        yield join


def hears(bell: socket.socket, words: bytes) -> bool:
    got = b""
    while len(got) < len(words) and (piece := bell.recv(1024)):
        got += piece
    return got == words


def test_all_hear_the_ring_and_all_are_heard(loop: Loop, rope: Rope, join: Join) -> None:
    first, second = join(), join()
    assert rope.ring() == 2
    rope.hush()
    assert rope.ring(fixed_time=True) == 2
    assert hears(first, b"ring\nhush\nlook\n")
    assert hears(second, b"ring\nhush\nlook\n")
    first.sendall(b"rung\nop")
    assert loop.until(lambda: loop.acks == [Ack.RUNG])
    first.sendall(b"ened\n")
    second.sendall(b"failed\n")
    assert loop.until(lambda: len(loop.acks) == 3)
    assert set(loop.acks) == {Ack.RUNG, Ack.OPENED, Ack.FAILED}
    assert rope.connected == 2


def test_nobody_there(rope: Rope) -> None:
    assert rope.ring() == 0
    rope.hush()
    rope.ping()


def test_a_bell_that_hangs_up_is_gone(loop: Loop, rope: Rope, join: Join) -> None:
    join().close()
    assert loop.until(lambda: rope.connected == 0)
    assert rope.ring() == 0


def test_a_bell_that_died_unnoticed_is_found_by_the_ring(loop: Loop, rope: Rope, join: Join) -> None:
    first, _ = join(), join()
    first.close()  # and no turn of the loop
    assert rope.ring() == 1
    assert rope.connected == 1


@pytest.mark.parametrize(
    "said",
    [b"hello\n", b"\n", b"rung \n", b"RUNG\n", b"rung\r\n", b"a" * 16, b"a" * 300, b"\xff\n", b"here\0\n", b"ring\n"],
)
def test_garbage_is_dropped(loop: Loop, rope: Rope, join: Join, said: bytes) -> None:
    bad, good = join(), join()
    rope.ring()
    bad.sendall(said)
    assert loop.until(lambda: rope.connected == 1)
    good.sendall(b"rung\n")
    assert loop.until(lambda: loop.acks == [Ack.RUNG])
    assert loop.refused == 0


@pytest.mark.parametrize("said", [b"rung\n", b"failed\n", b"opened\n", b"here\n"])
def test_a_word_that_is_not_owed_is_dropped(loop: Loop, rope: Rope, join: Join, said: bytes) -> None:
    join().sendall(said)
    assert loop.until(lambda: rope.connected == 0)
    assert loop.acks == []


def test_a_flood_is_dropped_and_heard_once(loop: Loop, rope: Rope, join: Join) -> None:
    bell = join()
    rope.ring()
    bell.sendall(b"rung\n" * 1000)
    assert loop.until(lambda: rope.connected == 0)
    assert loop.acks == [Ack.RUNG]


def test_a_bell_that_does_not_read_is_dropped_without_waiting(loop: Loop, rope: Rope, join: Join) -> None:
    join()
    begun = time.monotonic()
    rings = 0
    while rope.connected:
        rope.ring()
        rings += 1
        assert rings < 200
    assert rings > 10  # a slow bell has time
    assert time.monotonic() - begun < 5


def test_a_bell_that_leaves_pings_unanswered_is_dropped(loop: Loop, rope: Rope, join: Join) -> None:
    silent, alive = join(), join()
    for _ in range(3):
        rope.ping()
        assert hears(alive, b"ping\n")
        alive.sendall(b"here\n")
        loop.turn(0.1)
        loop.turn(0.1)
    assert rope.connected == 1
    assert rope.ring() == 1
    assert hears(alive, b"ring\n")
    assert hears(silent, b"ping\nping\n")
    assert loop.acks == []


def test_one_bell_too_many(loop: Loop, rope: Rope, join: Join, tmp_path: Path) -> None:
    bells = [join() for _ in range(MOST_BELLS)]
    with socket.socket(socket.AF_UNIX) as more:
        more.settimeout(0.05)
        more.connect(str(tmp_path / "bell.sock"))
        assert loop.until(lambda: _closed(more))
    assert rope.ring() == MOST_BELLS
    assert all(hears(bell, b"ring\n") for bell in bells)


def _closed(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except TimeoutError:
        return False


def test_who_joins_while_it_rings_is_rung(loop: Loop, rope: Rope, join: Join) -> None:
    early = join()
    rope.on_join = lambda: True
    late = join()
    assert hears(late, b"ring\n")
    late.sendall(b"rung\n")
    assert loop.until(lambda: loop.acks == [Ack.RUNG])
    early.setblocking(False)
    with pytest.raises(BlockingIOError):
        early.recv(1)


def test_the_socket_file(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "bell.sock"
    rope = loop.rope(path)
    rope.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = loop.rope(path)  # an agent that died leaves its socket
    again.open()
    with socket.socket(socket.AF_UNIX) as bell:
        bell.connect(str(path))
        assert loop.until(lambda: again.connected == 1)
    assert rope.connected == 0
    assert [each.name for each in tmp_path.iterdir()] == ["bell.sock"]
    again.close()
    assert list(tmp_path.iterdir()) == []
    rope.close()
    rope.close()  # twice is no harm
    assert loop.readers == {}


def test_what_is_not_a_socket_is_left_alone(loop: Loop, tmp_path: Path) -> None:
    path = tmp_path / "bell.sock"
    path.write_text("important")
    with pytest.raises(FileExistsError):
        loop.rope(path).open()
    assert path.read_text() == "important"


def test_no_such_group_or_folder(loop: Loop, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="group"):
        loop.rope(tmp_path / "bell.sock", "no-such-group-here").open()
    with pytest.raises(FileNotFoundError):
        loop.rope(tmp_path / "absent" / "bell.sock").open()
    assert list(tmp_path.iterdir()) == []
    assert loop.readers == {}


# -- who may connect: needs root, to be somebody else --

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
GROUP = grp.getgrnam("users")
PEER = (
    "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
    "f=s.makefile('rw'); w=f.readline().strip(); print(w); f.write('rung\\n') if w == 'ring' else 0; f.flush(); "
    "f.readline()"
)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bells-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def peer(path: Path, group: int, extra: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    nobody = pwd.getpwnam("nobody")
    return subprocess.Popen(
        ["/usr/bin/python3", "-I", "-c", PEER, str(path)], user=nobody.pw_uid, group=group, extra_groups=extra,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
    )  # fmt: skip


@as_root
@pytest.mark.parametrize("primary", [True, False], ids=["primary", "supplementary"])
def test_a_member_of_the_group_may(loop: Loop, open_folder: Path, primary: bool) -> None:
    path, nogroup = open_folder / "bell.sock", pwd.getpwnam("nobody").pw_gid
    rope = loop.rope(path, GROUP.gr_name)
    rope.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert path.stat().st_gid == GROUP.gr_gid
    member = peer(path, GROUP.gr_gid) if primary else peer(path, nogroup, (nogroup, GROUP.gr_gid))
    assert loop.until(lambda: rope.connected == 1)
    assert rope.ring() == 1
    assert loop.until(lambda: loop.acks == [Ack.RUNG])
    rope.close()
    assert member.communicate(timeout=LIMIT) == (b"ring\n", b"")
    assert loop.refused == 0


@as_root
def test_a_stranger_may_not(loop: Loop, open_folder: Path) -> None:
    path = open_folder / "bell.sock"
    rope = loop.rope(path, GROUP.gr_name)
    rope.open()
    said, error = peer(path, pwd.getpwnam("nobody").pw_gid).communicate(timeout=LIMIT)
    assert said == b""
    assert b"PermissionError" in error
    rope.close()


@as_root
@pytest.mark.parametrize("group", ["", GROUP.gr_name], ids=["no group", "a group"])
def test_a_stranger_may_not_even_where_the_file_says_so(loop: Loop, open_folder: Path, group: str) -> None:
    path = open_folder / "bell.sock"
    rope = loop.rope(path, group)
    rope.open()
    path.chmod(0o666)
    stranger = peer(path, pwd.getpwnam("nobody").pw_gid)
    assert loop.until(lambda: loop.refused == 1)
    assert rope.connected == 0
    assert rope.ring() == 0
    assert stranger.communicate(timeout=LIMIT)[0] == b"\n"  # hung up on, without a word
    rope.close()


def test_it_is_light() -> None:
    """It lives in the resident process: what it imports stays in memory for ever."""
    program = "import sys; old = set(sys.modules); import hwc_school_agent.bells.rope; print(*set(sys.modules) - old)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=LIMIT)
    loaded = set(done.stdout.split())
    assert "hwc_school_agent.bells.words" in loaded
    assert not loaded & {"asyncio", "logging", "threading", "jeepney", "subprocess", "grp", "ssl", "ctypes", "email"}
    assert {each for each in loaded if each.startswith("hwc_school_agent.")} == {
        "hwc_school_agent.bells", "hwc_school_agent.bells.rope", "hwc_school_agent.bells.words",
    }  # fmt: skip


# -- whose bell it is --


def test_a_bell_rings_for_its_role_and_is_hushed_with_all(loop: Loop, rope: Rope, join: Join) -> None:
    names = ("contact", "backup", "head", "all")
    bells = {name: join() for name in names}
    for name, bell in bells.items():
        bell.sendall(f"{name}\n".encode())
        loop.turn(0.1)
        assert hears(bell, b"ping\n")  # so that the bell knows that it hangs here
        bell.sendall(b"here\n")
    silent = join()  # it never says whose it is: everybody's
    loop.turn(0.1)
    assert rope.ring(frozenset({Whose.CONTACT})) == 3
    assert rope.ring(frozenset({Whose.CONTACT, Whose.BACKUP}), fixed_time=True) == 4
    assert rope.ring(frozenset({Whose.HEAD})) == 3
    assert rope.ring() == 5
    rope.hush()
    assert hears(bells["contact"], b"ring\nlook\nring\nhush\n")
    assert hears(bells["backup"], b"look\nring\nhush\n")
    assert hears(bells["head"], b"ring\nring\nhush\n")
    assert hears(bells["all"], b"ring\nlook\nring\nring\nhush\n")
    assert hears(silent, b"ring\nlook\nring\nring\nhush\n")
    assert rope.connected == 5


def test_a_bell_says_once_whose_it_is(loop: Loop, rope: Rope, join: Join) -> None:
    join().sendall(b"contact\nbackup\n")
    assert loop.until(lambda: rope.connected == 0)
    join().sendall(b"teacher\n")
    assert loop.until(lambda: rope.connected == 0)
