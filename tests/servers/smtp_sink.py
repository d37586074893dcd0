"""An SMTP server that keeps what it is sent and fails when told to (on top of aiosmtpd).

    with SmtpSink(tls="starttls") as sink:
        ... send something to sink.host, sink.port as sink.user / sink.password ...
        sink.wait(1)                      # wait for one message; raises after 10 s
        sink.messages[0].data             # bytes; .mail_from .rcpt_tos .tls .login .parsed()

        sink.fail("rcpt", "451 4.7.1 Greylisted, try again", times=1)
        sink.fail("rcpt", "550 5.1.1 No such user", match="nobody@")
        sink.fail("mail", "421 4.3.2 Service not available, closing", then="close")
        sink.fail("auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled")
        sink.fail("message", "554 5.7.1 Rejected as spam")       # after the final dot
        sink.fail("data", drop_after=500)                         # reset in the middle of the data
        sink.fail("message", drop=True)                           # stored, but "250 OK" never arrives
        sink.fail("connect", delay=5)                             # a slow greeting
        sink.fail("rcpt", stall=True)                             # no answer at all
        sink.heal()

Stages: connect, ehlo, starttls, auth, mail, rcpt, data (answer to DATA, before the text),
message (answer after the final dot), quit. A rule applies ``times`` times (None: for ever) and,
for mail and rcpt, only to addresses containing ``match``. (smtplib tries every AUTH mechanism on
offer: to have a login fail there, use ``times=None``.)
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import logging
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from .base import DEFAULT_PASSWORD, DEFAULT_USER
from .loop_thread import LoopThread
from .ports import HOST, free_port, release_port
from .tls import CA, Cert, shared_ca

logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's deprecation notes

STAGES = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "message", "quit")


@dataclass
class Received:
    mail_from: str
    rcpt_tos: list[str]
    data: bytes
    helo: str
    tls: bool
    login: str | None
    options: list[str]
    when: float = field(default_factory=time.time)

    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.data, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class _Fault:
    stage: str
    reply: str | None
    times: int | None
    match: str
    delay: float
    drop: bool
    stall: bool
    drop_after: int | None
    then: str


class _Session(SMTP):
    """aiosmtpd's protocol with a fault check in front of every answer."""

    sink: SmtpSink

    async def _fault(self, stage: str, text: str = "") -> _Fault | None:
        f = self.sink._take(stage, text)
        if f is None:
            return None
        if f.delay:
            await asyncio.sleep(f.delay)
        if f.stall:
            await asyncio.sleep(3600)
        if f.drop:
            self._reset()
            raise asyncio.CancelledError
        return f

    async def _refused(self, stage: str, text: str = "") -> bool:
        """True when the stage has been answered with an injected failure."""
        f = await self._fault(stage, text)
        if f is None or not f.reply:
            return False
        await self.push(f.reply)
        if f.then == "close" and self.transport is not None:
            self.transport.close()
            raise asyncio.CancelledError
        return True

    def _reset(self) -> None:
        if self.transport is None:
            return
        sock = self.transport.get_extra_info("socket")
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, AttributeError):
            pass
        self.transport.abort()  # type: ignore[attr-defined]

    async def _handle_client(self) -> None:
        self.sink.connections += 1
        self.sink._live.add(self)
        try:
            # STARTTLS runs this anew on the same session: greet, and fail, only once
            if not self._over_ssl_started():
                f = await self._fault("connect")
                if f is not None and f.reply:
                    await self.push(f.reply)
                    if self.transport is not None:
                        self.transport.close()
                    return
            await super()._handle_client()
        finally:
            self.sink._live.discard(self)

    def _over_ssl_started(self) -> bool:
        return self._tls_protocol is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._refused("ehlo", hostname):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._refused("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._refused("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._refused("mail", arg or ""):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._refused("rcpt", arg or ""):
            await super().smtp_RCPT(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._refused("quit"):
            await super().smtp_QUIT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        f = await self._fault("data")
        if f is not None and f.drop_after is not None:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            got = 0
            while got < f.drop_after:
                block = await self._reader.read(max(1, min(4096, f.drop_after - got)))
                if not block:
                    break
                got += len(block)
            self._reset()
            raise asyncio.CancelledError
        if f is not None and f.reply:
            await self.push(f.reply)
            return
        await super().smtp_DATA(arg)


class SmtpSink:
    def __init__(
        self,
        tls: str = "none",
        *,
        auth: bool = True,
        auth_required: bool = False,
        require_tls: bool = False,
        auth_without_tls: bool = False,
        mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN"),
        users: dict[str, str] | None = None,
        check_token: Callable[[str, str], bool] | None = None,
        size_limit: int = 33554432,
        hostname: str = "smtp.school.example",
        ca: CA | None = None,
        cert: Cert | None = None,
        on_message: Callable[[Received], None] | None = None,
    ) -> None:
        """``tls``: none, starttls or implicit. ``mechanisms`` may name XOAUTH2; its tokens go to
        ``check_token(user, token)``. ``on_message`` is called for every stored message, for
        instance ``lambda m: imap_server.deliver(m.data)`` to close the loop."""
        if tls not in ("none", "starttls", "implicit"):
            raise ValueError(tls)
        self.tls = tls
        self.auth, self.auth_required, self.require_tls = auth, auth_required, require_tls
        self.auth_without_tls = auth_without_tls or tls in ("none", "implicit")
        self.mechanisms = mechanisms
        self.users = dict(users or {DEFAULT_USER: DEFAULT_PASSWORD})
        self.user, self.password = next(iter(self.users.items()))
        self.check_token = check_token
        self.size_limit = size_limit
        self.hostname = hostname
        self.ca = ca or shared_ca()
        self._cert = cert
        self.on_message = on_message
        self.host = HOST
        self.port = 0
        self.messages: list[Received] = []
        self.connections = 0
        self.logins: list[str] = []
        self.failed_logins = 0
        self._faults: list[_Fault] = []
        self._live: set[_Session] = set()
        self._arrived = threading.Condition()
        self._running: LoopThread | None = None
        self.start_seconds = 0.0

    @property
    def cafile(self) -> str:
        return self.ca.cafile

    # -- faults ------------------------------------------------------------------------
    def fail(
        self,
        stage: str,
        reply: str | None = None,
        *,
        times: int | None = 1,
        match: str = "",
        delay: float = 0.0,
        drop: bool = False,
        stall: bool = False,
        drop_after: int | None = None,
        then: str = "",
    ) -> None:
        if stage not in STAGES:
            raise ValueError(f"{stage}: not one of {', '.join(STAGES)}")
        with self._arrived:
            self._faults.append(_Fault(stage, reply, times, match, delay, drop, stall, drop_after, then))

    def heal(self) -> None:
        with self._arrived:
            self._faults.clear()

    def _take(self, stage: str, text: str) -> _Fault | None:
        with self._arrived:
            for f in self._faults:
                if f.stage == stage and f.times != 0 and f.match.lower() in text.lower():
                    if f.times is not None:
                        f.times -= 1
                    return f
        return None

    # -- messages ------------------------------------------------------------------------
    def wait(self, count: int = 1, timeout: float = 10.0) -> list[Received]:
        """Block until ``count`` messages are there; raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= count, timeout):
                raise TimeoutError(f"{len(self.messages)} of {count} messages after {timeout} s")
            return list(self.messages)

    def clear(self) -> None:
        with self._arrived:
            self.messages.clear()

    # -- aiosmtpd handler hooks ------------------------------------------------------------
    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offer = [r for r in responses if not r.startswith("250-AUTH")]
        if self.auth and (server._tls_protocol or self.auth_without_tls):
            offer.insert(-1, "250-AUTH " + " ".join(self.mechanisms))
        return offer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        login = getattr(session.auth_data, "login", None)
        if isinstance(login, bytes):
            login = login.decode("utf-8", "replace")
        msg = Received(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            bytes(envelope.original_content or envelope.content),
            session.host_name or "",
            bool(server._tls_protocol) or self.tls == "implicit",
            login,
            list(envelope.mail_options),
        )
        f = self._take("message", "")
        if f is not None and f.reply:
            if f.delay:
                await asyncio.sleep(f.delay)
            return f.reply
        with self._arrived:
            self.messages.append(msg)
            self._arrived.notify_all()
        if self.on_message is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.on_message, msg)
        if f is not None:
            if f.delay:
                await asyncio.sleep(f.delay)
            if f.stall:
                await asyncio.sleep(3600)
            if f.drop:
                server._reset()
                raise asyncio.CancelledError
        return "250 2.0.0 Ok: queued as TEST"

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        user = data.login.decode("utf-8", "replace")
        if self.users.get(user) == data.password.decode("utf-8", "replace"):
            self.logins.append(user)
            return AuthResult(success=True, auth_data=data)
        self.failed_logins += 1
        return AuthResult(success=False, handled=False, message="535 5.7.8 Error: authentication failed")

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        raw = args[1] if len(args) == 2 else await server.challenge_auth("")
        text = base64.b64decode(raw).decode("utf-8", "replace") if isinstance(raw, str) else raw.decode()
        parts = dict(p.split("=", 1) for p in text.split("\x01") if "=" in p)
        user, token = parts.get("user", ""), parts.get("auth", "").removeprefix("Bearer ")
        if self.check_token is not None and self.check_token(user, token):
            self.logins.append(user)
            return AuthResult(success=True, auth_data=LoginPassword(user.encode(), b""))
        self.failed_logins += 1
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    # -- life ----------------------------------------------------------------------------
    def _protocol(self) -> _Session:
        proto = _Session(
            self,
            data_size_limit=self.size_limit,
            enable_SMTPUTF8=True,
            hostname=self.hostname,
            ident="ESMTP",
            tls_context=self._context if self.tls == "starttls" else None,
            require_starttls=self.require_tls and self.tls == "starttls",
            auth_required=self.auth_required,
            auth_require_tls=not self.auth_without_tls,
            auth_exclude_mechanism=[m for m in ("PLAIN", "LOGIN") if m not in self.mechanisms],
            authenticator=self._authenticate,
            timeout=300,
            loop=self._running.loop,
        )
        proto.sink = self
        return proto

    def start(self) -> SmtpSink:
        t0 = time.monotonic()
        cert = self._cert or self.ca.issue()
        self._context: ssl.SSLContext = self.ca.server_context(cert)
        self.port = self.port or free_port()
        self._running = running = LoopThread(f"sink-{self.port}")
        context = self._context if self.tls == "implicit" else None
        running.start(lambda: running.loop.create_server(self._protocol, HOST, self.port, ssl=context))
        self.start_seconds = time.monotonic() - t0
        return self

    def stop(self) -> None:
        if self._running is None:
            return

        def reset() -> None:
            for s in list(self._live):
                s._reset()

        self._running.stop(reset)
        self._running = None
        release_port(self.port)

    def __enter__(self) -> SmtpSink:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()
