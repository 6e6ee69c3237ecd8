"""Reading lines without taking more than the line: what `read`, `select` and a script on standard input need.

Who reads after us must find the rest. From a file that can seek, a block is read and the position set back; from a pipe or
terminal one byte at a time, unless the kernel can do it at once (`k.read_until`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import SEEK_CUR, Interrupted, SysError

if TYPE_CHECKING:
    from kos_shell.shell import Shell

BLOCK = 512
SHORT = 160
CHARGED = 1 << 16
"""Lines beyond this are counted against the process's memory while they are read."""


class LineSource:
    """Reads one descriptor up to a delimiter, again and again. `seekable` is found out at the first read."""

    __slots__ = ("k", "fd", "seekable")

    def __init__(self, k: Any, fd: int) -> None:
        self.k = k
        self.fd = fd
        self.seekable: bool | None = None

    def until(self, delimiter: bytes, limit: int = 1 << 30) -> bytes:
        """Return the bytes up to and with `delimiter` (one byte), fewer at the end of the file, `limit` at most.

        Raises SysError; Interrupted carries what was read so far in `.data`.
        """
        if self.seekable is None:
            try:
                self.k.lseek(self.fd, 0, SEEK_CUR)
                self.seekable = True
            except SysError:
                self.seekable = False
        return self._from_file(delimiter, limit) if self.seekable else self._from_pipe(delimiter, limit)

    def charge(self, size: int) -> None:
        """See to it that a line of this size fits into the process's memory. Raises OutOfMemory."""
        self.k.charge(size)
        self.k.charge(-size)

    def _from_file(self, delimiter: bytes, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        block = min(BLOCK, limit)
        read, fd = self.k.read, self.fd
        while size < limit:
            data = read(fd, min(block, limit - size))
            if not data:
                break
            at = data.find(delimiter)
            if at >= 0:
                if at + 1 < len(data):
                    self.k.lseek(fd, at + 1 - len(data), SEEK_CUR)
                    data = data[: at + 1]
                parts.append(data)
                break
            parts.append(data)
            size += len(data)
            block = min(block * 2, 1 << 16)
            if size > CHARGED:
                self.charge(size)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _from_pipe(self, delimiter: bytes, limit: int) -> bytes:
        out = bytearray()
        read, fd = self.k.read, self.fd
        try:
            while len(out) < limit:
                byte = read(fd, 1)
                if not byte:
                    break
                out += byte
                if byte == delimiter:
                    break
                if not len(out) % CHARGED:
                    self.charge(len(out))
        except Interrupted as interrupted:
            interrupted.data = bytes(out)  # type: ignore[attr-defined]
            raise
        return bytes(out)


def quick_line(sh: Shell) -> bytes | None:
    """Return the next line of standard input if that is a file which can seek and the line is short, else None.

    The case of `while read line; do ...; done < file`, in two system calls; b"" at the end of the file.
    """
    k = sh.k
    if sh.stdin:
        return None
    seekable = sh.seekable
    if seekable is None:
        try:
            k.lseek(0, 0, SEEK_CUR)
            seekable = True
        except SysError:
            seekable = False
        sh.seekable = seekable
    if not seekable:
        return None
    try:
        data: bytes = k.read(0, SHORT)
    except SysError:  # an interruption, a directory: the long way says what it is
        return None
    at = data.find(b"\n") + 1
    size = len(data)
    if at == size:
        return data
    if not at:
        k.lseek(0, -size, SEEK_CUR)
        return None
    k.lseek(0, at - size, SEEK_CUR)
    return data[:at]


def read_line(sh: Shell, fd: int) -> bytes:
    """Return the next line of a descriptor with its newline, b"" at the end; handlers' interruptions don't end it."""
    source = LineSource(sh.k, fd)
    line = b""
    while True:
        try:
            return line + source.until(b"\n")
        except Interrupted as interrupted:
            line += getattr(interrupted, "data", b"")
            if sh.pending:
                sh.run_pending()
