"""Where bc's text comes from: the files one after another, then standard input.

The text is read in pieces that end at a line's end, so that what a terminal's line says can be done before the next is typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK, SysError, quotef

from .errors import Quit

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

_CHARGED = 1 << 18


class Source:
    """name: of what is read, as messages have it. text, at: what has been read of it, and how far it is used.

    line: the number of the line where `at` is; whoever moves `at` counts.
    """

    def __init__(self, k: Syscalls, files: list[bytes], out: Writer) -> None:
        self._k = k
        self._files = files[::-1]
        self._out = out
        self._fd = -1
        self._held = 0
        self._ended = False
        self.name = b""
        self.text = b""
        self.at = 0
        self.line = 1
        self.status = 0

    def open_next(self) -> bool:
        """Begin with the next file; False if there's none left. Raises Quit for one that can't be opened."""
        k = self._k
        if self._fd == 0:
            self.line = 1  # so GNU names the end of all text
            return False
        if self._fd > 0:
            k.close(self._fd)
        self.text, self.at, self.line, self._ended = b"", 0, 1, False
        if not self._files:
            self._fd, self.name = 0, b"(standard_in)"
            return True
        self.name = self._files.pop()
        try:
            self._fd = k.open(self.name)
        except SysError:
            self._out.flush()
            k.write(2, b"File %s is unavailable.\n" % self.name)
            self.status = 1
            raise Quit from None
        return True

    def more(self) -> bool:
        """Read on, to a line's end; False at the end of this file. Raises Quit if reading fails."""
        if self._ended:
            return False
        kept = self.text[self.at :]
        parts = [kept]
        size = len(kept)
        self._out.flush()
        while True:
            try:
                data = self._k.read(self._fd, CHUNK)
            except SysError as error:
                self._k.write(2, b"bc: %s: %s\n" % (quotef(self.name), (error.strerror or "").encode()))
                self.status = 1
                raise Quit from None
            parts.append(data)
            size += len(data)
            if size > self._held + _CHARGED or size + _CHARGED < self._held:
                self._k.charge(size - self._held)
                self._held = size
            self._ended = not data
            if not data or data.endswith(b"\n") or (b"\n" in data and len(data) == CHUNK):
                break
        self.text, self.at = b"".join(parts), 0
        return size > len(kept)
