"""Run a program that has fixed paths and account names compiled in, without touching the machine.

``wrap`` puts a command into user, mount and PID namespaces of its own (``unshare``, util-linux):
inside, accounts exist, folders are mounted and packages are laid over the file system that are
not there outside. It needs no root. In a container that forbids user namespaces ``why_not`` says so.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .processes import run, service_account

# spawn() and run() have dropped root by then, so a user namespace is needed in any case;
# the PID namespace takes every descendant down with the first process
_FLAGS = ["--user", "--map-current-user", "--keep-caps", "--mount", "--pid", "--fork", "--kill-child"]


def why_not() -> str | None:
    if not shutil.which("unshare"):
        return "unshare is not installed (Debian: util-linux)"
    r = run(["unshare", *_FLAGS, "mount", "-t", "tmpfs", "none", "/run"], check=False)
    if r.returncode:
        return f"cannot make a mount namespace: {r.stdout.decode(errors='replace').strip()}"
    return None


def wrap(
    cmd: Sequence[str],
    directory: Path,
    *,
    accounts: Sequence[str] = (),
    empty: Sequence[str] = (),
    bind: Mapping[str, str] = {},
    overlay: Mapping[str, str] = {},
) -> list[str]:
    """The command line that runs ``cmd`` in its own namespaces.

    ``accounts``: names that are to exist, with the ids of the service account. ``empty``: folders
    to replace by an empty tmpfs. ``bind``: {outside: inside}, the inside is created under a
    tmpfs. ``overlay``: {folder: place} laid over the place, if the folder exists and the kernel
    allows it. ``directory``: where the replacement passwd and group files are written."""
    script = ["set -e"]
    uid, gid, _u, _g = service_account()
    script += [f"mount -t tmpfs none {shlex.quote(e)}" for e in empty]
    for outside, inside in bind.items():
        script.append(f"mkdir -p {shlex.quote(inside)} && mount --bind {shlex.quote(outside)} {shlex.quote(inside)}")
    if accounts:
        for file, line in (("passwd", "{0}:x:{1}:{2}::/:/bin/false\n"), ("group", "{0}:x:{2}:\n")):
            text = Path("/etc", file).read_text(encoding="utf-8")
            # first match wins, so ours go to the front
            text = "".join(line.format(a, uid, gid) for a in accounts) + text
            path = directory / file
            path.write_text(text, encoding="utf-8")
            os.chmod(path, 0o644)
            script.append(f"mount --bind {shlex.quote(str(path))} /etc/{file}")
    for folder, place in overlay.items():
        if os.path.isdir(folder):
            opts = shlex.quote(f"lowerdir={folder}:{place}")
            script.append(f"mount -t overlay overlay -o {opts} {shlex.quote(place)} 2>/dev/null || true")
    script.append('exec "$@"')
    return ["unshare", *_FLAGS, "sh", "-c", "\n".join(script), "sh", *cmd]


def mounts(script: str) -> list[str]:
    """What to put before a command so that it runs, in its own process, with the mounts that ``script`` (sh) makes:
    nobody else sees them, and they end with it. ``$$`` in the script is the command's process."""
    flags = [f for f in _FLAGS if f not in ("--pid", "--fork", "--kill-child")]
    return ["unshare", *flags, "sh", "-ec", f'{script}\nexec "$@"', "sh"]
