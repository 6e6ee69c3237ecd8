"""touch: set the times of files, making those that aren't there."""

from __future__ import annotations

from kos_kernel.api import (
    CLOCK_REALTIME,
    O_CREAT,
    O_NOCTTY,
    O_NONBLOCK,
    O_WRONLY,
    UTIME_OMIT,
    Command,
    Syscalls,
    SysError,
)

from .choices import choose
from .console import Console
from .orders import flag, parse, value

TOUCH = Command(
    "touch",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE...",
    summary="Set the access and modification times of each FILE to now; a FILE that isn't there is made, empty.",
    options=[
        flag("access", "a", help="only the access time"),
        flag("no_create", "c", "no-create", help="make no files"),
        value("date", "d", "date", metavar="STRING", help="this time instead of now: 2024-02-29 12:00, yesterday, @0"),
        flag("ignored", "f", help="(ignored)"),
        flag("no_dereference", "h", "no-dereference", help="change symbolic links themselves"),
        flag("modification", "m", help="only the modification time"),
        value("reference", "r", "reference", metavar="FILE", help="the times of this FILE"),
        value("stamp", "t", metavar="STAMP", help="this time: [[CC]YY]MMDDhhmm[.ss]"),
        value("time", "time", metavar="WORD", help="access, atime, use: like -a; modify, mtime: like -m"),
    ],
)
_TIMES = (((b"atime", b"access", b"use"), "access"), ((b"mtime", b"modify"), "modification"))


def read_stamp(text: bytes, this_year: int) -> tuple[int, int, int, int, int, int] | None:
    """Return the six fields of [[CC]YY]MMDDhhmm[.ss], or None."""
    digits, dot, seconds = text.partition(b".")
    if (
        not digits.isdigit()
        or len(digits) not in (8, 10, 12)
        or (dot and not (seconds.isdigit() and len(seconds) == 2))
    ):
        return None
    year = this_year
    if len(digits) == 12:
        year = int(digits[:4])
    elif len(digits) == 10:
        short = int(digits[:2])
        year = short + (1900 if short > 68 else 2000)
    month, day, hour, minute = (int(digits[at : at + 2]) for at in range(len(digits) - 8, len(digits), 2))
    second = int(seconds) if dot else 0
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    return year, month, day, hour, minute, second


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Set times; 1 if any couldn't be set."""
    con = Console(k, b"touch")
    asked, files = parse(k, TOUCH, argv)
    which: set[str] = set()
    for name, text in asked.given:
        if name in ("access", "modification"):
            which.add(name)
        elif name == "time":
            which.add(choose(con, b"--time", text, _TIMES))
    atime, mtime = _times(con, asked.date, asked.stamp, asked.reference)
    if not files:
        con.usage(b"missing file operand")
    if which == {"access"}:
        mtime = UTIME_OMIT
    elif which == {"modification"}:
        atime = UTIME_OMIT
    for file in files:
        _touch(con, file, atime, mtime, not asked.no_create, not asked.no_dereference)
    return con.finish()


def _times(
    con: Console, date: bytes | None, stamp: bytes | None, reference: bytes | None
) -> tuple[int | None, int | None]:
    """Return (access time, modification time) in ns; None means now."""
    k = con.k
    atime: int | None = None
    mtime: int | None = None
    if stamp is not None:
        from kos_kernel.api import broken_down, zone_of

        zone = zone_of(k)
        now = broken_down(k.clock_ns(CLOCK_REALTIME), zone)
        fields = read_stamp(stamp, now.year)
        if fields is None:
            con.die(b"invalid date format " + con.word(stamp))
        seconds = zone.seconds_at(*fields)
        back = broken_down(seconds * 1_000_000_000, zone)
        if (back.month, back.day) != fields[1:3] and fields[5] < 60:
            con.die(b"invalid date format " + con.word(stamp))
        atime = mtime = seconds * 1_000_000_000
    if reference is not None or date is not None:
        if stamp is not None:
            con.usage(b"cannot specify times from more than one source")
    if reference is not None:
        try:
            stat = k.stat(reference)
        except SysError as error:
            con.die(b"failed to get attributes of " + con.quoted(reference), error)
        atime, mtime = stat.atime_ns, stat.mtime_ns
    if date is not None:
        from kos_kernel.api import zone_of

        from ..misc.datetext import read

        now_ns = k.clock_ns(CLOCK_REALTIME)
        zone = zone_of(k)
        first = read(date, now_ns if atime is None else atime, zone)
        second = read(date, now_ns if mtime is None else mtime, zone)
        if first is None or second is None:
            con.die(b"invalid date format " + con.word(date))
        atime, mtime = first, second
    return atime, mtime


def _touch(con: Console, file: bytes, atime: int | None, mtime: int | None, create: bool, follow: bool) -> None:
    """Set the times of one file."""
    k = con.k
    if file == b"-":
        try:
            k.futimens(1, atime, mtime)
        except SysError as error:
            con.complain(b"setting times of " + con.quoted(file), error)
        return
    trouble: SysError | None = None
    if create and follow:
        try:
            fd = k.open(file, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o666)
        except SysError as error:
            trouble = error
        else:
            try:
                k.futimens(fd, atime, mtime)
            except SysError as error:
                con.complain(b"setting times of " + con.quoted(file), error)
            finally:
                k.close(fd)
            return
    try:
        k.utimens(file, atime, mtime, follow=follow)
    except SysError as error:
        if trouble is not None and trouble.errno != 21:  # EISDIR: a directory can't be opened for writing, but touched
            con.complain(b"cannot touch " + con.quoted(file), trouble)
        elif error.errno != 2 or create:  # with -c a file that isn't there is no error
            con.complain(b"setting times of " + con.quoted(file), error)
