"""du: count the space that files take, directory by directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    BadNumber,
    Command,
    Stat,
    Syscalls,
    SysError,
    parse_size,
    read_whole,
)

from .choices import choose
from .console import Console
from .orders import Asked, flag, parse, value
from .sizes import BYTES, HUMAN, ONE_K, SI, Scale, parse_scale, scale_from_env, show, size_fault
from .walk import DENIED, ENTER, FILE, GONE, LEAVE, LOOP, Step, walk

if TYPE_CHECKING:
    from kos_kernel.api import GlobBytes, Zone

DU = Command(
    "du",
    like="(GNU coreutils) 9.1",
    usage=["[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"],
    summary="Show how much space each FILE takes, with all below it.",
    options=[
        flag("zero", "0", "null", help="end lines with NUL"),
        flag("all", "a", "all", help="files too, not only directories"),
        flag("apparent", "apparent-size", help="the files' sizes, not the space on the device"),
        value("block_size", "block-size", metavar="SIZE", help="show sizes in units of SIZE"),
        value("units", "B", metavar="SIZE", help="likewise"),
        flag("bytes", "b", "bytes", help="like --apparent-size --block-size=1"),
        flag("total", "c", "total", help="a grand total"),
        flag("follow_arguments", "D", "H", "dereference-args", help="follow symbolic links among the arguments"),
        value("depth", "d", "max-depth", metavar="N", help="only what is at most N levels down"),
        value("files_from", "files0-from", metavar="F", help="the names in file F, each ended by NUL"),
        flag("human", "h", "human-readable", help="sizes like 1K 234M 2G"),
        flag("inodes", "inodes", help="count inodes instead of space"),
        flag("kilo", "k", help="like --block-size=1K"),
        flag("follow_all", "L", "dereference", help="follow all symbolic links"),
        flag("links", "l", "count-links", help="count hard links each time"),
        flag("mega", "m", help="like --block-size=1M"),
        flag("follow_none", "P", "no-dereference", help="follow no symbolic links (the default)"),
        flag("separate", "S", "separate-dirs", help="directories without their subdirectories"),
        flag("si", "si", help="like -h, in powers of 1000"),
        flag("summarize", "s", "summarize", help="only a total for each argument"),
        value("threshold", "t", "threshold", metavar="SIZE", help="nothing below SIZE, or above it if negative"),
        value("time", "time", metavar="WORD", optional=True, help="the last modification in it; or atime, ctime"),
        value("time_style", "time-style", metavar="STYLE", help="full-iso, long-iso, iso or +FORMAT"),
        value("exclude_from", "X", "exclude-from", metavar="FILE", help="leave out what matches a pattern in FILE"),
        value("exclude", "exclude", metavar="PATTERN", help="leave out what matches PATTERN"),
        flag("one_filesystem", "x", "one-file-system", help="stay on this filesystem"),
    ],
)
_TIMES = (((b"atime", b"access", b"use"), "atime"), ((b"ctime", b"status"), "ctime"))
_STYLES = {b"full-iso": b"%Y-%m-%d %H:%M:%S.%N %z", b"long-iso": b"%Y-%m-%d %H:%M", b"iso": b"%Y-%m-%d"}


class Count:
    """What has been added up for a directory."""

    __slots__ = ("inodes", "latest", "size")

    def __init__(self) -> None:
        self.size = 0
        self.inodes = 0
        self.latest = -(1 << 63)

    def add(self, other: Count) -> None:
        """Add what was counted further down."""
        self.size += other.size
        self.inodes += other.inodes
        self.latest = max(self.latest, other.latest)


class Counter:
    """One run of du."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k = con.k
        self.scale: Scale = ONE_K
        self.all = self.apparent = self.inodes = self.separate = self.links = self.one_filesystem = False
        self.follow_arguments = self.follow_all = False
        self.depth = 1 << 62
        self.threshold = 0
        self.end = b"\n"
        self.time: str | None = None
        self.form = b""
        self.zone: Zone | None = None
        self.excluded: list[GlobBytes] = []
        self.seen: set[tuple[int, int]] = set()
        self.many = False
        self.total = Count()

    def own(self, stat: Stat) -> Count:
        """Return the count of the one file."""
        count = Count()
        count.size = stat.size if self.apparent else stat.blocks * 512
        count.inodes = 1
        count.latest = (
            stat.mtime_ns if self.time == "mtime" else stat.atime_ns if self.time == "atime" else stat.ctime_ns
        )
        return count

    def is_counted(self, stat: Stat) -> bool:
        """Tell whether the file has been counted before under another name."""
        if self.links or not (self.many or (stat.nlink > 1 and stat.mode & S_IFMT != S_IFDIR)):
            return False
        identity = (stat.dev, stat.ino)
        if identity in self.seen:
            return True
        self.seen.add(identity)
        return False

    def is_excluded(self, path: bytes) -> bool:
        """Tell whether a pattern matches the path or an end of it that begins a component."""
        if not self.excluded:
            return False
        ends = [path]
        at = path.find(b"/")
        while at >= 0:
            ends.append(path[at + 1 :])
            at = path.find(b"/", at + 1)
        return any(glob.matches(end) for glob in self.excluded for end in ends)

    def count(self, name: bytes) -> None:
        """Count one argument."""
        con = self.con
        sums: list[tuple[Count, Count]] = []  # of each open directory: (its own files, its subdirectories)
        try:
            steps = walk(
                self.k, name, follow_root=self.follow_arguments or self.follow_all, follow_all=self.follow_all,
                want_stat=True, one_filesystem=self.one_filesystem,
            )  # fmt: skip
            for step in steps:
                if step.phase == FILE:
                    self.file(step, sums)
                elif step.phase == ENTER:
                    assert step.stat is not None
                    if self.is_excluded(step.path) or self.is_counted(step.stat):
                        step.skip = True
                    else:
                        sums.append((self.own(step.stat), Count()))
                elif step.phase == LEAVE:
                    self.leave(step, sums)
                elif step.phase == DENIED:
                    con.complain(b"cannot read directory " + con.quoted(step.path), step.error)
                    self.leave(step, sums)
                elif step.phase == GONE:
                    con.complain(b"cannot access " + con.quoted(step.path), step.error)
                elif step.phase == LOOP:
                    con.complain(b"WARNING: circular directory structure at " + con.quoted(step.path))
        except SysError as error:
            con.complain(b"cannot access " + con.quoted(name), error)

    def file(self, step: Step, sums: list[tuple[Count, Count]]) -> None:
        """Count what isn't a directory."""
        assert step.stat is not None
        if self.is_excluded(step.path) or self.is_counted(step.stat):
            return
        if self.follow_all and step.stat.mode & S_IFMT == S_IFLNK:
            self.con.complain(b"cannot access " + self.con.quoted(step.path))
            return
        count = self.own(step.stat)
        if sums:
            sums[-1][0].add(count)
        self.total.add(count)
        if (self.all and step.depth <= self.depth) or step.depth == 0:
            self.show(step.path, count)

    def leave(self, step: Step, sums: list[tuple[Count, Count]]) -> None:
        """Show a directory and add it to the one it is in."""
        own, below = sums.pop()
        assert step.stat is not None
        whole = Count()
        whole.add(own)
        whole.add(below)
        if sums:
            sums[-1][1].add(whole)
        self.total.add(self.own(step.stat))
        if step.depth <= self.depth:
            self.show(step.path, own if self.separate else whole)

    def show(self, path: bytes, count: Count) -> None:
        """Print one line."""
        number = count.inodes if self.inodes else count.size
        if (self.threshold < 0 and number > -self.threshold) or (self.threshold > 0 and number < self.threshold):
            return
        line = [self.shown(count)]
        if self.time is not None:
            from kos_kernel.api import UTC, broken_down, strftime

            line.append(strftime(self.form, broken_down(count.latest, self.zone or UTC)))
        line.append(path)
        self.con.out(b"\t".join(line) + self.end)

    def shown(self, count: Count) -> bytes:
        """Return the number in the units asked for."""
        if self.inodes:
            return show(count.inodes, self.scale if self.scale.base else BYTES)
        return show(count.size, self.scale)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show the sizes; 1 if anything couldn't be read."""
    con = Console(k, b"du")
    asked, files = parse(k, DU, argv)
    job = Counter(con)
    _take(con, job, asked)
    if asked.files_from is not None:
        if files:
            con.usage(
                b"extra operand " + con.quoted(files[0]) + b"\nfile operands cannot be combined with --files0-from"
            )
        files = _names_from(con, asked.files_from)
        job.many = True
    else:
        job.many = len(files) > 1 or job.follow_all
    for file in files or ([] if asked.files_from is not None else [b"."]):
        if not file:
            con.complain(b"invalid zero-length file name")
            continue
        bare = file.rstrip(b"/") or file[:1]
        job.count(file if bare == b"/" else file if file.endswith(b"/") else bare)
    if asked.total:
        job.threshold = 0
        job.show(b"total", job.total)
    return con.finish()


