"""Where dc's commands stand: a macro's text, or a file that is read as far as it's needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer


class Text:
    """A macro. data, at: the text and where its next command stands. levels: how many macros it stands for.

    A macro whose last command calls another makes room for it: then `levels` grows, which `q` and `Q` count.
    """

    __slots__ = ("at", "data", "levels")

    def __init__(self, data: bytes, levels: int = 1) -> None:
        self.data = data
        self.at = 0
        self.levels = levels

    def more(self) -> bool:
        """Read on, if there is where from; False at the end."""
        return False

    def char(self) -> int:
        """Return the next byte and pass it; -1 at the end."""
        if self.at >= len(self.data) and not self.more():
            return -1
        self.at += 1
        return self.data[self.at - 1]

    def line(self) -> bytes:
        """Return what stands up to the line's end, and pass it and the newline."""
        start = 0
        while True:
            end = self.data.find(b"\n", self.at + start)
            if end >= 0:
                break
            start = len(self.data) - self.at
            if not self.more():
                end = len(self.data)
                break
        found = self.data[self.at : end]
        self.at = min(end + 1, len(self.data))
        return found

    def string(self) -> bytes:
        """Return what stands up to the bracket that closes one passed just now, or to the end."""
        depth = 1
        scanned = 0
        while True:
            at = self.at + scanned
            while True:
                opening, closing = self.data.find(b"[", at), self.data.find(b"]", at)
                if closing < 0:
                    if opening < 0:
                        break
                    depth += 1
                    at = opening + 1
                elif 0 <= opening < closing:
                    depth += 1
                    at = opening + 1
                else:
                    depth -= 1
                    at = closing + 1
                    if not depth:
                        found = self.data[self.at : closing]
                        self.at = at
                        return found
            scanned = len(self.data) - self.at
            if not self.more():
                found = self.data[self.at :]
                self.at = len(self.data)
                return found

    def rest_is_blank(self) -> bool:
        """Tell whether nothing but blanks follows."""
        return not self.data[self.at : self.at + 64].strip() and len(self.data) - self.at <= 64


class File(Text):
    """An open file. Its lines are charged while they are longer than a chunk."""

    __slots__ = ("_ended", "_fd", "_held", "_k", "_out")

    def __init__(self, k: Syscalls, fd: int, out: Writer) -> None:
        super().__init__(b"", 0)
        self._k = k
        self._fd = fd
        self._out = out
        self._ended = False
        self._held = 0

    def more(self) -> bool:
        """Read on; False at the end. Raises what read raises."""
        if self._ended:
            return False
        self._out.flush()
        kept = self.data[self.at :]
        data = self._k.read(self._fd, max(CHUNK, len(kept)))
        self._ended = not data
        size = len(kept) + len(data)
        if abs(size - self._held) > CHUNK:
            self._k.charge(size - self._held)
            self._held = size
        self.data, self.at = kept + data, 0
        return bool(data)

    def rest_is_blank(self) -> bool:
        """Return False: a file is never replaced by a macro that it calls."""
        return False
