"""A descriptor read as records, by RS as it is at each record.

record()   the next record, None at the end; `ended_by` is what stood behind it (RT)
batch()    some records at once, None at the end: for the compiled main loop
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kos_kernel.api import CHUNK

if TYPE_CHECKING:
    from kos_kernel.api import Regex

    from .machine import Runtime

_STEP: Final = 1 << 20


class Separator(NamedTuple):
    """RS: one character, a regular expression, or neither for paragraphs."""

    char: bytes | None
    regex: Regex | None = None


class Source:
    """An open file or pipe. The owner closes the descriptor.

    buffer, at: what has been read, and where the next record begins in it. In front of it come lines[next:], records that are
    cut already, each of them ended by the character `cut_by` has.
    size, last, odd: of what batch() returned: how many records it stands for, the last of them, whether there are carriage
    returns and the like in it.
    """

    __slots__ = (
        "_charged", "_dense", "_ended", "_found", "_rt", "at", "buffer", "cut_by", "empty", "ended_by", "fd", "last", "lines", "next",
        "odd",        "size",
    )  # fmt: skip

    def __init__(self, rt: Runtime, fd: int) -> None:
        self._rt = rt
        self.fd = fd
        self.buffer = b""
        self.at = 0
        self.lines: list[bytes] = []
        self.next = 0
        self.cut_by = rt.record_separator
        self._ended = False
        self._charged = 0
        self.ended_by = b""
        self.size = 0
        self.last = b""
        self.odd = self.empty = True
        self._dense = 0  # blocks in which it isn't worth while to look for what is wanted, since it's everywhere
        self._found: tuple[bytes, list[tuple[int, int]]] | None = None  # where the records of the last batch stood

    def _more(self, kept: bytes) -> bytes:
        """Return what has been read since; b"" at the end of the file."""
        if self._ended:
            return b""
        rt = self._rt
        rt.flush_all()
        size = max(CHUNK, min(len(kept), 1 << 24))
        chunk = rt.k.read(self.fd, size)
        if not chunk:
            self._ended = True
        held = len(kept) + len(chunk)
        if held > self._charged + _STEP or held + _STEP < self._charged:
            rt.k.charge(held - self._charged)
            self._charged = held
        return chunk

    def close(self) -> None:
        """Give back what was charged."""
        if self._charged:
            self._rt.k.charge(-self._charged)
            self._charged = 0

    def record(self) -> bytes | None:
        """Return the next record, None at the end. Raises what read raises."""
        at = self.next
        if at < len(self.lines) and self.cut_by is self._rt.record_separator:
            self.next = at + 1
            return self.lines[at]
        self._join()
        separator = self._rt.record_separator
        char = separator.char
        if char is None:
            return self._paragraph() if separator.regex is None else self._by_regex(separator.regex)
        block = self._block(char)
        cut = block.rfind(char) + 1
        if not cut:
            self.ended_by = b""
            return block or None
        if cut < len(block):
            self.buffer, block = block[cut:], block[:cut]
        self.lines = block.split(char)
        self.lines.pop()
        self.next = 1
        self.cut_by = separator
        self.ended_by = char
        return self.lines[0]

    def _join(self) -> None:
        """Make what is left of the lines text again: RS isn't what it was when they were cut, or they are all taken."""
        if self.next < len(self.lines):
            char = self.cut_by.char or b""
            self.buffer = char.join(self.lines[self.next :]) + char + self.buffer[self.at :]
            self.at = 0
        if self.lines:
            self.lines = []
            self.next = 0

    def batch(self, wanted: Regex | None = None) -> list[bytes] | None:
        """Return the next records, None at the end. Those that `wanted` isn't found in may be left out."""
        self._join()
        separator = self._rt.record_separator
        char = separator.char
        if char is None:
            found: list[bytes] = []
            while len(found) < 512:
                record = self.record()
                if record is None:
                    break
                found.append(record)
            if not found:
                return None
            self.size, self.last = len(found), found[-1]
            return found
        block = self._block(char)
        if not block:
            return None
        self.odd = b"\r" in block or b"\f" in block or b"\v" in block
        self.empty = block.startswith(char) or block.find(char + char) >= 0
        whole = block.endswith(char)
        if wanted is None or self._dense or char != b"\n":
            records = block.split(char)
            if whole:
                records.pop()
            self.size, self.last = len(records), records[-1]
            self._found = None
            self._dense = max(0, self._dense - 1)
            return records
        self.size = block.count(char) + (not whole)
        end = len(block) - whole
        self.last = block[block.rfind(char, 0, end) + 1 : end]
        spans = wanted.lines(block)
        self._found = (block, spans)
        records = [block[start:stop] for start, stop in spans]
        self._dense = 4 if 2 * len(records) > self.size else 0
        return records

    def number(self, index: int) -> int:
        """Return which record of the last batch the index-th of those that were given out was; both from 1."""
        if self._found is None or not 0 < index <= len(self._found[1]):
            return index
        block, spans = self._found
        return block.count(b"\n", 0, spans[index - 1][0]) + 1

    def _block(self, char: bytes) -> bytes:
        """Return whole records with what ends them; at the end of the file with what is left there."""
        kept = self.buffer[self.at :] if self.at else self.buffer
        self.buffer, self.at = b"", 0
        parts = [kept] if kept else []
        size = len(kept)
        found = char in kept
        while not found and not self._ended:
            chunk = self._more(b"" if size < _STEP else b"".join(parts))
            parts.append(chunk)
            size += len(chunk)
            found = char in chunk
            if size >= _STEP:
                parts = [b"".join(parts)]
        block = parts[0] if len(parts) == 1 else b"".join(parts)
        if not self._ended:
            cut = block.rfind(char) + 1
            if cut < len(block):
                self.buffer, block = block[cut:], block[:cut]
        return block

    def _rest(self) -> bool:
        """Read on until there is about twice as much; False at the end of the file."""
        buffer = self.buffer[self.at :]
        self.at = 0
        wanted = 2 * len(buffer)
        parts = [buffer]
        size = len(buffer)
        while True:
            chunk = self._more(buffer)
            if not chunk:
                break
            parts.append(chunk)
            size += len(chunk)
            if size >= wanted or len(chunk) < CHUNK:
                break
        self.buffer = b"".join(parts)
        return size > len(buffer)

    def _paragraph(self) -> bytes | None:
        while True:
            while self.buffer[self.at : self.at + 1] == b"\n":
                self.at += 1
            if self.at < len(self.buffer) or not self._rest():
                break
        searched = self.at
        while True:
            buffer = self.buffer
            cut = buffer.find(b"\n\n", searched)
            if cut >= 0:
                end = cut + 2
                while buffer[end : end + 1] == b"\n":
                    end += 1
                if end < len(buffer) or self._ended:
                    break
            start, length = self.at, len(buffer)
            if not self._rest():
                if cut >= 0:
                    continue
                rest = self.buffer[self.at :]
                self.buffer, self.at = b"", 0
                text = rest.rstrip(b"\n")
                self.ended_by = rest[len(text) :]
                return text or None
            searched = max(0, length - start - 2) if cut < 0 else cut - start
        found = buffer[self.at : cut]
        self.ended_by = buffer[cut:end]
        self.at = end
        return found

    def _by_regex(self, regex: Regex) -> bytes | None:
        if self.at >= len(self.buffer) and not self._rest():
            return None
        while True:
            buffer = self.buffer
            found = next((m for m in regex.finditer(buffer, self.at) if m.end() > m.start()), None)
            if found is not None and (found.end() < len(buffer) or self._ended):
                record = buffer[self.at : found.start()]
                self.ended_by = buffer[found.start() : found.end()]
                self.at = found.end()
                return record
            if not self._rest():
                if found is not None:
                    continue
                record = self.buffer[self.at :]
                self.buffer, self.at = b"", 0
                self.ended_by = b""
                return record or None
