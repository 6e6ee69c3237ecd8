"""tail: the last lines or bytes, or all from one on; and then what is appended (follow.py).

A regular file is read from its end; of anything else the wanted part is kept, in blocks, while it goes by.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    SEEK_CUR,
    SEEK_END,
    SEEK_SET,
    Charge,
    Command,
    Digits,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    quoteaf,
)

from .headers import Headers, count_or_die

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_BLOCK = 65536
_OLD_FORM = re.compile(rb"([+-])([0-9]*)([bcl]?)(f?)\Z")


def _as_lines(text: bytes) -> tuple[bytes, bytes]:
    return b"lines", text


def _as_bytes(text: bytes) -> tuple[bytes, bytes]:
    return b"bytes", text


def _misplaced(digits: bytes) -> None:
    raise ValueError(f"option used in invalid context -- {chr(digits[0])}")


TAIL = Command(
    "tail",
    like="(GNU coreutils) 9.1",
    summary="Print the last 10 lines of each FILE to standard output.\n"
    "With more than one FILE, precede each with a header giving the file name.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Value("counts", "c", "bytes", metavar="[+]NUM", convert=_as_bytes, repeat=True,
              help="output the last NUM bytes; or use -c +NUM to output starting with byte NUM of each file"),
        Value("follow", "f", "follow", metavar="name|descriptor", optional=True, implied="descriptor",
              choices={"descriptor": "descriptor", "name": "name"},
              help="output appended data as the file grows; an absent option argument means 'descriptor'"),
        Flag("follow", "F", value="name", default=None, sets={"retry": True}, help="same as --follow=name --retry"),
        Value("counts", "n", "lines", metavar="[+]NUM", convert=_as_lines, repeat=True,
              help="output the last NUM lines, instead of the last 10; or use -n +NUM to output starting with line NUM"),
        Value("unchanged", "max-unchanged-stats", metavar="N",
              help="accepted: a file followed by name is looked up again at every iteration"),
        Value("pids", "pid", metavar="PID", repeat=True, help="with -f, terminate after process ID, PID dies"),
        Flag("headers", "q", "quiet", "silent", value=False, default=None, help="never output headers giving file names"),
        Flag("retry", "retry", help="keep trying to open a file if it is inaccessible"),
        Value("interval", "s", "sleep-interval", metavar="N", default=b"1.0",
              help="with -f, sleep for approximately N seconds (default 1.0) between iterations"),
        Flag("headers", "v", "verbose", value=True, default=None, help="always output headers giving file names"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
        Digits("later_digits", convert=_misplaced),
    ],
    epilog="NUM may have a multiplier suffix:\nb 512, kB 1000, K 1024, MB 1000*1000, M 1024*1024,\n"
    "GB 1000*1000*1000, G 1024*1024*1024, and so on for T, P, E, Z, Y.\n"
    "Binary prefixes can be used, too: KiB=K, MiB=M, and so on.",
)  # fmt: skip


def _modern(k: Syscalls, argv: list[bytes]) -> list[bytes]:
    """Return argv with the old form (tail -5f FILE, tail +3) written as today's options."""
    short = len(argv) == 2 or (len(argv) == 3 and (argv[2][:1] != b"-" or argv[2] == b"-"))
    if not short and not (len(argv) in (3, 4) and argv[2] == b"--"):
        return argv
    found = _OLD_FORM.match(argv[1])
    if found is None or argv[1] in (b"-", b"-c") or (argv[1][:2] == b"-f"):
        return argv
    sign, digits, unit, follow = found.groups()
    count = (digits or b"10") + (b"b" if unit == b"b" else b"")
    option = b"-c" if unit in (b"b", b"c") else b"-n"
    return [argv[0], option, (b"+" if sign == b"+" else b"") + count, *([b"-f"] if follow else []), *argv[2:]]


class _Request:
    """What to show of each file: the last `count` lines or bytes, or all after the first `count`."""

    __slots__ = ("bytes", "count", "delimiter", "from_start")

    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.delimiter = b"\0" if opts.zero else b"\n"
        self.bytes, self.count, self.from_start = False, 10, False
        for what, text in opts.counts:
            self.bytes = what == b"bytes"
            self.from_start = text[:1] == b"+"
            self.count = count_or_die(k, text[1:] if text[:1] == b"-" else text, what)
        if self.from_start and self.count:
            self.count -= 1


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the end of each file, and follow them if asked. Status 1 if one couldn't be read."""
    opts, files = parsed(k, TAIL, _modern(k, argv))
    request = _Request(k, opts)
    interval_ns, pids = _following(k, opts)
    files = files or [b"-"]
    if opts.follow == "name" and b"-" in files:
        complain(k, b"cannot follow %s by name" % quote(b"-"))
        return 1
    if not request.count and not request.from_start and not opts.follow:
        return 0
    headers = Headers(opts.headers if opts.headers is not None else len(files) > 1)
    out = Writer(k)
    status = 0
    opened: list[tuple[bytes, int | None]] = []
    for name in files:
        shown = b"standard input" if name == b"-" else name
        try:
            fd = 0 if name == b"-" else k.open(name)
        except SysError as error:
            complain(k, b"cannot open %s for reading: %s" % (quoteaf(name), cause(error)))
            status = 1
            opened.append((name, None))
            continue
        headers.write(out, shown)
        try:
            show(k, out, fd, request)
        except SysError as error:
            out.flush()
            complain(k, b"error reading %s: %s" % (quoteaf(shown), cause(error)))
            status = 1
        if opts.follow:
            opened.append((name, fd))
        elif fd:
            k.close(fd)
        out.flush()
    if opts.follow:
        from .follow import Follower  # only who follows pays for it

        follower = Follower(k, out, headers, opened, by_name=opts.follow == "name", retry=bool(opts.retry))
        return follower.run(interval_ns, pids) or status
    return status


