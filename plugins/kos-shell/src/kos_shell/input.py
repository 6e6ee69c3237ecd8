"""Reading lines without taking more than the line: what `read`, `select` and a script on standard input need.

Who reads after us must find the rest, so the kernel is asked for a line at a time (`k.read_until`), whatever it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Interrupted, SysError

if TYPE_CHECKING:
    from kos_shell.shell import Shell

CHARGED = 1 << 16
"""Lines beyond this are counted against the process's memory while they are read."""


class LineSource:
    """Reads one descriptor up to a delimiter, again and again."""

    __slots__ = ("k", "fd")

    def __init__(self, k: Any, fd: int) -> None:
        self.k = k
        self.fd = fd

    def until(self, delimiter: bytes, limit: int = 1 << 30) -> bytes:
        """Return the bytes up to and with `delimiter` (one byte; none: to the end), fewer at the end of the file, `limit` at most.

        Raises SysError; Interrupted carries what was read so far in `.data`; OutOfMemory for a line that doesn't fit.
        """
        k = self.k
        data: bytes = k.read_until(self.fd, delimiter, min(limit, CHARGED)) if delimiter else self._block(limit)
        if len(data) < CHARGED or data.endswith(delimiter) and delimiter:
            return data
        parts = [data]
        size = len(data)
        while size < limit:
            k.charge(size)  # does it fit? What is charged is given back: the line is on its way into a variable
            k.charge(-size)
            try:
                data = (
                    k.read_until(self.fd, delimiter, min(limit - size, CHARGED))
                    if delimiter
                    else self._block(limit - size)
                )
            except Interrupted as interrupted:
                interrupted.data = b"".join(parts) + interrupted.data
                raise
            parts.append(data)
            size += len(data)
            if len(data) < CHARGED or data.endswith(delimiter) and delimiter:
                break
        return b"".join(parts)

    def _block(self, limit: int) -> bytes:
        """Return the next block, whole unless the file ends: for a text that no delimiter ends."""
        k = self.k
        parts: list[bytes] = []
        wanted = min(limit, CHARGED)
        while wanted:
            try:
                data = k.read(self.fd, wanted)
            except Interrupted as interrupted:
                interrupted.data = b"".join(parts)
                raise
            if not data:
                break
            parts.append(data)
            wanted -= len(data)
        return b"".join(parts)


def quick_line(sh: Shell) -> bytes:
    """Return what can be had of the next line of standard input in one system call: the whole line, or its beginning.

    The case of `while read line; do ...; done`. b"" at the end of the file, and on errors: the long way says what they are.
    """
    try:
        return sh.k.read_until(sh.stdin, b"\n", CHARGED)  # type: ignore[no-any-return]
    except Interrupted as interrupted:
        return interrupted.data
    except SysError:
        return b""


def read_line(sh: Shell, fd: int) -> bytes:
    """Return the next line of a descriptor with its newline, b"" at the end; handlers' interruptions don't end it."""
    source = LineSource(sh.k, fd)
    line = b""
    while True:
        try:
            return line + source.until(b"\n")
        except Interrupted as interrupted:
            line += interrupted.data
            if sh.pending:
                sh.run_pending()
