"""What Exchange and Gmail are documented to say, and what the program makes of it. See ``transcripts.py``."""

from __future__ import annotations

from datetime import date

import pytest

from hwc_school_agent.domain.board import Trouble
from hwc_school_agent.domain.outcome import FolderRole, Word
from hwc_school_agent.domain.signal import Place
from hwc_school_agent.mailbox.copies import Message, Sought
from hwc_school_agent.mailbox.errors import FolderRefused, MailboxTrouble, MessageGone
from hwc_school_agent.mailbox.folders import folders_of
from hwc_school_agent.mailbox.purge import Sight, purge
from hwc_school_agent.mailbox.read import read_message
from hwc_school_agent.mailbox.session import folders_with_status, open_session
from hwc_school_agent.mailbox.talk import Lost
from hwc_school_agent.mailbox.verify import verify
from hwc_school_agent.mailbox.wire import parse
from tests.platforms.script import Script, folder, look_of, opened
from tests.platforms.transcripts import EXCHANGE, EXCHANGE_LIST, EXCHANGE_LIST_BARE, GMAIL, GMAIL_LIST

R = FolderRole
NOBODY = Sought(None, lambda _id: False)
HERE = Place("INBOX", R.INBOX, 14, 7)
ONE = 'LIST "" "\\*"'
EXCHANGE_NAMES = [
    "Verwijderde items", "Concepten", "Ongewenste e-mail", "Postvak UIT", "Verzonden items", "Agenda", "Archief",
    "Archief/Groep &AOk-&AOk-n",
]  # fmt: skip
EMPTY = [rule for name in EXCHANGE_NAMES for rule in (folder(name), opened(name))]


def roles(listed: bytes) -> dict[str, FolderRole]:
    lines = [parse(line).tokens for line in listed.splitlines()]
    return {f.name: f.role for f in folders_of(lines, ())}


@pytest.mark.parametrize("listed", [EXCHANGE_LIST, EXCHANGE_LIST_BARE], ids=["with attributes", "names alone"])
def test_exchange_folders_are_known_without_special_use(listed: bytes) -> None:
    assert roles(listed) == {
        "INBOX": R.INBOX, "Verwijderde items": R.TRASH, "Concepten": R.DRAFTS, "Ongewenste e-mail": R.JUNK,
        "Postvak UIT": R.SENT, "Verzonden items": R.SENT, "Agenda": R.OTHER, "Archief": R.ARCHIVE,
        "Archief/Groep &AOk-&AOk-n": R.OTHER,
    }  # fmt: skip


def test_gmail_folders_are_known_by_attribute() -> None:
    assert roles(GMAIL_LIST) == {
        "INBOX": R.INBOX, "[Gmail]/Alle berichten": R.ALL, "[Gmail]/Concepten": R.DRAFTS,
        "[Gmail]/Belangrijk": R.ALL, "[Gmail]/Verzonden berichten": R.SENT, "[Gmail]/Spam": R.JUNK,
        "[Gmail]/Met ster": R.ALL, "[Gmail]/Prullenbak": R.TRASH,
    }  # fmt: skip


# -- what FETCH gives, and what rings ---------------------------------------------------------------------------------

FLAGS_OF = "UID FETCH 1:\\* \\(UID FLAGS"
WELL = b'* 1 FETCH (UID 7 FLAGS (\\Seen) INTERNALDATE "26-Nov-2026 07:00:00 +0100")\r\n'


def exchange(fetched: bytes, *more: tuple[str, bytes], messages: int = 1) -> Script:
    return Script(
        EXCHANGE,
        [*more, (ONE, EXCHANGE_LIST), folder("INBOX", messages, 9), opened("INBOX", messages, 9), *EMPTY,
         (FLAGS_OF, fetched)],
    )  # fmt: skip


def test_a_message_that_fetch_speaks_of() -> None:
    [seen] = look_of(exchange(WELL)).sightings
    assert (seen.place, seen.flags) == (HERE, {"\\seen"})


@pytest.mark.parametrize(
    "fetched",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"* 1 FETCH (FLAGS (\\Seen))\r\n", id="without UID"),
        pytest.param(b"* 1 FETCH (UID 7 FLAGS NIL)\r\n", id="without flags"),
        pytest.param(b"{tag} NO The specified message does not exist.\r\n", id="refused"),
        pytest.param(b"{tag} BAD Command Error. 12\r\n", id="bad"),
    ],
)
def test_a_message_that_fetch_does_not_speak_of_waits_for_a_person(fetched: bytes) -> None:
    """Exchange answers a FETCH with nothing for mail that it cannot convert: it counts as arrived, and unread."""
    [seen] = look_of(exchange(fetched, ("UID SEARCH ALL", b"* SEARCH 7\r\n"))).sightings
    assert (seen.place, seen.flags) == (HERE, frozenset())


