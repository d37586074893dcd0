"""What every way to ring a person has in common: it says which trace it leaves, and rings when that allows it only.

A signal comes on few days of a year: what is stored with a date because one came tells of it for ever (promise P5).
So a way has one entrance, ``ring``, which asks its trace first; the way itself stands behind that, in ``_ring``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import ClassVar, final

from hwc_school_agent.bells.words import Call


class Occasion(Enum):
    """Why a bell rings, as far as a bell may know."""

    LOOK = "the morning look: at the same minute of every school day"
    ALIKE = "nobody has looked, or the mailbox cannot be reached: the same on days with and without a signal"
    ANY = "perhaps because something came"

    @property
    def call(self) -> Call:
        """The word for bells that are connected."""
        return Call.RING if self is Occasion.ANY else Call.LOOK


class Trace(Enum):
    """What a way to ring leaves behind that outlives the morning. No default: every way says it."""

    NONE = "nothing is written: it may ring at any time"
    STORES = "this device stores it, with its time: never because something came"
    KEPT = "others keep it too, for years: once every school morning, at the look"

    def may(self, occasion: Occasion) -> bool:
        """Whether a way with this trace may ring now."""
        match self:
            case Trace.NONE:
                return True
            case Trace.STORES:
                return occasion is not Occasion.ANY
            case Trace.KEPT:
                return occasion is Occasion.LOOK


class NoBus(Exception):
    """There is no session bus to speak to. Says nothing more."""


class Way(ABC):
    """One way to ring. A class that does not say its trace cannot be made, and nobody may replace ``ring``."""

    trace: ClassVar[Trace]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not isinstance(vars(cls).get("trace"), Trace):
            raise TypeError(f"{cls.__qualname__} does not say which trace it leaves")
        if "ring" in vars(cls):
            raise TypeError(f"{cls.__qualname__} may not ring past its trace")

    @final
    def ring(self, occasion: Occasion) -> bool:
        """Ring, if the trace allows it now. Returns whether it did. Raises what the way itself raises."""
        if not self.trace.may(occasion):
            return False
        self._ring()
        return True

    @abstractmethod
    def _ring(self) -> None:
        """The way itself. Called by ``ring`` only."""
