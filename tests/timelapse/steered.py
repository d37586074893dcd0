"""The clock that a test steers, in memory that the agent, all its children and the test share; and the notes beside it.

A directory holds three things: ``clock`` (mapped by everybody), ``steer`` (the socket on which the agent obeys) and
``notes`` (what the agent logged, rang and told the service manager, each line with the steered time, and with the real
seconds since the clock was moved to it).
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

CLOCK, STEER, NOTES = "clock", "steer", "notes"
_FORM = struct.Struct("<5d")  # generation, wall, steady, real, speed


class SteeredClock:
    """Stands still, runs, or jumps as a test says. Has the two readings of ``host.clock.Clock``."""

    def __init__(self, directory: Path) -> None:
        path = directory / CLOCK
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _FORM.size)

    @staticmethod
    def create(directory: Path, wall: float) -> None:
        """A clock that stands still at ``wall``."""
        (directory / CLOCK).write_bytes(_FORM.pack(0, wall, 1000.0, time.monotonic(), 0.0))

    def _read(self) -> tuple[float, float, float, float]:
        while True:
            generation, *rest = _FORM.unpack(self._memory[:])
            if generation % 2 == 0 and _FORM.unpack(self._memory[:])[0] == generation:
                return rest[0], rest[1], rest[2], rest[3]

    @property
    def moved(self) -> float:
        """When it was last moved, by ``time.monotonic()``: what happens then happens so many real seconds later."""
        return self._read()[2]

    @property
    def speed(self) -> float:
        """Simulated seconds in a real one; 0 while it stands still."""
        return self._read()[3]

    def now(self) -> float:
        wall, _, real, speed = self._read()
        return wall + (time.monotonic() - real) * speed

    def steady(self) -> float:
        _, steady, real, speed = self._read()
        return steady + (time.monotonic() - real) * speed

    def set(self, *, wall: float | None = None, steady: float | None = None, speed: float | None = None) -> None:
        """Change a reading or the speed; what is left out goes on from where it is.

        The agent writes, and the test while that sleeps.
        """
        real, before = time.monotonic(), self._read()
        gone = (real - before[2]) * before[3]
        generation = _FORM.unpack(self._memory[:])[0]
        self._memory[:8] = struct.pack("<d", generation + 1)
        self._memory[8:] = _FORM.pack(
            0,
            before[0] + gone if wall is None else wall,
            before[1] + gone if steady is None else steady,
            real,
            before[3] if speed is None else speed,
        )[8:]
        self._memory[:8] = struct.pack("<d", generation + 2)

    def forward(self, seconds: float) -> None:
        """Both readings move on."""
        self.set(wall=self.now() + seconds, steady=self.steady() + seconds)


def note(directory: Path, clock: SteeredClock, kind: str, text: str) -> None:
    """Write one line into the notes of the agent's build."""
    line = f"{clock.now()!r}\t{time.monotonic() - clock.moved!r}\t{kind}\t{text}\n"
    fd = os.open(directory / NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(fd, line.encode())
    finally:
        os.close(fd)