def _take(con: Console, job: Counter, asked: Asked) -> None:
    """Read the options; ends the command if they contradict each other."""
    k = con.k
    scale: Scale | None = None
    depth: int | None = None
    for name, text in asked.given:
        if name == "bytes":
            job.apparent, scale = True, BYTES
        elif name == "human":
            scale = HUMAN
        elif name == "si":
            scale = SI
        elif name == "kilo":
            scale = ONE_K
        elif name == "mega":
            scale = Scale(1 << 20)
        elif name in ("block_size", "units"):
            scale = _scale(con, text, b"--block-size" if name == "block_size" else b"-B")
        elif name == "depth":
            if not text.isdigit():
                con.say(b"invalid maximum depth " + con.word(text))
                con.usage_hint()
            depth = int(text)
        elif name == "threshold":
            job.threshold = _threshold(con, text)
        elif name == "exclude":
            job.excluded.append(_pattern(text))
        elif name == "exclude_from":
            job.excluded += _patterns(con, text)
        elif name == "follow_arguments":
            job.follow_arguments, job.follow_all = True, False
        elif name == "follow_all":
            job.follow_all = True
        elif name == "follow_none":
            job.follow_arguments = job.follow_all = False
        elif name == "time":
            job.time = choose(con, b"--time", text, _TIMES) if text else "mtime"
    job.all, job.inodes = bool(asked.all), bool(asked.inodes)
    job.apparent = job.apparent or bool(asked.apparent)
    job.separate, job.links = bool(asked.separate), bool(asked.links)
    job.one_filesystem = bool(asked.one_filesystem)
    job.end = b"\0" if asked.zero else b"\n"
    if asked.summarize:
        if job.all:
            con.say(b"cannot both summarize and show all entries")
            con.usage_hint()
        if depth == 0:
            con.say(b"warning: summarizing is the same as using --max-depth=0")
        elif depth is not None:
            con.say(b"warning: summarizing conflicts with --max-depth=%d" % depth)
            con.usage_hint()
        depth = 0
    if depth is not None:
        job.depth = depth
    if job.inodes and job.apparent:
        con.say(b"warning: options --apparent-size and -b are ineffective with --inodes")
    job.scale = scale if scale is not None else scale_from_env(k, b"DU_BLOCK_SIZE")
    if job.time is not None:
        from kos_kernel.api import zone_of

        job.zone = zone_of(k)
        job.form = _time_form(con, asked.time_style or k.env.get(b"TIME_STYLE"))


