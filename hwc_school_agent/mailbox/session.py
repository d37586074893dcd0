"""A logged-in connection, and what every user of one needs: several commands in one write, the list of folders.

All trouble leaves this file as ``MailboxTrouble``, without a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from imapclient import IMAPClient

from hwc_school_agent.domain.access import Purpose
from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.authentication import token_of, with_password, with_token
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.folders import Folder, folders_of, number_of, quoted, text_of
from hwc_school_agent.mailbox.library import Tokens, connect, data, hang_up, wrapped
from hwc_school_agent.mailbox.platforms import UNKNOWN, Strategy, strategy_for
from hwc_school_agent.mailbox.wire import Token
from hwc_school_agent.settings import Auth, Mailbox

#: Commands in one write. Bounded so that neither side can fill the other's socket buffer and wait for ever.
BURST = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one command. ``repr`` shows no data."""

    word: str  # OK, NO or BAD
    data: Mapping[str, tuple[Tokens, ...]] = field(repr=False)  # untagged responses and response codes by name

    @property
    def ok(self) -> bool:
        return self.word == "OK"

    def number(self, name: str) -> int | None:
        """The number in the last response of that name (EXISTS, UIDVALIDITY, UIDNEXT)."""
        lines = self.data.get(name, ())
        return number_of(lines[-1][0]) if lines and lines[-1] else None

    def numbers(self, name: str) -> set[int]:
        """All numbers in the responses of that name (SEARCH)."""
        return {n for line in self.data.get(name, ()) for t in line if (n := number_of(t)) is not None}

    def words(self, name: str) -> frozenset[str]:
        """All words in the responses of that name, lower case, lists included."""
        flat = [t for line in self.data.get(name, ()) for t in line]
        flat += [inner for t in flat if isinstance(t, list) for inner in t]
        return frozenset(text_of(t).lower() for t in flat if isinstance(t, bytes))

    def fetched(self) -> dict[int, dict[str, Token]]:
        """FETCH responses by UID: item name in upper case (``BODY[HEADER]``) to its value."""
        found: dict[int, dict[str, Token]] = {}
        for line in self.data.get("FETCH", ()):
            if len(line) < 2 or not isinstance(line[1], list) or len(line[1]) % 2:  # names and values, in pairs
                continue
            items = {text_of(k).upper(): v for k, v in zip(line[1][::2], line[1][1::2], strict=False)}
            if uid := number_of(items.get("UID")):
                found.setdefault(uid, {}).update(items)
        return found


