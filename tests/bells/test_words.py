"""No bell can be told anything but "ring": not over the socket, and not by a call in the program."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwc_school_agent.bells import desktop, fallback, notification, rope, words
from hwc_school_agent.bells.words import LONGEST, Ack, Call, Garbage, Reader, Trace, line

MODULES = (desktop, fallback, notification, rope, words)

#: Every argument of type ``str`` in the public functions of this package: an address and the name of a group.
TEXTS = {("desktop.main", "url"), ("rope.Rope.__init__", "group")}
#: The types an argument may have. None of them can carry a text that is not in ``words``.
PLAIN = (Path, float, bool, Ack, Call, Ack | Call, Callable[[Ack], None], Callable[[], None], Callable[[int], None],
         Callable[[int, Callable[[], None]], None])  # fmt: skip


def public_functions() -> Iterator[tuple[str, FunctionType]]:
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        for name, item in vars(module).items():
            if name.startswith("_") or getattr(item, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(item):
                yield f"{short}.{name}", item
            elif inspect.isclass(item):
                for method, function in vars(item).items():
                    if inspect.isfunction(function) and (method == "__init__" or not method.startswith("_")):
                        yield f"{short}.{name}.{method}", function


def arguments() -> Iterator[tuple[str, str, object]]:
    for name, function in public_functions():
        hints = typing.get_type_hints(function)
        hints.pop("return", None)
        for argument in inspect.signature(function).parameters:
            if argument != "self":
                yield name, argument, hints[argument]


def test_no_call_can_carry_a_text() -> None:
    found = list(arguments())
    assert {(name, argument) for name, argument, kind in found if kind is str} == TEXTS
    rest = [(name, argument) for name, argument, kind in found if kind is not str and kind not in PLAIN]
    assert sorted(rest) == [("words.Reader.__init__", "words"), ("words.Reader.feed", "data")]  # it sends nothing
    assert ("rope.Rope.ring", "fixed_time") in {(name, argument) for name, argument, _ in found}  # the search did look


def test_the_texts_are_fixed_and_say_nothing() -> None:
    assert (words.TITLE, words.TEXT, words.OPEN) == ("Bureau", "Open het bureau.", "Open")


def test_the_lists_are_closed_and_short() -> None:
    assert {call.value for call in Call} == {"ring", "look", "hush", "ping"}
    assert {ack.value for ack in Ack} == {"here", "rung", "opened", "failed"}
    assert all(len(line(word)) <= LONGEST for word in (*Call, *Ack))


@given(st.lists(st.sampled_from(Call)), st.data())
def test_words_arrive_however_they_are_cut(calls: list[Call], data: st.DataObject) -> None:
    stream = b"".join(map(line, calls))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = Reader(Call)
    got = [word for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for word in reader.feed(stream[a:b])]
    assert got == calls


@given(st.binary(min_size=1, max_size=64))
def test_anything_else_is_garbage(data: bytes) -> None:
    known = {each.value.encode() for each in Ack}
    if set(data.split(b"\n")) <= known:
        assert b"".join(map(line, Reader(Ack).feed(data + b"\n"))) == data + b"\n"
    else:
        with pytest.raises(Garbage, match=r"^$"):
            Reader(Ack).feed(data + b"\n")


def test_an_unfinished_line_is_not_kept_for_ever() -> None:
    reader = Reader(Ack)
    assert reader.feed(b"x" * (LONGEST - 1)) == []
    with pytest.raises(Garbage):
        reader.feed(b"x")


def test_what_leaves_a_trace_rings_at_fixed_times_only() -> None:
    assert [call for call in Call if Trace.NONE.may(call)] == [Call.RING, Call.LOOK]
    assert [call for call in Call if Trace.STORES.may(call)] == [Call.LOOK]
    assert notification.TRACE is Trace.NONE
    assert fallback.TRACE is Trace.STORES
