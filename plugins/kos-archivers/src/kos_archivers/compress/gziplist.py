"""What gzip -l and -v print: sizes, ratios, times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..stamps import broken_down, zone_of
from .gzipformat import GzipReader

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

    from .codecs import ReaderLike

_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def ratio(saved: int, whole: int) -> bytes:
    """Return saved / whole as gzip shows it: 5 wide, one decimal, per cent."""
    return b"%5.1f%%" % (100.0 * saved / whole if whole else 0.0)


class Listing:
    """The table of -l. The heading comes with the first line."""

    def __init__(self, k: Syscalls, options: Any) -> None:
        self._k = k
        self._verbose = options.verbose > 0
        self._quiet = options.quiet
        self._headed = False
        self._packed = 0
        self._whole = 0
        self._zone = zone_of(k)

    def _heading(self) -> None:
        if not self._headed and not self._quiet:
            lead = b"method  crc     date  time  " if self._verbose else b""
            self._write(
                lead + b"%*.*s %*.*s  ratio uncompressed_name" % (19, 19, b"compressed", 19, 19, b"uncompressed")
            )
        self._headed = True

    def _write(self, line: bytes) -> None:
        self._k.write(1, line + b"\n")

    def line(self, reader: ReaderLike, packed: int, stamp: int, name: bytes) -> None:
        """Print the line of a file: how much was read and came out, when it was made."""
        self._heading()
        headers = reader.header_bytes if isinstance(reader, GzipReader) else 0
        lead = b""
        if self._verbose:
            method = b"defla" if isinstance(reader, GzipReader) else b"compr"
            crc = b"%08x" % reader.crc if isinstance(reader, GzipReader) else b"ffffffff"
            when = broken_down(stamp, self._zone)
            lead = b"%s %s %s %2d %02d:%02d " % (method, crc, _MONTHS[when.month - 1], when.day, when.hour, when.minute)
        shown = ratio(reader.total - (packed - headers), reader.total)
        self._write(lead + b"%19d %19d %s %s" % (packed, reader.total, shown, name))
        self._packed += packed
        self._whole += reader.total

    def totals(self) -> None:
        """Print the last line."""
        if self._quiet:
            return
        lead = b" " * 28 if self._verbose else b""
        shown = ratio(self._whole - self._packed, self._whole)
        self._write(lead + b"%19d %19d %s (totals)" % (self._packed, self._whole, shown))