class Session:
    """A logged-in connection. Not for two threads."""

    def __init__(self, client: IMAPClient) -> None:
        self._imap = client._imap
        self.capabilities: frozenset[str] = frozenset()
        self.strategy: Strategy = UNKNOWN
        self.ahead: list[Answer] = []  # answers to what ``open_session`` was told to send with the login
        self.opened_any = False  # a folder is, or may be, open
        self._selected: tuple[str, int] | None = None  # open for writing, and known to be the right one
        self._permanent: frozenset[str] = frozenset()

    def run(self, *commands: bytes) -> list[Answer]:
        """Send commands (without tag and line end) and return their answers, in order. Raises ``MailboxTrouble``."""
        self._selected = None
        step = BURST if self.strategy.bursts else 1
        answers: list[Answer] = []
        with wrapped():
            for at in range(0, len(commands), step):
                answers += self.burst(commands[at : at + step])
        return answers

    def leave(self) -> None:
        """Close the open folder, where the server can (RFC 3691): a SELECT that fails then leaves nothing to write
        into, and a count is none of an old view. Never CLOSE: it expunges. Raises ``MailboxTrouble``."""
        if "UNSELECT" in self.capabilities and self.opened_any:
            self.run(b"UNSELECT")

    def burst(self, commands: Sequence[bytes]) -> list[Answer]:
        """All commands in one write. For ``run``; errors come unwrapped."""
        imap = self._imap
        imap.untagged_responses.clear()  # imaplib keeps stale answers
        tags = [imap._new_tag() for _ in commands]
        imap.send(b"".join(tag + b" " + line + b"\r\n" for tag, line in zip(tags, commands, strict=True)))
        answers: dict[bytes, Answer] = {}
        waiting = set(tags)
        while waiting:
            imap._check_bye()
            imap._get_response()
            # Dovecot may finish a later command first: data belong to the tag that ends next, not to the oldest one
            for tag in [t for t in waiting if imap.tagged_commands[t]]:
                word, _ = imap.tagged_commands.pop(tag)
                raw, imap.untagged_responses = imap.untagged_responses, {}
                answers[tag] = Answer(word, data(raw))
                waiting.remove(tag)
        for command in commands:
            if command.startswith((b"SELECT ", b"EXAMINE ")):
                self.opened_any = True
            elif command == b"UNSELECT":
                self.opened_any = False
        return [answers[tag] for tag in tags]

    def append(self, name: bytes, flags: bytes, message: bytes) -> bool:
        """Put a message into a folder (``name`` quoted), where the server must first agree to its size."""
        self._selected = None
        with wrapped():
            word, _ = self._imap.append(name.decode("latin-1"), flags.decode("ascii"), None, message)
        return bool(word == "OK")

    def dialogue(self, line: bytes, replies: Sequence[bytes]) -> Answer:
        """One command, and what we say each time the server says that it is our turn (``+``). Errors come unwrapped.

        Raises ``MailboxTrouble`` when it asks more often than there are replies.
        """
        imap, left = self._imap, list(replies)
        imap.untagged_responses.clear()
        tag = imap._new_tag()
        imap.send(tag + b" " + line + b"\r\n")
        while not imap.tagged_commands[tag]:
            imap._check_bye()
            if imap._get_response() is None:  # "+"
                if not left:
                    raise MailboxTrouble(Trouble.PROTOCOL)
                imap.send(left.pop(0) + b"\r\n")
        word, _ = imap.tagged_commands.pop(tag)
        raw, imap.untagged_responses = imap.untagged_responses, {}
        return Answer(word, data(raw))

    @property
    def announced(self) -> frozenset[str]:
        """Capabilities that the server said before the login."""
        return frozenset(text_of(c).upper() if isinstance(c, bytes) else c.upper() for c in self._imap.capabilities)

    def select(self, place: Place) -> Answer | None:
        """Open the folder of a message for writing; nothing happens when it is open.

        Raises ``MessageGone`` when UIDVALIDITY is not the one we know, ``FolderRefused`` when it cannot be written.
        """
        if self._selected == (place.folder, place.uidvalidity):
            return None
        (answer,) = self.run(b"SELECT " + argument(place.folder, place.role))
        self.opened(place, answer)
        return answer

    def opened(self, place: Place, answer: Answer) -> None:
        """Judge the answer to a SELECT that nothing but reading followed. Raises as ``select``."""
        if not answer.ok:
            raise FolderRefused(place.role)
        uidvalidity = answer.number("UIDVALIDITY")
        if uidvalidity is None:
            raise MailboxTrouble(Trouble.PROTOCOL)
        if uidvalidity != place.uidvalidity:
            raise MessageGone
        if "READ-ONLY" in answer.data:
            raise FolderRefused(place.role)
        self._selected = (place.folder, place.uidvalidity)
        self._permanent = answer.words("PERMANENTFLAGS")

    def keeps(self, flag: str) -> bool:
        """Whether the open folder says that it keeps this flag (lower case)."""
        return bool(self._permanent & {flag, "\\*"})

    def keep_selected(self, *commands: bytes) -> list[Answer]:
        """``run`` for commands that leave the open folder open."""
        selected = self._selected
        answers = self.run(*commands)
        self._selected = selected
        return answers


