"""``control.sock``: how ``hwc-school-agent close``, ``drill`` and ``doctor`` ask the running agent.

One line in, one line out.

Only the agent's own account and root may speak here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from hwc_school_agent.domain.board import Board, Health
from hwc_school_agent.domain.staff import Role
from hwc_school_agent.watch.loop import Loop

NAME = "control.sock"
Answer = Callable[[str], None]
_PEER = struct.Struct("3i")


def state(board: Board, reached: Collection[Role]) -> str:
    """What ``doctor`` may know: whether looks succeed, how many bells hang, how today's rehearsal ended, for whom a
    bell hangs (``reached``).

    ``sees 2 failed arrived for contact backup``, ``blind 0 none for``; ``sees 1 ok apart 61 for head``: its clock
    differs by so many minutes. Nothing in it depends on a message that waits.
    """
    rehearsed = board.rehearsal
    proof = "none" if rehearsed is None else " ".join([rehearsed.result, *([rehearsed.leg] if rehearsed.leg else [])])
    if rehearsed is not None and rehearsed.apart:
        proof += f" apart {rehearsed.apart}"
    health = "sees" if board.health is Health.OK else "blind"
    return " ".join([health, str(board.bells), proof, "for", *(role for role in Role if role in reached)])


class Control:
    """The listening end. ``words``: what is called for a word, with ``answer(line)``, which may come later."""

    def __init__(self, directory: Path, loop: Loop, words: Mapping[str, Callable[[Answer], None]]) -> None:
        self._path, self._loop, self._words = directory / NAME, loop, words
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Start to listen. Raises ``OSError``."""
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self._path))
        os.chmod(self._path, 0o600)
        self._socket.listen(4)
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket.fileno(), self._knock)

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
            self._path.unlink(missing_ok=True)

    def _knock(self) -> None:
        if self._socket is None:
            return
        try:
            peer, _ = self._socket.accept()
        except OSError:
            return
        _pid, uid, _gid = _PEER.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
        if uid not in (0, os.geteuid()):
            peer.close()
            return
        peer.setblocking(False)
        timer = self._loop.call_later(5.0, lambda: self._hang_up(peer))

        def readable() -> None:
            timer.cancel()
            self._loop.remove_reader(peer.fileno())
            try:
                word = peer.recv(16)
            except OSError:
                word = b""
            if call := self._words.get(word.strip().decode("ascii", "replace")):
                call(lambda line: self._answer(peer, line))
            else:
                peer.close()

        self._loop.add_reader(peer.fileno(), readable)

    def _hang_up(self, peer: socket.socket) -> None:
        self._loop.remove_reader(peer.fileno())
        peer.close()

    def _answer(self, peer: socket.socket, line: str) -> None:
        with contextlib.suppress(OSError):
            peer.send(line.encode() + b"\n")
        peer.close()
