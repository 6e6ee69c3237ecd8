"""xxd: a hex dump (xxdump.py), or the bytes that a hex dump shows (-r, xxdback.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import O_CREAT, O_RDWR, O_TRUNC, SysError, cause, complain

from .xxdback import revert
from .xxdoptions import number, read_options
from .xxdump import Dump

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


MOST_COLUMNS = 256


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Dump or revert. Status 1 for a wrong command line, 2 for an input that can't be read, 3 for an output."""
    opts, files = read_options(argv)
    flags = opts.flags
    kind = "p" if "p" in flags else "i" if "i" in flags else "b" if "b" in flags else "e" if "e" in flags else "x"
    columns = number(opts.values["c"]) if "c" in opts.values else -1
    if (columns < 0 and "c" not in opts.values) or (columns == 0 and kind != "p"):
        columns = {"p": 30, "i": 12, "b": 6}.get(kind, 16)
    group = number(opts.values["g"]) if "g" in opts.values else -1
    if group < 0:
        group = {"b": 1, "x": 2, "e": 4}.get(kind, 0)
    if columns < 0 or (kind in "bex" and columns > MOST_COLUMNS):
        complain(k, b"invalid number of columns (max. %d)." % MOST_COLUMNS)
        return 1
    if group < 1 or group > columns:
        group = columns
    if kind == "e" and group & (group - 1):
        complain(k, b"number of octets per group must be a power of 2 with -e.")
        return 1
    fd = 0
    if files and files[0] != b"-":
        try:
            fd = k.open(files[0])
        except SysError as error:
            complain(k, files[0] + b": " + cause(error))
            return 2
    to = 1
    if len(files) == 2 and files[1] != b"-":
        try:
            to = k.open(files[1], O_RDWR | O_CREAT | (0 if "r" in flags else O_TRUNC), 0o666)
        except SysError as error:
            complain(k, files[1] + b": " + cause(error))
            return 3
    seek = opts.values.get("s", b"")
    relative = seek[:1] == b"+"
    if relative:
        seek = seek[1:]
    start = number(seek)
    try:
        if "r" in flags:
            if kind in "bie":
                complain(k, b"Sorry, cannot revert this type of hexdump")
                return 255
            return revert(k, fd, to, columns, kind == "p", start)
        dump = Dump(k, opts, fd, to, kind, columns, group, files)
        if not dump.begin(start, relative, bool(seek)):
            return 4
        return {"p": dump.plain, "i": dump.include}.get(kind, dump.lines)()
    except SysError as error:
        complain(k, cause(error))
        return 2
