"""The one notification of this session, over D-Bus (Desktop Notifications Specification 1.2), without waiting.

The service that shows notifications may hang, be missing or answer with an error; each of these counts as
"failed". "Rung" is said only when it answered with the number of the notification, within ``PATIENCE`` seconds.
Times are monotonic seconds.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from itertools import count
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, Parser, message_bus, new_method_call
from jeepney.bus import get_bus
from jeepney.io.blocking import prep_socket

from hwc_school_agent.bells.way import NoBus, Trace, Way
from hwc_school_agent.bells.words import OPEN, TEXT, TITLE, Ack

PATIENCE = 3.0  # seconds
_CONNECT = 1.0  # seconds to log in to the session bus

_NAME = "org.freedesktop.Notifications"
_SERVICE = DBusAddress("/org/freedesktop/Notifications", bus_name=_NAME, interface=_NAME)
_HINTS = {"urgency": ("y", 2), "transient": ("b", True), "category": ("s", "x-bureau.bell")}
_NEVER_EXPIRES = 0


class Notification(Way):
    """Shows and takes away one notification whose words are fixed. ``ring`` raises ``NoBus``.

    ``answer`` is told RUNG or FAILED once for each ring, and OPENED when somebody clicks on it. ``steady``: the
    monotonic clock.
    """

    #: A transient one is kept in no list on disk: GNOME and Plasma leave it out of theirs, Xfce out of its log.
    trace = Trace.NONE

    def __init__(self, answer: Callable[[Ack], None], steady: Callable[[], float]) -> None:
        self._answer, self._steady = answer, steady
        self._sock: socket.socket | None = None
        self._parser = Parser()
        self._serials = count(1)
        self._id = 0  # of the notification on the screen; 0: none that we know of
        self._wanted = False  # False once hushed: what appears late is taken away again
        self._asked = 0  # serial of the request that may still be answered in time; 0: none
        self._late: set[int] = set()  # requests that were not answered in time
        self._owed = 0  # answers to give when ``_asked`` is decided
        self.deadline: float | None = None  # when ``tick`` must be called at the latest

    def fileno(self) -> int | None:
        """The socket to wait for, if there is one; call ``read`` when it has something."""
        return None if self._sock is None else self._sock.fileno()

    def _ring(self) -> None:
        """Put the notification on the screen, in place of the one before."""
        if self._sock is None:
            self._connect()
        self._wanted = True
        self._owed += 1
        if self._asked:
            return  # the answer to the request under way is the answer to this one as well
        body = (TITLE, self._id, "", TITLE, TEXT, ["default", OPEN], _HINTS, _NEVER_EXPIRES)
        self._asked = self._send(new_method_call(_SERVICE, "Notify", "susssasa{sv}i", body))
        self.deadline = self._steady() + PATIENCE
        if not self._asked:
            self._lost()

    def hush(self) -> None:
        """Take the notification away, also one that is still to appear."""
        self._wanted = False
        if self._id:
            self._close(self._id)
            self._id = 0

    def tick(self, now: float) -> None:
        """Give up on a request that was not answered in time."""
        if self.deadline is not None and now >= self.deadline:
            self._late.add(self._asked)
            self._decide(Ack.FAILED)

    def read(self) -> None:
        """Take in what the bus has sent."""
        if self._sock is None:
            return
        try:
            data = self._sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        self._parser.add_data(data)
        while (message := self._parser.get_next_message()) is not None:
            self._take(message)

    def _take(self, message: Message) -> None:
        kind = message.header.message_type
        if kind in (MessageType.method_return, MessageType.error):
            number = message.body[0] if kind is MessageType.method_return and message.body else 0
            self._take_reply(message.header.fields.get(HeaderFields.reply_serial, 0), number)
        elif kind is MessageType.signal:
            self._take_signal(message.header.fields.get(HeaderFields.member, ""), message.body)

    def _take_reply(self, serial: int, number: int) -> None:
        if serial == self._asked and serial:
            self._id = number
            self._decide(Ack.RUNG if number else Ack.FAILED)
        elif serial in self._late:
            self._late.discard(serial)
            if self._id or self._asked:  # a newer one is there or on its way
                if number not in (0, self._id):
                    self._close(number)
                return
            self._id = number
        else:
            return
        if not self._wanted:
            self.hush()

    def _take_signal(self, member: str, body: tuple[Any, ...]) -> None:
        match member, body:
            case "ActionInvoked", (int(number), "default") if number == self._id and number:
                self._answer(Ack.OPENED)
            case "NotificationClosed", (int(number), int()) if number == self._id:
                self._id = 0
            case "NameOwnerChanged", (str(name), str(), str()) if name == _NAME:
                self._id = 0  # another service, or none: our number means nothing to it

    def _decide(self, ack: Ack) -> None:
        self._asked, self.deadline = 0, None
        owed, self._owed = self._owed, 0
        for _ in range(owed):
            self._answer(ack)

    def _close(self, number: int) -> None:
        self._send(new_method_call(_SERVICE, "CloseNotification", "u", (number,)))

    def _connect(self) -> None:
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        address = os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (runtime and f"unix:path={runtime}/bus")
        if not address:
            raise NoBus
        try:
            self._sock = prep_socket(get_bus(address), timeout=_CONNECT)
        except (OSError, RuntimeError, ValueError):  # not there, not answering, or an address of another kind
            raise NoBus from None
        self._sock.setblocking(False)
        self._parser = Parser()
        self._serials = count(1)
        self._send(message_bus.Hello())
        for member in ("ActionInvoked", "NotificationClosed"):
            rule = MatchRule(type="signal", sender=_NAME, interface=_NAME, member=member)
            self._send(message_bus.AddMatch(rule))
        owner = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        owner.add_arg_condition(0, _NAME)
        self._send(message_bus.AddMatch(owner))

    def _send(self, message: Message) -> int:
        """Send; returns the serial, or 0 when the bus is gone or takes nothing more."""
        if self._sock is None:
            return 0
        serial = next(self._serials)
        data = message.serialise(serial=serial)
        try:
            whole = self._sock.send(data) == len(data)
        except OSError:
            whole = False
        return serial if whole else 0

    def _lost(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        self._id = 0
        self._late.clear()
        self._decide(Ack.FAILED)
