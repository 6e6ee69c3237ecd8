"""The mode of a new fifo or device: -m of `mkfifo` and `mknod`."""

from __future__ import annotations

from .console import Console
from .modes import adjust, compile_mode


def node_mode(con: Console, text: bytes | None) -> int | None:
    """Return the permission bits that -m asks for, None if it wasn't given. Ends the command if it is no mode."""
    if text is None:
        return None
    changes = compile_mode(text)
    if changes is None:
        con.die(b"invalid mode")
    umask = con.k.umask(0)
    con.k.umask(umask)
    mode = adjust(0o666, False, umask, changes)[0]
    if mode & ~0o777:
        con.die(b"mode must specify only file permission bits")
    return mode
