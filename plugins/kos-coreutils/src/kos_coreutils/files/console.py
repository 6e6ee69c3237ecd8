"""What a command says: results on standard output, gathered into big writes; complaints on standard error; and its status.

    con = Console(k, b"rm")
    con.out(b"removed 'x'\\n")
    con.complain(b"cannot remove " + con.quoted(path), error)     rm: cannot remove 'x': No such file or directory
    return con.finish()                                            flushes; 0, or the worst status a complaint carried

A complaint flushes standard output first, so that the two come in the order in which things happened.
"""

from __future__ import annotations

from typing import NoReturn

from kos_kernel.api import Syscalls, SysError, UsageError, quote, quoteaf, quotef

_FLUSH_AT = 1 << 16


class Console:
    """One command's two output streams and its exit status so far."""

    __slots__ = ("_chunks", "_size", "k", "name", "status")

    def __init__(self, k: Syscalls, name: bytes) -> None:
        self.k = k
        self.name = name
        self.status = 0
        self._chunks: list[bytes] = []
        self._size = 0

    def out(self, data: bytes) -> None:
        """Write to standard output, sooner or later."""
        self._chunks.append(data)
        self._size += len(data)
        if self._size >= _FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Write out what has gathered."""
        if self._chunks:
            data, self._chunks, self._size = b"".join(self._chunks), [], 0
            try:
                self.k.write(1, data)
            except SysError as error:
                self._lost(error)

    def complain(self, text: bytes, error: SysError | None = None, *, status: int = 1) -> None:
        """Say what went wrong on standard error and remember the status (the highest so far)."""
        self.say(text, error)
        if status > self.status:
            self.status = status

    def say(self, text: bytes, error: SysError | None = None) -> None:
        """Write a message on standard error; the status stays."""
        self.flush()
        tail = b"" if error is None else b": " + (error.strerror or "").encode()
        self.k.write(2, self.name + b": " + text + tail + b"\n")

    def usage(self, text: bytes, status: int = 1) -> NoReturn:
        """End the command with the message and GNU's pointer to --help."""
        hint = b"Try '" + self.name + b" --help' for more information.\n"
        raise UsageError(self.name + b": " + text + b"\n" + hint, status)

    def usage_hint(self, status: int = 1) -> NoReturn:
        """End the command with GNU's pointer to --help alone; what is wrong has been said."""
        raise UsageError(b"Try '" + self.name + b" --help' for more information.\n", status)

    def die(self, text: bytes, error: SysError | None = None, *, status: int = 1) -> NoReturn:
        """End the process now with the message and the status."""
        self.complain(text, error, status=status)
        self.k.exit(status)
        raise AssertionError("exit returned")

    @staticmethod
    def quoted(name: bytes) -> bytes:
        """Return the name in quotes, as it stands in the middle of a message."""
        return quoteaf(name)

    @staticmethod
    def plain(name: bytes) -> bytes:
        """Return the name as it starts a message, in quotes only if it needs them."""
        return quotef(name)

    @staticmethod
    def word(text: bytes) -> bytes:
        """Return an argument that is no file name, in quotes."""
        return quote(text)

    def finish(self) -> int:
        """Flush and return the exit status."""
        self.flush()
        return self.status

    def _lost(self, error: SysError) -> None:
        self.k.write(2, self.name + b": write error: " + (error.strerror or "").encode() + b"\n")
        self.k.exit(1)
