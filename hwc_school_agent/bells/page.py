"""How one word travels over https: on a page of its own, always of the same size."""

from __future__ import annotations

from hwc_school_agent.bells.words import LONGEST, Ack, Call, Garbage, W

PATH = "/bell"
SIZE = LONGEST


def page(word: Call | Ack) -> bytes:
    """The word, filled up to ``SIZE`` bytes."""
    return str(word.value).encode("ascii").ljust(SIZE)


def word_on(data: bytes, words: type[W]) -> W:
    """The word on a page. Raises ``Garbage``."""
    for word in words:
        if data == str(word.value).encode("ascii").ljust(SIZE):
            return word
    raise Garbage
