"""Dovecot 2.3, rootless, from a generated configuration.

    with Dovecot() as server: ...
    with Dovecot("exchange-like") as server: ...

Profiles (see README.md for what each one is good for):

``standard``          everything Dovecot can do, the usual folder set with SPECIAL-USE
``minimal``           CAPABILITY says IMAP4rev1 and nothing else; no SPECIAL-USE attributes.
                      Dovecot still executes hidden commands if a client sends them anyway; put
                      ``proxy.ImapFaults(...).hide(...)`` in front to have them refused
``exchange-like``     Exchange Online's CAPABILITY line, Dutch folder names without SPECIAL-USE,
                      expunged mail moves to a store IMAP cannot reach
``exchange-visible``  the same, but the store is the folder "Recoverable Items" and IMAP can purge it
``gmail-like``        [Gmail]/Trash, Spam..., a folder with \\All: EXPUNGE in INBOX only archives;
                      what is moved to Trash leaves All Mail; EXPUNGE in Trash is final
``virtual-all``       a virtual folder with the special use \\All shows every message a second time
``oauth``             XOAUTH2 and OAUTHBEARER only, tokens checked at ``server.oauth`` (see oauth.py)
``mdbox``             mail in mdbox files: EXPUNGE leaves the bytes on disk until ``doveadm purge``
``quota``             storage quota of 64 KB: APPEND/COPY fail with [OVERQUOTA]
``few-connections``   at most 2 sessions per user and address
"""

from __future__ import annotations

import re
import secrets
import shutil
import smtplib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .base import MailServer
from .processes import run, service_account

#: what Exchange Online says after login (before login, MOVE is missing and AUTH=PLAIN is there)
EXCHANGE_CAPABILITY = (
    "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
)

_FOLDERS = {
    "Drafts": "\\Drafts",
    "Sent": "\\Sent",
    "Trash": "\\Trash",
    "Junk": "\\Junk",
    "Archive": "\\Archive",
}
_EXCHANGE_FOLDERS = {
    "Concepten": None,
    "Verzonden items": None,
    "Verwijderde items": None,
    "Ongewenste e-mail": None,
    "Archief": None,
    "Postvak UIT": None,
}
_GMAIL_FOLDERS = {
    "[Gmail]/Drafts": "\\Drafts",
    "[Gmail]/Sent Mail": "\\Sent",
    "[Gmail]/Spam": "\\Junk",
    "[Gmail]/Trash": "\\Trash",
}


