"""No bell can be told anything but "ring": not over the socket, and not by a call in the program."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import socket
from types import FunctionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hwc_school_agent.bells
from hwc_school_agent.bells import words
from hwc_school_agent.bells.way import Occasion
from hwc_school_agent.bells.words import LONGEST, Ack, Call, Garbage, Reader, Whose, line
from hwc_school_agent.domain.staff import Role

MODULES = tuple(
    importlib.import_module(f"hwc_school_agent.bells.{found.name}")
    for found in pkgutil.iter_modules(hwc_school_agent.bells.__path__)
)

#: Every argument of type ``str`` in the public functions of this package: addresses, the name of a group, tokens and
#: the names of machines that have one, the command line of a process of ours.
TEXTS = {
    ("desktop.main", "url"), ("rope.Rope.__init__", "group"), ("poll.over", "desk"), ("tokens.hash_of", "token"),
    ("tokens.add", "name"), ("tokens.remove", "name"), ("tokens.Known.__init__", "name"),
    ("tokens.Known.__init__", "hash"), ("poll.Unusable.__init__", "text"),
}  # fmt: skip
#: The types an argument may have. None of them can carry a text that is not in ``words``.
PLAIN = (Path, float, bool, int, Ack, Call, Whose, Occasion, Ack | Call, Ack | Call | Whose, frozenset[Whose],
         Path | None, socket, Callable[[], socket], Callable[[], float],
         Callable[[Ack], None], Callable[[], None], Callable[[int], None],
         Callable[[int, Callable[[], None]], None])  # fmt: skip
#: What only reads, or is the way in of a program.
READS = [
    ("house.main", "arguments"), ("page.word_on", "data"), ("page.word_on", "words"),
    ("words.Reader.__init__", "words"), ("words.Reader.feed", "data"),
]  # fmt: skip


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
                    ours = inspect.isfunction(function) and function.__module__ == module.__name__
                    if ours and (method == "__init__" or not method.startswith("_")):
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
    assert sorted(rest) == READS
    assert ("rope.Rope.ring", "fixed_time") in {(name, argument) for name, argument, _ in found}  # the search did look


def test_the_texts_are_fixed_and_say_nothing() -> None:
    assert (words.TITLE, words.TEXT, words.OPEN) == ("Bureau", "Open het bureau.", "Open")


def test_the_lists_are_closed_and_short() -> None:
    assert {call.value for call in Call} == {"ring", "look", "hush", "ping"}
    assert {ack.value for ack in Ack} == {"here", "rung", "opened", "failed"}
    assert {whose.value for whose in Whose} == {role.value for role in Role} | {"all"}
    assert all(len(line(word)) <= LONGEST for word in (*Call, *Ack, *Whose))


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
