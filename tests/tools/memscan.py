#!/usr/bin/env python3
"""memscan - look for a canary text in the memory of running processes, or in files.

A test tool for the promise "after the purge nothing of the name is left in any
process". It needs only the Python standard library and Linux.

    memscan.py PID --canary "Zwaantje Quixelhof"
    memscan.py PID PID2 --tree --canary-file canary.txt --json
    memscan.py --file core.1234 --dir /var/log/journal --canary "Quixelhof"
    memscan.py --self-test

Give each part of a name as its own canary as well ("Zwaantje" and "Quixelhof"):
templates and tables often split a name. Use made-up, rare words; a common first
name may also occur in a library's data.

What is searched
    Every spelling of every canary, in every encoding of ENCODINGS below: plain
    text encodings (this includes CPython's 1-, 2- and 4-byte string storage),
    base64 in its three alignments, quoted-printable, RFC 2047 "Q" words, percent
    encoding, HTML and JSON escapes, UTF-7, hexadecimal. base64, quoted-printable
    and hex are also found when a line break falls inside them. Spellings: as
    given, NFC, NFD, lower, UPPER (switch off with --exact).

    Fragments too. A freed block keeps most of its old content; the allocator
    overwrites only its first bytes with list pointers. A search for the whole
    canary would call such a block clean. So pieces of --fragment bytes (default
    8) of each encoded form are searched as well and reported as "fragment".
    Use --fragment 0 to switch that off.

What is read
    Every mapping in /proc/PID/maps that the kernel lets us read, whatever its
    protection bits (a trimmed heap may be PROT_NONE and still hold data), page by
    page, so that one unreadable page hides nothing else. Also the command line
    and the environment as /proc shows them. Swapped-out pages are counted and
    reported: reading them proves nothing about the copy on the swap device.

What this cannot see
    Socket buffers, pipes and the page cache in the kernel, free page frames, the
    swap device, other machines, compressed or encrypted data. Use --file on a
    swap file, a core dump or an exported journal.

Rights and speed
    A process that made itself non-dumpable (PR_SET_DUMPABLE 0) can be read by
    root only; anyone else gets exit status 2, which a test must not take for
    "clean". A Python process of 14 MB takes one to three seconds, mostly for the
    fragments; --fragment 0 is faster and weaker.

A scan that finds nothing proves nothing unless the scanner works. Use --marker
TEXT with a text that must be in the process: if it is missing, the exit status
is 3, not 0. The --self-test plants a canary in a child in every encoding and
demands that each one is found.

Exit status: 0 nothing found; 1 found; 2 could not scan, or not all of it (no such
process, no permission, bad arguments, pages that could not be read); 3 the marker
was not found, so the scan is void.

The report never prints the canary or the memory around it, unless --context is
given: a test log must not become the leak. Prefer --canary-file (or
--canary-file - for standard input) above --canary: a command line is public.
"""

from __future__ import annotations

import argparse
import base64
import bisect
import html
import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from html.entities import codepoint2name
from pathlib import Path
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")
CHUNK = 4 * 1024 * 1024


# --------------------------------------------------------------------------
# Patterns


def _codec(name: str) -> Callable[[str], list[bytes]]:
    def encode(text: str) -> list[bytes]:
        try:
            return [text.encode(name)]
        except (UnicodeEncodeError, LookupError):
            return []

    return encode


def _base64_forms(data: bytes, alphabet: bytes | None = None) -> list[bytes]:
    """base64 of data as it looks at each of the three byte offsets.

    The first and last characters depend on the neighbouring bytes; they are cut.
    """
    forms = []
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + data, altchars=alphabet).rstrip(b"=")
        start = (0, 2, 3)[shift]
        bits = (shift + len(data)) * 8
        end = bits // 6  # characters wholly determined by the data
        if len(coded[start:end]) >= 6:
            forms.append(coded[start:end])
    return forms


def _base64(alphabet: bytes | None = None) -> Callable[[str], list[bytes]]:
    def encode(text: str) -> list[bytes]:
        out: list[bytes] = []
        for name in ("utf-8", "latin-1", "utf-16-le"):
            for raw in _codec(name)(text):
                out += _base64_forms(raw, alphabet)
        return out

    return encode


def _quoted_printable(text: str) -> list[bytes]:
    out: list[bytes] = []
    for name in ("utf-8", "latin-1"):
        for raw in _codec(name)(text):
            coded = b"".join(bytes([c]) if (33 <= c <= 126 and c != 61) or c == 32 else b"=%02X" % c for c in raw)
            out += [coded, coded.replace(b" ", b"=20"), coded.replace(b" ", b"_")]
    return out


