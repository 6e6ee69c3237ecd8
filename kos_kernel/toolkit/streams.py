"""Buffered streams for programs: big chunks in, whole records out, big chunks written.

    Reader(k, fd)     chunk()   what one read gives, b"" at the end
                      block()   whole records: ends with the delimiter, except perhaps the last one of the file
                      line()    one record with its delimiter
    Writer(k, fd)     write(data), flush()

A filter reads blocks, works on each with the methods of bytes (count, split, translate, join run at C speed) and writes the
result: that is how Python keeps up with C. Two rules keep it honest:

- A Reader that is `tied` to a Writer flushes it before it may block, as C++'s cin does to cout. So a filter between two
  terminals or slow pipes answers at once, and one between two files writes a quarter of a megabyte at a time.
- An output error ends the program from inside `write` or `flush` with GNU's message ("NAME: write error: No space left on
  device"). So no `except SysError` meant for an input file can mistake it for that file's error.

Neither is a generator: a generator's frame between the hub and a system call would make each switch dearer.
Nothing here closes a descriptor. Records that are longer than a chunk are charged to the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SysError

if TYPE_CHECKING:
    from ..syscalls import Syscalls

CHUNK = 1 << 18  # bytes asked for by one read: what is made of it still fits the processor's cache
_CHARGED = 1 << 20  # a pending record is charged in steps of this many bytes


class Reader:
    """A descriptor read in chunks, blocks of whole records, or single records. Use one of the three on one Reader."""

    __slots__ = ("_at", "_charged", "_chunk", "_delimiter", "_fd", "_k", "_pending", "_tied")

    def __init__(
        self, k: Syscalls, fd: int, *, delimiter: bytes = b"\n", tied: Writer | None = None, chunk: int = CHUNK
    ) -> None:
        self._k = k
        self._fd = fd
        self._delimiter = delimiter
        self._tied = tied
        self._chunk = chunk
        self._pending = b""
        self._at = 0  # how much of _pending line() has given out
        self._charged = 0

    def chunk(self) -> bytes:
        """Return what the next read gives, b"" at the end of the file. Raises what read raises."""
        if self._tied is not None:
            self._tied.flush()
        return self._k.read(self._fd, self._chunk)

    def block(self) -> bytes:
        """Return the next whole records, b"" at the end; only the file's last record may lack its delimiter.

        A block holds at least one record and, if records are shorter than that, at most about two chunks.
        Raises what read raises; OutOfMemory for a record beyond the process's memory limit.
        """
        delimiter = self._delimiter
        parts = [self._pending] if self._pending else []
        size = len(self._pending)
        while True:
            chunk = self.chunk()
            if not chunk:
                self._pending = b""
                self._give_back()
                return b"".join(parts)
            cut = chunk.rfind(delimiter) + 1
            if cut:
                self._pending = chunk[cut:]
                self._give_back()
                if not parts:
                    return chunk if cut == len(chunk) else chunk[:cut]
                parts.append(chunk[:cut])
                return b"".join(parts)
            parts.append(chunk)
            size += len(chunk)
            if size >= self._charged + _CHARGED:
                self._k.charge(size - self._charged)
                self._charged = size

    def line(self) -> bytes:
        """Return the next record with its delimiter (the last may lack it), b"" at the end of the file."""
        start = self._at
        cut = self._pending.find(self._delimiter, start) + 1
        if cut:
            self._at = cut
            return self._pending[start:cut]
        parts = [self._pending[start:]]
        while True:
            chunk = self.chunk()
            cut = chunk.find(self._delimiter) + 1
            if cut or not chunk:
                self._pending, self._at = chunk, cut
                self._give_back()
                parts.append(chunk[:cut])
                return b"".join(parts)
            parts.append(chunk)
            if len(parts) * self._chunk >= self._charged + _CHARGED:
                self._k.charge(_CHARGED)
                self._charged += _CHARGED

    def _give_back(self) -> None:
        if self._charged:
            self._k.charge(-self._charged)
            self._charged = 0


class Writer:
    """A descriptor written in big pieces. The owner flushes before it returns.

    complaint, status: what a failed write says after the program's name, and the exit status then.
    """

    __slots__ = ("_complaint", "_fd", "_k", "_parts", "_size", "_status")

    def __init__(self, k: Syscalls, fd: int = 1, *, complaint: bytes = b"write error", status: int = 1) -> None:
        self._k = k
        self._fd = fd
        self._parts: list[bytes] = []
        self._size = 0
        self._complaint = complaint
        self._status = status

    def write(self, data: bytes) -> None:
        """Take data; it's written when a chunk has come together. Ends the program if writing fails."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what has been taken. Ends the program if that fails."""
        parts = self._parts
        if not parts:
            return
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        self._size = 0
        k, fd = self._k, self._fd
        try:
            written = k.write(fd, data)
            while written < len(data):  # a signal's handler ran in between
                data = data[written:]
                written = k.write(fd, data)
        except SysError as error:
            text = b"%s: %s: %s\n" % (k.argv[0], self._complaint, (error.strerror or "").encode())
            try:
                k.write(2, text)
            except SysError:
                pass  # nobody can be told
            k.exit(self._status)
