"""Import the clock's library without what it names and never uses here.

APScheduler asks the standard library for process pools, coroutines and plug-ins. With them come asyncio,
multiprocessing and ``email``: 4 MB in a process that stays, and a reader of mail in the one process that must have
none. While it is imported, stand-ins hold their places; workers, which are forked later, find the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from inspect import iscoroutinefunction
from types import ModuleType


def _nothing(**_: str) -> tuple[()]:
    return ()


def _unknown(_: str) -> str:
    raise LookupError


#: what APScheduler 3.11 wants of each when it is imported
UNUSED: Mapping[str, Mapping[str, object]] = {
    "asyncio": {"iscoroutinefunction": iscoroutinefunction},
    "concurrent.futures.process": {"BrokenProcessPool": RuntimeError},
    "importlib.metadata": {"entry_points": _nothing, "version": _unknown, "PackageNotFoundError": LookupError},
    "multiprocessing": {},
}


def load(name: str, unused: Mapping[str, Mapping[str, object]] = UNUSED) -> ModuleType:
    """Import a module without ``unused``; with all of it where that is not enough, as for a later APScheduler."""
    try:
        with _stand_ins(unused):
            return import_module(name)
    except ImportError:
        return import_module(name)


@contextmanager
def _stand_ins(wanted: Mapping[str, Mapping[str, object]]) -> Iterator[None]:
    held = {name: ModuleType(name) for name in wanted if name not in sys.modules}
    for name, module in held.items():
        vars(module).update(wanted[name])
    sys.modules.update(held)
    try:
        yield
    finally:
        for name in held:
            del sys.modules[name]
