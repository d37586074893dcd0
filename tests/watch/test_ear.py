"""The ear on real servers: sees everything, comes back from everything, and says what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Sighting
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.host.tls import client_context
from hwc_school_agent.mailbox.listen import Look
from hwc_school_agent.settings import Mailbox, Secret, Tls
from hwc_school_agent.watch.ear import Ear
from hwc_school_agent.watch.loop import Loop
from tests.helpers import need, signal_mail, unique_child
from tests.servers import CA, Courier, Dovecot, ImapFaults, MailServer, Proxy, free_port


class Listening:
    """An ear in a loop of its own, and what it has told so far."""

    def __init__(self, mailbox: Mailbox, pace: float) -> None:
        self.looks: list[Look] = []
        self.lost: list[Trouble] = []
        self.loop = Loop(SystemClock())
        self.pace = pace
        self._next = 0.0
        self.arrived: list[tuple[int, float, int]] = []  # UID, time, and how many looks there had been

        def came(s: Sighting) -> None:
            self.arrived.append((s.place.uid, s.arrived, len(self.looks)))

        tells = (self._until_look, self._on_look, lambda t, _h, _r: self.lost.append(t))
        self.ear = Ear(mailbox, self.loop, *tells, on_arrival=came)
        self.ear.start()

    def _until_look(self) -> float:
        return max(0.0, self._next - time.monotonic())

    def _on_look(self, look: Look) -> None:
        self._next = time.monotonic() + self.pace
        self.looks.append(look)

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, (len(self.looks), self.lost)
            self.loop.once(0.05)

    def rest(self) -> None:
        """Until it is in IDLE: what comes before, it hears of without being told what it is."""
        end = time.monotonic() + 1.0
        self.until(lambda: time.monotonic() > end)

    def places(self) -> set[tuple[FolderRole, int]]:
        return {(s.place.role, s.place.uid) for s in self.looks[-1].sightings} if self.looks else set()


def mailbox_of(server: MailServer, port: int | None = None, tls: Tls = Tls.IMPLICIT, **changes: object) -> Mailbox:
    mailbox = Mailbox(
        server.host,
        server.user,
        port or server.tls_port or 0,
        tls,
        str(server.cafile),
        password=Secret(server.password),
    )
    return replace(mailbox, **changes)  # type: ignore[arg-type]


@pytest.fixture
def listening() -> Iterator[Callable[..., Listening]]:
    made: list[Listening] = []

    def make(mailbox: Mailbox, pace: float = 60.0) -> Listening:
        made.append(Listening(mailbox, pace))
        return made[-1]

    yield make
    for each in made:
        each.ear.stop()


def mail() -> bytes:
    child = unique_child()
    return signal_mail(child.name, child.born)


def test_every_folder_is_watched(imap_server: MailServer, listening: Callable[..., Listening]) -> None:
    """INBOX by push, the others by push or at the pace of the clock; also what waits at the start."""
    with imap_server.client() as client:
        names = {b"INBOX" if d == b"INBOX" else d for _, _, d in client.list_folders()} | set()
        prefix = "INBOX." if "INBOX.Junk" in {str(n) for n in names} else ""
        client.create_folder(prefix + "Aparte map")
    imap_server.deliver(mail())
    heard = listening(mailbox_of(imap_server), pace=1.0)
    heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())
    imap_server.deliver(mail())
    heard.until(lambda: (FolderRole.INBOX, 2) in heard.places())
    for folder, role in (("Junk", FolderRole.JUNK), ("Trash", FolderRole.TRASH), ("Aparte map", FolderRole.OTHER)):
        imap_server.deliver(mail(), folder=prefix + folder)
        heard.until(lambda role=role: (role, 1) in heard.places())
    assert {f.role for f in heard.looks[-1].folders} >= {FolderRole.INBOX, FolderRole.SENT, FolderRole.TRASH}
    assert not heard.lost


def test_unread_mail_in_a_big_old_archive_is_seen_and_read_mail_is_not(
    dovecot: MailServer, listening: Callable[..., Listening]
) -> None:
    for _ in range(6):
        dovecot.deliver(mail(), folder="Archive")
    with dovecot.client() as client:
        client.select_folder("Archive")
        client.add_flags([1, 2, 4, 5, 6], [b"\\Seen"])
    heard = listening(mailbox_of(dovecot), pace=1.0)
    heard.until(lambda: heard.looks)
    assert heard.places() == {(FolderRole.ARCHIVE, 3)}
    with dovecot.client() as client:  # filed by hand, read: it came after the first look
        client.append("Archive", mail(), [b"\\Seen"])
    heard.until(lambda: (FolderRole.ARCHIVE, 7) in heard.places())


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.NONE])
def test_starttls_and_plain(dovecot: MailServer, listening: Callable[..., Listening], tls: Tls) -> None:
    dovecot.deliver(mail())
    heard = listening(mailbox_of(dovecot, dovecot.port, tls))
    heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())


def test_a_server_without_idle_is_looked_at_on_the_clock(listening: Callable[..., Listening]) -> None:
    need(Courier.why_not())
    with Courier("no-idle") as server:
        heard = listening(mailbox_of(server), pace=0.5)
        heard.until(lambda: heard.looks)
        server.deliver(mail())
        heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())


def test_an_old_server_with_hardly_any_capability(listening: Callable[..., Listening]) -> None:
    need(Dovecot.why_not())
    with Dovecot("minimal") as server:
        server.deliver(mail(), folder="Junk")
        heard = listening(mailbox_of(server), pace=0.5)
        heard.until(lambda: (FolderRole.JUNK, 1) in heard.places())


def test_a_second_signal_right_behind_the_first_is_never_missed(
    dovecot: MailServer, listening: Callable[..., Listening]
) -> None:
    heard = listening(mailbox_of(dovecot), pace=60.0)
    heard.until(lambda: heard.looks)
    with dovecot.client() as client:
        for n in range(1, 21):
            client.append("INBOX", mail())
            # at another moment of the ear's look each time
            end = time.monotonic() + n * 0.04
            while time.monotonic() < end:
                heard.loop.once(0.005)
            client.append("INBOX", mail())
            heard.until(lambda n=n: len(heard.places()) == 2 * n, 10.0)


@pytest.mark.parametrize("server", ["dovecot", "cyrus"])
def test_the_end_of_idle_and_the_look_behind_it_are_one_write(
    server: str, request: pytest.FixtureRequest, listening: Callable[..., Listening]
) -> None:
    """Every signal costs one turn of the link less; and whatever comes while the write is under way is seen."""
    real: MailServer = request.getfixturevalue(server)
    with Proxy(real.port, record=True) as proxy:
        heard = listening(mailbox_of(real, proxy.port, Tls.NONE))
        heard.until(lambda: heard.looks)
        for n in range(1, 6):
            real.deliver(mail())
            heard.until(lambda n=n: (FolderRole.INBOX, n) in heard.places())
        real.deliver(mail())
        real.deliver(mail(), folder="Junk")
        heard.until(lambda: {(FolderRole.INBOX, 6), (FolderRole.JUNK, 1)} <= heard.places(), 90.0)
        left = [data for _, _, way, data in proxy.transcript if way == "up" and data.startswith(b"DONE")]
    assert len(left) >= 6
    assert all(b" LIST " in data and b" EXAMINE " in data and b" UID FETCH " in data for data in left)
    assert not heard.lost


@pytest.mark.parametrize("server", ["dovecot", "cyrus"])
@pytest.mark.parametrize("passed_on", [False, True])
def test_a_link_that_breaks_when_idle_is_left_loses_nothing(
    server: str, passed_on: bool, request: pytest.FixtureRequest, listening: Callable[..., Listening]
) -> None:
    """Before the server hears DONE and the look, and while it answers them."""
    real: MailServer = request.getfixturevalue(server)
    with Proxy(real.port) as proxy:
        heard = listening(mailbox_of(real, proxy.port, Tls.NONE))
        heard.until(lambda: heard.looks)
        proxy.cut_when("up", rb"DONE", before=not passed_on)
        real.deliver(mail())
        heard.until(lambda: heard.lost)
        heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())
        real.deliver(mail())
        heard.until(lambda: (FolderRole.INBOX, 2) in heard.places())
    assert heard.lost[0] is Trouble.NO_ANSWER


def test_dovecot_describes_new_mail_before_it_is_asked(
    dovecot: MailServer, listening: Callable[..., Listening]
) -> None:
    """Each once, with the arrival time that the look sees too; never anything that the look does not see."""
    dovecot.deliver(mail())
    heard = listening(mailbox_of(dovecot))
    heard.until(lambda: heard.looks)
    looks = []
    for n in (2, 3):
        heard.rest()
        looks.append(len(heard.looks))
        dovecot.deliver(mail())
        heard.until(lambda n=n: (FolderRole.INBOX, n) in heard.places())
    dovecot.deliver(mail(), folder="Junk")
    heard.until(lambda: (FolderRole.JUNK, 1) in heard.places())
    seen = {s.place.uid: s.arrived for s in heard.looks[-1].sightings if s.place.role is FolderRole.INBOX}
    assert heard.arrived == [(2, seen[2], looks[0]), (3, seen[3], looks[1])]  # no look lies between


def test_fillers_are_no_new_mail(dovecot: MailServer, listening: Callable[..., Listening]) -> None:
    heard = listening(mailbox_of(dovecot))
    heard.until(lambda: heard.looks)
    heard.rest()
    heard.ear.levelling(True)
    dovecot.deliver(mail())
    heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())
    assert heard.looks[-1].fillers
    assert not heard.arrived


def test_it_comes_back_after_the_server_was_gone(dovecot: MailServer, listening: Callable[..., Listening]) -> None:
    heard = listening(mailbox_of(dovecot))
    heard.until(lambda: heard.looks)
    dovecot.kill()
    heard.until(lambda: len(heard.lost) >= 2)
    assert set(heard.lost) == {Trouble.NO_ANSWER}
    dovecot.start()
    dovecot.deliver(mail())
    heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())


def test_a_link_that_silently_died_is_noticed(
    dovecot: MailServer, listening: Callable[..., Listening], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets vanish, nothing is reset: the next look ends it."""
    for module in ("talk", "listen"):
        monkeypatch.setattr(f"hwc_school_agent.mailbox.{module}.ANSWER_SECONDS", 1.0)
    with Proxy(dovecot.tls_port) as proxy:
        heard = listening(mailbox_of(dovecot, proxy.port), pace=1.0)
        heard.until(lambda: heard.looks)
        proxy.blackhole = True
        heard.until(lambda: heard.lost)
        assert heard.lost[0] is Trouble.NO_ANSWER
        proxy.heal()
        dovecot.deliver(mail())
        heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())


