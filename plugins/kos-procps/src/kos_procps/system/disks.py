"""lsblk and losetup: the disks of the machine, from /proc/partitions; there are no loop devices to set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import (
    S_IFBLK,
    S_IFMT,
    W_OK,
    Command,
    Flag,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    is_utf8,
    major,
    minor,
    read_whole,
)

from ..facts.tables import Table, TableColumn
from .mounts import mounts, size_text

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_COLUMNS = {
    "NAME": (False, "text"), "KNAME": (False, "text"), "PATH": (False, "text"), "MAJ:MIN": (False, "text"),
    "RM": (True, "boolean"), "SIZE": (True, "text"), "RO": (True, "boolean"), "TYPE": (False, "text"),
    "MOUNTPOINT": (False, "text"), "MOUNTPOINTS": (False, "list"), "OWNER": (False, "text"), "GROUP": (False, "text"),
    "MODE": (False, "text"),
}  # fmt: skip
LSBLK = Command(
    "lsblk",
    usage="[options] [<device> ...]",
    summary="List information about block devices.",
    options=[
        Flag("all", "a", "all", help="print all devices, empty ones too"),
        Flag("bytes", "b", "bytes", help="print SIZE in bytes"),
        Flag("alone", "d", "nodeps", help="there are no slave or holder devices"),
        Flag("ascii", "i", "ascii", help="use ascii characters only"),
        Flag("json", "J", "json", help="use JSON output format"),
        Flag("list", "l", "list", help="use list format output"),
        Flag("bare", "n", "noheadings", help="don't print headings"),
        Value("output", "o", "output", metavar="LIST", help="output columns: " + " ".join(_COLUMNS)),
        Flag("every", "O", "output-all", help="output all columns"),
        Flag("paths", "p", "paths", help="print complete device path"),
        Flag("pairs", "P", "pairs", help="use key=\"value\" output format"),
        Flag("raw", "r", "raw", help="use raw output format"),
        Flag("modes", "m", "perms", help="output info about permissions"),
        Flag("version_", "V", hidden=True),
    ],
)  # fmt: skip
LOSETUP = Command(
    "losetup",
    usage=["[options] [<loopdev>]", "[options] -f | <loopdev> <file>"],
    summary="Set up and control loop devices.",
    options=[
        Flag("all", "a", "all", help="list all used devices"),
        Value("detach", "d", "detach", metavar="LOOPDEV", repeat=True, help="detach one or more devices"),
        Flag("detach_all", "D", "detach-all", help="detach all used devices"),
        Flag("find", "f", "find", help="find first unused device"),
        Value("file", "j", "associated", metavar="FILE", help="list all devices associated with FILE"),
        Flag("list", "l", "list", help="list info about all or specified"),
        Flag("version_", "V", hidden=True),
    ],
)
_NOT_FOUND = 32


class Disk(NamedTuple):
    """A line of /proc/partitions. size: in bytes."""

    number: tuple[int, int]
    size: int
    name: str


def disks(k: Syscalls) -> list[Disk]:
    """Return the disks. Raises SysError if /proc can't be read."""
    found = []
    for line in read_whole(k, b"/proc/partitions").splitlines():
        words = line.split()
        if len(words) == 4 and all(word.isdigit() for word in words[:3]):
            found.append(
                Disk((int(words[0]), int(words[1])), int(words[2]) * 1024, words[3].decode("utf-8", "replace"))
            )
    return found


