"""The wire: cutting a stream into responses, whatever the pieces; no word in it asks for content."""

from __future__ import annotations

import inspect
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.mailbox.wire import ProtocolError, Reader, Response, Words, parse, quoted

STREAM = (
    b"* OK [CAPABILITY IMAP4rev1 IDLE] hello (there \r\n"
    b'* LIST (\\HasNoChildren \\Trash) "/" "Verwijderde items"\r\n'
    b'* LIST () NIL {14}\r\nab\r\n{3} (")c\\d\r\n'
    b'* STATUS "a\\"b\\\\c" (MESSAGES 3 UIDNEXT 7)\r\n'
    b'* 1 FETCH (UID 4 FLAGS (\\Seen $x) INTERNALDATE "23-Nov-2026 07:00:00 +0100")\r\n'
    b"+ idling\r\n* SEARCH 1 2\r\n* 2 EXISTS\r\nw1 OK [READ-ONLY] done\r\nw2 NO [UNAVAILABLE] later\r\n* BYE\r\n"
)
EXPECTED = [
    Response("*", "OK", None, (), (b"CAPABILITY", b"IMAP4rev1", b"IDLE")),
    Response("*", "LIST", None, ([b"\\HasNoChildren", b"\\Trash"], b"/", b"Verwijderde items")),
    Response("*", "LIST", None, ([], None, b'ab\r\n{3} (")c\\d')),
    Response("*", "STATUS", None, (b'a"b\\c', [b"MESSAGES", b"3", b"UIDNEXT", b"7"])),
    Response(
        "*",
        "FETCH",
        1,
        ([b"UID", b"4", b"FLAGS", [b"\\Seen", b"$x"], b"INTERNALDATE", b"23-Nov-2026 07:00:00 +0100"],),
    ),
    Response("+", ""),
    Response("*", "SEARCH", None, (b"1", b"2")),
    Response("*", "EXISTS", 2),
    Response("w1", "OK", None, (), (b"READ-ONLY",)),
    Response("w2", "NO", None, (), (b"UNAVAILABLE",)),
    Response("*", "BYE"),
]


def test_a_stream_is_read_whole() -> None:
    assert list(Reader().feed(STREAM)) == EXPECTED


@given(st.lists(st.integers(1, 400), max_size=30))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    reader, found = Reader(), []
    places = [0, *sorted({c for c in cuts if c < len(STREAM)}), len(STREAM)]
    for begin, end in itertools.pairwise(places):
        found += reader.feed(STREAM[begin:end])
    assert found == EXPECTED
    assert not reader.pending()


@given(st.binary(max_size=300))
def test_garbage_is_a_protocol_error_or_a_response_and_nothing_else(data: bytes) -> None:
    try:
        for response in Reader().feed(data + b"\r\n"):
            assert isinstance(response, Response)
    except ProtocolError as error:
        told = str(error)
    else:
        told = ""
    assert told == "", "nothing of the data may travel in an exception"


def test_an_endless_response_is_refused() -> None:
    reader = Reader()
    chunks = (response for _ in range(40) for response in reader.feed(b"x" * 65536))
    with pytest.raises(ProtocolError):
        list(chunks)
    with pytest.raises(ProtocolError):
        list(Reader().feed(b"* LIST {99999999}\r\n"))
    with pytest.raises(ProtocolError):
        parse(b"* X " + b"(" * 100 + b")" * 100)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_quoted_strings_come_back(text: str) -> None:
    response = parse(b"* X " + quoted(text) + b"\r\n")
    assert response.tokens == (text.encode(),)


@pytest.mark.parametrize("bad", ["a\r\nw9 DELETE INBOX", "\0", "é", "\x7f"])
def test_what_could_leave_its_quotes_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        quoted(bad)


@pytest.mark.parametrize("said", [b"w9 SELECT INBOX", b"x\r\nw9 UID FETCH 1 BODY[]", b"(", b" "])
def test_an_answer_while_logging_in_cannot_be_a_command(said: bytes) -> None:
    for word in (Words().answer, lambda said: Words().authenticate("XOAUTH2", said)):
        with pytest.raises(ValueError, match=r"^$"):
            word(said)


def test_no_word_asks_for_content_or_changes_anything() -> None:
    """The resident process cannot read a message: its vocabulary has no word for it (promise P4)."""
    words = Words()
    arguments = {"first": 7, "uids": [1, 2], "folder": "F", "user": "u", "password": "p", "special_use": True}
    arguments |= {"mechanism": "XOAUTH2", "said": b"dXNlcg=="}
    said = bytearray()
    for name, method in inspect.getmembers(words, inspect.ismethod):
        if not name.startswith("_") and name != "take":
            method(**{p: arguments[p] for p in inspect.signature(method).parameters})
            said += words.take()
    lines = bytes(said).upper().split(b"\r\n")
    assert len(lines) > 12
    for line in lines:
        command = line.partition(b" ")[2]
        assert not any(w in command for w in (b"BODY", b"RFC822", b"ENVELOPE", b"HEADER", b"PREVIEW", b"TEXT")), command
        assert not command.startswith((b"SELECT", b"STORE", b"UID STORE", b"EXPUNGE", b"COPY", b"MOVE", b"APPEND")), (
            command
        )
