"""Between two looks: how IDLE is left, and what a server tells meanwhile. The test is the server."""

from __future__ import annotations

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Sighting
from hwc_school_agent.mailbox.listen import Conversation, Look
from hwc_school_agent.mailbox.talk import Ask, Wait
from hwc_school_agent.mailbox.wire import Reader
from hwc_school_agent.settings import Mailbox, Secret, Tls

PIPELINED = b"IMAP4REV1 IDLE NOTIFY LIST-STATUS"
ONE_BY_ONE = b"IMAP4REV1 IDLE"
DATE = b'INTERNALDATE "26-Nov-2026 07:30:00 +0000"'


class Held:
    """A conversation whose server is the test: ``written`` is every write, without the tags."""

    def __init__(self, capabilities: bytes, notify: bytes = b"OK") -> None:
        """``notify``: the answer to it."""
        self.looks: list[Look] = []
        self.arrived: list[tuple[Sighting, int]] = []  # with how many looks there had been
        self.written: list[list[str]] = []
        self._tags: list[str] = []
        self._reader = Reader()
        mailbox = Mailbox("127.0.0.1", "hwc", 143, Tls.NONE, password=Secret("geheim"))
        talk = Conversation(mailbox, lambda: 60.0, self.looks.append, {}, lambda s: self.arrived.append((s, self.told)))
        self._talk = talk.run()
        self._ask = self._until_wait(next(self._talk))
        self.say(b"* OK ready\r\n")
        self.done(b"", b"[CAPABILITY %b]" % capabilities)
        if b"NOTIFY" in capabilities:
            self.done(b"", b"", notify)

    @property
    def told(self) -> int:
        return len(self.looks)

    def _until_wait(self, ask: Ask) -> Wait:
        while not isinstance(ask, Wait):
            assert isinstance(ask, bytes)
            lines = [line.partition(" ") for line in ask.decode().splitlines()]
            self._tags += [tag for tag, _, command in lines if command]
            self.written.append([command or tag for tag, _, command in lines])
            ask = next(self._talk)
        return ask

    def say(self, data: bytes) -> None:
        for response in self._reader.feed(data):
            self._ask = self._until_wait(self._talk.send(response))

    def done(self, data: bytes = b"", text: bytes = b"", word: bytes = b"OK") -> None:
        """``data``, and the end of the oldest command."""
        self.say(data + b"%b %b %b done\r\n" % (self._tags.pop(0).encode(), word, text))

    def opened(self, messages: int) -> None:
        """The answer to EXAMINE."""
        self.done(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n" % (messages, messages + 1))

    def folder(self, messages: int) -> None:
        """A folder is opened, and its messages are told."""
        self.opened(messages)
        self.done(b"".join(b"* %d FETCH (UID %d FLAGS () %b)\r\n" % (n, n, DATE) for n in range(1, messages + 1)))

    def listed(self, junk: int = 0) -> None:
        """The answer to LIST-STATUS: INBOX and Junk."""
        status = b"(MESSAGES %d UIDNEXT %d UIDVALIDITY 7 UNSEEN 0)\r\n"
        self.done(
            b'* LIST () "." INBOX\r\n* STATUS INBOX ' + status % (0, 1) +
            b'* LIST (\\Junk) "." Junk\r\n* STATUS Junk ' + status % (junk, junk + 1)
        )  # fmt: skip

    def uids(self) -> set[tuple[FolderRole, int]]:
        return {(s.place.role, s.place.uid) for s in self.looks[-1].sightings}


def resting(capabilities: bytes = PIPELINED) -> Held:
    """After the first look, in IDLE."""
    held = Held(capabilities)
    held.listed()
    held.folder(0)
    assert held.told == 1
    assert held.written[-1] == ["IDLE"]
    held.say(b"+ idling\r\n")
    return held


LOOK = [
    "DONE",
    'LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))',
    'EXAMINE "INBOX"',
    "UID FETCH 1:* (UID FLAGS INTERNALDATE)",
]


def test_notify_and_the_first_look_are_one_write_and_notify_may_be_refused() -> None:
    held = Held(PIPELINED, b"NO")
    assert held.written[-1][0].startswith("NOTIFY SET ")
    assert held.written[-1][1:] == LOOK[1:]
    held.listed()
    held.folder(1)
    assert held.uids() == {(FolderRole.INBOX, 1)}
    assert held.written[-1] == ["IDLE"]


def test_the_end_of_idle_and_the_look_are_one_write() -> None:
    held = resting()
    held.say(b"* 1 EXISTS\r\n")
    assert held.written[-1] == LOOK
    held.done()  # of IDLE
    held.listed()
    held.folder(1)
    assert held.uids() == {(FolderRole.INBOX, 1)}
    assert held.written[-1] == ["IDLE"]


def test_where_nothing_is_pipelined_idle_is_ended_first() -> None:
    held = Held(ONE_BY_ONE)
    held.done(b'* LIST () "." INBOX\r\n')
    held.folder(0)
    held.done(b"* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7 UNSEEN 0)\r\n")
    held.say(b"+ idling\r\n* 1 EXISTS\r\n")
    assert held.written[-1] == ["DONE"]
    held.say(b"* 1 RECENT\r\n")
    assert held.written[-1] == ["DONE"]
    held.done()
    assert held.written[-1] == ['LIST "" "*"']


def test_what_a_server_says_before_it_ends_idle_is_no_answer_to_the_look() -> None:
    """RFC 3501 5.5: untagged data may come at any time; the tagged answers come in order."""
    held = resting()
    held.say(b"* 1 EXISTS\r\n* 1 RECENT\r\n")
    held.say(b"* STATUS Junk (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 UNSEEN 3)\r\n* 1 EXPUNGE\r\n* 0 EXISTS\r\n")
    held.done()
    held.listed()
    held.folder(0)
    assert held.uids() == set()
    assert {f.name: f.messages for f in held.looks[-1].folders} == {"INBOX": 0, "Junk": 0}
    assert held.told == 2


def test_new_mail_that_the_server_describes_is_told_before_the_look() -> None:
    held = resting()
    held.say(b"* 1 EXISTS\r\n* 1 RECENT\r\n* 1 FETCH (UID 1 FLAGS (\\Recent) %b)\r\n" % DATE)
    ((sighting, looks),) = held.arrived
    assert (sighting.place.role, sighting.place.uid, sighting.place.uidvalidity) == (FolderRole.INBOX, 1, 7)
    assert (sighting.flags, sighting.arrived, looks) == (frozenset(), 1795678200.0, 1)
    held.done(b"* 2 EXISTS\r\n* 2 FETCH (UID 2 FLAGS () %b)\r\n" % DATE)  # still before the look's answers
    assert [(s.place.uid, n) for s, n in held.arrived] == [(1, 1), (2, 1)]
    held.listed()
    held.folder(2)
    assert held.uids() == {(FolderRole.INBOX, 1), (FolderRole.INBOX, 2)}
    assert len(held.arrived) == 2


def test_only_what_is_new_and_described_whole_is_told() -> None:
    held = resting()
    held.say(b"* 1 EXISTS\r\n")
    held.done()
    held.listed()
    held.folder(1)
    held.say(b"+ idling\r\n")
    for old in (b"UID 1 FLAGS (\\Seen)", b"UID 1 FLAGS () %b" % DATE, b"UID 2 FLAGS ()", b"FLAGS () %b" % DATE):
        held.say(b"* 1 FETCH (%b)\r\n" % old)
    assert not held.arrived
    assert held.written[-1] == LOOK


def test_what_the_look_itself_is_told_is_not_told_twice() -> None:
    held = resting()
    held.say(b"* 1 EXISTS\r\n")
    held.done()
    held.listed()
    held.folder(1)
    assert not held.arrived


def test_mail_that_comes_while_another_folder_is_open_is_looked_at_at_once() -> None:
    """The server told of it when INBOX was opened again: in IDLE it says nothing more."""
    held = resting()
    held.say(b"* STATUS Junk (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\r\n")
    held.done()
    held.listed(junk=1)
    held.folder(0)
    assert held.written[-1][0] == 'EXAMINE "Junk"'
    held.folder(1)
    held.opened(1)  # INBOX again: one came meanwhile
    assert held.uids() == {(FolderRole.JUNK, 1)}
    assert held.written[-1] == LOOK[1:]
    held.listed(junk=1)
    held.folder(1)
    held.folder(1)
    held.opened(1)
    assert held.uids() == {(FolderRole.INBOX, 1), (FolderRole.JUNK, 1)}
    assert held.written[-1] == ["IDLE"]


def test_what_a_server_still_tells_of_inbox_is_not_another_folders() -> None:
    held = resting()
    held.say(b"* STATUS Junk (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\r\n")
    held.done()
    held.listed(junk=1)
    held.folder(0)
    held.say(b"* 1 EXISTS\r\n* 1 FETCH (UID 8 FLAGS () %b)\r\n" % DATE)  # before Junk is open
    held.folder(1)
    held.opened(0)
    assert held.uids() == {(FolderRole.JUNK, 1)}