def _following(k: Syscalls, opts: Any) -> tuple[int, list[int]]:
    """Return (interval in ns, pids to wait for) after checking what belongs to -f; ends the program on nonsense."""
    from ..misc.intervals import seconds_ns

    interval_ns = seconds_ns(opts.interval)
    if interval_ns is None:
        complain(k, b"invalid number of seconds: %s" % quote(opts.interval))
        k.exit(1)
    if opts.unchanged is not None and not opts.unchanged.isdigit():
        complain(k, b"invalid maximum number of unchanged stats between opens: %s" % quote(opts.unchanged))
        k.exit(1)
    pids = []
    for pid in opts.pids:
        if not pid.isdigit() or len(pid) > 10:
            complain(k, b"invalid PID: %s" % quote(pid))
            k.exit(1)
        pids.append(int(pid))
    if opts.retry and not opts.follow:
        complain(k, b"warning: --retry ignored; --retry is useful only when following")
    elif opts.retry and opts.follow == "descriptor":
        complain(k, b"warning: --retry only effective for the initial open")
    if pids and not opts.follow:
        complain(k, b"warning: PID ignored; --pid=PID is useful only when following")
    return interval_ns, pids


# ---------------------------------------------------------------- one file's part
def show(k: Syscalls, out: Writer, fd: int, request: _Request) -> None:
    """Write what is asked of a descriptor; a regular file's offset is at its end afterwards."""
    about = k.fstat(fd)
    if about.mode & S_IFMT == S_IFREG and about.size:
        start = k.lseek(fd, 0, SEEK_CUR)
        if start < about.size:
            if request.bytes:
                count = min(request.count, about.size)
                at = start + request.count if request.from_start else max(start, about.size - count)
                k.lseek(fd, at, SEEK_SET)
                _copy(k, out, fd)
                return
            if not request.from_start:
                at = _line_from_end(k, fd, start, about.size, request)
                k.lseek(fd, at, SEEK_SET)
                _copy(k, out, fd)
                return
    reader = Reader(k, fd, tied=out)
    if request.from_start:
        (_skip_bytes if request.bytes else _skip_lines)(k, out, reader, request)
    elif request.bytes:
        _keep_bytes(k, out, reader, request.count)
    else:
        _keep_lines(k, out, reader, request)


def _copy(k: Syscalls, out: Writer, fd: int) -> None:
    reader = Reader(k, fd, tied=out)
    while data := reader.chunk():
        out.write(data)


def _line_from_end(k: Syscalls, fd: int, start: int, size: int, request: _Request) -> int:
    """Return the offset where the last `count` lines of a regular file begin. The file's last delimiter ends a line."""
    if not request.count:
        return k.lseek(fd, 0, SEEK_END)
    end, left = size, request.count
    first = True
    while end > start:
        at = max(start, end - (end % _BLOCK or _BLOCK))
        data = k.pread(fd, end - at, at)
        searched = len(data) - 1 if first and data.endswith(request.delimiter) else len(data)
        first = False
        found = data.count(request.delimiter, 0, searched)
        if found >= left:
            return at + len(data[:searched].rsplit(request.delimiter, left)[0]) + 1
        left -= found
        end = at
    return start


def _skip_bytes(k: Syscalls, out: Writer, reader: Reader, request: _Request) -> None:
    left = request.count
    while data := reader.chunk():
        out.write(data[left:])
        left = max(left - len(data), 0)


def _skip_lines(k: Syscalls, out: Writer, reader: Reader, request: _Request) -> None:
    left = request.count
    while data := reader.chunk():
        if left:
            found = data.count(request.delimiter)
            if found < left:
                left -= found
                continue
            data = data.split(request.delimiter, left)[left]
            left = 0
        out.write(data)


def _keep_bytes(k: Syscalls, out: Writer, reader: Reader, count: int) -> None:
    kept: deque[bytes] = deque()
    size = 0
    charge = Charge(k)
    while data := reader.chunk():
        kept.append(data)
        size += len(data)
        charge.change(len(data))
        while size - len(kept[0]) >= count and len(kept) > 1:
            size -= len(kept[0])
            charge.change(-len(kept.popleft()))
    rest = b"".join(kept)
    out.write(rest[max(len(rest) - count, 0) :])
    charge.change(-size)


def _keep_lines(k: Syscalls, out: Writer, reader: Reader, request: _Request) -> None:
    kept: deque[tuple[bytes, int]] = deque()
    delimiter, count = request.delimiter, request.count
    total = size = 0
    charge = Charge(k)
    while data := reader.chunk():
        found = data.count(delimiter)
        kept.append((data, found))
        total += found
        size += len(data)
        charge.change(len(data))
        # a line may begin in one block and end in the next, whose count it's in: hence > and not >=
        while total - kept[0][1] > count:
            data, found = kept.popleft()
            total -= found
            size -= len(data)
            charge.change(-len(data))
    rest = b"".join([data for data, _ in kept])
    if count and rest:
        body = rest[:-1] if rest.endswith(delimiter) else rest
        pieces = body.rsplit(delimiter, count)
        out.write(rest[len(pieces[0]) + 1 :] if len(pieces) > count else rest)
    charge.change(-size)
