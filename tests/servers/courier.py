"""Courier-IMAP 5 (Debian 12), from unpacked packages, without root.

    with Courier() as server: ...

Courier's paths are compiled in: its login program wants the authentication daemon's socket at
``/run/courier/authdaemon/socket``. Each instance therefore runs in a mount namespace of its own
(``unshare``) where ``/run`` is empty but for that socket, and behind the socket sits a stub of
authdaemond in this process. Everything else is the genuine couriertcpd, imaplogin, couriertls,
imapd and maildir.

Profiles:

``standard``       UIDPLUS, IDLE, ACL... as Debian ships it; folders are INBOX.Name. While a client idles, Courier
                   looks into the folder once a minute (Debian's setting), or every ``idle`` seconds
``trash``          IMAP_MOVE_EXPUNGE_TO_TRASH: what is expunged moves to INBOX.Trash
``no-idle``        CAPABILITY without IDLE and UIDPLUS
``enhanced-idle``  IMAP_ENHANCEDIDLE: IDLE pushes at once (needs gamin/FAM)
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from . import debs, ns
from .base import MailServer
from .processes import service_account
from .unix_stub import UnixStub


class _AuthDaemon(UnixStub):
    """Courier's authdaemond protocol: AUTH (login) and PRE (look-up)."""

    def __init__(self, path: str, accounts: dict[str, tuple[str, str]], uid: int, gid: int) -> None:
        super().__init__(path)
        self.accounts, self.uid, self.gid = accounts, uid, gid

    def answer(self, stream: BinaryIO) -> None:
        line = stream.readline().decode("utf-8", "replace").rstrip("\n")
        while "=" in line.split(" ")[0]:  # TCPREMOTEIP=... precedes the request
            line = stream.readline().decode("utf-8", "replace").rstrip("\n")
        if line.startswith("AUTH "):
            data = stream.read(int(line[5:])).decode("utf-8", "replace").split("\n")
            # service, "login", user, password
            ok = len(data) >= 4 and data[1] == "login" and self.accounts.get(data[2], ("", ""))[0] == data[3]
            stream.write(self._reply(data[2]) if ok else b"FAIL\n")
        elif line.startswith("PRE "):
            user = line.split(" ", 3)[3]
            stream.write(self._reply(user) if user in self.accounts else b"FAIL\n")
        else:
            stream.write(b"FAIL\n")

    def _reply(self, user: str) -> bytes:
        home = self.accounts[user][1]
        return (
            f"UID={self.uid}\nGID={self.gid}\nHOME={home}\nADDRESS={user}\nNAME=Test\n"
            f"MAILDIR={home}/Maildir\nOPTIONS=\n.\n"
        ).encode()


