"""Bells of other machines: the real house behind the real rope, TLS, tokens, and a network that may see every byte."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from hwc_school_agent.bells import house, poll, tokens
from hwc_school_agent.bells.page import SIZE
from hwc_school_agent.bells.rope import Rope
from hwc_school_agent.bells.words import Ack, Whose
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.settings import Bell, Desk
from hwc_school_agent.watch.bell_house import BellHouse
from hwc_school_agent.watch.loop import Loop
from tests.desk.harness import settings_of
from tests.helpers import PATIENCE
from tests.servers import free_port, shared_ca


@dataclass
class Scene:
    """A rope, the house before it, and the loop of ``watch`` that serves both."""

    rope: Rope
    house: BellHouse
    loop: Loop
    port: int
    state: Path
    acks: list[Ack]

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> bool:
        end = time.monotonic() + seconds * PATIENCE
        while not condition():
            if time.monotonic() > end:
                return False
            self.loop.once(0.02)
        return True

    def token(self, whose: Whose = Whose.CONTACT, name: str = "laptop") -> str:
        return tokens.add(self.state, name, whose)

    def raw(self) -> ssl.SSLSocket:
        """A connection that speaks for itself."""
        plain = socket.create_connection(("localhost", self.port), 20 * PATIENCE)
        return shared_ca().client_context().wrap_socket(plain, server_hostname="localhost")

    def bell(self, token: str, folder: Path) -> Callable[[], socket.socket]:
        file = folder / f"token-{len(token)}-{os.urandom(4).hex()}"
        file.write_text(token + "\n")
        return poll.over(f"https://localhost:{self.port}", self.port, file, Path(shared_ca().cafile))


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(poll, "BEAT", 0.2)
    loop = Loop(SystemClock())
    cert = shared_ca().issue("localhost")
    port = free_port()
    settings = settings_of(
        tmp_path, desk=Desk(port=free_port(), certificate=cert.chain, key=cert.key), bell=Bell("", "127.0.0.1", port)
    )
    settings.state.directory.mkdir()
    rope = Rope(tmp_path / "bell.sock", "", loop.add_reader, loop.remove_reader, lambda: None)
    acks: list[Ack] = []
    rope.on_ack = acks.append
    rope.open()
    served = BellHouse(settings, loop, tmp_path / "bell.sock")
    served.open()
    try:
        yield Scene(rope, served, loop, port, settings.state.directory, acks)
    finally:
        served.close()
        rope.close()


def question(token: str, word: str = "here") -> bytes:
    return (
        f"POST /bell HTTP/1.1\r\nHost: localhost\r\nContent-Length: {SIZE}\r\nAuthorization: Bearer {token}\r\n\r\n"
        f"{word:<{SIZE}}"
    ).encode()


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Do what blocks beside the loop."""
    out: list[object] = []
    thread = threading.Thread(target=lambda: out.append(work()), daemon=True)
    thread.start()
    return thread, out


def hears(scene: Scene, bell: socket.socket, word: bytes) -> bool:
    """Whether the bell hears this word; pings before it are answered."""
    bell.setblocking(False)
    got = b""

    def heard() -> bool:
        nonlocal got
        try:
            got += bell.recv(64)
        except BlockingIOError:
            return False
        return word in got.split(b"\n")

    return scene.until(heard)


def refused(connect: Callable[[], socket.socket]) -> bool:
    """Whether the agent cannot be reached."""
    try:
        connect().close()
    except OSError:
        return True
    return False


def connected(scene: Scene, connect: Callable[[], socket.socket]) -> socket.socket:
    """One bell, on the rope."""
    before = scene.rope.connected
    thread, out = in_thread(connect)
    assert scene.until(lambda: not thread.is_alive())
    assert scene.until(lambda: scene.rope.connected == before + 1)
    bell = out[0]
    assert isinstance(bell, socket.socket)
    return bell


def test_a_bell_of_another_machine_hears_and_answers(scene: Scene, tmp_path: Path) -> None:
    bell = connected(scene, scene.bell(scene.token(Whose.BACKUP), tmp_path))
    assert scene.until(lambda: [b.named for b in scene.rope._bells] == [True])
    assert scene.rope.ring(frozenset({Whose.CONTACT})) == 0, "its role came with the token"
    assert scene.rope.ring(frozenset({Whose.BACKUP})) == 1
    assert hears(scene, bell, b"ring")
    bell.sendall(b"rung\n")
    assert scene.until(lambda: scene.acks == [Ack.RUNG])
    scene.rope.ring(frozenset({Whose.BACKUP}), fixed_time=True)
    assert hears(scene, bell, b"look")
    scene.rope.hush()
    assert hears(scene, bell, b"hush")
    for _ in range(4):  # the house answers for a bell that asks
        scene.rope.ping()
        assert scene.until(lambda: all(b.pings == 0 for b in scene.rope._bells))
    bell.close()
    assert scene.until(lambda: scene.rope.connected == 0)


def test_a_removed_token_is_out_at_once(scene: Scene, tmp_path: Path) -> None:
    connect = scene.bell(scene.token(), tmp_path)
    bell = connected(scene, connect)
    tokens.remove(scene.state, "laptop")
    assert scene.until(lambda: scene.rope.connected == 0)
    scene.rope.ring()
    bell.settimeout(20 * PATIENCE)
    said = b""
    while piece := bell.recv(64):
        said += piece
    assert b"ring" not in said
    thread, out = in_thread(lambda: refused(connect))
    assert scene.until(lambda: not thread.is_alive())
    assert out == [True]


