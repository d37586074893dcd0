"""Find server programs: installed ones, or Debian packages merely unpacked into a folder.

Debian's IMAP servers exclude one another (``Conflicts: imap-server``): cyrus-imapd and
courier-imap cannot be installed next to dovecot-imapd. So all but Dovecot are fetched with
``apt-get download`` and unpacked with ``dpkg-deb -x``; nothing is installed, no root is needed,
no maintainer script runs and no service starts:

    python -m tests.servers fetch

The folder is ``$HWC_TEST_DEBS``, by default ``~/.cache/hwc-test-servers/debs``, for root
``/var/cache/hwc-test-servers/debs`` (the servers then run as ``nobody``, who cannot look into /root).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

#: what ``fetch`` gets for each server
BUNDLES: dict[str, tuple[str, ...]] = {
    "cyrus": ("cyrus-imapd", "cyrus-common"),
    "courier": ("courier-imap", "courier-base", "courier-authlib", "courier-authdaemon"),
    "coredump": ("systemd-coredump",),
}

_SYSTEM_DIRS = "/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/bin:/sbin"


def root() -> Path:
    d = os.environ.get("HWC_TEST_DEBS")
    if d:
        return Path(d)
    if os.geteuid() == 0:
        return Path("/var/cache/hwc-test-servers/debs")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "hwc-test-servers" / "debs"


def find(name: str, *dirs: str) -> str | None:
    """Path of a program: on PATH, in a system folder, in ``dirs`` (system-wide), or the same unpacked."""
    places = _SYSTEM_DIRS.split(":") + list(dirs)
    hit = shutil.which(name) or shutil.which(name, path=":".join(places))
    return hit or shutil.which(name, path=":".join(f"{root()}{p}" for p in places))


def unpacked_only(path: str) -> bool:
    return str(path).startswith(str(root()))


def library_path(extra: Iterable[str] = ()) -> str:
    """LD_LIBRARY_PATH for unpacked programs."""
    r = root()
    dirs = [r / "usr/lib", *sorted((r / "usr/lib").glob("*-linux-gnu*")), *sorted((r / "lib").glob("*-linux-gnu*"))]
    dirs += [Path(f"{r}{e}") for e in extra]
    return ":".join(str(d) for d in dirs if d.is_dir())


def env_for(program: str, **more: str) -> dict[str, str]:
    """A small, clean environment for a server program."""
    env = {"PATH": _SYSTEM_DIRS, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    if unpacked_only(program):
        env["LD_LIBRARY_PATH"] = library_path()
    env.update(more)
    return env


def _missing_dependencies(packages: Iterable[str]) -> list[str]:
    """Packages apt would install along with these (a simulation; nothing happens)."""
    r = subprocess.run(
        ["apt-get", "-s", "--no-install-recommends", "install", *packages],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    names = []
    for line in r.stdout.splitlines():
        m = re.match(r"Inst (\S+) (\[)?", line)
        if m and not m.group(2):  # "[old version]" means an upgrade of something we have
            names.append(m.group(1))
    return names


def fetch(*bundles: str) -> Path:
    """Download and unpack the named bundles and what they need; returns the folder."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise RuntimeError("fetch needs apt-get and dpkg-deb (Debian, Ubuntu)")
    target = root()
    target.mkdir(parents=True, exist_ok=True)
    for b in bundles:
        want = list(dict.fromkeys([*BUNDLES[b], *_missing_dependencies(BUNDLES[b])]))
        # a mail transport agent is only dragged along, and never used
        want = [w for w in want if not re.match(r"exim4|.*-mta$|db5|db-util|gawk|libsigsegv", w)]
        with tempfile.TemporaryDirectory(prefix="hwctest-debs-") as tmp:
            os.chmod(tmp, 0o755)
            print(f"{b}: {' '.join(want)}", flush=True)
            r = subprocess.run(["apt-get", "download", *want], cwd=tmp, capture_output=True, text=True)
            if r.returncode:
                raise RuntimeError(f"apt-get download failed; is apt-get update needed?\n{r.stderr[-2000:]}")
            for deb in sorted(Path(tmp).glob("*.deb")):
                subprocess.run(["dpkg-deb", "-x", str(deb), str(target)], check=True)
    # programs run as another account when we are root: let it read the tree
    for base, _dirs, files in os.walk(target):
        os.chmod(base, 0o755)
        for f in files:
            p = os.path.join(base, f)
            if not os.path.islink(p):
                os.chmod(p, (os.stat(p).st_mode | 0o444) & 0o1777 & ~0o6000)
    return target