def _which(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/opt/dovecot/sbin")


class Dovecot(MailServer):
    name = "dovecot"
    packages = ("dovecot-imapd", "dovecot-lmtpd")
    profiles = (
        "standard",
        "minimal",
        "exchange-like",
        "exchange-visible",
        "gmail-like",
        "virtual-all",
        "oauth",
        "mdbox",
        "quota",
        "few-connections",
    )

    def __init__(
        self,
        profile: str = "standard",
        *,
        capability: str | None = None,
        folders: dict[str, str | None] | None = None,
        storage: str | None = None,
        auth_mechanisms: str | None = None,
        oauth: bool = False,
        plaintext_ok: bool = True,
        quota_kb: int = 64,
        max_connections: int = 0,
        extra_config: str = "",
        **kw: Any,
    ) -> None:
        """``capability``: replaces the CAPABILITY line. ``folders``: {name: special use or None},
        created at first login. ``storage``: maildir, sdbox or mdbox. ``plaintext_ok=False``: LOGIN
        needs TLS (LOGINDISABLED). ``oauth=True``: any profile, but logins only with a token, as the
        profile ``oauth``; with an exchange profile PLAIN is still offered and always fails, as at
        Exchange Online. ``extra_config``: appended to the generated file."""
        super().__init__(profile, **kw)
        self.capability = capability
        if profile == "minimal" and capability is None:
            self.capability = "IMAP4rev1"
        if profile.startswith("exchange") and capability is None:
            self.capability = EXCHANGE_CAPABILITY
        if folders is None:
            folders = dict(_EXCHANGE_FOLDERS) if profile.startswith("exchange") else dict(_FOLDERS)
            if profile == "minimal":
                folders = dict.fromkeys(folders)
            if profile == "gmail-like":
                folders = dict(_GMAIL_FOLDERS)
        self.folders = folders
        self.storage = storage or ("mdbox" if profile == "mdbox" else "maildir")
        self.use_oauth = oauth or profile == "oauth"
        default = "plain login"
        if self.use_oauth:
            default = "plain xoauth2 oauthbearer" if profile.startswith("exchange") else "xoauth2 oauthbearer"
        self.auth_mechanisms = auth_mechanisms or default
        self.plaintext_ok = plaintext_ok
        self.quota_kb = quota_kb
        self.max_connections = max_connections or (2 if profile == "few-connections" else 100)
        self.extra_config = extra_config
        self.oauth: Any = None  # an oauth.TokenServer in the profile ``oauth``

    @classmethod
    def why_not(cls) -> str | None:
        exe = _which("dovecot")
        if not exe or not _which("doveadm"):
            return "dovecot is not installed (Debian: dovecot-imapd dovecot-lmtpd)"
        version = run([exe, "--version"], as_root=True, check=False).stdout.decode(errors="replace")
        if not re.match(r"2\.3\.", version):
            return f"this writes a Dovecot 2.3 configuration, found {version.strip()}"
        return None

    # -- configuration ------------------------------------------------------------------
    def _prepare(self) -> None:
        d = self.dir
        uid, gid, user, group = service_account()
        (d / "home").mkdir()
        # with OAuth the accounts exist (LMTP looks them up), but no password opens them
        (d / "users").write_text(
            "".join(
                f"{u}:{{PLAIN}}{secrets.token_hex() if self.use_oauth else p}::::::\n" for u, p in self.users.items()
            ),
            encoding="utf-8",
        )
        self.lmtp_socket = str(d / "run" / "lmtp")
        plugins: list[str] = []
        imap_plugins: list[str] = []
        plugin: dict[str, str] = {}
        namespaces = ""
        boxes = "".join(self._box(n, su) for n, su in self.folders.items())
        separator = "."
        location = {
            "maildir": "maildir:~/Maildir",
            "sdbox": "sdbox:~/sdbox",
            "mdbox": "mdbox:~/mdbox",
        }[self.storage]
        if self.storage != "maildir" or self.profile in ("gmail-like",) or self.profile.startswith("exchange"):
            separator = "/"
        if self.storage == "maildir" and separator == "/":
            location += ":LAYOUT=fs"

        if self.profile == "exchange-like":
            plugins += ["lazy_expunge", "acl"]
            plugin["lazy_expunge"] = "Recoverable Items"
            plugin["lazy_expunge_only_last_instance"] = "yes"
            plugin["acl"] = f"vfile:{d}/acl"
            (d / "acl").write_text('"Recoverable Items" owner \n"Recoverable Items" anyone \n')
        elif self.profile == "exchange-visible":
            plugins += ["lazy_expunge"]
            plugin["lazy_expunge"] = "Recoverable Items"
            plugin["lazy_expunge_only_last_instance"] = "yes"
        elif self.profile == "virtual-all":
            plugins += ["virtual"]
            v = d / "virtual" / "All"
            v.mkdir(parents=True)
            (v / "dovecot-virtual").write_text("*\n-Trash\n-Trash/*\n-Junk\n-Junk/*\n  all\n")
            namespaces = f"""
namespace virtual {{
  type = private
  prefix = Virtual{separator}
  separator = {separator}
  location = virtual:{d}/virtual:INDEX=~/virtual
  list = yes
{self._box("All", chr(92) + "All")}}}
"""
        elif self.profile == "gmail-like":
            plugins += ["virtual", "lazy_expunge"]
            plugin["lazy_expunge"] = ".store/Archive"
            plugin["lazy_expunge_only_last_instance"] = "yes"
            plugin["lazy_expunge_exclude"] = "\\Trash"
            plugin["lazy_expunge_exclude2"] = "\\Junk"
            plugin["lazy_expunge_exclude3"] = "\\Drafts"
            namespaces = self._gmail(d)
        if self.profile == "quota":
            plugins += ["quota"]
            imap_plugins += ["imap_quota"]
            plugin["quota"] = "count:User quota"
            plugin["quota_vsizes"] = "yes"
            plugin["quota_rule"] = f"*:storage={self.quota_kb}K"
            plugin["quota_grace"] = "0"

        passdb = f"""
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {d}/users
}}"""
        if self.use_oauth:
            from .oauth import TokenServer

            self.oauth = TokenServer(default_user=self.user)
            self.oauth.start()
            (d / "oauth2.conf.ext").write_text(
                f"introspection_mode = post\nintrospection_url = {self.oauth.introspect_url}\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
                "timeout_msecs = 3000\n"
            )
            passdb = f"""
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {d}/oauth2.conf.ext
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login none
  args = scheme=PLAIN username_format=%u {d}/users
}}"""

        cap = f"imap_capability = {self.capability}\n" if self.capability else ""
        if self.profile.startswith("exchange"):
            cap += "login_greeting = The Microsoft Exchange IMAP4 service is ready. [bWFpbHRlc3Q=]\n"
        plug_lines = "".join(f"  {k} = {v}\n" for k, v in plugin.items())
        sieve_free_plugins = " ".join(plugins)
        (d / "dovecot.conf").write_text(
            f"""# generated for a test: Dovecot 2.3, profile {self.profile}
base_dir = {d}/run
state_dir = {d}/run
instance_name = {d.name}
log_path = {d}/log/dovecot.log
auth_verbose = yes
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 200
default_client_limit = 1000
first_valid_uid = {uid}
first_valid_gid = {gid}
disable_plaintext_auth = {"no" if self.plaintext_ok else "yes"}
auth_mechanisms = {self.auth_mechanisms}
auth_failure_delay = 0 secs
{cap}
ssl = yes
ssl_cert = <{self.cert.chain}
ssl_key = <{self.cert.key}

mail_location = {location}
mail_temp_dir = {d}/tmp
mail_fsync = never
mail_plugins = {sieve_free_plugins}
mailbox_list_index = yes
protocol imap {{
  mail_plugins = $mail_plugins {" ".join(imap_plugins)}
  mail_max_userip_connections = {self.max_connections}
}}
protocol lmtp {{
  mail_plugins = $mail_plugins
}}
plugin {{
{plug_lines}}}
namespace inbox {{
  inbox = yes
  prefix =
  separator = {separator}
{boxes}}}
{namespaces}
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={d}/home/%u
}}

service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service lmtp {{
  chroot =
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service imap-hibernate {{
  unix_listener imap-hibernate {{
    mode = 0
  }}
}}
{self.extra_config}
""",
            encoding="utf-8",
        )

    @staticmethod
    def _box(name: str, special_use: str | None, auto: str = "subscribe") -> str:
        su = f"    special_use = {special_use}\n" if special_use else ""
        return f'  mailbox "{name}" {{\n    auto = {auto}\n{su}  }}\n'

    def _gmail(self, d: Path) -> str:
        """All Mail is virtual: the folders the user sees plus a hidden archive, minus Trash and Spam.

        (Dovecot cannot mix a virtual folder into a real namespace, so it sits one level deeper than
        at Gmail, under [Gmail]/Virtual/. Clients find it by its special use, not by its name.)"""
        v = d / "virtual" / "All Mail"
        v.mkdir(parents=True)
        (v / "dovecot-virtual").write_text(
            "*\n.store/Archive\n-[Gmail]/Virtual/*\n-[Gmail]/Trash\n-[Gmail]/Spam\n  all\n"
        )
        return f"""
namespace store {{
  type = private
  prefix = .store/
  separator = /
  location = maildir:~/Store:LAYOUT=fs
  list = no
  hidden = yes
{self._box("Archive", None, "create")}}}
namespace gmail {{
  type = private
  prefix = [Gmail]/Virtual/
  separator = /
  location = virtual:{d}/virtual:INDEX=~/virtual
  list = yes
{self._box("All Mail", chr(92) + "All", "no")}}}
"""

    # -- running --------------------------------------------------------------------------
    def _launch(self) -> None:
        if self.oauth is not None:
            self.oauth.start()
        exe = _which("dovecot")
        self._spawn([str(exe), "-F", "-c", f"{self.dir}/dovecot.conf"])

    def _wait_login(self, deadline: float) -> None:
        if not self.use_oauth:
            super()._wait_login(deadline)

    def stop(self) -> None:
        if self.oauth is not None:
            self.oauth.stop()
        super().stop()

    def doveadm(self, *args: str, data: bytes | None = None, ok: tuple[int, ...] = (0,)) -> str:
        """Run doveadm against this instance and return what it says (stdout and stderr)."""
        kw: dict[str, Any] = {} if data is None else {"input": data}
        r = run([str(_which("doveadm")), "-c", f"{self.dir}/dovecot.conf", *args], check=False, **kw)
        if r.returncode not in ok:
            raise RuntimeError(f"doveadm {args[0]}: {r.returncode}: {r.stdout.decode(errors='replace')[-1000:]}")
        return r.stdout.decode(errors="replace")

    def deliver(self, raw: bytes, folder: str = "INBOX", user: str | None = None) -> None:
        """INBOX: over LMTP, as an MTA would (adds Return-Path, Delivered-To, Received).
        Other folders: ``doveadm save`` (bytes unchanged, \\Recent)."""
        user = user or self.user
        if folder.upper() == "INBOX":
            with smtplib.LMTP(self.lmtp_socket) as lmtp:
                lmtp.sendmail("mta@mail.school.example", [user], raw)
        else:
            self.doveadm("save", "-u", user, "-m", folder, data=raw)

    def expire(self) -> None:
        """doveadm purge (mdbox) and a rewrite of the header caches, which keep headers of expunged mail."""
        for u in self.users:
            self.doveadm("purge", "-u", u)
            hidden = [".store/Archive"] if self.profile == "gmail-like" else []
            if self.profile == "exchange-like":
                hidden = ["Recoverable Items"]
            for box in self.doveadm("mailbox", "list", "-u", u).split("\n") + hidden:
                if box.strip():
                    self.doveadm("mailbox", "cache", "purge", "-u", u, box, ok=(0, 68, 75))

    def mail_roots(self) -> Iterable[Path]:
        roots = [self.dir / "home", self.dir / "tmp"]
        return [r for r in roots if r.exists()]
