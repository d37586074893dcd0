"""A pretend Veilig Thuis: sends signals to the school by SMTP, and keeps what the school answers.

It is the sender, so unlike the agent it may know whom it sent. All of it is in memory.
"""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from hwc_school_agent.demo.signals import Invented, Sort, compose
from hwc_school_agent.demo.smtp_server import Addresses
from hwc_school_agent.host.clock import Clock, local

TIMEZONE = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail from the school: when it came (epoch seconds), its text, and the whole of it."""

    at: float
    text: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that was sent, and the first answer to it."""

    message_id: str
    children: tuple[Invented, ...]
    at: float
    answer: Answer | None = None

    @property
    def seconds(self) -> int | None:
        """How long the answer took."""
        return None if self.answer is None else max(0, round(self.answer.at - self.at))


class VeiligThuis:
    """Safe to use from several threads: the page's, the mail server's, the driver's."""

    def __init__(self, addresses: Addresses, clock: Clock) -> None:
        self.smtp_port = 0
        self._addresses, self._clock = addresses, clock
        self._changed = threading.Condition()
        self._version = 0
        self._sent: tuple[Sent, ...] = ()
        self._loose: tuple[Answer, ...] = ()

    def send(self, sort: Sort = Sort.PLAIN) -> Sent:
        """Send a signal about an invented child. Raises ``OSError`` (``smtplib.SMTPException``) if it is refused."""
        now = self._clock.now()
        mail = compose(sort, self._addresses.veilig_thuis, self._addresses.school, local(now, TIMEZONE).date())
        sent = Sent(mail.message_id, mail.children, now)
        self._keep(lambda all_sent: (sent, *all_sent))  # first, so that no answer can overtake it
        try:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="veiligthuis.example", timeout=10) as smtp:
                smtp.sendmail(self._addresses.veilig_thuis, [self._addresses.school], mail.data)
        except OSError:
            self._keep(lambda all_sent: tuple(s for s in all_sent if s is not sent))
            raise
        return sent

    def _keep(self, change: Callable[[tuple[Sent, ...]], tuple[Sent, ...]]) -> None:
        with self._changed:
            self._sent = change(self._sent)
            self._note_change()

    def receive(self, data: bytes) -> None:
        """Take a mail from the school; one that names none of our signals is kept apart."""
        message = message_from_bytes(data, _class=EmailMessage, policy=policy.default)
        body = message.get_body(("plain",))
        answer = Answer(self._clock.now(), body.get_content().strip() if body else "", data)
        named = f"{message['In-Reply-To'] or ''} {message['References'] or ''}".split()
        with self._changed:
            to = next((s for s in self._sent if s.message_id in named and s.answer is None), None)
            if to is None:
                self._loose = (answer, *self._loose)
            else:
                self._sent = tuple(replace(s, answer=answer) if s is to else s for s in self._sent)
            self._note_change()

    def _note_change(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def state(self) -> tuple[int, tuple[Sent, ...], tuple[Answer, ...]]:
        """Version, signals sent (newest first), other mail from the school (newest first)."""
        with self._changed:
            return self._version, self._sent, self._loose

    def wait_for_change(self, version: int, limit: float) -> bool:
        """Wait until the state differs from ``version``; False after ``limit`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._version != version, limit)

    def wait_for_answer(self, sent: Sent, limit: float) -> Answer | None:
        """Wait for the school's answer to one signal; None after ``limit`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._answer_to(sent) is not None, limit)
            return self._answer_to(sent)

    def _answer_to(self, sent: Sent) -> Answer | None:
        return next((s.answer for s in self._sent if s.message_id == sent.message_id), None)