def _scale(con: Console, text: bytes, option: bytes) -> Scale:
    try:
        return parse_scale(text)
    except BadNumber as error:
        con.die(size_fault(error, option, b"'" + text + b"'"))


def _threshold(con: Console, text: bytes) -> int:
    negative = text.startswith(b"-")
    try:
        size = parse_size(text.lstrip(b"-+"), suffixes="kKmMGTPEZY0")
    except BadNumber as error:
        con.die(size_fault(error, b"-t", b"'" + text + b"'"))
    if negative and size == 0:
        con.die(b"invalid --threshold argument '-0'")
    return -size if negative else size


def _pattern(text: bytes) -> GlobBytes:
    from kos_kernel.api import compile_glob_bytes  # few runs need patterns, so few pay for them

    return compile_glob_bytes(text)


def _patterns(con: Console, name: bytes) -> list[GlobBytes]:
    try:
        text = read_whole(con.k, name if name != b"-" else b"/dev/stdin")
    except SysError as error:
        con.say(con.plain(name), error)
        con.usage_hint()
    return [_pattern(line) for line in text.split(b"\n") if line]


def _names_from(con: Console, name: bytes) -> list[bytes]:
    try:
        text = read_whole(con.k, name if name != b"-" else b"/dev/stdin")
    except SysError as error:
        con.die(b"cannot open " + con.quoted(name) + b" for reading", error)
    names = text.split(b"\0")
    if names and not names[-1]:
        names.pop()
    return names


def _time_form(con: Console, style: bytes | None) -> bytes:
    if style is None or style == b"locale":
        return _STYLES[b"long-iso"]
    if style.startswith(b"+"):
        return style[1:].partition(b"\n")[0]
    style = style.removeprefix(b"posix-")
    found = [form for name, form in _STYLES.items() if name.startswith(style)]
    if len(found) != 1:
        con.usage(b"invalid argument " + con.word(style) + b" for " + con.word(b"time style") + b"\nValid arguments are:\n"
                  b"  - 'full-iso'\n  - 'long-iso'\n  - 'iso'\n  - +FORMAT (e.g., +%H:%M) for a 'date'-style format")  # fmt: skip
    return found[0]