@contextmanager
def open_session(mailbox: Mailbox, *, ahead: Sequence[bytes] = ()) -> Iterator[Session]:
    """Connect and log in; the connection is closed at the end.

    ``ahead``: commands sent in one write with the login; only towards a server that is known to pipeline.
    Raises ``MailboxTrouble``.
    """
    client, session = _entered(mailbox, ahead)
    try:
        yield session
    finally:
        hang_up(client)


def _entered(mailbox: Mailbox, ahead: Sequence[bytes]) -> tuple[IMAPClient, Session]:
    """Connected and logged in. A token that is refused is renewed once: it may have ended, or been withdrawn."""
    held = mailbox.keyring.get(Purpose.MAILBOX)
    try:
        return _enter(mailbox, ahead)
    except MailboxTrouble as trouble:
        if trouble.kind is not Trouble.NO_PERMISSION or mailbox.keyring.get(Purpose.MAILBOX) is not held:
            raise
    mailbox.keyring.drop(Purpose.MAILBOX)
    return _enter(mailbox, ahead)


def _enter(mailbox: Mailbox, ahead: Sequence[bytes]) -> tuple[IMAPClient, Session]:
    token = None if mailbox.auth is Auth.PASSWORD else token_of(mailbox)
    client: IMAPClient | None = None
    try:
        with wrapped():
            client = connect(mailbox)
            session = Session(client)
            said = with_token(session, mailbox.user, token) if token else with_password(client, session, mailbox, ahead)
            said = said or session.run(b"CAPABILITY")[0].words("CAPABILITY")
            session.capabilities = frozenset(w.upper() for w in said)
            session.strategy = strategy_for(session.capabilities, mailbox.platform)
            if ahead and not session.ahead:
                session.ahead = session.run(*ahead)
    except BaseException:
        if client is not None:
            hang_up(client)
        raise
    return client, session


def folders_with_status(session: Session) -> list[Folder]:
    """Every selectable folder with its counts: one round trip with LIST-STATUS (RFC 5819), else two.

    A folder without a STATUS line has ``None`` for its counts: unknown, never empty. Raises ``MailboxTrouble``.
    """
    return read_listing(session, session.run(listing(session.strategy)))


def listing(strategy: Strategy) -> bytes:
    """The command whose answer ``read_listing`` reads."""
    if not strategy.list_status:
        return b'LIST "" "*"'
    special_use = b"SPECIAL-USE " if strategy.special_use else b""
    return b'LIST "" "*" RETURN (' + special_use + b"STATUS " + _COUNTS + b")"


_COUNTS = b"(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)"


def read_listing(session: Session, answers: Sequence[Answer]) -> list[Folder]:
    """Read the answer to ``listing``; without LIST-STATUS the counts are asked for now."""
    listed = [line for a in answers for line in a.data.get("LIST", ())]
    if not listed or not all(a.ok for a in answers):
        raise MailboxTrouble(Trouble.PROTOCOL)
    if session.strategy.list_status:
        counted = [line for a in answers for line in a.data.get("STATUS", ())]
    else:
        names = [f.name for f in folders_of(listed, ())]
        asked = [b"STATUS " + quoted(n) + b" " + _COUNTS for n in names if quotable(n)]
        counted = [line for a in session.run(*asked) for line in a.data.get("STATUS", ())]
    return folders_of(listed, counted)


def quotable(name: str) -> bool:
    """Whether a folder name can be said in a command."""
    try:
        return bool(quoted(name))
    except ValueError:
        return False


def argument(name: str, role: FolderRole) -> bytes:
    """A folder name for a command; raises ``FolderRefused`` when it cannot be said."""
    if not quotable(name):
        raise FolderRefused(role)
    return quoted(name)


def uid_set(uids: Sequence[int]) -> bytes:
    """UIDs for a command. Raises ``ValueError`` on none: an empty set must never become "all"."""
    if not uids or any(uid < 1 for uid in uids):
        raise ValueError("no UIDs to name")
    return b",".join(b"%d" % uid for uid in sorted(set(uids)))