def _percent(text: str) -> list[bytes]:
    quoted = urllib.parse.quote(text, safe="").encode()
    return [quoted, quoted.replace(b"%20", b"+")]


def _html_entities(text: str) -> list[bytes]:
    decimal = "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in text)
    hexa = "".join(c if ord(c) < 128 else f"&#x{ord(c):x};" for c in text)
    named = "".join(c if ord(c) < 128 else f"&{codepoint2name.get(ord(c), f'#{ord(c)}')};" for c in text)
    return [s.encode() for s in (decimal, hexa, hexa.upper(), named, html.escape(text))]


def _backslash(text: str) -> list[bytes]:
    return [
        json.dumps(text)[1:-1].encode(),
        repr(text.encode("utf-8"))[2:-1].encode(),
        text.encode("ascii", "backslashreplace"),
    ]


def _utf7(text: str) -> list[bytes]:
    coded = text.encode("utf-7")
    return [coded, coded.replace(b"+", b"&").replace(b"/", b",")]  # RFC 2152, RFC 3501


def _hex(text: str) -> list[bytes]:
    return [text.encode("utf-8").hex().encode(), text.encode("utf-8").hex().upper().encode()]


ENCODINGS: dict[str, Callable[[str], list[bytes]]] = {
    "utf-8": _codec("utf-8"),
    "latin-1": _codec("latin-1"),
    "cp1252": _codec("cp1252"),
    "utf-16-le": _codec("utf-16-le"),
    "utf-16-be": _codec("utf-16-be"),
    "ucs-4": _codec("utf-32-le"),
    "utf-7": _utf7,
    "base64": _base64(),
    "base64url": _base64(b"-_"),
    "quoted-printable": _quoted_printable,
    "percent": _percent,
    "html": _html_entities,
    "backslash": _backslash,
    "hex": _hex,
}
# These may be cut by a line break at any place.
FOLDABLE = {"base64", "base64url", "quoted-printable", "hex"}


def spellings(text: str, exact: bool = False) -> list[str]:
    """The forms of a text that count as the same name."""
    if exact:
        return [text]
    forms: dict[str, None] = {}
    for norm in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        for form in (norm, norm.lower(), norm.upper()):
            forms[form] = None
    return list(forms)


@dataclass(frozen=True)
class Pattern:
    canary: int  # index into the list of canaries; never the text itself
    encoding: str
    kind: str  # "whole" or "fragment"
    data: bytes


