"""A member's line in the list of -t and -v: its name, or with more -v its header like ls -l."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..stamps import Zone, broken_down
from . import headers as h
from .pax import time_text

if TYPE_CHECKING:
    from .headers import Member
    from .run import Tar

_LETTERS = {
    h.DIRECTORY: b"d", h.LINK: b"h", h.SYMLINK: b"l", h.CHAR: b"c", h.DEVICE: b"b", h.FIFO: b"p", h.CONTIGUOUS: b"C",
    h.VOLUME: b"V", h.MULTIVOLUME: b"M", h.DUMPDIR: b"d", h.LONG_NAME: b"L", h.LONG_LINK: b"L",
}  # fmt: skip
_TRIPLES = (b"---", b"--x", b"-w-", b"-wx", b"r--", b"r-x", b"rw-", b"rwx")


def mode_text(letter: bytes, mode: int) -> bytes:
    """Return a mode as ls -l shows it."""
    text = bytearray(letter + _TRIPLES[mode >> 6 & 7] + _TRIPLES[mode >> 3 & 7] + _TRIPLES[mode & 7])
    for bit, place, small, large in ((0o4000, 3, b"s", b"S"), (0o2000, 6, b"s", b"S"), (0o1000, 9, b"t", b"T")):
        if mode & bit:
            text[place : place + 1] = small if text[place : place + 1] == b"x" else large
    return bytes(text)


class Lister:
    """The list of a run; columns widen as they must and never narrow."""

    def __init__(self, tar: Tar, zone: Zone) -> None:
        self._tar = tar
        self._zone = zone
        self._width = 19
        self._date = 16

    def show(self, member: Member) -> None:
        """Print a member: its name at one -v (or a bare -t), else the whole line."""
        tar = self._tar
        lead = b"block %d: " % (member.block - 1) if tar.o.block_number and member.block else b""
        name = member.original
        if tar.verbose <= 1:
            tar.listing.write(lead + tar.listed(name) + b"\n")
        else:
            tar.listing.write(lead + self.line(member, name))

    def line(self, member: Member, name: bytes) -> bytes:
        tar = self._tar
        numeric = tar.o.numeric
        user = member.uname if member.uname and not numeric else b"%d" % member.uid
        group = member.gname if member.gname and not numeric else b"%d" % member.gid
        if member.type in (h.CHAR, h.DEVICE):
            size = b"%d,%d" % (member.major, member.minor)
        else:
            size = b"%d" % member.size
        taken = len(user) + len(group) + len(size) + 2
        self._width = max(self._width, taken)
        when = self.time(member.mtime_ns)
        self._date = max(self._date, len(when))
        letter = _LETTERS.get(member.type, b"-")
        line = b"%s %s/%s %s%s %s %s" % (
            mode_text(letter, member.mode), user, group, b" " * (self._width - taken), size, when.ljust(self._date), tar.listed(name),
        )  # fmt: skip
        link = member.original_link
        kind = member.type
        if kind == h.SYMLINK:
            line += b" -> " + tar.listed(link)
        elif kind == h.LINK:
            line += b" link to " + tar.listed(link)
        elif kind == h.VOLUME:
            line += b"--Volume Header--"
        elif kind == h.MULTIVOLUME:
            line += b"--Continued at byte 0--"
        elif kind not in _LETTERS and kind not in (h.REGULAR, h.OLD_REGULAR, h.SPARSE):
            line += b" unknown file type " + tar.listed(b"'%s'" % kind)
        return line + b"\n"

    def time(self, ns: int) -> bytes:
        """Return a time as the list shows it."""
        from ..stamps import UTC

        seconds = ns // 10**9
        if abs(seconds) > 1 << 56:
            return b"%d" % seconds
        when = broken_down(seconds, UTC if self._tar.o.utc else self._zone)
        day = b"%04d-%02d-%02d %02d:%02d" % when[:5]
        if not self._tar.o.full_time:
            return day
        part = time_text(ns % 10**9).partition(b".")[2]
        return day + b":%02d" % when.second + (b"." + part.ljust(9, b"0") if part else b"")
