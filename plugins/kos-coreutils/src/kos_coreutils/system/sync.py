"""sync: write what is still in memory to the filesystems."""

from __future__ import annotations

from kos_kernel.api import O_NONBLOCK, O_RDONLY, O_WRONLY, Command, Syscalls, SysError

from ..files.console import Console
from ..files.orders import flag, parse

SYNC = Command(
    "sync",
    like="(GNU coreutils) 9.1",
    usage="[OPTION] [FILE]...",
    summary="Write cached data to the filesystems, or only that of the FILEs.",
    options=[
        flag("data", "d", "data", help="only the data of the FILEs, not what isn't needed of their inodes"),
        flag("file_system", "f", "file-system", help="the filesystems that the FILEs are on"),
    ],
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Sync; 1 if any file couldn't be."""
    con = Console(k, b"sync")
    asked, files = parse(k, SYNC, argv)
    if asked.data and asked.file_system:
        con.die(b"cannot specify both --data and --file-system")
    if asked.data and not files:
        con.die(b"--data needs at least one argument")
    if not files:
        k.sync()
    for file in files:
        try:
            try:
                fd = k.open(file, O_RDONLY | O_NONBLOCK)
            except SysError as error:
                try:
                    fd = k.open(file, O_WRONLY | O_NONBLOCK)
                except SysError:
                    raise error from None
        except SysError as error:
            con.complain(b"error opening " + con.quoted(file), error)
            continue
        try:
            if asked.file_system:
                k.sync()
            else:
                k.fsync(fd)
        except SysError as error:
            con.complain(b"error syncing " + con.quoted(file), error)
        finally:
            k.close(fd)
    return con.finish()