def build_patterns(
    canaries: Iterable[str],
    *,
    exact: bool = False,
    fragment: int = 8,
    encodings: Iterable[str] | None = None,
) -> list[Pattern]:
    names = list(encodings or ENCODINGS)
    whole: dict[bytes, Pattern] = {}
    pieces: dict[bytes, Pattern] = {}
    for number, canary in enumerate(canaries):
        for spelling in spellings(canary, exact):
            for name in names:
                for data in ENCODINGS[name](spelling):
                    if len(data) >= 4 and data not in whole:
                        whole[data] = Pattern(number, name, "whole", data)
    if fragment:
        for data, pattern in list(whole.items()):
            # wide encodings need wider pieces to carry as much text
            width = fragment * {"utf-16-le": 2, "utf-16-be": 2, "ucs-4": 4}.get(pattern.encoding, 1)
            step = max(1, width // 2)
            for start in range(0, len(data) - width + 1, step):
                piece = data[start : start + width]
                if piece in whole or piece in pieces or len(set(piece) - {0}) < 4:
                    continue
                pieces[piece] = Pattern(pattern.canary, pattern.encoding, "fragment", piece)
    return list(whole.values()) + list(pieces.values())


# --------------------------------------------------------------------------
# Searching


@dataclass
class Hit:
    where: str  # mapping or file name
    offset: int
    canary: int
    encoding: str
    kind: str
    context: str = ""


_BREAK = re.compile(rb"=?\r?\n[ \t]*")


def _unfold(data: bytes, position: int) -> int:
    """The place in data of a position in data without its line breaks."""
    for match in _BREAK.finditer(data):
        if match.start() > position:
            break
        position += len(match.group())
    return position


class Matcher:
    """All patterns in two passes (whole, fragment) over a chunk of bytes."""

    def __init__(self, patterns: list[Pattern]):
        if not patterns:
            raise ValueError("no usable pattern: is the canary long enough?")
        self.longest = max(len(p.data) for p in patterns) * 3 + 8
        self._by_data = {p.data: p for p in patterns}
        plain = [p for p in patterns if p.kind == "whole"]
        parts = [p for p in patterns if p.kind == "fragment"]
        self._whole = self._compile(plain)
        self._parts = self._compile(parts) if parts else None
        foldable = [p for p in plain if p.encoding in FOLDABLE and len(p.data) >= 8]
        self._foldable = self._compile(foldable) if foldable else None

    @staticmethod
    def _compile(patterns: list[Pattern]) -> re.Pattern[bytes]:
        """A regular expression in the shape of a prefix tree; a flat list is far slower."""
        tree: dict[int, Any] = {}
        for pattern in patterns:
            node = tree
            for byte in pattern.data:
                node = node.setdefault(byte, {})
            node[-1] = True  # a pattern ends here

        def render(node: dict[int, Any]) -> bytes:
            run = b""
            while len(node) == 1 and -1 not in node:  # no branch: walk on, no recursion
                ((byte, node),) = node.items()
                run += re.escape(bytes([byte]))
            if set(node) <= {-1}:
                return run
            branches = b"|".join(re.escape(bytes([byte])) + render(child) for byte, child in node.items() if byte != -1)
            return run + b"(?:" + branches + b")" + (b"?" if -1 in node else b"")

        return re.compile(render(tree), re.DOTALL)

    def search(self, data: bytes) -> Iterator[tuple[int, int, Pattern]]:
        taken: list[tuple[int, int]] = []
        for match in self._whole.finditer(data):
            taken.append(match.span())
            yield match.start(), match.end(), self._by_data[match.group()]
        if self._foldable is not None:
            flat = _BREAK.sub(b"", data)
            for match in self._foldable.finditer(flat):
                if match.group() not in data:  # else it was found above
                    start = _unfold(data, match.start())
                    taken.append((start, start + len(match.group()) + 8))
                    yield start, start + len(match.group()) + 8, self._by_data[match.group()]
        if self._parts is None:
            return
        taken.sort()
        starts = [s for s, _ in taken]
        previous_end = -1
        for match in self._parts.finditer(data):
            start, end = match.span()
            index = bisect.bisect_right(starts, start) - 1
            if index >= 0 and start < taken[index][1]:
                continue  # inside a whole hit
            if start <= previous_end:
                previous_end = end
                continue  # the next piece of the same remnant
            previous_end = end
            yield start, end, self._by_data[match.group()]


@dataclass
class Report:
    target: str
    name: str = ""
    mappings: int = 0
    bytes_read: int = 0
    pages_unreadable: int = 0
    pages_swapped: int = 0
    marker_found: bool | None = None
    hits: list[Hit] = field(default_factory=list)


def _show(data: bytes, start: int, end: int, width: int) -> str:
    if not width:
        return ""
    return data[max(0, start - width) : end + width].decode("latin-1").encode("unicode_escape").decode()


class _Stream:
    """Feeds chunks to a matcher with an overlap, and drops double reports."""

    def __init__(self, matcher: Matcher, report: Report, marker: bytes | None, context: int):
        self.matcher, self.report, self.marker, self.context = matcher, report, marker, context
        self.reset("", 0)

    def reset(self, where: str, base: int) -> None:
        self.where, self.base, self.tail = where, base, b""
        self.seen: set[tuple[int, str]] = set()

    def feed(self, data: bytes) -> None:
        block = self.tail + data
        start_of_block = self.base - len(self.tail)
        self.report.bytes_read += len(data)
        if self.marker and self.marker in block:
            self.report.marker_found = True
        for start, end, pattern in self.matcher.search(block):
            place = start_of_block + start
            if any(abs(place - old) < 4 and kind == pattern.kind for old, kind in self.seen):
                continue
            self.seen.add((place, pattern.kind))
            self.report.hits.append(
                Hit(
                    self.where,
                    place,
                    pattern.canary,
                    pattern.encoding,
                    pattern.kind,
                    _show(block, start, end, self.context),
                )
            )
        self.base += len(data)
        self.tail = block[-self.matcher.longest :]
        self.seen = {(p, k) for p, k in self.seen if p >= self.base - 2 * self.matcher.longest}


_MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)")


def _mappings(pid: int) -> Iterator[tuple[int, int, str, str]]:
    for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines():
        match = _MAP.match(line)
        if match:
            low, high, perms, name = match.groups()
            yield int(low, 16), int(high, 16), perms, name or "[anonymous]"


