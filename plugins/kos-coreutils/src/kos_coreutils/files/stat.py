"""stat: show what is known of files or of filesystems."""

from __future__ import annotations

from collections.abc import Callable

from kos_kernel.api import (
    S_IFBLK,
    S_IFCHR,
    S_IFLNK,
    S_IFMT,
    Accounts,
    Command,
    Stat,
    StatFs,
    Syscalls,
    SysError,
    Zone,
    broken_down,
    is_utf8,
    major,
    minor,
    strftime,
    zone_of,
)

from .choices import choose
from .console import Console
from .modes import ALL_BITS, mode_string
from .orders import flag, parse, value
from .paths import EXISTING, canonical, parent
from .quoting import STYLES, style
from .removal import kind_name
from .statformat import Field, expand

STAT = Command(
    "stat",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE...",
    summary="Show information about files or filesystems.",
    options=[
        flag("dereference", "L", "dereference", help="follow symbolic links"),
        flag("filesystem", "f", "file-system", help="about the filesystem that the FILE is on"),
        value("cached", "cached", metavar="MODE", help="always, never or default; nothing is cached here"),
        value("format", "c", "format", metavar="FORMAT", help="show FORMAT and a newline for each FILE"),
        value("printf", "printf", metavar="FORMAT", help="likewise, with backslash escapes and no newline"),
        flag("terse", "t", "terse", help="all on one line"),
    ],
    epilog=(
        "Directives for files:\n"
        "  %a %A permissions (octal, letters)   %b %B blocks, their size     %C security context\n"
        "  %d %D %Hd %Ld device                 %f mode (hex)                %F type\n"
        "  %g %G group (number, name)           %h links                     %i inode\n"
        "  %m mount point                       %n %N name (plain, quoted)   %o transfer size\n"
        "  %r %R %Hr %Lr %t %T device type      %s size                      %u %U owner\n"
        "  %w %W birth                          %x %X access                 %y %Y modification\n"
        "  %z %Z status change                  (capitals: seconds since 1970; %.3X: with three decimals)\n"
        "Directives for filesystems:\n"
        "  %a %b %f blocks: available, in all, free   %c %d inodes: in all, free   %i ID   %l length of names\n"
        "  %n name   %s %S size of blocks             %t %T type (hex, name)"
    ),
)
_CACHED = (((b"default",), 0), ((b"never",), 1), ((b"always",), 2))
_MAGIC = {"tmpfs": 0x01021994, "memory": 0x01021994, "proc": 0x9FA0, "sysfs": 0x62656572, "devpts": 0x1CD1,
          "dev": 0x01021994, "overlay": 0x794C7630, "ext4": 0xEF53, "cgroup2": 0x63677270}  # fmt: skip
_LONG_NAMES = {"ext4": "ext2/ext3"}

_FILE = b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %h\n"
_DEVICE = (
    b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
    b"Device: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\n"
)
_REST = b"Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n"
_TERSE = b"%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n"
_FS = (
    b'  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\n'
    b"Blocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n"
)
_FS_TERSE = b"%n %i %l %t %s %S %b %f %a %c %d\n"


class Report:
    """One run of stat: what directives need besides the file itself."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k: Syscalls = con.k
        self.accounts = Accounts(self.k)
        self.zone: Zone | None = None
        self.quoting = "shell-escape-always"
        text = self.k.env.get(b"QUOTING_STYLE")
        if text is not None:
            word = text.decode("utf-8", "surrogateescape")
            if word in STYLES:
                self.quoting = word
            else:
                con.say(b"ignoring invalid value of environment variable QUOTING_STYLE: " + con.word(text))

    def name(self, path: bytes) -> bytes:
        """Return the name quoted as QUOTING_STYLE says."""
        return style(path, self.quoting, is_utf8(self.k.env))

    def time(self, ns: int) -> bytes:
        """Return a time in full."""
        if self.zone is None:
            self.zone = zone_of(self.k)
        return strftime(b"%Y-%m-%d %H:%M:%S.%N %z", broken_down(ns, self.zone))

    def file_field(self, path: bytes, stat: Stat, letters: bytes) -> Field | None:
        """Return what a directive stands for."""
        plain = _FILE_FIELDS.get(letters)
        if plain is not None:
            kind, get = plain
            return kind, get(stat)
        if letters == b"n":
            return "s", path
        if letters == b"N":
            shown = self.name(path)
            if stat.mode & S_IFMT == S_IFLNK:
                try:
                    shown += b" -> " + self.name(self.k.readlink(path))
                except SysError as error:
                    self.con.complain(b"cannot read symbolic link " + self.con.quoted(path), error)
            return "s", shown
        if letters == b"U":
            return "s", self.accounts.user(stat.uid) or b"UNKNOWN"
        if letters == b"G":
            return "s", self.accounts.group(stat.gid) or b"UNKNOWN"
        if letters in (b"x", b"y", b"z"):
            return "s", self.time({b"x": stat.atime_ns, b"y": stat.mtime_ns, b"z": stat.ctime_ns}[letters])
        if letters == b"m":
            return "s", self.mount_point(path, stat)
        if letters == b"C":
            self.con.complain(b"failed to get security context of " + self.con.quoted(path) + b": No data available")
            return "s", b"?"
        return None

    def mount_point(self, path: bytes, stat: Stat) -> bytes:
        """Return the directory at which the file's filesystem is mounted."""
        try:
            if stat.mode & S_IFMT == S_IFLNK:
                here = canonical(self.k, parent(path), EXISTING)
            else:
                here = canonical(self.k, path, EXISTING)
            device = self.k.stat(here).dev
            while here != b"/" and self.k.stat(parent(here)).dev == device:
                here = parent(here)
        except SysError as error:
            self.con.complain(b"failed to find mount point of " + self.con.quoted(path), error)
            return b"?"
        return here


