"""df: show how full filesystems are."""

from __future__ import annotations

from kos_kernel.api import BadNumber, Command, StatFs, Syscalls, SysError

from ..files.console import Console
from ..files.orders import Asked, flag, parse, value
from ..files.paths import ALL_BUT_LAST, canonical
from ..files.sizes import HUMAN, ONE_K, SI, Scale, parse_scale, scale_from_env, show, size_fault
from .mounttable import Mount, mounts_of

DF = Command(
    "df",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... [FILE]...",
    summary="Show the space on the filesystems that the FILEs are on, or on all.",
    options=[
        flag("all", "a", "all", help="also those without space of their own, like /proc"),
        value("block_size", "block-size", metavar="SIZE", help="show sizes in units of SIZE"),
        value("units", "B", metavar="SIZE", help="likewise"),
        flag("human", "h", "human-readable", help="sizes like 1K 234M 2G"),
        flag("si", "H", "si", help="likewise in powers of 1000"),
        flag("inodes", "i", "inodes", help="inodes instead of space"),
        flag("kilo", "k", help="like --block-size=1K"),
        flag("local", "l", "local", help="only local filesystems (all are)"),
        flag("no_sync", "no-sync", help="don't sync first (the default)"),
        value("output", "output", metavar="FIELDS", optional=True, help="which columns: source, fstype, itotal, iused, "
              "iavail, ipcent, size, used, avail, pcent, file, target"),
        flag("portable", "P", "portability", help="POSIX's format"),
        flag("sync", "sync", help="sync first"),
        flag("total", "total", help="a line with the totals"),
        value("type", "t", "type", metavar="TYPE", help="only filesystems of this type"),
        flag("print_type", "T", "print-type", help="a column with the types"),
        value("exclude", "x", "exclude-type", metavar="TYPE", help="no filesystems of this type"),
        flag("ignored", "v", help="(ignored)"),
    ],
)  # fmt: skip
_PSEUDO = (b"proc", b"sysfs", b"devpts", b"mqueue", b"debugfs", b"autofs", b"none", b"rpc_pipefs", b"fusectl")
_FIELDS = {
    "source": (b"Filesystem", 14, False), "fstype": (b"Type", 4, False), "itotal": (b"Inodes", 5, True),
    "iused": (b"IUsed", 5, True), "iavail": (b"IFree", 5, True), "ipcent": (b"IUse%", 4, True), "size": (b"", 5, True),
    "used": (b"Used", 5, True), "avail": (b"Available", 5, True), "pcent": (b"Use%", 4, True),
    "file": (b"File", 0, False), "target": (b"Mounted on", 0, False),
}  # fmt: skip


class Row:
    """A filesystem's numbers; None where there are none."""

    __slots__ = ("avail", "file", "files", "free_files", "mount", "size", "used")

    def __init__(self, mount: Mount, fs: StatFs | None, file: bytes) -> None:
        self.mount = mount
        self.file = file
        has_blocks = fs is not None and fs.blocks > 0
        self.size = fs.blocks * fs.bsize if fs is not None and has_blocks else 0 if fs is not None else None
        self.avail = fs.bavail * fs.bsize if fs is not None else None
        self.used = (fs.blocks - fs.bfree) * fs.bsize if fs is not None else None
        self.files = fs.files if fs is not None else None
        self.free_files = fs.ffree if fs is not None else None