def lsblk(k: Syscalls, argv: list[bytes]) -> int:
    """Print a line for each disk. Status 32 if one that was asked for isn't there."""
    opts, words = LSBLK.parse(argv)
    usual = "NAME SIZE OWNER GROUP MODE" if opts.modes else "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS"
    names = [name.decode("latin-1").upper() for name in opts.output.split(b",")] if opts.output else usual.split()
    if opts.every:
        names = list(_COLUMNS)
    for name in names:
        if name not in _COLUMNS:
            complain(k, b"unknown column: " + name.encode("latin-1").lower())
            return 1
    try:
        known = disks(k)
    except SysError as error:
        complain(k, b"failed to access /proc/partitions: " + cause(error))
        return 1
    status = 0
    chosen = [disk for disk in known if disk.size or opts.all or words] if not words else []
    for word in words:
        number = _number(k, word)
        fitting = [disk for disk in known if disk.number == number]
        if not fitting:
            complain(k, word + b": not a block device")
            status = _NOT_FOUND
        chosen += fitting
    table = Table([TableColumn(name, _COLUMNS[name][0], name == "NAME", _COLUMNS[name][1]) for name in names])
    for disk in chosen:
        table.add([_cell(k, disk, name, opts.bytes, opts.paths) for name in names])
    if chosen or opts.json:
        style = "json" if opts.json else "pairs" if opts.pairs else "raw" if opts.raw else "plain"
        out = Writer(k)
        out.write(
            table.text(style, headings=not opts.bare, ascii=opts.ascii or not is_utf8(k.env), name="blockdevices")
        )
        out.flush()
    return status


def _number(k: Syscalls, path: bytes) -> tuple[int, int] | None:
    try:
        there = k.stat(path)
    except SysError:
        return None
    return (major(there.rdev), minor(there.rdev)) if there.mode & S_IFMT == S_IFBLK else None


def _cell(k: Syscalls, disk: Disk, name: str, in_bytes: bool, paths: bool) -> str | None:
    path = b"/dev/" + disk.name.encode()
    if name in ("MOUNTPOINT", "MOUNTPOINTS"):
        device = f"{disk.number[0]}:{disk.number[1]}"
        places = [
            mount.target.decode("utf-8", "surrogateescape")
            for mount in mounts(k)
            if mount.device == device or mount.source == path
        ]
        return ("\n".join(places) if name == "MOUNTPOINTS" else places[0]) if places else None
    if name in ("OWNER", "GROUP", "MODE"):
        return _permissions(k, path, name)
    if name == "RO":
        try:
            k.access(path, W_OK)
        except SysError as error:
            return "1" if error.errno == 30 else "0"
        return "0"
    return {
        "NAME": path.decode() if paths else disk.name,
        "KNAME": path.decode() if paths else disk.name,
        "PATH": path.decode(),
        "MAJ:MIN": f"{disk.number[0]}:{disk.number[1]}",
        "RM": "0",
        "SIZE": str(disk.size) if in_bytes else size_text(disk.size),
        "TYPE": "loop" if disk.number[0] == 7 else "disk",
    }[name]


def _permissions(k: Syscalls, path: bytes, name: str) -> str | None:
    from kos_kernel.api import Accounts

    try:
        there = k.stat(path)
    except SysError:
        return None
    people = Accounts(k)
    if name == "MODE":
        return "b" + "".join(letter if there.mode >> 8 - place & 1 else "-" for place, letter in enumerate("rwxrwxrwx"))
    found = people.user(there.uid) if name == "OWNER" else people.group(there.gid)
    return found.decode("utf-8", "replace") if found is not None else str(there.uid if name == "OWNER" else there.gid)


def losetup(k: Syscalls, argv: list[bytes]) -> int:
    """List loop devices: there are none. Whatever would set one up fails as without the driver."""
    opts, words = LOSETUP.parse(argv)
    if opts.detach:
        for name in opts.detach:
            complain(k, name + b": detach failed: " + _missing(k, name))
        return 1
    if opts.find or len(words) > 1:
        if opts.find and not words:
            complain(k, b"cannot find an unused loop device: No such device")
        else:
            complain(k, (words[0] if not opts.find else words[-1]) + b": failed to set up loop device: No such device")
        return 1
    if words:
        complain(k, words[0] + b": failed to use device: No such device")
        return 1
    return 0


def _missing(k: Syscalls, name: bytes) -> bytes:
    try:
        k.stat(name)
    except SysError as error:
        return cause(error)
    return b"No such device or address"