def _swapped_pages(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Swap:"):
                return int(line.split()[1]) * 1024 // PAGE
    except OSError:
        pass
    return 0


def _present_ranges(pagemap: int | None, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Ranges that hold data (in memory or in swap). Without pagemap: everything."""
    if pagemap is None:
        yield low, high
        return
    start = None
    for first in range(low, high, 4096 * PAGE):
        count = min(4096, (high - first) // PAGE)
        entries = os.pread(pagemap, count * 8, first // PAGE * 8)
        for index in range(len(entries) // 8):
            address = first + index * PAGE
            if entries[index * 8 + 7] & 0xC0:  # bit 63 present, bit 62 swapped
                start = address if start is None else start
            elif start is not None:
                yield start, address
                start = None
    if start is not None:
        yield start, high


def scan_pid(
    pid: int,
    patterns: list[Pattern] | Matcher,
    *,
    marker: str | None = None,
    context: int = 0,
    stop: bool = False,
) -> Report:
    """Scan one process. stop=True freezes it (SIGSTOP) while it is read."""
    matcher = patterns if isinstance(patterns, Matcher) else Matcher(patterns)
    report = Report(f"pid:{pid}", marker_found=False if marker else None)
    report.name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    stream = _Stream(matcher, report, marker.encode() if marker else None, context)
    if stop:
        os.kill(pid, signal.SIGSTOP)
    memory = pagemap = None
    try:
        for name in ("cmdline", "environ"):
            stream.reset(f"/proc/PID/{name}", 0)
            stream.feed(Path(f"/proc/{pid}/{name}").read_bytes())
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        try:
            pagemap = os.open(f"/proc/{pid}/pagemap", os.O_RDONLY)
            os.pread(pagemap, 8, 0)
        except OSError:
            pagemap = None
        for low, high, perms, name in _mappings(pid):
            if name in ("[vsyscall]", "[vvar]", "[vvar_vclock]"):
                continue
            report.mappings += 1
            for begin, end in _present_ranges(pagemap, low, high):
                stream.reset(f"{name} {perms}", begin)
                at = begin
                while at < end:
                    size = min(CHUNK, end - at)
                    try:
                        data = os.pread(memory, size, at)
                    except OSError:
                        data = b""
                    if not data:  # one bad page: find it, step over it
                        try:
                            data = os.pread(memory, PAGE, at)
                        except OSError:
                            data = b""
                        if not data:
                            report.pages_unreadable += 1
                            at += PAGE
                            stream.reset(f"{name} {perms}", at)
                            continue
                    stream.feed(data)
                    at += len(data)
        report.pages_swapped = _swapped_pages(pid)
    finally:
        for handle in (memory, pagemap):
            if handle is not None:
                os.close(handle)
        if stop:
            os.kill(pid, signal.SIGCONT)
    return report


def scan_file(path: Path, patterns: list[Pattern] | Matcher, *, marker: str | None = None, context: int = 0) -> Report:
    """Scan a file or a block device: a core dump, a swap file, an exported journal."""
    matcher = patterns if isinstance(patterns, Matcher) else Matcher(patterns)
    report = Report(f"file:{path}", marker_found=False if marker else None)
    stream = _Stream(matcher, report, marker.encode() if marker else None, context)
    stream.reset(str(path), 0)
    with open(path, "rb", buffering=0) as handle:
        while data := handle.read(CHUNK):
            stream.feed(data)
    return report


def descendants(pid: int) -> list[int]:
    """A process and all its children, as far as they exist now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(errors="replace")
                children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
            except (OSError, IndexError, ValueError):
                continue
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        found.append(current)
        todo += children.get(current, [])
    return found


# --------------------------------------------------------------------------
# Self-test

_CHILD = r"""
import base64, sys
data = base64.b64decode(sys.stdin.readline())
keep = bytearray(data)
del data
print("ready", flush=True)
sys.stdin.read()
"""


def self_test() -> int:
    """Plant every form, alone in a buffer and all together in a child; each must be found."""
    canary = "Zwaantjë Quixelhof-" + os.urandom(4).hex()
    cases = [(name, form) for name, encode in ENCODINGS.items() for form in encode(canary)]
    whole = canary.encode()
    coded = base64.b64encode(b"x" * 50 + whole)
    cases += [
        ("base64 with a line break", coded[:76] + b"\r\n" + coded[76:]),
        ("quoted-printable with a soft break", b"Zwaantj=C3=AB Quix=\r\nelhof-" + whole[-8:]),
        ("a freed block, its first 16 bytes lost", b"\xdd" * 16 + whole[16:]),
    ]
    matcher = Matcher(build_patterns([canary]))
    pad = b"\1" * 2000
    failures = [name for name, form in cases if not list(matcher.search(pad + form + pad))]
    failures += ["false alarm in a buffer"] if list(matcher.search(pad + b"nothing here" + pad)) else []
    for expected, content in ((False, b"nothing here"), (True, pad.join(form for _, form in cases))):
        child = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin
        assert child.stdout
        child.stdin.write(base64.b64encode(pad + content + pad) + b"\n")
        child.stdin.flush()
        child.stdout.readline()
        report = scan_pid(child.pid, matcher)
        child.stdin.close()
        child.stdout.close()
        child.wait()
        if not expected and report.hits:
            failures.append("false alarm in a process")
        if expected and len(report.hits) < len(cases):
            failures.append(f"process: {len(report.hits)} hits for {len(cases)} plants")
    for failure in failures:
        print(f"self-test: missed: {failure}")
    print(f"self-test: {len(cases)} forms, {len(failures)} failures")
    return 1 if failures else 0


# --------------------------------------------------------------------------
# Command line


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Search process memory or files for a canary text.",
        epilog="Exit status: 0 clean, 1 found, 2 could not scan, 3 marker missing (scan void).",
    )
    parser.add_argument("pid", nargs="*", type=int, help="process to scan")
    parser.add_argument("--canary", action="append", default=[], metavar="TEXT")
    parser.add_argument("--canary-file", metavar="PATH", help="one canary per line; - is standard input")
    parser.add_argument("--tree", action="store_true", help="scan the children too")
    parser.add_argument("--file", action="append", default=[], type=Path, metavar="PATH")
    parser.add_argument("--dir", action="append", default=[], type=Path, metavar="PATH", help="every file below it")
    parser.add_argument("--marker", metavar="TEXT", help="must be found in every target, or the scan is void")
    parser.add_argument("--fragment", type=int, default=8, metavar="N", help="piece length in bytes; 0 is off")
    parser.add_argument("--exact", action="store_true", help="no other case or Unicode form")
    parser.add_argument("--encoding", action="append", choices=list(ENCODINGS), help="only these")
    parser.add_argument("--context", type=int, default=0, metavar="N", help="print N bytes around a hit (leaks!)")
    parser.add_argument("--stop", action="store_true", help="freeze the process while reading")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args(argv)
    if args.self_test:
        return self_test()
    canaries = list(args.canary)
    if args.canary_file:
        text = sys.stdin.read() if args.canary_file == "-" else Path(args.canary_file).read_text("utf-8")
        canaries += [line for line in text.splitlines() if line.strip()]
    files = list(args.file)
    for folder in args.dir:
        files += sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    if not canaries or not (args.pid or files):
        parser.error("give at least one canary and one PID, --file or --dir")
    try:
        matcher = Matcher(build_patterns(canaries, exact=args.exact, fragment=args.fragment, encodings=args.encoding))
    except ValueError as error:
        parser.error(str(error))

    reports, failed = [], False
    pids: list[int] = []
    for pid in args.pid:
        pids += [p for p in (descendants(pid) if args.tree else [pid]) if p not in pids]
    for pid in pids:
        if pid == os.getpid():
            continue
        try:
            reports.append(scan_pid(pid, matcher, marker=args.marker, context=args.context, stop=args.stop))
        except OSError as error:
            failed = True
            print(f"memscan: pid {pid}: {error.strerror or error}", file=sys.stderr)
    for path in files:
        try:
            reports.append(scan_file(path, matcher, marker=args.marker, context=args.context))
        except OSError as error:
            failed = True
            print(f"memscan: {path}: {error.strerror or error}", file=sys.stderr)

    if args.json:
        print(json.dumps([asdict(r) for r in reports], indent=1))
    else:
        for report in reports:
            counts: dict[tuple[str, str, int], int] = {}
            for hit in report.hits:
                key = (hit.kind, hit.encoding, hit.canary)
                counts[key] = counts.get(key, 0) + 1
            print(
                f"{report.target} {report.name}: {len(report.hits)} hits, {report.mappings} mappings, "
                f"{report.bytes_read >> 10} KiB read, {report.pages_unreadable} pages unreadable, "
                f"{report.pages_swapped} pages swapped"
                + ("" if report.marker_found is None else f", marker {'found' if report.marker_found else 'MISSING'}")
            )
            for (kind, encoding, canary), count in sorted(counts.items()):
                print(f"  canary {canary + 1}: {count} x {encoding} ({kind})")
            if args.context:
                for hit in report.hits:
                    print(f"  {hit.offset:#x} {hit.where} {hit.encoding} {hit.kind}: {hit.context}")
    if any(r.hits for r in reports):
        return 1
    if failed or not reports or any(r.pages_unreadable for r in reports):
        return 2
    if any(r.marker_found is False for r in reports):
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