def test_the_others_stay_what_they_are() -> None:
    look = look_of(exchange(WELL, ("UID SEARCH ALL", b"* SEARCH 7 8\r\n"), messages=2))
    assert {s.place.uid: s.flags for s in look.sightings} == {7: {"\\seen"}, 8: frozenset()}


def test_a_message_that_nothing_speaks_of_is_trouble() -> None:
    """Silence is never shown as good news."""
    with pytest.raises(Lost) as lost:
        look_of(exchange(b"", ("UID SEARCH ALL", b"* SEARCH\r\n")))
    assert lost.value.trouble is Trouble.PROTOCOL


def test_what_went_meanwhile_is_no_trouble() -> None:
    gone = b"* 2 EXPUNGE\r\n* SEARCH 7\r\n"
    assert len(look_of(exchange(WELL, ("UID SEARCH ALL", gone), messages=2)).sightings) == 1


def test_authenticated_but_not_connected() -> None:
    """Exchange's word for throttling and for a back end in trouble: the look failed, and is said to have failed."""
    bad = b"{tag} BAD User is authenticated but not connected.\r\n"
    with pytest.raises(Lost) as lost:
        look_of(Script(EXCHANGE, [("LIST|STATUS|EXAMINE|UID", bad)]))
    assert lost.value.trouble is Trouble.PROTOCOL
    with (
        Script(EXCHANGE, [("LIST|STATUS|EXAMINE|UID", bad)]) as script,
        open_session(script.mailbox) as session,
        pytest.raises(MailboxTrouble),
    ):
        folders_with_status(session)


def test_exchange_is_asked_one_by_one_and_never_to_enable() -> None:
    script = exchange(b"", ("UID SEARCH ALL", b"* SEARCH 7\r\n"))
    look_of(script)
    assert not [c for c in script.commands if "ENABLE" in c or "RETURN" in c]
    assert max(script.writes) == 1


# -- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"* 1 FETCH (UID 7 BODY[]<0> NIL)\r\n", id="NIL"),
        pytest.param(b"* 1 FETCH (BODY[]<0> {5}\r\nhallo)\r\n", id="without UID"),
        pytest.param(b'* 1 FETCH (UID 7 BODY[]<0> "")\r\n', id="empty"),
        pytest.param(b"* 1 FETCH (UID 8 BODY[]<0> {5}\r\nhallo)\r\n", id="another one"),
        pytest.param(b"{tag} NO The specified message does not exist.\r\n", id="refused"),
        pytest.param(b"* 1 FETCH (UID 7 BODY[]<0> {3}\r\nhallo)\r\n", id="literal too short"),
        pytest.param(b"* 1 FETCH (UID 7 BODY[]<0> {12}\r\nhallo)\r\n* BYE x\r\n", id="literal too long"),
    ],
)
def test_what_cannot_be_read_is_no_message_read(body: bytes) -> None:
    """Triage then dies without a word, which ``watch`` takes for "a person must look"."""
    rules = [opened("INBOX", 1, 9), ("UID FETCH 7", body)]
    with (
        Script(EXCHANGE, rules) as script,
        open_session(script.mailbox) as session,
        pytest.raises((MessageGone, MailboxTrouble)),
    ):
        read_message(session, HERE)


def test_a_size_that_is_not_the_literals() -> None:
    """Exchange guesses RFC822.SIZE; what counts is what came."""
    rules = [opened("INBOX", 1, 9), ("UID FETCH 7", b"* 1 FETCH (UID 7 RFC822.SIZE 9999 BODY[]<0> {5}\r\nhallo)\r\n")]
    with Script(EXCHANGE, rules) as script, open_session(script.mailbox) as session:
        assert read_message(session, HERE) == b"hallo"


# -- erasing -----------------------------------------------------------------------------------------------------------

