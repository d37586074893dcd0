"""Run a command as ``hwc-school-agent.service`` would let it run, as far as this can be had without systemd:

system call filter, address families, no new namespaces, no memory that is written and then run, no capabilities, and
the limit on file sizes. What is refused gets an error, as in the unit.

    python tests/sealed.py ALLOWED-SYSTEM-CALLS.json FILE-SIZE-LIMIT SUPPLEMENTARY-GROUP COMMAND...
"""

from __future__ import annotations

import ctypes
import errno
import grp
import json
import os
import resource
import sys
from pathlib import Path

ALLOW = 0x7FFF0000
EQUAL, MASKED_EQUAL = 4, 7  # enum scmp_compare
NEW_NAMESPACES = 0x7E020080
WRITE, EXECUTE = 2, 4


class Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def error(number: int) -> int:
    return 0x00050000 | number


def seal(allowed: list[str]) -> None:
    """Load the filter into this process; it stays for all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(error(errno.EPERM)))

    def rule(action: int, name: str, *comparisons: Comparison) -> None:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # a system call of another architecture
            return
        array = (Comparison * len(comparisons))(*comparisons)
        if library.seccomp_rule_add_array(context, action, number, len(comparisons), array):
            raise OSError(f"no rule for {name}")

    for name in set(allowed) - {"socket", "mmap", "mprotect", "pkey_mprotect", "clone", "clone3", "unshare", "setns"}:
        rule(ALLOW, name)
    for family in (1, 2, 10):  # AF_UNIX, AF_INET, AF_INET6
        rule(ALLOW, "socket", Comparison(0, EQUAL, family))
    for neither in (0, WRITE, EXECUTE):
        rule(ALLOW, "mmap", Comparison(2, MASKED_EQUAL, WRITE | EXECUTE, neither))
    rule(ALLOW, "mprotect", Comparison(2, MASKED_EQUAL, EXECUTE, 0))
    rule(ALLOW, "clone", Comparison(0, MASKED_EQUAL, NEW_NAMESPACES, 0))
    rule(error(errno.ENOSYS), "clone3")  # as systemd does: its flags are out of a filter's sight
    if library.seccomp_load(context):
        raise OSError("the filter could not be loaded")


def drop_capabilities() -> None:
    """Empty the bounding set, where we have the right to: root loses its powers with the next exec."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    number = 0
    while prctl(24, number, 0, 0, 0) == 0:  # PR_CAPBSET_DROP
        number += 1


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    if os.geteuid() == 0:
        os.setgroups([grp.getgrnam(sys.argv[3]).gr_gid])
    drop_capabilities()
    seal(json.loads(Path(sys.argv[1]).read_text()))
    os.execv(sys.argv[4], sys.argv[4:])
