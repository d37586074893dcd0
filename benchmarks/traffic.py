"""What each step says to the mail server: round trips and bytes, counted by a proxy on real servers.

    python -m benchmarks.traffic                 every server, as a table (benchmarks/traffic.md)
    python -m benchmarks.traffic --write         the same, into that file

Counts, not times: the same on any machine. A round trip is a write of ours after something the server said; the
connection (TCP, TLS) is left out, the login is in. Each step begins cold, as a worker does; ``look`` is one more look
of the resident process on the connection it has.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hwc_school_agent.domain.job import CloseJob
from hwc_school_agent.domain.outcome import Answered, FolderRole
from hwc_school_agent.mailbox.listen import Conversation, Look
from hwc_school_agent.mailbox.talk import Ask, Wait
from hwc_school_agent.mailbox.wire import Reader, Response
from hwc_school_agent.settings import Mailbox
from hwc_school_agent.workers import close, confirm, reader, triage
from tests.helpers import unique_child
from tests.mailbox.scene import Scene
from tests.servers import Courier, Cyrus, Dovecot, Embedded, Proxy, SmtpSink

GMAIL = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS MOVE ESEARCH LIST-EXTENDED LIST-STATUS"
SERVERS: dict[str, Callable[[], Any]] = {
    "Dovecot": Dovecot,
    "Dovecot, 200 folders": lambda: Dovecot(folders=dict.fromkeys(f"Map {n}" for n in range(199)) | {"Sent": "\\Sent"}),
    "Cyrus": Cyrus,
    "Courier": Courier,
    "Exchange-like": lambda: Dovecot("exchange-like"),
    "Gmail-like": lambda: Dovecot("gmail-like", capability=GMAIL),
    "pymap (unknown)": Embedded,
}
STEPS = ("look", "triage", "show", "confirm", "purge and proof", "finish", "close")
FILE = Path(__file__).with_name("traffic.md")


@dataclass(frozen=True)
class Cost:
    """What a step cost."""

    round_trips: int
    up: int  # bytes
    down: int


def measure(make: Callable[[], Any]) -> dict[str, Cost]:
    """Every step on one server, with one signal and a copy of it in Sent."""
    found: dict[str, Cost] = {}
    with (
        make() as server, SmtpSink("starttls") as sink, Proxy(server.port) as proxy,
        tempfile.TemporaryDirectory() as directory,
    ):  # fmt: skip
        scene = Scene.on(server, sink, Path(directory), proxy)

        @contextmanager
        def counting(step: str) -> Iterator[None]:
            proxy.reset_counters()
            yield
            found[step] = Cost(proxy.round_trips, proxy.bytes_up, proxy.bytes_down)

        settings, today = scene.settings, date.today()
        place = scene.signal(unique_child())
        _look(settings.mailbox, counting)
        with counting("triage"):
            triage.run(settings, place, today, None, lambda _kind: None)
        with counting("show"):
            reader.run(settings, place, today)
        with counting("confirm"):
            confirm.run(settings, place)
        scene.copy(place, [FolderRole.SENT])
        with counting("purge and proof"):
            _well(scene.finish(place, Answered.PHONED))
        place = scene.signal(unique_child())
        scene.confirm(place)
        with counting("finish"):
            _well(scene.finish(place))
        said: list[str] = []
        with counting("close"):
            close.run(settings, CloseJob((), time.time(), scene.marks), lambda word: said.append(word.line()))
        _well(said)
    return found


def _well(said: Sequence[str]) -> None:
    if said[-1] not in ("empty", "clean"):
        raise SystemExit(f"a step went wrong: {said[-1]}")


def _look(mailbox: Mailbox, counting: Callable[[str], Any]) -> None:
    """The first look, and then one more, which is counted."""
    looks: list[Look] = []
    talk = Conversation(mailbox, lambda: 0.0, looks.append, {}).run()
    incoming, heard = Reader(), list[Response]()
    with socket.create_connection((mailbox.host, mailbox.port), timeout=30) as connection:

        def until(count: int, ask: Ask) -> Ask:
            while len(looks) < count:
                if isinstance(ask, bytes):
                    connection.sendall(ask)
                    ask = next(talk)
                    continue
                assert isinstance(ask, Wait)
                while ask.seconds and not heard:
                    heard.extend(incoming.feed(connection.recv(65536)))
                ask = talk.send(heard.pop(0) if heard else None)
            return ask

        ask = until(1, next(talk))
        with counting("look"):
            until(2, ask)
        talk.close()


def table(names: Sequence[str] = tuple(SERVERS)) -> str:
    """The table of round trips, with bytes for the whole of ``finish``."""
    lines = [f"| server | {' | '.join(STEPS)} | bytes of finish, up / down |", f"| --- |{' --- |' * (len(STEPS) + 1)}"]
    for name in names:
        why = getattr(SERVERS[name], "why_not", lambda: None)()
        if why:
            raise SystemExit(why)
        cost = measure(SERVERS[name])
        trips = " | ".join(str(cost[step].round_trips) for step in STEPS)
        lines.append(f"| {name} | {trips} | {cost['finish'].up} / {cost['finish'].down} |")
    return "\n".join(lines) + "\n"


HEAD = """# Round trips

Made by `python -m benchmarks.traffic --write`; what the words mean stands at the top of `benchmarks/traffic.py`.
`tests/platforms/test_traffic.py` holds the numbers that may not grow. Exchange-like, Gmail-like and unknown servers are
asked one command at a time, on purpose (`mailbox/platforms/`).

"""


def main() -> int:
    """The verb."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic")
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        FILE.write_text(HEAD + table())
    else:
        sys.stdout.write(table())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
