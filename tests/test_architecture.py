"""Rules about the code itself that a reader cannot check at a glance. The import rules stand in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hwc_school_agent

PACKAGE = Path(hwc_school_agent.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 300

# What the resident process may not have in memory: content readers, and libraries that cost megabytes.
NEVER_RESIDENT = (
    "argon2",
    "asyncio",
    "click",
    "cryptography",
    "email",
    "gettext",
    "hwc_school_agent.catalogues",
    "hwc_school_agent.desk",
    "hwc_school_agent.domain.language",
    "hwc_school_agent.mailbox.read",
    "hwc_school_agent.mailbox.session",
    "hwc_school_agent.post",
    "hwc_school_agent.workers",
    "imapclient",
    "importlib.metadata",
    "jinja2",
    "msal",
    "multiprocessing",
    "pydantic",
    "smtplib",
    "starlette",
    "uvicorn",
)


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


# -- the resident process -----------------------------------------------------------------


def loaded_by(statement: str) -> set[str]:
    """Modules in a fresh interpreter after one import statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    # -I: no folder of the caller, no site of the user; the package is found because it is installed
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def forbidden_in(loaded: set[str]) -> list[str]:
    return sorted(m for m in loaded if any(m == f or m.startswith(f + ".") for f in NEVER_RESIDENT))


TICKING = """
from hwc_school_agent.host.clock import SystemClock
from hwc_school_agent.watch import loop, start, watch
start.begin_ticking(loop.Loop(SystemClock()), lambda: None, "Europe/Amsterdam")
"""


def test_watch_has_no_content_reader_in_memory() -> None:
    loaded = loaded_by(TICKING)
    assert {"hwc_school_agent.watch.watch", "apscheduler.schedulers.base"} <= loaded
    assert forbidden_in(loaded) == []


def test_what_the_clock_is_spared_its_workers_have() -> None:
    """Their asyncio and ``email`` are the real ones."""
    assert {"asyncio.events", "email.message"} <= loaded_by(f"{TICKING}import asyncio, importlib.metadata")


def test_a_clock_that_wants_more_is_given_all() -> None:
    """A later APScheduler that asks for something that the stand-ins have not."""
    loaded = loaded_by(
        "from hwc_school_agent.watch import lean\nlean.load('hwc_school_agent.watch.ticker', {'asyncio': {}})"
    )
    assert {"asyncio.events", "apscheduler.schedulers.base"} <= loaded


@pytest.mark.parametrize("module", ["email.message", "smtplib", "imapclient", "hwc_school_agent.workers"])
def test_a_content_reader_in_memory_is_found(module: str) -> None:
    assert forbidden_in(loaded_by(f"import {module}"))


# -- every file ---------------------------------------------------------------------------


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(p) for p in MODULES if not ast.get_docstring(tree_of(p))] == []


def test_every_module_is_read_in_one_sitting() -> None:
    lengths = {name_of(p): len(p.read_text().splitlines()) for p in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_texts_for_people_stay_calm() -> None:
    texts = [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".html", ".txt", ".js", ".toml", ".svg"}]
    found = [name_of(p) for p in texts if any(w in p.read_text().lower() for w in ("slachtoffer", "geweld"))]
    assert found == []


# -- nothing of a message in a log or on a screen -------------------------------------------

_SILENCING = {"getLogger", "raiseExceptions", "CRITICAL", "NullHandler", "disable", "Logger"}
_LOGGING = {"debug", "info", "warning", "error", "exception", "critical"}


def our_exceptions(tree: ast.Module) -> set[str]:
    """Names in this module that certainly are classes of ours: their texts are written by us."""
    ours = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("hwc_school_agent")):
            ours |= {alias.asname or alias.name for alias in node.names}
    return ours


def shown_exceptions(tree: ast.Module) -> Iterator[int]:
    """Lines that turn somebody else's exception into text: such a text can quote the message."""
    ours = our_exceptions(tree)
    for handler in ast.walk(tree):
        if not (isinstance(handler, ast.ExceptHandler) and handler.name and handler.type):
            continue
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        roots = [ast.unparse(c).partition(".")[0] for c in caught]
        if all(root in ours for root in roots):
            continue

        def is_it(node: ast.AST, name: str = handler.name) -> bool:
            return isinstance(node, ast.Name) and node.id == name

        for node in ast.walk(handler):
            shown = (
                (isinstance(node, ast.Call) and any(is_it(a) for a in node.args) and _makes_text(node.func))
                or (isinstance(node, ast.FormattedValue) and is_it(node.value))
                or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and is_it(node.right))
                or (isinstance(node, ast.Attribute) and is_it(node.value) and node.attr in {"args", "reason", "doc"})
            )
            if shown:
                yield node.lineno


