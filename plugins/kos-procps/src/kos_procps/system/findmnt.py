"""findmnt: the mounts as a tree or a list, from /proc/self/mountinfo or /etc/fstab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, SysError, Value, Writer, cause, complain, is_utf8, read_whole

from ..facts.tables import Table, TableColumn
from .mounts import Mount, mounts, parse_fstab, size_text

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

# name -> (to the right, kind in JSON)
_COLUMNS = {
    "TARGET": (False, "text"), "SOURCE": (False, "text"), "FSTYPE": (False, "text"), "OPTIONS": (False, "text"),
    "VFS-OPTIONS": (False, "text"), "FS-OPTIONS": (False, "text"), "FSROOT": (False, "text"), "MAJ:MIN": (False, "text"),
    "ID": (True, "number"), "PARENT": (True, "number"), "SIZE": (True, "text"), "USED": (True, "text"),
    "AVAIL": (True, "text"), "USE%": (True, "text"), "OPT-FIELDS": (False, "text"), "PROPAGATION": (False, "text"),
    "TID": (True, "number"),
}  # fmt: skip
FINDMNT = Command(
    "findmnt",
    usage=["[options]", "[options] <device> | <mountpoint>", "[options] [--source <device>] [--target <path> | --mountpoint <mountpoint>]"],
    summary="Find a (mounted) filesystem.",
    options=[
        Flag("fstab", "s", "fstab", help="search in static table of filesystems"),
        Flag("mtab", "m", "mtab", help="search in the table of mounted filesystems (default)"),
        Flag("kernel", "k", "kernel", help="search in the kernel table of mounted filesystems (default)"),
        Flag("all", "A", "all", help="disable all built-in filters, print all filesystems"),
        Flag("ascii", "a", "ascii", help="use ASCII chars for tree formatting"),
        Flag("bytes", "b", "bytes", help="print sizes in bytes"),
        Flag("canonical", "c", "canonicalize", help="names are printed as the kernel has them anyway"),
        Flag("df", "D", "df", help="imitate the output of df(1)"),
        Value("direction", "d", "direction", metavar="WORD", default=b"forward", help="direction of search: forward or backward"),
        Flag("evaluate", "e", "evaluate", help="there are no tags to convert"),
        Flag("first", "f", "first-only", help="print the first found filesystem only"),
        Flag("invert", "i", "invert", help="invert the sense of matching"),
        Flag("json", "J", "json", help="use JSON output format"),
        Flag("list", "l", "list", help="use list format output"),
        Value("mountpoint", "M", "mountpoint", metavar="DIR", help="the mountpoint directory"),
        Flag("bare", "n", "noheadings", help="don't print column headings"),
        Value("options", "O", "options", metavar="LIST", help="limit the set of filesystems by mount options"),
        Value("output", "o", "output", metavar="LIST", help="output columns: " + " ".join(_COLUMNS)),
        Flag("every", "output-all", help="output all available columns"),
        Flag("pairs", "P", "pairs", help="use key=\"value\" output format"),
        Flag("raw", "r", "raw", help="use raw output format"),
        Flag("submounts", "R", "submounts", help="print all submounts for the matching filesystems"),
        Value("source", "S", "source", metavar="DEV", help="the device to mount (by name or maj:min)"),
        Value("target", "T", "target", metavar="PATH", help="the path to the filesystem to use"),
        Value("types", "t", "types", metavar="LIST", help="limit the set of filesystems by FS types"),
        Flag("whole", "u", "notruncate", help="lines are never cut"),
        Flag("unique", "U", "uniq", help="ignore filesystems with duplicate target"),
        Flag("no_root", "v", "nofsroot", help="don't print [/dir] for bind mounts"),
        Flag("version_", "V", hidden=True),
    ],
    operands=(0, 2),
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print the mounts that fit. Status 1 if there are none."""
    opts, words = FINDMNT.parse(argv)
    names = [name.decode("latin-1").upper() for name in opts.output.split(b",")] if opts.output else []
    for name in names:
        if name not in _COLUMNS:
            complain(k, b"unknown column: " + name.encode("latin-1").lower())
            return 1
    if opts.direction not in (b"forward", b"backward"):
        complain(k, b"unknown direction '%s'" % opts.direction)
        return 1
    if opts.every:
        names = list(_COLUMNS)
    if opts.df:
        names = names or ["SOURCE", "FSTYPE", "SIZE", "USED", "AVAIL", "USE%", "TARGET"]
    names = names or ["TARGET", "SOURCE", "FSTYPE", "OPTIONS"]
    try:
        found = parse_fstab(read_whole(k, b"/etc/fstab")) if opts.fstab else mounts(k)
    except SysError as error:
        if opts.fstab and error.errno == 2:
            return 1
        complain(k, b"can't read %s: %s" % (b"/etc/fstab" if opts.fstab else b"/proc/self/mountinfo", cause(error)))
        return 1
    return _Finder(k, opts, found, words).show(names)