def test_what_is_wrong_is_told_apart(dovecot: MailServer, listening: Callable[..., Listening]) -> None:
    other_ca = CA()
    for mailbox, trouble in (
        (mailbox_of(dovecot, password=Secret("wrong")), Trouble.LOGIN),
        (mailbox_of(dovecot, password=Secret("wröng")), Trouble.LOGIN),
        (mailbox_of(dovecot, ca_file=str(other_ca.cafile)), Trouble.CERTIFICATE),
        (mailbox_of(dovecot, free_port()), Trouble.NO_ANSWER),
        (mailbox_of(dovecot, host="bestaat-niet.invalid"), Trouble.NO_NAME),
        (mailbox_of(dovecot, dovecot.port), Trouble.CERTIFICATE),  # a plain port asked for TLS
    ):
        heard = listening(mailbox)
        heard.until(lambda heard=heard: heard.lost)
        assert heard.lost[0] is trouble
        assert not heard.looks


def test_authorities_are_held_once_and_read_again_when_a_certificate_is_refused(
    dovecot: MailServer, listening: Callable[..., Listening], tmp_path: Path
) -> None:
    """As after a new authority was put into the file, while another connection still holds the old ones."""
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(Path(CA().cafile).read_bytes())
    held = client_context(str(ca_file))
    assert client_context(str(ca_file)) is held
    heard = listening(mailbox_of(dovecot, ca_file=str(ca_file)))
    heard.until(lambda: heard.lost)
    assert heard.lost[0] is Trouble.CERTIFICATE
    ca_file.write_bytes(Path(dovecot.cafile).read_bytes())
    heard.until(lambda: heard.looks)


