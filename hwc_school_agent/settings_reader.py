"""Read the configuration: a TOML file and a directory with credentials in, frozen ``Settings`` or every fault out.

A fault is something that only an edit can cure. Whether a host resolves, a server answers or a certificate is there
today is no question of configuration: an agent that refuses to start rings nobody.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from hwc_school_agent.settings import Secret, Settings
from hwc_school_agent.settings_credentials import KEYS, LEDGER_KEY, Credentials, file_name, read_credentials
from hwc_school_agent.settings_faults import EXIT_CODE, Fault, SettingsFaults, explain, printable
from hwc_school_agent.settings_lines import line_of, lines_of
from hwc_school_agent.settings_shape import File
from hwc_school_agent.settings_text import as_text, typed
from hwc_school_agent.settings_words import SECTIONS, dotted, said, unknown

__all__ = ["EXIT_CODE", "Fault", "SettingsFaults", "as_text", "explain", "read"]

_LIMIT = 1 << 20
#: way to log in -> the sets of credentials that are enough for it; the first is what is asked for when none is there
_WAYS = {
    "password": (("mailbox.password",),),
    "microsoft": (("mailbox.certificate",), ("mailbox.client_secret",)),
    "google": (("mailbox.service_account",), ("mailbox.refresh_token", "mailbox.client_secret")),
}
_SECRET = re.compile(r"passw|passphrase|wachtwoord|secret|geheim|token|credential", re.IGNORECASE)


def read(config: Path, credentials: Path | None, *, need_passwords: bool = True) -> Settings:
    """The settings in ``config``, with passwords from ``credentials`` or, without it, ``$CREDENTIALS_DIRECTORY``.

    Relative paths in the file start at the file's own folder. Without ``need_passwords`` a missing password is no
    fault: for a look at the file by somebody who may not see the credentials. Raises ``SettingsFaults`` with all
    faults at once.
    """
    text, faults = _load(config)
    try:
        tree: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        faults = faults or [_syntax(error)]
        tree = {}
    if faults:
        raise _all(config, faults)
    lines = lines_of(text)
    given = read_credentials(credentials)
    faults += given.faults

    def fault(path: tuple[str | int, ...], sentence: str, remedy: str) -> None:
        faults.append(Fault(dotted(path), line_of(lines, path), sentence, remedy))

    for path in _secret_keys(tree):
        known = dotted(path) in KEYS
        where = f"the credential {file_name(dotted(path))}" if known else "a credential"
        fault(path, "A password does not belong in this file.", f"Move it to {where}, and change it if others saw it.")
        _remove(tree, path)
    for name in [name for name in tree if name not in SECTIONS or not isinstance(tree[name], dict)]:
        if name in SECTIONS:
            fault((name,), "This must be a section.", f"Write [{name}] on a line of its own, and its keys below.")
            tree[name] = {}
        else:
            fault((name,), *unknown((name,)))
            del tree[name]
    secrets: dict[str, dict[str, Any]] = {}
    for key, value in given.secrets.items():
        if key == LEDGER_KEY:
            continue  # it belongs to no section of the file
        section, _, leaf = key.partition(".")
        secrets.setdefault(section, {})[leaf] = SecretStr(value)
    for section in ("school", "mailbox", "submission"):
        tree.setdefault(section, {})
    file = None
    try:
        file = File(credentials=secrets, toml=tree)  # type: ignore[call-arg]
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            fault(detail["loc"], *said(detail))
    if tree["submission"].get("auth") == "mailbox" and tree["mailbox"].get("auth", "password") == "password":
        fault(("submission", "auth"), "The mailbox has no token to share.", 'Use auth = "password" here.')
    if need_passwords:
        _passwords(given, tree, faults)
    if faults or file is None:
        raise _all(config, faults)
    return replace(typed(file, config.absolute().parent), ledger_key=Secret(given.secrets.get(LEDGER_KEY, "")))


def _load(config: Path) -> tuple[str, list[Fault]]:
    try:
        with config.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
    except FileNotFoundError:
        return "", [Fault("", None, "There is no such file.", "Copy config.example.toml there, or pass --config FILE.")]
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "the name cannot be used"
        return "", [Fault("", None, f"The file cannot be read ({reason}).", "The service account must be allowed to.")]
    if len(data) > _LIMIT:
        return "", [Fault("", None, "The file is larger than 1 MB.", "It is no configuration file; check --config.")]
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [Fault("", line, "This is not UTF-8 text.", "Save the file as UTF-8.")]


def _syntax(error: ValueError | RecursionError) -> Fault:
    place = re.search(r"at line (\d+)", str(error))
    sentence = "This is not valid TOML." if place else "This is not valid TOML (somewhere before the end of the file)."
    return Fault(
        "",
        int(place[1]) if place else None,
        sentence,
        "Texts and times stand between double quotes, a backslash is written twice, each key once in a section.",
    )


def _secret_keys(tree: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Keys that look like a password, in the file where none belongs."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), tree)]
    while waiting:
        above, table = waiting.pop()
        for key, value in table.items():
            if _SECRET.search(key):
                found.append((*above, key))
            elif isinstance(value, dict):
                waiting.append(((*above, key), value))
    return found


def _remove(tree: dict[str, Any], path: tuple[str, ...]) -> None:
    for key in path[:-1]:
        tree = tree[key]
    del tree[path[-1]]


def _passwords(given: Credentials, tree: Mapping[str, Any], faults: list[Fault]) -> None:
    """A user without a password, or a password without a user."""
    done = {fault.key for fault in given.faults}
    if "credentials" in done:
        return
    mailbox, submission = tree["mailbox"], tree["submission"]
    there = done | set(given.secrets)
    ways = _WAYS.get(str(mailbox.get("auth", "password")), ((),))
    if not any(set(way) <= there for way in ways):
        nearest = max(ways, key=lambda way: len(set(way) & there))
        faults += [Fault(key, None, *given.wanted(key)) for key in nearest if key not in there]
    if "mailbox.refresh_token" in given.secrets and not mailbox.get("client_id"):
        faults.append(Fault("mailbox.client_id", None, "A refresh token belongs to a client.", "Fill in client_id."))
    if submission.get("auth") == "mailbox":
        return
    named = bool(submission.get("user"))
    if named and not {"submission.password"} & (done | set(given.secrets)):
        faults.append(Fault("submission.password", None, *given.wanted("submission.password")))
    if not named and "submission.password" in given.secrets:
        faults.append(Fault("submission.user", None, "There is a password but no user.", "Fill in user."))


def _all(config: Path, faults: list[Fault]) -> SettingsFaults:
    named = [Fault(f.key, f.line, f.sentence, f.remedy, f.file or printable(str(config), 200)) for f in faults]
    return SettingsFaults(tuple(sorted(named, key=lambda f: (f.line or 1 << 30, f.key))))
