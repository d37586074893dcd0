"""A proxy that misbehaves on IMAP commands, for the plain port only.

    with ImapFaults(server.port) as p:
        p.rule(rb"UID EXPUNGE", "no", times=1)         # one NO, later ones pass
        p.rule(rb"EXPUNGE", "lie")                     # says OK, does nothing
        p.rule(rb"UID (MOVE|COPY)", "cut-after")       # executed, but the answer never arrives
        p.hide("MOVE", "UIDPLUS", "IDLE")              # taken out of CAPABILITY and refused
        p.commands                                     # every command line the client sent (no passwords)

All that ``Proxy`` can do works here too.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from .proxy import Link, Proxy, pattern_of


@dataclass
class _Rule:
    pattern: re.Pattern
    action: str
    times: int | None
    text: str
    seconds: float


class _Lines:
    """Splits one direction of an IMAP stream into lines, stepping over literals."""

    def __init__(self) -> None:
        self.buf = b""
        self.skip = 0

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        out: list[tuple[str, bytes]] = []
        self.buf += data
        while self.buf:
            if self.skip:
                part, self.buf = self.buf[: self.skip], self.buf[self.skip :]
                self.skip -= len(part)
                out.append(("literal", part))
                continue
            i = self.buf.find(b"\n")
            if i < 0:
                break
            line, self.buf = self.buf[: i + 1], self.buf[i + 1 :]
            m = re.search(rb"\{(\d+)\+?\}\r?\n$", line)
            if m:
                self.skip = int(m.group(1))
            out.append(("line", line))
        return out


class _ImapState:
    def __init__(self) -> None:
        self.up, self.down = _Lines(), _Lines()
        self.fresh = True  # the next client line starts a command
        self.swallow = False  # the rest of a rejected command
        self.cut_on: set[bytes] = set()  # tags whose answer must not arrive
        self.passed = 0  # bytes of the unfinished line in down.buf the client has already


class ImapFaults(Proxy):
    """Rules on IMAP commands; see the module's text. Use it in front of the plain port."""

    ACTIONS = ("no", "bad", "lie", "cut", "cut-after", "stall", "delay")

    def __init__(self, *a: Any, **kw: Any) -> None:
        super().__init__(*a, **kw)
        self.rules: list[_Rule] = []
        self.hidden: list[bytes] = []
        self.commands: list[bytes] = []

    def rule(
        self,
        pattern: bytes | str,
        action: str,
        times: int | None = None,
        text: str = "refused by the test",
        seconds: float = 1.0,
    ) -> None:
        """``pattern`` is matched at the start of the command, after the tag ("UID EXPUNGE", "APPEND").

        no, bad     answered NO / BAD with ``text``, not passed on
        lie         answered OK, not passed on
        cut         the connection is reset, the command never reaches the server
        cut-after   the server executes it, the connection is reset before the answer arrives
        stall       swallowed, no answer
        delay       passed on ``seconds`` later"""
        if action not in self.ACTIONS:
            raise ValueError(action)
        self.rules.append(_Rule(pattern_of(pattern), action, times, text, seconds))

    def hide(self, *capabilities: str) -> None:
        """Take capabilities out of every CAPABILITY and refuse the commands they bring."""
        brings = {
            "MOVE": "(UID )?MOVE",
            "UIDPLUS": "UID EXPUNGE",
            "IDLE": "IDLE",
            "UNSELECT": "UNSELECT",
            "ENABLE": "ENABLE",
            "NAMESPACE": "NAMESPACE",
            "ID": "ID\\b",
        }
        for c in capabilities:
            self.hidden.append(c.upper().encode())
            if c.upper() in brings:
                self.rule(brings[c.upper()], "bad", text="Unknown command")

    def heal(self) -> None:
        super().heal()
        self.rules.clear()
        self.hidden.clear()

    def new_state(self) -> _ImapState:
        return _ImapState()

    def filter(self, link: Link, way: str, data: bytes) -> bytes:
        st: _ImapState = link.state
        return self._up(link, st, data) if way == "up" else self._down(link, st, data)

    def _up(self, link: Link, st: _ImapState, data: bytes) -> bytes:
        out = b""
        for kind, part in st.up.feed(data):
            ends = kind == "line" and not st.up.skip and not re.search(rb"\{\d+\+?\}\r?\n$", part)
            if st.fresh and kind == "line":
                st.fresh = False
                verdict = self._command(link, st, part)
                st.swallow = not verdict
                if not verdict and re.search(rb"\{\d+\}\r?\n$", part):
                    # a synchronising literal: the client will not send it after our refusal
                    st.up.skip = 0
                    ends = True
            if not st.swallow:
                out += part
            if ends:
                st.fresh, st.swallow = True, False
        return out

    def _command(self, link: Link, st: _ImapState, line: bytes) -> bool:
        """True: pass the command on."""
        tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
        if not rest:  # DONE, or an answer to a challenge
            return True
        self.commands.append(b"LOGIN ..." if rest[:6].upper() == b"LOGIN " else rest)
        for r in self.rules:
            if r.times == 0 or not r.pattern.match(rest):
                continue
            if r.times is not None:
                r.times -= 1
            if r.action in ("no", "bad"):
                self.answer(link, b"%s %s %s\r\n" % (tag, r.action.upper().encode(), r.text.encode()))
                return False
            if r.action == "lie":
                self.answer(link, b"%s OK completed\r\n" % tag)
                return False
            if r.action == "cut":
                self.kill(link, "rst")
                return False
            if r.action == "stall":
                return False
            if r.action == "cut-after":
                st.cut_on.add(tag)
            if r.action == "delay":
                time.sleep(r.seconds)  # stops the whole proxy, which is what a busy server looks like
            return True
        return True

    def _down(self, link: Link, st: _ImapState, data: bytes) -> bytes:
        parts = st.down.feed(data)
        if not self.hidden and not st.cut_on:
            # nothing to rewrite: pass the bytes as they come, but keep step with lines and literals
            st.passed = len(st.down.buf)
            return data
        out = b""
        for kind, part in parts:
            whole, part = part, part[st.passed :]
            st.passed = 0
            if kind == "line" and st.cut_on and whole.split(b" ", 1)[0] in st.cut_on:
                self.kill(link, "rst")
                return b""
            if st.cut_on:
                continue  # untagged answers of that command do not arrive either
            if kind == "line" and self.hidden and b"CAPABILITY" in part:
                part = self._strip(part)
            out += part
        return out

    def _strip(self, line: bytes) -> bytes:
        def clean(m: re.Match) -> bytes:
            words = [w for w in m.group(2).split(b" ") if w.upper() not in self.hidden]
            return m.group(1) + b" ".join(words)

        return re.sub(rb"(CAPABILITY )([^\]\r\n]*)", clean, line)