WRONG = {
    "another token": question("x" * 43),
    "no token": question(""),
    "a long one": question("x" * 300),
    "another path": question("TOKEN").replace(b"/bell", b"/"),
    "another verb": question("TOKEN").replace(b"POST", b"GET"),
    "another size": question("TOKEN").replace(b"Length: 16", b"Length: 1"),
    "a word that is none": question("TOKEN", "hello"),
    "no question": b"\x00\xff\r\n\r\n",
    "no end of one": b"x" * 5000,
}


def test_everything_wrong_gets_the_same_answer(scene: Scene) -> None:
    """Also with the right token for the wrong question: nobody learns from an answer what was right."""
    token = scene.token().encode()

    def answer(asked: bytes) -> tuple[bytes, bool]:
        said, begun = b"", time.monotonic()
        with scene.raw() as line:
            line.sendall(asked)
            try:
                while piece := line.recv(1024):
                    said += piece
            except OSError:  # it hung up on what it did not read
                pass
        return said, time.monotonic() - begun >= house.REFUSAL

    under_way = {kind: in_thread(partial(answer, asked.replace(b"TOKEN", token))) for kind, asked in WRONG.items()}
    assert scene.until(lambda: not any(thread.is_alive() for thread, _ in under_way.values()))
    assert {kind: out for kind, (_, out) in under_way.items()} == {kind: [(house.REFUSED, True)] for kind in WRONG}
    assert scene.rope.connected == 0


def test_a_flood_of_strangers_is_cut_short(scene: Scene) -> None:
    lines: list[socket.socket] = []

    def knock() -> None:
        lines.extend(socket.create_connection(("127.0.0.1", scene.port), 20 * PATIENCE) for _ in range(45))
        for line in lines[house.MOST_FROM_ONE :]:
            assert line.recv(1) == b"", "closed at once"

    thread, out = in_thread(knock)
    assert scene.until(lambda: not thread.is_alive())
    assert out == [None]
    for line in lines:
        line.close()


def test_the_log_hears_of_wrong_tokens_once(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    def ask() -> None:
        for _ in range(3):
            with scene.raw() as line:
                line.sendall(question("x" * 43))
                line.recv(1024)

    thread, out = in_thread(ask)
    assert scene.until(lambda: not thread.is_alive())
    assert out == [None]
    scene.loop.once(0.1)
    assert capfd.readouterr().err == "<4>HWC-320 a bell without the right to connect was refused\n"


def test_the_network_cannot_tell_a_ring_from_silence(scene: Scene, tmp_path: Path) -> None:
    """Sizes of everything on the wire, ring or not: the same in both directions."""
    sizes: list[tuple[int, int]] = []
    inner = socket.create_server(("127.0.0.1", 0))
    inner.settimeout(20 * PATIENCE)

    def relay() -> None:
        mine, _ = inner.accept()
        theirs = socket.create_connection(("127.0.0.1", scene.port))
        for sock in (mine, theirs):
            sock.settimeout(0.1)
        while True:
            there = _all(mine)
            if there is None:
                return
            theirs.sendall(there)
            back = _all(theirs)
            if back is None:
                return
            mine.sendall(back)
            if there or back:
                sizes.append((len(there), len(back)))

    in_thread(relay)
    token = tmp_path / "token"
    token.write_text(scene.token())
    port = inner.getsockname()[1]
    bell = connected(scene, poll.over("https://localhost", port, token, Path(shared_ca().cafile)))
    assert scene.until(lambda: len(sizes) > 6)
    quiet = len(sizes)
    scene.rope.ring()
    assert hears(scene, bell, b"ring")
    bell.setblocking(True)
    bell.sendall(b"rung\n")
    assert scene.until(lambda: scene.acks == [Ack.RUNG])
    scene.rope.hush()
    assert hears(scene, bell, b"hush")
    assert scene.until(lambda: len(sizes) > quiet + 6)
    asked, answered = ({pair[way] for pair in sizes[3:] if pair[way]} for way in (0, 1))
    assert len(asked) == len(answered) == 1, (asked, answered)
    bell.close()


def _all(sock: socket.socket) -> bytes | None:
    """What came until a pause; ``None`` at the end."""
    got = b""
    while True:
        try:
            piece = sock.recv(65536)
        except TimeoutError:
            return got
        except OSError:
            return None
        if not piece:
            return None
        got += piece


def test_the_house_holds_no_secret_of_the_agent_and_comes_back(scene: Scene, tmp_path: Path) -> None:
    connect = scene.bell(scene.token(), tmp_path)
    first = connected(scene, connect)
    assert scene.house._child is not None
    pid = scene.house._child.pid
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert command[1:4] == [b"-I", b"-m", b"hwc_school_agent.bells.house"], "an interpreter of its own, not a copy"
    os.kill(pid, signal.SIGKILL)
    assert scene.until(lambda: scene.house._child is not None and scene.house._child.pid != pid)
    assert scene.until(lambda: scene.rope.connected == 0)

    def again() -> socket.socket:
        end = time.monotonic() + 20 * PATIENCE
        while True:
            try:
                return connect()
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.05)

    second = connected(scene, again)
    first.close()
    second.close()


def test_who_does_not_trust_the_certificate_says_nothing(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(scene.token())
    connect = poll.over("https://localhost", scene.port, file, None)
    thread, out = in_thread(lambda: refused(connect))
    assert scene.until(lambda: not thread.is_alive())
    assert out == [True]
    assert scene.rope.connected == 0