class _Finder:
    def __init__(self, k: Syscalls, opts: Any, found: list[Mount], words: list[bytes]) -> None:
        self.k = k
        self.opts = opts
        self.found = found
        self.source, self.mountpoint, self.either = opts.source, opts.mountpoint, None
        if len(words) == 2:
            self.source, self.mountpoint = words
        elif words:
            self.either = self.absolute(words[0])
        self.at = self.holder(opts.target) if opts.target is not None else None

    def absolute(self, path: bytes) -> bytes:
        """Return the path of a directory as the kernel has it; the path itself where there is none."""
        here = self.k.getcwd()
        try:
            self.k.chdir(path)
            path = self.k.getcwd()
            self.k.chdir(here)
        except SysError:
            pass
        return path

    def holder(self, path: bytes) -> int:
        """Return the id of the mount that a path is on; -1 if there's no such path."""
        try:
            self.k.stat(path)
        except SysError:
            return -1
        whole = self.absolute(path)
        if not whole.startswith(b"/"):
            whole = self.k.getcwd().rstrip(b"/") + b"/" + whole
        best = -1
        length = 0
        for mount in self.found:
            target = mount.target.rstrip(b"/") + b"/"
            if (whole + b"/").startswith(target) and len(target) >= length:
                best, length = mount.id, len(target)
        return best

    @property
    def filtered(self) -> bool:
        opts = self.opts
        return any(
            one is not None for one in (self.source, self.mountpoint, self.either, self.at, opts.types, opts.options)
        )

    def fits(self, mount: Mount) -> bool:
        opts = self.opts
        held = True
        if self.at is not None:
            held = held and mount.id == self.at
        if self.source is not None:
            held = held and self.source in (mount.source, mount.device.encode())
        if self.mountpoint is not None:
            held = held and mount.target == self.absolute(self.mountpoint)
        if self.either is not None:
            held = held and self.either in (mount.target, mount.source, mount.device.encode())
        if opts.types is not None:
            held = held and _in_list(mount.fstype, opts.types)
        if opts.options is not None:
            have = mount.all_options().split(b",")
            held = held and all(_has_option(have, one) for one in opts.options.split(b","))
        return held is not bool(opts.invert)

    def show(self, names: list[str]) -> int:
        opts = self.opts
        chosen = [mount for mount in self.found if self.fits(mount)] if self.filtered else list(self.found)
        if opts.direction == b"backward":
            chosen.reverse()
        if opts.unique:
            chosen = list({mount.target: mount for mount in chosen}.values())
        if opts.first or (self.either is not None and not opts.submounts):
            chosen = chosen[-1:] if self.either is not None else chosen[:1]
        if not chosen:
            return 1
        tree = not (opts.list or opts.df or opts.raw or opts.pairs or opts.fstab or self.filtered)
        if opts.submounts:
            chosen, tree = self.with_submounts(chosen), not (opts.list or opts.raw or opts.pairs)
        table = Table(
            [TableColumn(name, _COLUMNS[name][0], tree and name == "TARGET", _COLUMNS[name][1]) for name in names]
        )
        rows: dict[int, int] = {}
        for mount in sorted(chosen, key=lambda mount: mount.id) if tree else chosen:
            parent = rows.get(mount.parent) if tree and mount.parent != mount.id else None
            rows[mount.id] = table.add([self.cell(mount, name) for name in names], parent)
        style = "json" if opts.json else "pairs" if opts.pairs else "raw" if opts.raw else "plain"
        out = Writer(self.k)
        out.write(
            table.text(style, headings=not opts.bare, ascii=opts.ascii or not is_utf8(self.k.env), name="filesystems")
        )
        out.flush()
        return 0

    def with_submounts(self, chosen: list[Mount]) -> list[Mount]:
        ids = {mount.id for mount in chosen}
        grown = True
        while grown:
            more = {mount.id for mount in self.found if mount.parent in ids} - ids
            ids |= more
            grown = bool(more)
        return [mount for mount in self.found if mount.id in ids]

    def cell(self, mount: Mount, name: str) -> str | None:
        if name in ("SIZE", "USED", "AVAIL", "USE%"):
            return self.size(mount, name)
        if name == "SOURCE":
            source = mount.source.decode("utf-8", "surrogateescape")
            root = mount.root.decode("utf-8", "surrogateescape")
            return source if self.opts.no_root or root == "/" else f"{source}[{root}]"
        values: dict[str, bytes | str] = {
            "TARGET": mount.target, "FSTYPE": mount.fstype, "OPTIONS": mount.all_options(), "VFS-OPTIONS": mount.options,
            "FS-OPTIONS": mount.super_options, "FSROOT": mount.root, "MAJ:MIN": mount.device, "ID": str(mount.id),
            "PARENT": str(mount.parent), "OPT-FIELDS": mount.optional, "TID": str(self.k.getpid()),
            "PROPAGATION": "shared" if b"shared:" in mount.optional else "private",
        }  # fmt: skip
        value = values[name]
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value

    def size(self, mount: Mount, name: str) -> str | None:
        try:
            facts = self.k.statfs(mount.target)
        except SysError:
            return None
        if not facts.blocks:
            return None if name != "USE%" else "-"
        used = facts.blocks - facts.bfree
        if name == "USE%":
            return f"{-(-100 * used // max(used + facts.bavail, 1))}%"
        blocks = {"SIZE": facts.blocks, "USED": used, "AVAIL": facts.bavail}[name]
        size = blocks * facts.bsize
        return str(size) if self.opts.bytes else "0" if not size else size_text(size)


def _has_option(have: list[bytes], wanted: bytes) -> bool:
    """Tell whether a mount has an option, or for noX, that it hasn't X."""
    return wanted in have or (wanted.startswith(b"no") and wanted[2:] not in have)


def _in_list(word: bytes, text: bytes) -> bool:
    """Tell whether a type is in a list; "no" before the list, or an item, means that it must not be."""
    items = text.split(b",")
    if items[0].startswith(b"no"):
        return word not in [item.removeprefix(b"no") for item in items]
    return word in items
