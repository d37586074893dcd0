"""Leaks to plant (``tests/worlds/agent.py``). Each is something a well-meaning change could do, and does nothing on a
day without signals.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LEAKS: dict[str, Callable[[], None]] = {}
#: leaks by which nothing else or at another tick of the clock happens, but a little later after it
SLOW: dict[str, Callable[[], None]] = {}


def leak(build: Callable[[], None]) -> Callable[[], None]:
    """Register a leak under the name of its function."""
    LEAKS[build.__name__] = build
    return build


def slow(build: Callable[[], None]) -> Callable[[], None]:
    """Register such a leak."""
    SLOW[build.__name__] = build
    return build


def after(owner: Any, name: str, extra: Callable[..., None]) -> None:
    """Call ``extra`` behind a function, with the same arguments."""
    real = getattr(owner, name)

    def both(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named)
        extra(*arguments, **named)
        return result

    setattr(owner, name, both)


@leak
def a_line_in_the_log() -> None:
    from hwc_school_agent.host.event_log import Event
    from hwc_school_agent.watch import book, watch

    after(book.Book, "learn", lambda _book, _handle, kind, _now: rings(kind) and watch.log(Event.LOOK_OK))


@leak
def a_count_in_the_status() -> None:
    from hwc_school_agent.watch import watch

    def status(self: Any) -> None:
        if waiting := self._book.waiting():
            watch.notify(f"STATUS={len(waiting)} bericht(en)")

    after(watch.Watch, "_status", status)


@leak
def a_status_that_names_the_latest_look() -> None:
    from hwc_school_agent.watch import watch

    def look(self: Any, _look: Any) -> None:
        if self._book.waiting():
            self._looked = self._clock.now()
            self._status()

    after(watch.Watch, "_on_look", look)


@leak
def the_watchdog_is_fed_by_a_message() -> None:
    from hwc_school_agent.watch import book, watch

    after(book.Book, "learn", lambda _book, _handle, kind, _now: rings(kind) and watch.notify("WATCHDOG=1"))


@leak
def a_file_at_the_first_receipt() -> None:
    from hwc_school_agent.post import receipt

    def note(*_: Any, **__: Any) -> None:
        (STATE() / "receipts").touch(0o600)

    after(receipt, "build", note)


@leak
def a_time_touched_at_ontvangen() -> None:
    from hwc_school_agent.watch import book

    after(book.Book, "confirm", lambda *_: os.utime(STATE() / "staff.json"))


@leak
def a_file_that_came_and_went() -> None:
    from hwc_school_agent.watch import door

    def sessions(self: Any, _line: bytes) -> None:
        if any(s.viewing for s in self.sessions):
            path = STATE() / "sessions"
            path.write_text("x")
            path.unlink()

    after(door.Door, "_obey", sessions)


@leak
def a_temporary_file() -> None:
    from hwc_school_agent.workers import parser_box

    def ask(question: Any, raw: bytes, **_: Any) -> None:
        if b"hwc-" not in raw:
            (Path(os.environ["TMPDIR"]) / f"mail{len(raw)}").write_bytes(b"")

    after(parser_box, "ask", ask)


@slow
def a_morning_ring_that_first_sorts_what_waits() -> None:
    from hwc_school_agent.watch import watch

    real = watch.Watch._ring

    def ring(self: Any, what: Any) -> None:
        time.sleep(0.03 * len(self._book.waiting()))
        real(self, what)

    watch.Watch._ring = ring  # type: ignore[method-assign]


@leak
def the_word_of_the_closing_depends_on_a_message() -> None:
    from hwc_school_agent.domain.outcome import Word
    from hwc_school_agent.workers import close

    real = close._levelled

    def levelled(settings: Any, job: Any, closed: Any) -> Any:
        said = real(settings, job, closed)
        return close.Said(Word.LEFT) if job.jobs else said

    close._levelled = levelled


@leak
def the_closing_is_written_down_later() -> None:
    from hwc_school_agent.host.event_log import Event
    from hwc_school_agent.watch import errands
    from hwc_school_agent.watch.next_tick import NextTick

    write, hands = NextTick.log, errands.Hands
    late: list[Any] = []

    def log(self: NextTick, event: Event, *numbers: int, not_before: float = 0.0) -> None:
        write(self, event, *numbers, not_before=not_before + 40.0 * bool(event is Event.CLOSED and late))

    def start(self: Any, worker: Any, arguments: Any, *rest: Any, **more: Any) -> None:
        if worker.value == "close":
            late[:] = [self] if arguments[1].jobs else []
        real(self, worker, arguments, *rest, **more)

    real = hands.start
    NextTick.log = log  # type: ignore[method-assign]
    hands.start = start  # type: ignore[method-assign]


@leak
def a_look_for_a_message_is_logged() -> None:
    from hwc_school_agent.host.event_log import Event
    from hwc_school_agent.watch import watch

    after(watch.Watch, "_on_look", lambda self, _look: self._book.waiting() and watch.log(Event.LOOK_OK))


@leak
def counters() -> None:
    """Switched off in the configuration."""


@leak
def the_count_of_changes() -> None:
    from hwc_school_agent.mailbox import level

    level._Folder._padding = lambda _self, _opened: []  # type: ignore[method-assign]


@leak
def a_bell_that_stores_rings_at_once() -> None:
    from hwc_school_agent.bells import rope

    real = rope.Rope.ring
    rope.Rope.ring = lambda self, *whose, fixed_time=False: real(self, *whose, fixed_time=True)  # type: ignore[method-assign]


@leak
def no_rehearsal_while_something_waits() -> None:
    from hwc_school_agent.watch import watch

    real = watch.Watch.tick

    def tick(self: Any) -> None:
        rehearsal = self._rehearsal.tick
        if self._book.waiting():
            self._rehearsal.tick = lambda *_, **__: None
        real(self)
        self._rehearsal.tick = rehearsal

    watch.Watch.tick = tick  # type: ignore[method-assign]


@leak
def a_heartbeat_only_when_nothing_waits() -> None:
    from hwc_school_agent.watch import watch

    real = watch.Heartbeat.beat
    books: list[Any] = []
    after(watch.Watch, "__init__", lambda self, *_, **__: books.append(self._book))

    def beat(self: Any, today: Any) -> None:
        if not books[0].waiting():
            real(self, today)

    watch.Heartbeat.beat = beat  # type: ignore[method-assign]


@leak
def a_folder_for_what_is_done() -> None:
    from hwc_school_agent.mailbox import purge

    def create(session: Any, _place: Any, sight: Any, *_: Any) -> None:
        if b"hwc-" not in sight.message.header:
            session.run(b'CREATE "Afgehandeld"')

    after(purge, "purge", create)


@leak
def a_mail_to_the_head() -> None:
    from email.message import EmailMessage

    from hwc_school_agent.workers import finish

    def tell(settings: Any, _job: Any, _session: Any, message: Any, *_: Any) -> None:
        if b"hwc-" in message.header:
            return
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "hwc@school.example", "directie@school.example", "Bureau"
        finish.submit(settings.submission, mail)

    after(finish, "_answer", tell)


def rings(kind: Any) -> bool:
    """Whether a person is rung for it."""
    from hwc_school_agent.domain.outcome import RINGS_NOBODY

    return kind not in RINGS_NOBODY


def STATE() -> Path:
    """The state folder."""
    config = Path(sys.argv[sys.argv.index("--config") + 1])
    return config.parent / "state"
