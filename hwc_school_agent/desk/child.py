"""Work that may block or that touches content, done in a child while this process goes on serving.

The child reads the mailbox, or checks a pass phrase or a passkey, and dies; this process only sees what it says.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date

from hwc_school_agent import staff_file
from hwc_school_agent.desk.passkeys import Asked, Made, Used
from hwc_school_agent.domain.facts import Child as Pupil
from hwc_school_agent.domain.facts import Shown
from hwc_school_agent.domain.outcome import Kind
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.domain.staff import Passkey
from hwc_school_agent.host.child import Say, fork
from hwc_school_agent.settings import Settings

MAIL_SECONDS = 25.0
LOGIN_SECONDS = 20.0
_MOST = 1 << 20


async def read(settings: Settings, place: Place, today: date) -> Shown | None:
    """What may be shown of the message at ``place``; ``None`` when it cannot be fetched now.

    A message that no parser survives comes back empty: a person has to open it in the mail program.
    """

    def task(say: Say) -> None:
        from hwc_school_agent.workers.parser_box import BoxFailed
        from hwc_school_agent.workers.reader import run

        try:
            shown = run(settings, place, today)
        except BoxFailed:
            shown = Shown(Kind.UNCLEAR, (), codeword=False, more=False, text="", shortened=False, sender_agreed=True)
        say(_written(shown))

    code, said = await _ask(task, MAIL_SECONDS)
    if code:
        return None
    try:
        return _read(said)
    except (ValueError, KeyError, TypeError):
        return None


async def confirm(settings: Settings, place: Place) -> bool:
    """Set the flag that says "a person has this". ``False``: it may not be set; the message waits as before."""

    def task(say: Say) -> None:
        from hwc_school_agent.workers.confirm import run

        run(settings, place)
        say("confirmed")

    code, said = await _ask(task, MAIL_SECONDS)
    return code == 0 and said == b"confirmed\n"


async def passphrase_fits(encoded: str, phrase: str) -> bool:
    """Whether a pass phrase fits a hash; the 64 MiB that this takes are gone afterwards."""

    def task(say: Say) -> None:
        if staff_file.verify(encoded, phrase):
            say("fits")

    _, said = await _ask(task, LOGIN_SECONDS)
    return said == b"fits\n"


async def passkey_used(asked: Asked, used: Used, known: Sequence[Passkey], now: float) -> tuple[int, str] | None:
    """Which of the ``known`` passkeys was used, and a mark of its challenge; ``None``: none of them."""

    def task(say: Say) -> None:
        from hwc_school_agent.desk.passkey_check import check_used

        at, mark = check_used(asked, used, known, now)
        say(f"{at} {mark}")

    code, said = await _ask(task, LOGIN_SECONDS)
    at, _, mark = said.decode("ascii", "replace").strip().partition(" ")
    return (int(at), mark) if code == 0 and at.isdecimal() and int(at) < len(known) and mark else None


async def passkey_made(asked: Asked, made: Made, user: bytes, now: float) -> tuple[Passkey, str] | None:
    """The passkey to keep, and a mark of its challenge; ``None``: it is not genuine."""

    def task(say: Say) -> None:
        from hwc_school_agent.desk.passkey_check import check_made

        passkey, mark = check_made(asked, made, user, now)
        say(json.dumps([asdict(passkey), mark]))

    code, said = await _ask(task, LOGIN_SECONDS)
    if code:
        return None
    try:
        passkey, mark = json.loads(said)
        return Passkey(**passkey), str(mark)
    except (ValueError, TypeError):
        return None


async def _ask(task: Callable[[Say], None], seconds: float) -> tuple[int, bytes]:
    """Run a task in a child; its exit code and all it said. A child that is too slow is killed."""
    loop = asyncio.get_running_loop()
    child = fork(task)
    said = bytearray()
    over: asyncio.Future[None] = loop.create_future()

    def readable() -> None:
        try:
            piece = os.read(child.fd, 65536)
        except (BlockingIOError, InterruptedError):
            return
        said.extend(piece)
        if len(said) > _MOST:
            child.kill()
        if not piece and not over.done():
            over.set_result(None)

    os.set_blocking(child.fd, False)
    loop.add_reader(child.fd, readable)
    try:
        await asyncio.wait_for(over, seconds)
    except TimeoutError:
        pass  # the exit code of a killed child says so
    finally:
        loop.remove_reader(child.fd)
        if not over.done() or over.cancelled():
            child.kill()
        code = child.reap()
    return code, bytes(said)


def _written(shown: Shown) -> str:
    return json.dumps(
        {
            "kind": shown.kind.value,
            "children": [[c.name, c.born.isoformat() if c.born else None] for c in shown.children],
            "codeword": shown.codeword,
            "more": shown.more,
            "text": shown.text,
            "shortened": shown.shortened,
            "sender_agreed": shown.sender_agreed,
            "sender_doubt": shown.sender_doubt,
        }
    )


def _read(line: bytes) -> Shown:
    d = json.loads(line)
    return Shown(
        Kind(d["kind"]),
        tuple(Pupil(name, date.fromisoformat(born) if born else None) for name, born in d["children"]),
        bool(d["codeword"]),
        bool(d["more"]),
        str(d["text"]),
        bool(d["shortened"]),
        bool(d["sender_agreed"]),
        bool(d["sender_doubt"]),
    )
