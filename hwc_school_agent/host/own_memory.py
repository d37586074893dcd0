"""Searching the memory of the resident process, from a child of it. Linux only; elsewhere nothing is claimed.

A process that made itself undumpable cannot be opened by anybody but root. So ``watch`` opens its own memory before
it does that, and hands the two descriptors, for reading only, to the one child that searches.
"""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_PIECE = 1 << 20  # bytes searched at a time
_FRAGMENT = 8  # letters: a freed block loses its beginning first, so a piece of the word counts as the word


@dataclass(frozen=True, slots=True)
class OwnMemory:
    """Descriptors of ``/proc/self/mem`` and ``/proc/self/maps``; they keep meaning the process that opened them."""

    mem: int
    maps: int

    @classmethod
    def open(cls) -> OwnMemory | None:
        """Before ``host.process.harden``. ``None`` where that cannot be had."""
        flags = os.O_RDONLY | os.O_CLOEXEC
        try:
            mem = os.open("/proc/self/mem", flags)
        except OSError:
            return None
        try:
            return cls(mem, os.open("/proc/self/maps", flags))
        except OSError:
            os.close(mem)
            return None

    def close(self) -> None:
        """Give both up."""
        for fd in (self.mem, self.maps):
            with contextlib.suppress(OSError):
                os.close(fd)

    def holds(self, word: str, marker: str) -> bool | None:
        """Whether any part of ``word`` (8 letters or more) stands in that memory, in the ways Python and mail write it.

        ``marker``: a text that is there for certain. ``None`` when not all of the memory could be read, or the marker
        was not found: then nothing is claimed.
        """
        patterns, proof = patterns_of(word), marker.encode()
        overlap = max(len(p) for p in (*patterns, proof)) - 1
        zeros, found, proved = bytes(_PIECE), False, False
        try:
            for begin, end in self._areas():
                tail = b""
                for piece in self._read(begin, end):
                    # most of a large process was never touched; of zeros only the edge can belong to a word
                    window = tail + (piece[:overlap] if piece == zeros[: len(piece)] else piece)
                    proved = proved or proof in window
                    found = found or any(p in window for p in patterns)
                    tail = window[-overlap:]
        except OSError:
            return True if found else None
        return found if proved else None

    def _areas(self) -> Iterator[tuple[int, int]]:
        """What may hold data of ours: everything that was ever writable, or that no file stands behind."""
        text = b""
        while piece := os.pread(self.maps, 1 << 16, len(text)):
            text += piece
        for line in text.splitlines():
            area, rights, _offset, _device, inode, *_name = line.split(None, 5)
            if line.endswith((b"[vvar]", b"[vvar_vclock]", b"[vdso]", b"[vsyscall]")):
                continue  # of the kernel, the same in every process
            if b"w" in rights or inode == b"0":
                begin, end = (int(n, 16) for n in area.split(b"-"))
                yield begin, end

    def _read(self, begin: int, end: int) -> Iterator[bytes]:
        """Raises ``OSError`` for what is there and cannot be read."""
        while begin < end:
            piece = os.pread(self.mem, min(_PIECE, end - begin), begin)
            if not piece:
                raise OSError
            begin += len(piece)
            yield piece


def patterns_of(word: str) -> tuple[bytes, ...]:
    """A word and every piece of 8 letters of it: UTF-8, CPython's 2- and 4-byte strings, and base64."""
    pieces = [word[at : at + _FRAGMENT] for at in range(max(1, len(word) - _FRAGMENT + 1))]
    found: set[bytes] = set()
    for spelled in {s for p in pieces for s in (p, p.lower(), p.upper())}:
        found |= {spelled.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")}
    found |= set(_base64(word.encode()))
    return tuple(found)


def _base64(data: bytes) -> Iterable[bytes]:
    """As it stands in a longer text, at each of the three places it can begin: what depends on others is cut off."""
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + data)
        yield coded[(0, 2, 3)[shift] : (shift + len(data)) * 8 // 6]
