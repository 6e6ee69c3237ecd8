"""What bc tells: mistakes in the text with the line, run-time errors with the address, and the warnings of -w and -s.

failed: whether the text since the last line that ran had a mistake; then it isn't run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

    from .source import Source


class Reports:
    """posix: what POSIX doesn't have is an error; warn: it's told of."""

    def __init__(self, k: Syscalls, source: Source, out: Writer, *, posix: bool, warn: bool) -> None:
        self.k = k
        self._source = source
        self._out = out
        self._posix = posix
        self._warn = warn
        self.failed = False

    def tell(self, text: str) -> None:
        """Write a line to descriptor 2, after what was printed so far."""
        self._out.flush()
        try:
            self.k.write(2, text.encode("latin-1") + b"\n")
        except SysError:
            pass  # nobody can be told

    def flush(self) -> None:
        """Write what was printed so far."""
        self._out.flush()

    def _at_line(self, text: str) -> None:
        self.tell(f"{self._source.name.decode('latin-1')} {self._source.line}: {text}")

    def error(self, text: str) -> None:
        """Tell of a mistake in the text."""
        self._at_line(text)
        self.failed = True

    def extension(self, text: str) -> None:
        """Tell of what POSIX doesn't have, as the options say."""
        if self._posix:
            self._at_line(f"Error: {text}")
            self.failed = True
        elif self._warn:
            self._at_line(f"(Warning) {text}")

    def constant(self) -> None:
        """Tell of a constant with digits that POSIX doesn't have."""
        if self._posix:
            self.error("Error in numeric constant")
        else:
            self.extension("Non-standard base in numeric constant")
