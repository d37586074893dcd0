"""Cyrus IMAP 3.6 (Debian 12), from unpacked packages, without root.

    with Cyrus() as server: ...

Passwords are checked by a stub of saslauthd in this process. Cyrus logs to syslog only, so there
is no log file; ``log_text()`` has what the programs print.

Profiles:

``standard``   as Debian ships it: expunge_mode and delete_mode are "delayed". Expunged mail and
               deleted folders stay on the server's disk until the operator's nightly
               ``cyr_expire`` (Debian: after 28 days). ``server.expire()`` runs it with 0 days
``immediate``  expunge_mode and delete_mode "immediate": gone from disk at EXPUNGE
``inbox-prefix``  altnamespace off: folders are called INBOX.Sent, the separator is a dot
"""

from __future__ import annotations

import os
import smtplib
import struct
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from . import debs
from .base import MailServer
from .processes import run, service_account
from .unix_stub import UnixStub

_BIN = "/usr/lib/cyrus/bin"


class _SaslAuthd(UnixStub):
    """saslauthd's protocol: four counted strings (user, password, service, realm), "OK" or "NO"."""

    def __init__(self, path: str, users: dict[str, str], domain: str) -> None:
        super().__init__(path)
        self.users, self.domain = users, domain

    def answer(self, stream: BinaryIO) -> None:
        user, password, _service, realm = (
            stream.read(struct.unpack("!H", stream.read(2))[0]).decode("utf-8", "replace") for _ in range(4)
        )
        # Cyrus strips its default domain before it asks
        ok = any(self.users.get(n) == password for n in (user, f"{user}@{realm or self.domain}"))
        answer = b"OK" if ok else b"NO authentication failed"
        stream.write(struct.pack("!H", len(answer)) + answer)