def _rdev_number(stat: Stat, part: int) -> int:
    if stat.mode & S_IFMT not in (S_IFCHR, S_IFBLK):
        return 0
    return major(stat.rdev) if part == 0 else minor(stat.rdev)


_FILE_FIELDS: dict[bytes, tuple[str, Callable[[Stat], int | bytes]]] = {
    b"a": ("o", lambda s: s.mode & ALL_BITS),
    b"A": ("s", lambda s: mode_string(s.mode).encode()),
    b"b": ("u", lambda s: s.blocks),
    b"B": ("u", lambda s: 512),
    b"d": ("u", lambda s: s.dev),
    b"D": ("x", lambda s: s.dev),
    b"Hd": ("u", lambda s: major(s.dev)),
    b"Ld": ("u", lambda s: minor(s.dev)),
    b"f": ("x", lambda s: s.mode),
    b"F": ("s", lambda s: kind_name(s)),
    b"g": ("u", lambda s: s.gid),
    b"h": ("u", lambda s: s.nlink),
    b"i": ("u", lambda s: s.ino),
    b"o": ("u", lambda s: s.blksize),
    b"s": ("d", lambda s: s.size),
    b"r": ("u", lambda s: s.rdev),
    b"R": ("x", lambda s: s.rdev),
    b"Hr": ("u", lambda s: major(s.rdev)),
    b"Lr": ("u", lambda s: minor(s.rdev)),
    b"t": ("x", lambda s: major(s.rdev)),
    b"T": ("x", lambda s: minor(s.rdev)),
    b"u": ("u", lambda s: s.uid),
    b"w": ("s", lambda s: b"-"),
    b"W": ("time", lambda s: 0),
    b"X": ("time", lambda s: s.atime_ns),
    b"Y": ("time", lambda s: s.mtime_ns),
    b"Z": ("time", lambda s: s.ctime_ns),
}


def _fs_field(path: bytes, fs: StatFs, letters: bytes) -> Field | None:
    name = fs.fstype if isinstance(fs.fstype, str) else bytes(fs.fstype).decode()
    fields: dict[bytes, Field] = {
        b"n": ("s", path),
        b"a": ("d", fs.bavail),
        b"b": ("u", fs.blocks),
        b"c": ("u", fs.files),
        b"d": ("d", fs.ffree),
        b"f": ("d", fs.bfree),
        b"i": ("x", 0),
        b"l": ("u", fs.namelen),
        b"s": ("u", fs.bsize),
        b"S": ("u", fs.bsize),
        b"t": ("x", _MAGIC.get(name, 0)),
        b"T": ("s", _LONG_NAMES.get(name, name).encode()),
    }
    return fields.get(letters)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show the files; 1 if any couldn't be looked at."""
    con = Console(k, b"stat")
    asked, files = parse(k, STAT, argv)
    form: bytes | None = None
    escapes, end = False, b""
    for name, text in asked.given:
        if name == "format":
            form, escapes, end = text, False, b"\n"
        elif name == "printf":
            form, escapes, end = text, True, b""
        elif name == "cached":
            choose(con, b"--cached", text, _CACHED)
    if not files:
        con.usage(b"missing operand")
    report = Report(con)
    for file in files:
        if asked.filesystem:
            _show_fs(con, file, form, escapes, bool(asked.terse), end)
            continue
        try:
            if file == b"-":
                stat = k.fstat(0)
            else:
                stat = k.stat(file, follow=bool(asked.dereference))
        except SysError as error:
            what = b"cannot stat standard input" if file == b"-" else b"cannot statx " + con.quoted(file)
            con.complain(what, error)
            continue
        this = form
        if this is None:
            this = _TERSE if asked.terse else (_DEVICE if _is_device(stat) else _FILE) + _REST
            if not asked.terse:
                this = this.replace(b"%N", _default_name(report, file, stat).replace(b"%", b"%%"))

        def look_up(letters: bytes, file: bytes = file, stat: Stat = stat) -> Field | None:
            return report.file_field(file, stat, letters)

        con.out(expand(con, this, look_up, escapes) + end)
    return con.finish()


def _is_device(stat: Stat) -> bool:
    return stat.mode & S_IFMT in (S_IFCHR, S_IFBLK)


def _default_name(report: Report, path: bytes, stat: Stat) -> bytes:
    """Return the name as the default format has it: quoted only if it must be."""
    k = report.k
    how = report.quoting if b"QUOTING_STYLE" in k.env else "shell-escape"
    shown = style(path, how, is_utf8(k.env))
    if stat.mode & S_IFMT == S_IFLNK:
        try:
            shown += b" -> " + style(k.readlink(path), how, is_utf8(k.env))
        except SysError as error:
            report.con.complain(b"cannot read symbolic link " + report.con.quoted(path), error)
    return shown


def _show_fs(con: Console, file: bytes, form: bytes | None, escapes: bool, terse: bool, end: bytes) -> None:
    """Show the filesystem that the file is on."""
    if file == b"-":
        con.complain(b"using " + con.word(b"-") + b" to denote standard input does not work in file system mode")
        return
    try:
        fs = con.k.statfs(file)
    except SysError as error:
        con.complain(b"cannot read file system information for " + con.quoted(file), error)
        return
    this = form if form is not None else _FS_TERSE if terse else _FS
    con.out(expand(con, this, lambda letters: _fs_field(file, fs, letters), escapes) + end)