class Courier(MailServer):
    name = "courier"
    packages = ("courier-imap", "courier-base", "courier-authlib", "courier-authdaemon")
    profiles = ("standard", "trash", "no-idle", "enhanced-idle")

    CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"

    def __init__(
        self, profile: str = "standard", *, folders: list[str] | None = None, idle: int = 60, **kw: Any
    ) -> None:
        super().__init__(profile, **kw)
        self.idle = idle
        self.folders = ["Sent", "Trash", "Drafts", "Junk"] if folders is None else folders
        self._auth: _AuthDaemon | None = None

    @staticmethod
    def _programs() -> dict[str, str | None]:
        return {
            "couriertcpd": debs.find("couriertcpd"),
            "imaplogin": debs.find("imaplogin", "/usr/lib/courier/courier"),
            "imapd": _imapd(),
            "couriertls": debs.find("couriertls"),
        }

    @classmethod
    def missing(cls) -> list[str]:
        """Programs that are neither installed nor fetched."""
        return [k for k, v in cls._programs().items() if not v]

    @classmethod
    def why_not(cls) -> str | None:
        missing = cls.missing()
        return f"{', '.join(missing)} not found (python -m tests.servers fetch)" if missing else ns.why_not()

    def _prepare(self) -> None:
        d = self.dir
        (d / "run" / "courier" / "authdaemon").mkdir(parents=True)
        os.chmod(d / "run" / "courier" / "authdaemon", 0o755)
        self._homes: dict[str, str] = {}
        for i, user in enumerate(self.users):
            home = d / "mail" / f"u{i}"
            self._homes[user] = str(home)
            box = home / "Maildir"
            for sub in ("cur", "new", "tmp"):
                (box / sub).mkdir(parents=True)
            for f in self.folders:
                for sub in ("cur", "new", "tmp"):
                    (box / f".{f}" / sub).mkdir(parents=True)
                (box / f".{f}" / "maildirfolder").touch()
            (box / "courierimapsubscribed").write_text("".join(f"INBOX.{f}\n" for f in self.folders))

    def _env(self, program: str) -> dict[str, str]:
        cap = self.CAPABILITY
        if self.profile == "no-idle":
            cap = cap.replace(" UIDPLUS", "").replace(" IDLE", "")
        return debs.env_for(
            program,
            IMAP_CAPABILITY=cap,
            IMAP_CAPABILITY_TLS=cap + " AUTH=PLAIN",
            IMAP_KEYWORDS="1",
            IMAP_ACL="1",
            IMAP_IDLE_TIMEOUT=str(self.idle),
            IMAP_MAILBOX_SANITY_CHECK="1",
            IMAP_CHECK_ALL_FOLDERS="0",
            IMAP_OBSOLETE_CLIENT="0",
            IMAP_UMASK="022",
            IMAP_USELOCKS="1",
            IMAP_ENHANCEDIDLE="1" if self.profile == "enhanced-idle" else "0",
            IMAP_TRASHFOLDERNAME="Trash",
            IMAP_EMPTYTRASH="Trash:7",
            IMAP_MOVE_EXPUNGE_TO_TRASH="1" if self.profile == "trash" else "0",
            IMAP_STARTTLS="YES",
            IMAP_TLS_REQUIRED="0",
            MAILDIRPATH="Maildir",
            GAM_CLIENT_ID=self.dir.name,  # its own gamin, not one per machine
            SENDMAIL="/bin/false",
            HEADERFROM="X-IMAP-Sender",
            COURIERTLS=str(self._programs()["couriertls"]),
            TLS_CERTFILE=self.cert.both,
            TLS_TRUSTCERTS=self.ca.cafile,
            TLS_VERIFYPEER="NONE",
            TLS_PRIORITY="NORMAL",
        )

    def _launch(self) -> None:
        uid, gid, _u, _g = service_account()
        self._auth = _AuthDaemon(
            str(self.dir / "run" / "courier" / "authdaemon" / "socket"),
            {u: (p, self._homes[u]) for u, p in self.users.items()},
            uid,
            gid,
        )
        self._auth.start()
        p = self._programs()
        # For this process tree only: an empty /run with our socket in it, an account named "courier"
        # (couriertls switches to it), and gamin's helper where its library looks for it.
        common = [
            str(p["couriertcpd"]),
            "-address=127.0.0.1",
            "-maxprocs=200",
            "-maxperip=200",
            "-nodnslookup",
            "-noidentlookup",
        ]
        login = [str(p["imaplogin"]), str(p["imapd"]), "Maildir"]
        for port, cmd in (
            (self.port, [*common, str(self.port), *login]),
            (self.tls_port, [*common, str(self.tls_port), str(p["couriertls"]), "-server", "-tcpd", *login]),
        ):
            env = self._env(str(p["couriertcpd"]))
            if port == self.tls_port:
                env["IMAP_TLS"] = "1"
                env["IMAP_STARTTLS"] = "NO"
            wrapped = ns.wrap(
                cmd,
                self.dir,
                accounts=["courier"],
                empty=["/run"],
                bind={str(self.dir / "run" / "courier"): "/run/courier"},
                overlay={f"{debs.root()}/usr/libexec": "/usr/libexec"},
            )
            self._spawn(wrapped, log="imaps" if port == self.tls_port else "imap", env=env, cwd=str(self.dir / "tmp"))

    def _end_processes(self, hurry: bool = False) -> None:
        super()._end_processes(hurry)
        if self._auth is not None:
            self._auth.stop()
            self._auth = None

    def deliver(self, raw: bytes, folder: str = "INBOX", user: str | None = None, *, name: str = "") -> None:
        """INBOX: into the maildir (tmp, then renamed into new), as an MTA would; ``name``: of the file. Other folders
        (with or without "INBOX." in front): APPEND in a session of its own."""
        if folder.upper() != "INBOX":
            return self._append(raw, folder if folder.upper().startswith("INBOX.") else f"INBOX.{folder}", user)
        box = Path(self._homes[user or self.user]) / "Maildir"
        name = name or f"{int(time.time())}.M{uuid.uuid4().hex}.school"
        tmp = box / "tmp" / name
        tmp.write_bytes(raw.replace(b"\r\n", b"\n"))
        self.own(tmp)
        os.rename(tmp, box / "new" / name)
        return None

    def mail_roots(self) -> list[Path]:
        return [self.dir / "mail", self.dir / "tmp"]


def _imapd() -> str | None:
    """The binary called imapd; with Cyrus unpacked into the same tree there are two of that name."""
    for base in ("", str(debs.root())):
        p = f"{base}/usr/bin/imapd"
        if os.path.exists(p):
            return p
    return None