class Cyrus(MailServer):
    name = "cyrus"
    packages = ("cyrus-imapd", "cyrus-common")
    profiles = ("standard", "immediate", "inbox-prefix")
    FOLDERS: ClassVar = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash", "Junk": "\\Junk"}

    def __init__(self, profile: str = "standard", *, extra_config: str = "", **kw: Any) -> None:
        """``extra_config``: lines appended to imapd.conf."""
        super().__init__(profile, **kw)
        self.extra_config = extra_config
        self._sasl: _SaslAuthd | None = None

    @classmethod
    def _bin(cls, name: str) -> str | None:
        # not by PATH: other packages have an imapd and a master, too
        for base in ("", str(debs.root())):
            p = f"{base}{_BIN}/{name}"
            if os.access(p, os.X_OK):
                return p
        return None

    @classmethod
    def missing(cls) -> list[str]:
        """Programs that are neither installed nor fetched."""
        return [n for n in ("master", "imapd", "lmtpd", "idled", "ctl_cyrusdb") if not cls._bin(n)]

    @classmethod
    def why_not(cls) -> str | None:
        missing = cls.missing()
        return f"{', '.join(missing)} not found (python -m tests.servers fetch)" if missing else None

    def _prepare(self) -> None:
        d = self.dir
        _uid, _gid, user, _group = service_account()
        for sub in (
            "lib/db",
            "lib/log",
            "lib/proc",
            "lib/lock",
            "lib/msg",
            "lib/ptclient",
            "lib/socket",
            "lib/user",
            "lib/quota",
            "lib/sync",
            "lib/backup",
            "spool/stage.",
            "archive",
            "search",
        ):
            (d / sub).mkdir(parents=True)
        mode = "immediate" if self.profile == "immediate" else "delayed"
        alt = "no" if self.profile == "inbox-prefix" else "yes"
        self.domain = self.user.partition("@")[2] or "school.example"
        roles = "".join(f"xlist-{su[1:].lower()}: {n}\n" for n, su in self.FOLDERS.items())
        (d / "imapd.conf").write_text(
            f"""# generated for a test: Cyrus IMAP 3.6, profile {self.profile}
configdirectory: {d}/lib
partition-default: {d}/spool
defaultpartition: default
proc_path: {d}/lib/proc
mboxname_lockpath: {d}/lib/lock
servername: mail.school.example
defaultdomain: {self.domain}
virtdomains: userid
cyrus_user: {user}
admins: cyrus
altnamespace: {alt}
unixhierarchysep: {alt}
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {d}/run/mux
sasl_mech_list: PLAIN LOGIN
sasl_log_level: 1
tls_server_cert: {self.cert.chain}
tls_server_key: {self.cert.key}
tls_sessions_db_path: {d}/lib/tls_sessions.db
lmtpsocket: {d}/run/lmtp
idlesocket: {d}/run/idle
notifysocket: {d}/run/notify
lmtp_downcase_rcpt: yes
expunge_mode: {mode}
delete_mode: {mode}
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: {"|".join(self.FOLDERS)}
autocreate_subscribe_folders: {"|".join(self.FOLDERS)}
{roles}duplicatesuppression: no
sievedir: {d}/lib/sieve
popminpoll: 0
imapidlepoll: 60
temp_path: {d}/tmp
skiplist_unsafe: yes
{self.extra_config}
"""
        )
        b = {n: self._bin(n) for n in ("imapd", "lmtpd", "idled", "ctl_cyrusdb")}
        c = f"-C {d}/imapd.conf"
        (d / "cyrus.conf").write_text(
            f"""START {{
  recover cmd="{b["ctl_cyrusdb"]} {c} -r"
}}
SERVICES {{
  imap  cmd="{b["imapd"]} {c} -U 30" listen="127.0.0.1:{self.port}" prefork=1 maxchild=200
  imaps cmd="{b["imapd"]} {c} -s -U 30" listen="127.0.0.1:{self.tls_port}" prefork=0 maxchild=200
  lmtpunix cmd="{b["lmtpd"]} {c} -a" listen="{d}/run/lmtp" prefork=0 maxchild=20
}}
EVENTS {{
  checkpoint cmd="{b["ctl_cyrusdb"]} {c} -c" period=30
}}
DAEMON {{
  idled cmd="{b["idled"]} {c}"
}}
"""
        )

    def _env(self) -> dict[str, str]:
        return debs.env_for(str(self._bin("master")), CYRUS_USER=service_account()[2])

    def _launch(self) -> None:
        self._sasl = _SaslAuthd(str(self.dir / "run" / "mux"), self.users, self.domain)
        self._sasl.start()
        self._spawn(
            [
                str(self._bin("master")),
                "-C",
                f"{self.dir}/imapd.conf",
                "-M",
                f"{self.dir}/cyrus.conf",
                "-p",
                f"{self.dir}/run/master.pid",
            ],
            env=self._env(),
            cwd=str(self.dir / "lib"),
        )

    def _end_processes(self, hurry: bool = False) -> None:
        super()._end_processes(hurry)
        if self._sasl is not None:
            self._sasl.stop()
            self._sasl = None

    def tool(self, name: str, *args: str) -> str:
        """Run a Cyrus tool (cyr_expire, reconstruct, mbpath...) against this instance."""
        exe = self._bin(name)
        if exe is None:
            raise FileNotFoundError(name)
        return run([exe, "-C", f"{self.dir}/imapd.conf", *args], env=self._env()).stdout.decode(errors="replace")

    def deliver(self, raw: bytes, folder: str = "INBOX", user: str | None = None) -> None:
        """INBOX: over LMTP, as an MTA would. Other folders: APPEND in a session of its own."""
        if folder.upper() != "INBOX":
            return self._append(raw, folder, user)
        with smtplib.LMTP(str(self.dir / "run" / "lmtp")) as lmtp:
            lmtp.sendmail("mta@mail.school.example", [user or self.user], raw)
        return None

    def expire(self) -> None:
        """cyr_expire with 0 days for expunged messages (-X) and deleted folders (-D)."""
        self.tool("cyr_expire", "-E", "1", "-X", "0", "-D", "0")

    def mail_roots(self) -> list[Path]:
        return [self.dir / "spool", self.dir / "lib", self.dir / "tmp", self.dir / "archive"]
