"""The lists of unzip -l and -v, and of zipinfo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..stamps import broken_down
from .format import BZIP2, DEFLATED, LZMA, STORED, Entry

if TYPE_CHECKING:
    from kos_kernel.api import Writer

    from ..stamps import Zone

_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_METHODS = {STORED: b"Stored", BZIP2: b"BZip2", LZMA: b"LZMA"}
_SPEEDS = (b"N", b"X", b"F", b"S")


def share(whole: int, packed: int) -> int:
    """Return how many tenths of a per cent were saved, negative if it grew."""
    if not whole:
        return 0
    saved = whole - packed
    return (2000 * saved + whole) // (2 * whole) if saved >= 0 else -((-2000 * saved + whole) // (2 * whole))


def percent(whole: int, packed: int) -> bytes:
    """Return the share as unzip -v shows it."""
    tenths = share(whole, packed)
    return b"%3d%%" % ((tenths + 5) // 10 if tenths >= 0 else -((-tenths + 5) // 10))


class Lists:
    """Prints lists of entries."""

    def __init__(self, out: Writer, zone: Zone) -> None:
        self._out = out
        self._zone = zone

    def short_or_long(self, entries: Iterable[Entry], long: bool, quiet: int) -> int:
        """Print the list of -l, or of -v; return how many entries it has."""
        write = self._out.write
        if quiet < 2:
            write(
                b" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n"
                b"--------  ------  ------- ---- ---------- ----- --------  ----\n"
                if long
                else b"  Length      Date    Time    Name\n---------  ---------- -----   ----\n"
            )
        count = whole = packed = 0
        for entry in entries:
            count += 1
            whole += entry.size
            packed += entry.packed
            when = broken_down(entry.seconds(self._zone), self._zone)
            stamp = b"%04d-%02d-%02d %02d:%02d" % when[:5]
            if long:
                method = (
                    b"Defl:" + _SPEEDS[entry.flags >> 1 & 3] if entry.method == DEFLATED else _METHODS.get(entry.method)
                )
                line = b"%8d  %-6s %8d %s %s %08x  %s\n" % (
                    entry.size, method or b"Unk:%03d" % entry.method, entry.packed, percent(entry.size, entry.packed), stamp,
                    entry.crc, shown(entry.name),
                )  # fmt: skip
            else:
                line = b"%9d  %s   %s\n" % (entry.size, stamp, shown(entry.name))
            write(line)
        if quiet < 2:
            files = b"%d file%s" % (count, b"" if count == 1 else b"s")
            if long:
                write(b"--------          -------  ---                            -------\n")
                write(
                    b"%8d         %8d %s                            %s\n"
                    % (whole, packed, percent(whole, packed), files)
                )
            else:
                write(b"---------                     -------\n%9d                     %s\n" % (whole, files))
        return count

    def info(self, entry: Entry) -> bytes:
        """Return the line of a member in zipinfo's list."""
        from ..tar.listing import mode_text

        mode = entry.mode
        kind = {0o040000: b"d", 0o120000: b"l", 0o010000: b"p", 0o020000: b"c", 0o060000: b"b"}.get(
            mode & 0o170000, b"-"
        )
        rights = mode_text(kind, mode & 0o7777) if mode else b"-rw----  " if not entry.is_directory else b"drwx---  "
        version = b"%d.%d" % divmod(entry.made_by & 255, 10)
        system = b"unx" if entry.made_by >> 8 == 3 else b"fat" if entry.made_by >> 8 == 0 else b"???"
        text = b"t" if entry.internal & 1 else b"b"
        local = b"x" if entry.extra else b"-"
        if entry.flags & 8:
            local = b"X" if entry.extra else b"l"
        if entry.flags & 1:
            text = text.upper()
        method = {STORED: b"stor", BZIP2: b"bzp2", LZMA: b"lzma", DEFLATED: b"def" + _SPEEDS[entry.flags >> 1 & 3]}
        when = broken_down(entry.seconds(self._zone), self._zone)
        stamp = b"%02d-%s-%02d %02d:%02d" % (when.year % 100, _MONTHS[when.month - 1], when.day, when.hour, when.minute)
        return b"%-10s  %s %s %8d %s%s %s %s %s\n" % (
            rights, version, system, entry.size, text, local, method.get(entry.method, b"u%03d" % entry.method), stamp,
            shown(entry.name),
        )  # fmt: skip


def shown(name: bytes) -> bytes:
    """Return a name for a list: control characters as ^X."""
    if not any(char < 32 or char == 127 for char in name):
        return name
    return b"".join([b"^%c" % (char + 64) if char < 32 else b"^?" if char == 127 else b"%c" % char for char in name])
