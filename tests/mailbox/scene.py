"""A mailbox with one confirmed signal, its copies, and mail of others that must survive."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from hwc_school_agent.domain.job import FinishJob
from hwc_school_agent.domain.outcome import Answered, FolderRole, Said
from hwc_school_agent.domain.signal import Mark, Place
from hwc_school_agent.mailbox.folders import Folder
from hwc_school_agent.mailbox.session import folders_with_status, open_session, quoted
from hwc_school_agent.settings import Settings, Tls
from hwc_school_agent.workers import confirm, finish
from tests.helpers import InventedChild, settings_for, signal_mail, unique_child
from tests.servers import Cyrus, MailServer, Proxy, SmtpSink

COPIES = (FolderRole.SENT, FolderRole.TRASH, FolderRole.ARCHIVE)


@dataclass
class Scene:
    """One mailbox. ``marks`` are taken when the scene is made, before any mail of a test comes."""

    server: MailServer
    sink: SmtpSink | None
    settings: Settings
    marks: dict[str, Mark] = field(default_factory=dict)
    names: dict[FolderRole, str] = field(default_factory=dict)

    @classmethod
    def on(cls, server: MailServer, sink: SmtpSink | None, tmp_path: Path, proxy: Proxy | None = None) -> Scene:
        """``proxy``: stands before the plain port, and everything the agent does goes through it."""
        changes = {"mailbox": {"tls": Tls.NONE, "port": proxy.port}} if proxy else {}
        scene = cls(server, sink, settings_for(server, sink, tmp_path, **changes))
        scene.remark()
        return scene

    def remark(self) -> None:
        """Take the marks now."""
        self.marks = {f.name: Mark(f.uidvalidity or 0, f.uidnext) for f in self.folders() if f.uidnext is not None}

    @property
    def direct(self) -> Settings:
        """Settings for what the tests themselves do: past any proxy, and without the time that TLS takes."""
        return replace(self.settings, mailbox=replace(self.settings.mailbox, tls=Tls.NONE, port=self.server.port))

    def folders(self) -> list[Folder]:
        with open_session(self.direct.mailbox) as session:
            return folders_with_status(session)

    def folder(self, role: FolderRole) -> Folder | None:
        return next((f for f in self.folders() if f.role is role), None)

    def counts(self) -> dict[str, int | None]:
        """How many messages each folder that is not empty holds."""
        return {f.name: f.messages for f in self.folders() if f.messages != 0}

    def deliver(self, raw: bytes, role: FolderRole = FolderRole.INBOX) -> Place:
        """Let a message come, and say where it stands."""
        if role not in self.names:
            self.names |= {f.role: f.name for f in reversed(self.folders())}
        name = self.names[role]
        self.server.deliver(raw, folder=name)
        with open_session(self.direct.mailbox) as session:
            (opened,) = session.run(b"SELECT " + quoted(name))  # not EXAMINE: see ``mailbox/read.py`` on Courier
            (answer,) = session.run(b"UID FETCH 1:* (UID)")
        return Place(name, role, opened.number("UIDVALIDITY") or 0, max(answer.fetched()))

    def signal(self, child: InventedChild | None = None, **kw: object) -> Place:
        """A signal comes."""
        child = child or unique_child()
        return self.deliver(signal_mail(child.name, child.born, **kw))  # type: ignore[arg-type]

    def copy(self, place: Place, roles: Iterable[FolderRole] = COPIES) -> int:
        """Copy a message into the folders with these roles, as a rule or a mail program does; how many there were."""
        done = 0
        with open_session(self.direct.mailbox) as session:
            folders = folders_with_status(session)
            session.select(place)
            for folder in folders:
                if folder.role in roles:
                    (answer,) = session.keep_selected(b"UID COPY %d " % place.uid + quoted(folder.name))
                    assert answer.ok
                    done += 1
        return done

    def flag(self, place: Place, flags: bytes) -> None:
        with open_session(self.direct.mailbox) as session:
            session.select(place)
            session.keep_selected(b"UID STORE %d +FLAGS (%s)" % (place.uid, flags))

    def flags(self, place: Place) -> frozenset[str] | None:
        """The flags of a message without ``\\recent``; ``None`` when it is not there."""
        with open_session(self.direct.mailbox) as session:
            session.run(b"EXAMINE " + quoted(place.folder))
            (answer,) = session.run(b"UID FETCH %d (UID FLAGS)" % place.uid)
        items = answer.fetched().get(place.uid)
        if items is None:
            return None
        flags = items["FLAGS"]
        assert isinstance(flags, list)
        return frozenset(f.decode().lower() for f in flags if isinstance(f, bytes)) - {"\\recent"}

    def confirm(self, place: Place) -> None:
        confirm.run(self.direct, place)

    def job(self, place: Place, answered: Answered = Answered.READ, *, elsewhere: bool = False) -> FinishJob:
        return FinishJob(place, answered, time.time(), self.marks, elsewhere)

    def finish(self, place: Place, answered: Answered = Answered.READ, *, elsewhere: bool = False) -> list[str]:
        """Run ``finish`` here and return what it said."""
        said: list[Said] = []
        finish.run(self.settings, self.job(place, answered, elsewhere=elsewhere), said.append)
        return [s.line() for s in said]

    def receipts(self) -> list[str]:
        """The Message-IDs of the receipts that the submission server took."""
        assert self.sink is not None
        return [str(m.parsed()["Message-ID"]) for m in self.sink.messages]

    def nothing_left(self, *children: InventedChild) -> bool:
        """Our own look at the server's disk; Cyrus forgets when its operator's job of the night has run."""
        if isinstance(self.server, Cyrus):
            self.server.expire()
        return not any(self.server.disk_find(t.encode()) for child in children for t in child.traces)
