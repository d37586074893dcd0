"""The parser box: a message is taken apart in a child that can do nothing but answer.

What the child needs was imported and tried out before, on a message of ours. It closes itself in (no files, no
sockets, no processes, little memory and time), and only then looks at the first byte of the message. It answers one
line of JSON of at most 16 kB, which is checked here field by field: to this side it is as hostile as the message.

Nothing is logged, and no exception carries a word of the message.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
from dataclasses import asdict
from datetime import date
from enum import Enum
from typing import Any

from hwc_school_agent.domain.envelope import (
    LONGEST_ADDRESS,
    LONGEST_ID,
    MOST_REFERENCES,
    Envelope,
    in_doubt,
    sender_agreed,
)
from hwc_school_agent.domain.facts import Child, Shown
from hwc_school_agent.domain.language import DUTCH, Language
from hwc_school_agent.domain.names import LONGEST_NAME
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.domain.sender_check import Verdict
from hwc_school_agent.host.child import Say, fork
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.workers.reading import LONGEST_SHOWN, read, warm_up

LONGEST_ANSWER = 16_384
_MEMORY = 256 << 20  # bytes more than the child has when it closes itself in
_CPU_SECONDS = 4
_MOST_CHILDREN = 24


class Question(Enum):
    """What is asked about a message."""

    KIND = "kind"
    SHOW = "show"
    HEADER = "header"


class BoxFailed(Exception):
    """The box gave no usable answer: it ran out of time, memory or luck. Carries nothing. A person must look."""


#: Wall time. What bounds a hostile mail is the processor time inside the box; this ends a box that only waits.
SECONDS = 15.0


def ask(
    question: Question,
    raw: bytes,
    *,
    allowed: tuple[str, ...],
    today: date,
    border: str = "",
    tr: Language = DUTCH,
    seconds: float = SECONDS,
) -> Kind | Shown | Envelope:
    """Ask one question of a raw message: ``KIND`` gives a ``Kind``, ``SHOW`` a ``Shown``, ``HEADER`` an ``Envelope``.

    ``allowed`` and ``border`` are those of ``[senders]``; ``tr`` must have been read already: the box
    opens no file. ``seconds`` bounds the whole call. Raises ``BoxFailed`` only.
    Blocks the caller. The caller must have one thread (see ``host/child.py``).
    """

    def task(say: Say) -> None:
        close_in()
        say(_line(question, raw, allowed, today, border, tr))

    prepare()  # in this process, once: what it imports is there in every box forked from here
    line = _one_line(task, seconds)
    try:
        return _checked(question, json.loads(line))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BoxFailed from None


def prepare() -> None:
    """Import and try out, on a message of our own, what a box needs. Spares the first ``ask`` some milliseconds.

    Raises ``BoxFailed``.
    """
    try:
        warm_up()
    except Exception:  # the same for the caller as a box that fails
        raise BoxFailed from None


def close_in() -> None:
    """Give up, for good, what taking a message apart does not need. What is open stays open.

    As root ``RLIMIT_NPROC`` is not enforced, and ``RLIMIT_NOFILE`` still stops pipes, sockets and files.
    """
    now = _memory_now()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (now + _MEMORY, now + _MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _memory_now() -> int:
    """Address space of this process in bytes; a generous guess where ``/proc`` is missing."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 512 << 20


