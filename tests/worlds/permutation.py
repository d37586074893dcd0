"""A permutation test on pairs: can two kinds of days be told apart by times that no clock makes equal?

Of two days that follow each other a coin chose the one with signals. If nothing can be told from a measure, it could
as well have fallen the other way; so the coins are thrown again, many times, with the measures left as they are. The
share of throws that separates the days at least as well as what was seen is ``p``. Nothing is assumed about how
measures are spread, and a machine that gets slower in the course of a test does no harm.

The measures are taken together (Westfall and Young, "Resampling-Based Multiple Testing", 1993): each throw counts with
the measure that separates best in it, so that many measures do not find something by chance.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

THROWS = 20_000
#: seconds below which a difference is none: ``epoll`` wakes a program on whole milliseconds
GRAIN = 0.001


def p_value(differences: Mapping[str, Sequence[float]], seed: int = 1) -> float:
    """How often chance alone separates as well (0 to 1).

    ``differences``: for each measure, for each pair: that of the day with signals less that of the other day. All of
    the same length. Wilcoxon's signed ranks, two-sided.
    """
    signed = [_signed_ranks(each) for each in differences.values()]
    seen = max(abs(sum(ranks)) for ranks in signed)
    coins, pairs = random.Random(seed), len(signed[0])
    as_well = 0
    for _ in range(THROWS):
        throw = [1 if bit == "1" else -1 for bit in f"{coins.getrandbits(pairs):0{pairs}b}"]
        best = max(abs(sum(a * b for a, b in zip(ranks, throw, strict=True))) for ranks in signed)
        as_well += best >= seen
    return (1 + as_well) / (1 + THROWS)


def most_telling(differences: Mapping[str, Sequence[float]]) -> str:
    """The measure that separates best."""
    return max(differences, key=lambda name: abs(sum(_signed_ranks(differences[name]))))


def _signed_ranks(differences: Sequence[float]) -> list[float]:
    real = [n for n, difference in enumerate(differences) if abs(difference) >= GRAIN]
    ranks = [0.0] * len(differences)
    for rank, n in enumerate(sorted(real, key=lambda n: abs(differences[n])), 1):
        ranks[n] = rank if differences[n] > 0 else -rank
    return ranks
