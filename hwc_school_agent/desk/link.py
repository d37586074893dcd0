"""The desk's end of the line to ``watch``: boards come in, orders go out. When ``watch`` is gone, so are we."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

from hwc_school_agent.domain.board import Board, Order

_LONGEST = 1 << 22  # a board is a few kilobytes; more without a newline is no board


class Link:
    """Reads without blocking, writes whole lines: an order is with the kernel before ``send`` returns."""

    def __init__(self, control: socket.socket, board: Board, changed: Callable[[], None]) -> None:
        self.board = board
        self._control = control
        self._changed = changed
        self._part = bytearray()
        control.setblocking(True)
        asyncio.get_running_loop().add_reader(control.fileno(), self._readable)

    def send(self, order: Order) -> None:
        """Hand one order to ``watch``."""
        try:
            self._control.sendall(order.json().encode() + b"\n")
        except OSError:
            os._exit(0)

    def _readable(self) -> None:
        try:
            piece = self._control.recv(65536, socket.MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if not piece or len(self._part) > _LONGEST:
            os._exit(0)
        self._part += piece
        *lines, rest = bytes(self._part).split(b"\n")
        self._part = bytearray(rest)
        for line in lines:
            try:
                self.board = Board.parse(line.decode())
            except (ValueError, KeyError, TypeError):
                os._exit(1)  # another version of watch: never guess what it meant
        if lines:
            self._changed()