def _line(
    question: Question, raw: bytes, allowed: tuple[str, ...], today: date, border: str = "", tr: Language = DUTCH
) -> str:
    """Inside the box: the answer as one line that fits."""
    kind, shown, envelope = read(raw, today, show=question is Question.SHOW, border=border, tr=tr)
    if question is Question.KIND:
        return json.dumps(kind.value)
    if question is Question.HEADER:
        return json.dumps(asdict(envelope))
    answer = asdict(shown) | {"children": [(c.name, c.born.isoformat() if c.born else None) for c in shown.children]}
    answer["sender_doubt"] = in_doubt(envelope, allowed)
    answer["sender_agreed"] = sender_agreed(envelope.sender, allowed) and not answer["sender_doubt"]
    while len(line := json.dumps(answer, ensure_ascii=False)) and len(line.encode()) >= LONGEST_ANSWER:
        answer["text"], answer["shortened"] = answer["text"][: len(answer["text"]) * 3 // 4], True
    return line


def _one_line(task: Any, seconds: float) -> bytes:
    """Run the task in a child and take its one line. The child is dead and reaped when this returns."""
    clock = SystemClock()
    deadline = clock.steady() + seconds
    try:
        child = fork(task)
    except OSError:
        raise BoxFailed from None
    said = bytearray()
    try:
        poll = select.poll()
        poll.register(child.fd, select.POLLIN | select.POLLHUP)
        while len(said) <= LONGEST_ANSWER:
            left = deadline - clock.steady()
            if left <= 0 or not poll.poll(left * 1000):
                raise BoxFailed
            piece = os.read(child.fd, LONGEST_ANSWER + 1 - len(said))
            if not piece:
                break
            said += piece
    finally:
        child.kill()
        with contextlib.suppress(OSError):
            child.reap()
    if len(said) > LONGEST_ANSWER or said[-1:] != b"\n" or said.count(b"\n") != 1:
        raise BoxFailed
    return bytes(said)


# checking the answer: types, lengths and closed words; anything else is refused


def _checked(question: Question, answer: Any) -> Kind | Shown | Envelope:
    if question is Question.KIND:
        return Kind(_text(answer, 20))
    if question is Question.HEADER:
        return _envelope(answer)
    return _shown(answer)


def _shown(answer: Any) -> Shown:
    _fields(answer, Shown)
    children = answer["children"]
    if type(children) is not list or len(children) > _MOST_CHILDREN:
        raise ValueError
    return Shown(
        kind=Kind(_text(answer["kind"], 20)),
        children=tuple(_child(c) for c in children),
        codeword=_truth(answer["codeword"]),
        more=_truth(answer["more"]),
        text=_text(answer["text"], LONGEST_SHOWN, breaks=True),
        shortened=_truth(answer["shortened"]),
        sender_agreed=_truth(answer["sender_agreed"]),
        sender_doubt=_truth(answer["sender_doubt"]),
    )


def _child(answer: Any) -> Child:
    if type(answer) is not list or len(answer) != 2:
        raise ValueError
    name, born = answer
    if not _text(name, 4 * LONGEST_NAME).strip():
        raise ValueError
    return Child(name, None if born is None else date.fromisoformat(_text(born, 10)))


def _envelope(answer: Any) -> Envelope:
    _fields(answer, Envelope)
    references = answer["references"]
    if type(references) is not list or len(references) > MOST_REFERENCES:
        raise ValueError
    return Envelope(
        sender=_ascii(answer["sender"], LONGEST_ADDRESS),
        message_id=_ascii(answer["message_id"], LONGEST_ID),
        references=tuple(_ascii(r, LONGEST_ID) for r in references),
        return_path=_ascii(answer["return_path"], LONGEST_ADDRESS),
        auto_submitted=_ascii(answer["auto_submitted"], 40),
        is_list=_truth(answer["is_list"]),
        content_report=_ascii(answer["content_report"], 40),
        read_receipt_to=_ascii(answer["read_receipt_to"], LONGEST_ADDRESS),
        precedence=_ascii(answer["precedence"], 40),
        verdict=Verdict(_ascii(answer["verdict"], 20)),
    )


def _fields(answer: Any, kind: type[Shown] | type[Envelope]) -> None:
    if type(answer) is not dict or answer.keys() != set(kind.__dataclass_fields__):
        raise ValueError


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _text(value: Any, longest: int, *, breaks: bool = False) -> str:
    if type(value) is not str or len(value) > longest:
        raise ValueError
    if not all(c.isprintable() or (breaks and c in "\n\t") for c in value):
        raise ValueError
    return value


def _ascii(value: Any, longest: int) -> str:
    text = _text(value, longest)
    if not text.isascii() or " " in text:
        raise ValueError
    return text