SELECTED = opened("INBOX", 1, 9)[1].replace(b"READ-ONLY", b"READ-WRITE").replace(b"EXAMINE", b"SELECT")
HEADER = b"Message-ID: <a@veiligthuis.example>\r\n\r\n"
MESSAGE = (
    b'* 1 FETCH (UID 7 FLAGS (\\Flagged \\Answered) RFC822.SIZE 9 INTERNALDATE "26-Nov-2026 07:00:00 +0100" '
    b"BODY[HEADER] {%d}\r\n%b)\r\n" % (len(HEADER), HEADER)
)


def test_exchange_read_before_deleted() -> None:
    """Deleting unread mail makes Exchange tell the sender that it was deleted without being read."""
    rules = [(ONE, EXCHANGE_LIST), folder("INBOX", 0, 9), ("SELECT", SELECTED), opened("INBOX", 0, 9), *EMPTY]
    with Script(EXCHANGE, rules) as script, open_session(script.mailbox) as session:
        message = Message(7, frozenset(), 9, b"26-Nov-2026 07:00:00 +0100", HEADER)
        purge(session, HERE, Sight(folders_with_status(session), message), Sought(message, lambda _id: False), {})
        stores = [c for c in script.commands if c.startswith("UID STORE")]
    assert len(stores) == 2
    assert "\\Seen" in stores[0]
    assert "\\Deleted" not in stores[0]
    assert "\\Deleted" in stores[1]


def test_gmail_through_the_trash() -> None:
    """Expunged in INBOX it would stay in All Mail; and ``\\Deleted`` in INBOX is enough for Gmail's auto-expunge."""

    def listed(in_trash: int) -> tuple[str, bytes]:
        counts = [
            b'* STATUS "%b" (MESSAGES %d UIDNEXT %d UIDVALIDITY 14 UNSEEN 0)\r\n' % (name.encode(), count, 3 + count)
            for name, count in ((n, in_trash if "Prullenbak" in n else 0) for n in roles(GMAIL_LIST))
        ]
        return ONE, GMAIL_LIST + b"".join(counts)

    rules = [listed(0), ("SELECT", SELECTED), opened("INBOX", 0, 9), opened("[Gmail]/Prullenbak", 0, 4)]
    there = [
        listed(1), opened("[Gmail]/Prullenbak", 1, 4), ("UID FETCH 3:", MESSAGE.replace(b"UID 7", b"UID 3")),
        ("UID FETCH 3 \\(UID\\)", b""),
    ]  # fmt: skip
    with Script(GMAIL, rules) as script, open_session(script.mailbox) as session:
        message = Message(7, frozenset(), 9, b"26-Nov-2026 07:00:00 +0100", HEADER)
        script.after("UID MOVE", there)
        script.after("UID EXPUNGE", [listed(0)])
        purge(session, HERE, Sight(folders_with_status(session), message), Sought(message, lambda _id: False), {})
        done = [c for c in script.commands if c.startswith(("SELECT", "UID STORE", "UID MOVE", "UID EXPUNGE"))]
    assert done[:3] == [
        'SELECT "INBOX"', "UID STORE 7 +FLAGS.SILENT (\\Answered \\Flagged \\Seen)", 'UID MOVE 7 "[Gmail]/Prullenbak"',
    ]  # fmt: skip
    assert done[3] == 'SELECT "[Gmail]/Prullenbak"'
    assert "\\Deleted" in done[4]
    assert done[5] == "UID EXPUNGE 3"


def test_gmail_without_a_trash_erases_nothing() -> None:
    """Where "Show in IMAP" is off for the trash, expunging would only archive."""
    listed = b"\r\n".join(line for line in GMAIL_LIST.split(b"\r\n") if b"Trash" not in line)
    with Script(GMAIL, [(ONE, listed), ("SELECT", SELECTED)]) as script, open_session(script.mailbox) as session:
        message = Message(7, frozenset(), 9, b"26-Nov-2026 07:00:00 +0100", HEADER)
        sight = Sight([], message)
        with pytest.raises(FolderRefused) as refused:
            purge(session, HERE, sight, Sought(message, lambda _id: False), {})
        assert refused.value.role is R.TRASH
        assert not [c for c in script.commands if "STORE" in c or "EXPUNGE" in c]


# -- counting ----------------------------------------------------------------------------------------------------------


def test_every_folder_empty() -> None:
    rules = [(ONE, EXCHANGE_LIST), folder("INBOX"), opened("INBOX"), *EMPTY]
    with Script(EXCHANGE, rules) as script:
        assert verify(script.mailbox, NOBODY, {}, date(2026, 11, 26)).word is Word.EMPTY


