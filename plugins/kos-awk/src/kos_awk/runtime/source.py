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
    """An open file or pipe. The owner closes the descriptor."""

    __slots__ = ("_at", "_buffer", "_charged", "_ended", "_rt", "ended_by", "fd", "started")

    def __init__(self, rt: Runtime, fd: int) -> None:
        self._rt = rt
        self.fd = fd
        self._buffer = b""
        self._at = 0
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
        cut = self._buffer.find(char, self._at)
        if cut >= 0:
            found = self._buffer[self._at : cut]
            self._at = cut + 1
            self.ended_by = char
            return found
        parts = [self._buffer[self._at :]]
        held = b""
        while True:
            chunk = self._more(held)
            cut = chunk.find(char)
            if cut >= 0:
                parts.append(chunk[:cut])
                self._buffer, self._at = chunk, cut + 1
                self.ended_by = char
                return b"".join(parts)
            if not chunk:
                self._buffer, self._at = b"", 0
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
        kept = self._buffer[self._at :] if self._at < len(self._buffer) else b""
        self._buffer, self._at = b"", 0
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
                self._buffer = kept
                return self.batch()
            return [kept]
        if cut < len(kept):
            if self._ended:
                return kept.split(char)
            self._buffer = kept[cut:]
            kept = kept[:cut]
        records = kept.split(char)
        records.pop()
        return records

    def _rest(self) -> bool:
        """Read on until there is about twice as much; False at the end of the file."""
        buffer = self._buffer[self._at :]
        self._at = 0
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
        self._buffer = b"".join(parts)
        return size > len(buffer)

    def _paragraph(self) -> bytes | None:
        while True:
            while self._buffer[self._at : self._at + 1] == b"\n":
                self._at += 1
            if self._at < len(self._buffer) or not self._rest():
                break
        searched = self._at
        while True:
            buffer = self._buffer
            cut = buffer.find(b"\n\n", searched)
            if cut >= 0:
                end = cut + 2
                while buffer[end : end + 1] == b"\n":
                    end += 1
                if end < len(buffer) or self._ended:
                    break
            start, length = self._at, len(buffer)
            if not self._rest():
                if cut >= 0:
                    continue
                rest = self._buffer[self._at :]
                self._buffer, self._at = b"", 0
                text = rest.rstrip(b"\n")
                self.ended_by = rest[len(text) :]
                return text or None
            searched = max(0, length - start - 2) if cut < 0 else cut - start
        found = buffer[self._at : cut]
        self.ended_by = buffer[cut:end]
        self._at = end
        return found

    def _by_regex(self, regex: Regex) -> bytes | None:
        if self._at >= len(self._buffer) and not self._rest():
            return None
        while True:
            buffer = self._buffer
            found = next((m for m in regex.finditer(buffer, self._at) if m.end() > m.start()), None)
            if found is not None and (found.end() < len(buffer) or self._ended):
                record = buffer[self._at : found.start()]
                self.ended_by = buffer[found.start() : found.end()]
                self._at = found.end()
                return record
            if not self._rest():
                if found is not None:
                    continue
                record = self._buffer[self._at :]
                self._buffer, self._at = b"", 0
                self.ended_by = b""
                return record or None