def _percent(used: int | None, avail: int | None) -> bytes:
    """Return how much is used of what can be, rounded up."""
    if used is None or avail is None or used + avail <= 0:
        return b"-"
    return b"%d%%" % -(-used * 100 // (used + avail))


def _number(number: int | None, scale: Scale) -> bytes:
    return b"-" if number is None else show(number, scale)


def _cell(row: Row, field: str, scale: Scale) -> bytes:
    """Return one field of a row."""
    used_files = None if row.files is None or row.free_files is None else row.files - row.free_files
    count = Scale(1, scale.base) if scale.base else Scale(1)
    if field == "source":
        return row.mount.source
    if field == "fstype":
        return row.mount.fstype
    if field == "target":
        return row.mount.target
    if field == "file":
        return row.file
    if field in ("size", "used", "avail"):
        return _number(getattr(row, field), scale)
    if field == "pcent":
        return _percent(row.used, row.avail)
    if field == "itotal":
        return _number(row.files, count)
    if field == "iused":
        return _number(used_files, count)
    if field == "iavail":
        return _number(row.free_files, count)
    return _percent(used_files, row.free_files) if row.files else b"-"


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Show the filesystems; 1 if any couldn't be asked."""
    con = Console(k, b"df")
    asked, files = parse(k, DF, argv)
    scale, fields = _settle(con, asked)
    if asked.sync:
        k.sync()
    try:
        mounts = mounts_of(k)
    except SysError as error:
        con.die(b"cannot read table of mounted file systems", error)
    wanted = [text for name, text in asked.given if name == "type"]
    unwanted = [text for name, text in asked.given if name == "exclude"]
    for kind in wanted:
        if kind in unwanted:
            con.die(b"file system type " + con.quoted(kind) + b" both selected and excluded")

    def fits(mount: Mount) -> bool:
        return (not wanted or mount.fstype in wanted) and mount.fstype not in unwanted

    rows = _rows_of_files(con, mounts, files, fits) if files else _all_rows(con, mounts, fits, bool(asked.all))
    if not rows:
        if con.status == 0:
            con.complain(b"no file systems processed")
        return con.finish()
    if asked.total:
        rows.append(_total(rows))
    header = {field: _FIELDS[field][0] for field in fields}
    header["size"] = _size_header(scale, bool(asked.portable))
    if scale.base and "avail" in header and asked.output is None:
        header["avail"] = b"Avail"
    elif asked.output is not None:
        header["avail"] = b"Avail"
    if asked.portable:
        header["pcent"] = b"Capacity"
    table = [[header[field] for field in fields]]
    table += [[_cell(row, field, scale).replace(b"\n", b"?") for field in fields] for row in rows]
    widths = [max([_FIELDS[field][1], *(len(line[column]) for line in table)]) for column, field in enumerate(fields)]
    for line in table:
        cells = []
        for column, field in enumerate(fields):
            text = line[column]
            if _FIELDS[field][2]:
                cells.append(text.rjust(widths[column]))
            else:
                cells.append(text if column == len(fields) - 1 else text.ljust(widths[column]))
        con.out(b" ".join(cells) + b"\n")
    return con.finish()


def _settle(con: Console, asked: Asked) -> tuple[Scale, list[str]]:
    """Return (the units, the columns). Ends the command if options contradict each other."""
    scale: Scale | None = None
    for name, text in asked.given:
        if name == "human":
            scale = HUMAN
        elif name == "si":
            scale = SI
        elif name == "kilo":
            scale = ONE_K
        elif name in ("block_size", "units"):
            try:
                scale = parse_scale(text)
            except BadNumber as error:
                option = b"--block-size" if name == "block_size" else b"-B"
                con.die(size_fault(error, option, b"'" + text + b"'"))
    if asked.output is not None:
        for other, label in (("inodes", b"-i"), ("portable", b"-P"), ("print_type", b"-T")):
            if getattr(asked, other):
                con.usage(b"options " + label + b" and --output are mutually exclusive")
        fields = [] if asked.output else list(_FIELDS)
        for text in (text for name, text in asked.given if name == "output" and text):
            for word in text.decode("latin-1").split(","):
                if word not in _FIELDS:
                    con.usage(b"option --output: field " + con.quoted(word.encode("latin-1")) + b" unknown")
                if word in fields:
                    con.usage(b"option --output: field " + con.quoted(word.encode()) + b" used more than once")
                fields.append(word)
    else:
        middle = ["itotal", "iused", "iavail", "ipcent"] if asked.inodes else ["size", "used", "avail", "pcent"]
        fields = ["source", *(["fstype"] if asked.print_type else []), *middle, "target"]
    if scale is None:
        scale = scale_from_env(con.k, b"DF_BLOCK_SIZE")
        if (
            asked.portable
            and scale.base == 0
            and not any(
                con.k.env.get(name) for name in (b"DF_BLOCK_SIZE", b"BLOCK_SIZE", b"BLOCKSIZE", b"POSIXLY_CORRECT")
            )
        ):
            scale = ONE_K
    return scale, fields


def _size_header(scale: Scale, portable: bool) -> bytes:
    """Return what the column of sizes is called."""
    if scale.base:
        return b"Size"
    unit = scale.unit
    if portable:
        return b"%d-blocks" % unit
    for base, tail in ((1024, b""), (1000, b"B")):
        power, number = 0, unit
        while number % base == 0 and number >= base and power < 8:
            number, power = number // base, power + 1
        if power:
            letter = b"KMGTPEZY"[power - 1 : power]
            return b"%d%s%s-blocks" % (number, b"k" if tail and power == 1 else letter, tail)
    return b"%dB-blocks" % unit


def _ask(con: Console, mount: Mount, file: bytes) -> Row | None:
    """Return a mount's row; complains and returns None if it can't be asked."""
    try:
        return Row(mount, con.k.statfs(mount.target), file)
    except SysError as error:
        con.complain(con.plain(mount.target), error)
        return None


def _all_rows(con: Console, mounts: list[Mount], fits: object, everything: bool) -> list[Row]:
    """Return the rows of all mounts; of several on one filesystem, the one with the shortest path."""
    assert callable(fits)
    rows: list[Row] = []
    best: dict[int, int] = {}
    for mount in mounts:
        if not fits(mount):
            continue
        if not everything and mount.fstype in _PSEUDO:
            continue
        row = _ask(con, mount, b"-")
        if row is None:
            continue
        if everything:
            rows.append(row)
            continue
        if not row.size:
            continue
        device = con.k.stat(mount.target).dev
        if device in best:
            known = rows[best[device]]
            if len(mount.target) < len(known.mount.target):
                rows[best[device]] = row
            continue
        best[device] = len(rows)
        rows.append(row)
    return rows


def _rows_of_files(con: Console, mounts: list[Mount], files: list[bytes], fits: object) -> list[Row]:
    """Return a row for each file: that of the mount it is on."""
    assert callable(fits)
    rows = []
    for file in files:
        try:
            path = canonical(con.k, file, ALL_BUT_LAST)
            con.k.stat(path)
        except SysError as error:
            con.complain(con.plain(file), error)
            continue
        found: Mount | None = None
        for mount in mounts:
            target = mount.target
            if path == target or target == b"/" or path.startswith(target + b"/"):
                if found is None or len(target) >= len(found.target):
                    found = mount
            elif path == mount.source and path.startswith(b"/dev/"):
                found = mount
                break
        if found is not None and fits(found):
            row = _ask(con, found, file)
            if row is not None:
                rows.append(row)
    return rows


def _total(rows: list[Row]) -> Row:
    """Return the row of sums."""
    total = Row(Mount(b"total", b"-", b"-", b""), None, b"-")
    for field in ("size", "used", "avail", "files", "free_files"):
        setattr(total, field, sum(getattr(row, field) or 0 for row in rows))
    return total