def test_a_password_beyond_ascii_works(listening: Callable[..., Listening]) -> None:
    need(Dovecot.why_not())
    # the test server's own client can only log in with ASCII: it gets an account of its own
    with Dovecot(users={"test@school.example": "geheim", "hwc@school.example": "gehéim wachtwoord"}) as server:
        heard = listening(mailbox_of(server, user="hwc@school.example", password=Secret("gehéim wachtwoord")))
        heard.until(lambda: heard.looks)


def test_a_folder_that_cannot_be_opened_lends_nobody_elses_messages(
    dovecot: MailServer, listening: Callable[..., Listening]
) -> None:
    with ImapFaults(dovecot.port) as proxy:
        proxy.rule(rb'EXAMINE "?Archive', "no")
        heard = listening(mailbox_of(dovecot, proxy.port, Tls.NONE), pace=0.5)
        heard.until(lambda: heard.looks)
        dovecot.deliver(mail(), folder="Archive")
        dovecot.deliver(mail())
        heard.until(lambda: (FolderRole.INBOX, 1) in heard.places())
        looks = len(heard.looks)
        heard.until(lambda: len(heard.looks) > looks + 2)
        assert heard.places() == {(FolderRole.INBOX, 1)}
        proxy.heal()
        heard.until(lambda: (FolderRole.ARCHIVE, 1) in heard.places())
