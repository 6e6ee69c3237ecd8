"""What fills the pages of pr: a file read in runs, and a column that shows one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kos_kernel.api import CHUNK

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

OPEN, FOUND, HELD, CLOSED = "open", "form feed found", "on hold", "closed"
_PLAIN = re.compile(rb"[ -~]*")
_LINE_END = re.compile(rb"[\n\f]")


class Source:
    """A file, read character by character or in runs."""

    def __init__(self, k: Syscalls, fd: int, name: bytes) -> None:
        self.k = k
        self.fd = fd
        self.name = name
        self.data = b""
        self.at = 0

    def fill(self) -> bool:
        """Make sure that there's a character; False at the end."""
        if self.at >= len(self.data):
            self.data = self.k.read(self.fd, CHUNK)
            self.at = 0
        return bool(self.data)

    def get(self) -> bytes:
        """Return the next character, nothing at the end."""
        if not self.fill():
            return b""
        self.at += 1
        return self.data[self.at - 1 : self.at]

    def skip_newline(self) -> None:
        """Go past a newline, if one is next."""
        if self.fill() and self.data[self.at] == 10:
            self.at += 1

    def plain(self, but: bytes) -> bytes:
        """Return the printable characters that come next in what was read, up to `but`."""
        found = _PLAIN.match(self.data, self.at)
        assert found is not None  # it matches nothing, too
        run = found[0].partition(but)[0]
        self.at += len(run)
        return run

    def rest_of_line(self) -> bytes:
        """Go past the line; return what ended it: a newline, a form feed, or nothing at the end."""
        while self.fill():
            found = _LINE_END.search(self.data, self.at)
            if found is not None:
                self.at = found.end()
                return found[0]
            self.at = len(self.data)
        return b""


class Column:
    """A column. lines: how many it prints on this page; stored: how many are stored for it, from `current` on."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.status = OPEN
        self.full_page = False  # its page ended without a form feed: one that comes at once means nothing
        self.lines = self.stored = self.current = 0
        self.stores = self.numbered = False
        self.start = 0