@pytest.mark.parametrize(
    "spoilt",
    [
        ('STATUS "Agenda"', b"{tag} NO The requested folder is not available.\r\n"),
        ('STATUS "Agenda"', b""),
        ('EXAMINE "Agenda"', b"{tag} NO The requested folder is not available.\r\n"),
        ('EXAMINE "Agenda"', b"{tag} BAD User is authenticated but not connected.\r\n"),
        ('EXAMINE "Agenda"', b"* OK [UIDVALIDITY 14] UIDVALIDITY value\r\n"),
    ],
)
def test_a_folder_that_is_found_and_cannot_be_counted_is_never_empty(spoilt: tuple[str, bytes]) -> None:
    rules = [spoilt, (ONE, EXCHANGE_LIST), folder("INBOX"), opened("INBOX"), *EMPTY]
    with Script(EXCHANGE, rules) as script:
        said = verify(script.mailbox, NOBODY, {}, date(2026, 11, 26))
    assert (said.word, said.role) == (Word.NOT_COUNTED, R.OTHER)


def test_gmails_labels_of_a_message_are_read_past() -> None:
    """X-GM-LABELS and X-GM-MSGID, should a server send them unasked: quoted names and backslashes in one list."""
    line = (
        b"* 1 FETCH (X-GM-THRID 12784553 X-GM-MSGID 1278455344230334865 X-GM-LABELS (\\Inbox \\Sent Important "
        b'"Muy Importante" "map \\"x\\"") UID 7 FLAGS (\\Seen))\r\n'
    )
    tokens = parse(line).tokens[0]
    assert isinstance(tokens, list)
    assert tokens[tokens.index(b"X-GM-LABELS") + 1] == [
        b"\\Inbox", b"\\Sent", b"Important", b"Muy Importante", b'map "x"',
    ]  # fmt: skip
    [seen] = look_of(exchange(line)).sightings
    assert (seen.place, seen.flags) == (HERE, {"\\seen"})


def test_all_mail_is_counted_and_rings_nobody() -> None:
    """The same unread mail stands in INBOX and in All Mail: one sighting."""
    statuses = b"".join(
        b'* STATUS "%b" (MESSAGES %d UIDNEXT 9 UIDVALIDITY 14 UNSEEN %d)\r\n' % (name, count, count)
        for name, count in (
            *((b"INBOX", 1), (b"[Gmail]/Alle berichten", 1), (b"[Gmail]/Belangrijk", 1)),
            *((b"[Gmail]/Prullenbak", 0), (b"[Gmail]/Spam", 0)),
        )
    )
    rules = [(ONE, GMAIL_LIST + statuses), opened("INBOX", 1, 9), (FLAGS_OF, WELL.replace(b"\\Seen", b""))]
    script = Script(GMAIL, rules)
    look = look_of(script)
    assert [s.place for s in look.sightings] == [HERE]
    assert [f.messages for f in look.folders if f.name == "[Gmail]/Alle berichten"] == [1]


def test_a_signal_that_a_filter_archived_waits_for_a_person() -> None:
    """In All Mail only, unread: Gmail's own search says so. Looked for at every look, and in All Mail alone."""
    statuses = b"".join(
        b'* STATUS "%b" (MESSAGES %d UIDNEXT 99 UIDVALIDITY 14 UNSEEN %d)\r\n' % (name, count, count)
        for name, count in (
            *((b"INBOX", 0), (b"[Gmail]/Alle berichten", 2), (b"[Gmail]/Belangrijk", 1)),
            *((b"[Gmail]/Prullenbak", 0), (b"[Gmail]/Spam", 0)),
        )
    )
    rules = [
        (ONE, GMAIL_LIST + statuses),
        opened("INBOX", 0, 9),
        opened("[Gmail]/Alle berichten", 2, 99),
        ('UID SEARCH UNSEEN X-GM-RAW "has:nouserlabels -in:inbox', b"* SEARCH 98\r\n"),
        ("UID FETCH 98", b'* 2 FETCH (UID 98 FLAGS () INTERNALDATE "26-Nov-2026 07:00:00 +0100")\r\n'),
    ]
    script = Script(GMAIL, rules)
    [seen] = look_of(script).sightings
    assert (seen.place.role, seen.place.uid, seen.flags) == (R.ALL, 98, frozenset())
    assert not [c for c in script.commands if "EXAMINE" in c and "Belangrijk" in c]