def _makes_text(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in {"str", "repr", "print", "format", "ascii"}
    return isinstance(function, ast.Attribute) and function.attr in {"format", "format_exc", "print_exception", "write"}


def loose_talk(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines that print, log, or print a traceback. Loggers of libraries may be shut."""
    logs = any(alias.name == "logging" for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"logging", "traceback"}:
            yield node.lineno, "log"
        if isinstance(node, ast.Import) and any(alias.name == "traceback" for alias in node.names):
            yield node.lineno, "log"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "logging" and node.attr not in _SILENCING:
            yield node.lineno, "log"
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}:
            yield node.lineno, "print"
        if logs and isinstance(node.func, ast.Attribute) and node.func.attr in _LOGGING:
            yield node.lineno, "log"
        if any(k.arg in {"exc_info", "stack_info"} for k in node.keywords):
            yield node.lineno, "log"


def test_no_text_of_a_foreign_exception() -> None:
    assert [f"{name_of(p)}:{line}" for p in MODULES for line in shown_exceptions(tree_of(p))] == []


def test_only_the_event_log_speaks() -> None:
    """The command line and the demo talk to the person in front of them, and may print."""
    silent = [p for p in MODULES if not name_of(p).startswith(("host/event_log.py", "cli", "__main__.py", "demo/"))]
    talk = [(name_of(p), line, what) for p in silent for line, what in loose_talk(tree_of(p))]
    # start.py says what is wrong with the settings, before anything is watched
    assert [t for t in talk if (t[0], t[2]) != ("watch/start.py", "print")] == []


@pytest.mark.parametrize(
    "line",
    ["x = str(e)", "x = f'{e}'", "x = f'{e!r}'", "x = '%s' % e", "x = '{}'.format(e)", "x = e.args", "repr(e)"],
)
def test_a_shown_exception_is_found(line: str) -> None:
    for caught in ("ValueError", "(Ours, imaplib.error)"):
        tree = ast.parse(f"class Ours(Exception): pass\ntry:\n    pass\nexcept {caught} as e:\n    {line}")
        assert list(shown_exceptions(tree)) == [5]
    assert not list(shown_exceptions(ast.parse(f"class Ours(Exception): pass\ntry: pass\nexcept Ours as e: {line}")))


@pytest.mark.parametrize(
    "code",
    [
        "print(1)",
        "import logging\nlogging.info('x')",
        "import logging\nlogging.getLogger('x').exception('y')",
        "from logging import getLogger",
        "import traceback",
        "from traceback import print_exc",
        "call(exc_info=True)",
    ],
)
def test_loose_talk_is_found(code: str) -> None:
    assert list(loose_talk(ast.parse(code)))
    assert not list(loose_talk(ast.parse("import logging\nlogging.getLogger('imapclient').setLevel(logging.CRITICAL)")))


# -- the domain is pure ---------------------------------------------------------------------

_OUTSIDE_WORLD = {
    *("asyncio", "ctypes", "http", "imaplib", "io", "locale", "logging", "multiprocessing", "os"),
    *("pathlib", "platform", "random", "secrets", "select", "shutil", "signal", "smtplib", "socket"),
    *("sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
}
_ASKING = {"now", "today", "utcnow", "localtime"}


def impurities(tree: ast.Module) -> Iterator[str]:
    """What a pure module must not do: import more than the standard library's pure part, ask the clock, touch files."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["hwc_school_agent.domain"] if node.level else [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            domain = name == "hwc_school_agent.domain" or name.startswith("hwc_school_agent.domain.")
            if not domain and (top not in sys.stdlib_module_names or top in _OUTSIDE_WORLD):
                yield f"imports {name}"
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
                yield f"calls {node.func.attr}"
            if isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input", "exec", "eval"}:
                yield f"calls {node.func.id}"


def test_domain_is_pure() -> None:
    domain = [p for p in MODULES if name_of(p).startswith("domain/")]
    assert domain
    assert [f"{name_of(p)} {what}" for p in domain for what in impurities(tree_of(p))] == []


@pytest.mark.parametrize(
    "code",
    [
        "import time",
        "import os.path",
        "from random import choice",
        "import pydantic",
        "from hwc_school_agent.settings import Settings",
        "from datetime import datetime\ndatetime.now()",
        "open('x')",
    ],
)
def test_an_impurity_is_found(code: str) -> None:
    assert list(impurities(ast.parse(code)))


# -- the tests ------------------------------------------------------------------------------


def test_every_folder_of_tests_is_a_package() -> None:
    """Else two files of the same name in two folders would be one module to pytest."""
    tests = Path(__file__).parent
    folders = {p.parent for p in tests.rglob("test_*.py")}
    assert [str(f.relative_to(tests)) for f in folders if not (f / "__init__.py").exists()] == []
