"""Roles of folders, and LIST and STATUS as real servers write them."""

import pytest

from hwc_school_agent.domain.outcome import FolderRole
from hwc_school_agent.mailbox.folders import decoded, folders_of, quoted, role_of, selectable
from hwc_school_agent.mailbox.wire import parse

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("name", "delimiter", "attributes", "role"),
    [
        ("INBOX", "/", NONE, FolderRole.INBOX),
        ("inbox", ".", frozenset({"\\Junk"}), FolderRole.INBOX),  # INBOX is where mail comes, whatever is said of it
        ("Map van Anna", "/", frozenset({"\\Trash"}), FolderRole.TRASH),
        ("x", "/", frozenset({"\\hasnochildren", "\\junk"}), FolderRole.JUNK),
        ("Sent", "/", frozenset({"\\Archive"}), FolderRole.ARCHIVE),
        ("INBOX.Verzonden items", ".", NONE, FolderRole.SENT),
        ("Gel&APY-schte Elemente", "/", NONE, FolderRole.TRASH),
        ("Entw&APw-rfe", "/", NONE, FolderRole.DRAFTS),
        ("&AMk-l&AOk-ments supprim&AOk-s", "/", NONE, FolderRole.TRASH),
        ("Courrier ind&AOk-sirable", "/", NONE, FolderRole.JUNK),
        ("Bo&AO4-te d'envoi", "/", NONE, FolderRole.SENT),
        ("Bo&AO4-te d&IBk-envoi", "/", NONE, FolderRole.SENT),
        ("PRULLENBAK", "/", NONE, FolderRole.TRASH),
        ("[Gmail]/Alle e-mail", "/", NONE, FolderRole.ALL),
        ("Ongewenste e-mail", "/", NONE, FolderRole.JUNK),
        ("Leerlingen/Sent", "/", NONE, FolderRole.OTHER),  # in doubt it rings: only top folders are Sent by name
        ("Leerlingen/Prullenbak", "/", NONE, FolderRole.TRASH),
        ("Sentimenten", "/", NONE, FolderRole.OTHER),
        ("", "", NONE, FolderRole.OTHER),
    ],
)
def test_role(name: str, delimiter: str, attributes: frozenset[str], role: FolderRole) -> None:
    assert role_of(name, delimiter, attributes) is role


def test_selectable() -> None:
    assert selectable(frozenset({"\\HasChildren"}))
    assert not selectable(frozenset({"\\NoSelect"}))
    assert not selectable(frozenset({"\\nonexistent"}))


def test_decoding_never_fails() -> None:
    assert decoded("R&-D") == "R&D"
    assert decoded("&AOk-") == "é"
    for broken in ("&", "&AO", "&A-", "&2D0-", "a&b"):
        assert isinstance(decoded(broken), str)


def test_quoting() -> None:
    assert quoted('a"b\\c') == b'"a\\"b\\\\c"'
    assert quoted("\xe9") == b'"\xe9"'
    for bad in ("a\r\nb", "a\0", "\u20ac"):
        with pytest.raises(ValueError):
            quoted(bad)


def test_a_folder_without_a_status_line_is_unknown_never_empty() -> None:
    listed = [parse(line).tokens for line in (
        b'* LIST (\\HasNoChildren) "/" INBOX', b'* LIST (\\Noselect) "/" "Map"', b"* LIST () NIL {5}\r\nab\"cd",
        b'* LIST () "/" "Stil"',
    )]  # fmt: skip
    counted = [parse(line).tokens for line in (
        b"* STATUS inbox (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 UNSEEN 1)", b'* STATUS "ab\\"cd" (messages 0 uidnext 1)',
    )]  # fmt: skip
    inbox, odd, silent = folders_of(listed, counted)
    assert (inbox.name, inbox.messages, inbox.uidnext, inbox.uidvalidity, inbox.unseen) == ("INBOX", 3, 9, 7, 1)
    assert (odd.name, odd.messages, odd.uidnext, odd.uidvalidity) == ('ab"cd', 0, 1, None)
    assert (silent.name, silent.messages) == ("Stil", None)
