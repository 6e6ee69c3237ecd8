"""A descriptor read as records, by RS as it is at each record.

record()   the next record, None at the end; `ended_by` is what stood behind it (RT)
batch()    some records at once, [] at the end: for the compiled main loop
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

    buffer, at: what has been read, and where the next record begins in it.
    """

    __slots__ = ("_charged", "_ended", "_rt", "at", "buffer", "ended_by", "fd", "started")

    def __init__(self, rt: Runtime, fd: int) -> None:
        self._rt = rt
        self.fd = fd
        self.buffer = b""
        self.at = 0
        self._ended = False
        self._charged = 0
        self.started = False
        self.ended_by = b""

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
        separator = self._rt.record_separator
        char = separator.char
        if char is None:
            return self._paragraph() if separator.regex is None else self._by_regex(separator.regex)
        cut = self.buffer.find(char, self.at)
        if cut >= 0:
            found = self.buffer[self.at : cut]
            self.at = cut + 1
            self.ended_by = char
            return found
        parts = [self.buffer[self.at :]]
        held = b""
        while True:
            chunk = self._more(held)
            cut = chunk.find(char)
            if cut >= 0:
                parts.append(chunk[:cut])
                self.buffer, self.at = chunk, cut + 1
                self.ended_by = char
                return b"".join(parts)
            if not chunk:
                self.buffer, self.at = b"", 0
                self.ended_by = b""
                return b"".join(parts) or None
            parts.append(chunk)
            held = held if len(parts) < 8 else b"".join(parts)
            if len(parts) >= 8:
                parts = [held]

    def batch(self) -> list[bytes]:
        """Return the next records, [] at the end."""
        separator = self._rt.record_separator
        char = separator.char
        if char is None:
            found: list[bytes] = []
            while len(found) < 512:
                record = self.record()
                if record is None:
                    break
                found.append(record)
            return found
        kept = self.buffer[self.at :] if self.at < len(self.buffer) else b""
        self.buffer, self.at = b"", 0
        if not self._ended and kept.count(char) < 1:
            parts = [kept] if kept else []
            size = len(kept)
            while True:
                chunk = self._more(b"" if size < _STEP else b"".join(parts))
                if not chunk:
                    break
                parts.append(chunk)
                size += len(chunk)
                if char in chunk:
                    break
                if size >= _STEP:
                    parts = [b"".join(parts)]
            kept = parts[0] if len(parts) == 1 else b"".join(parts)
        if not kept:
            return []
        cut = kept.rfind(char) + 1
        if cut == 0:
            if not self._ended:
                self.buffer = kept
                return self.batch()
            return [kept]
        if cut < len(kept):
            if self._ended:
                return kept.split(char)
            self.buffer = kept[cut:]
            kept = kept[:cut]
        records = kept.split(char)
        records.pop()
        return records

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
