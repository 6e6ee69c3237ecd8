"""What head and tail share: the "==> name <==" lines, and counts on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import BadNumber, complain, parse_size, quote

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer


class Headers:
    """Writes a header before each file's part, with an empty line between two parts."""

    __slots__ = ("_first", "shown")

    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self._first = True

    def write(self, out: Writer, name: bytes) -> None:
        """Announce a file, if there are several."""
        if self.shown:
            out.write(b"%s==> %s <==\n" % (b"" if self._first else b"\n", name))
            self._first = False


def count_or_die(k: Syscalls, text: bytes, what: bytes) -> int:
    """Return a count with an optional unit; what: "lines" or "bytes". Ends the program with GNU's words if it's none."""
    try:
        return parse_size(text, suffixes="bkKmMGTPEZY")
    except BadNumber as bad:
        reason = b": Value too large for defined data type" if bad.reason == "overflow" else b""
        complain(k, b"invalid number of %s: %s%s" % (what, quote(text), reason))
        k.exit(1)
