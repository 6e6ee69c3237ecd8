"""The formats of cpio: newc and crc (hexadecimal), odc (octal), bin (16-bit words of either order). Source: GNU cpio 2.13.

member = read_header(feed)       None at the trailer; raises BadArchive
header(member, form)             a header with its name, padded
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compress.codecs import Feed

TRAILER = b"TRAILER!!!"
_LONGEST_NAME = 1 << 16
FORMS = {b"newc": "newc", b"crc": "crc", b"odc": "odc", b"bin": "bin"}


class BadArchive(Exception):
    """An archive that can't be read; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Member:
    """What a header says. dev, ino: which members are one file."""

    __slots__ = ("check", "dev", "form", "gid", "ino", "mode", "mtime", "name", "nlink", "rdev", "size", "uid")

    def __init__(self, name: bytes = b"") -> None:
        self.name = name
        self.form = "newc"
        self.dev = self.ino = self.mode = self.uid = self.gid = self.nlink = self.rdev = self.mtime = self.size = (
            self.check
        ) = 0

    @property
    def padding(self) -> int:
        """How many bytes fill up the data."""
        return -self.size % {"newc": 4, "crc": 4, "bin": 2, "odc": 1}[self.form]


def _number(text: bytes, base: int) -> int:
    try:
        if text.strip(b"0123456789abcdefABCDEF"):
            raise ValueError
        return int(text, base)
    except ValueError:
        raise BadArchive(b"Malformed number %s" % text) from None


def read_header(feed: Feed) -> Member:
    """Return the next member's header. Junk before it is passed over, and told by the member's name's lack: see `skipped`.

    Raises BadArchive.
    """
    magic = feed.exactly(6)
    skipped = 0
    while True:
        if len(magic) < 6:
            raise BadArchive(b"premature end of archive" if magic or skipped else b"premature end of file")
        if magic in (b"070701", b"070702"):
            member = _newc(feed, magic)
            break
        if magic == b"070707":
            member = _odc(feed)
            break
        if magic[:2] in (b"\xc7\x71", b"\x71\xc7"):
            member = _binary(feed, magic)
            break
        magic = magic[1:] + feed.exactly(1)
        skipped += 1
        if skipped > 1 << 20:
            raise BadArchive(b"no archive found")
    member.check |= 0
    if skipped:
        raise Skipped(skipped, member)
    return member


class Skipped(Exception):
    """Junk was passed over before a header. count: bytes; member: what came then."""

    def __init__(self, count: int, member: Member) -> None:
        super().__init__(count)
        self.count = count
        self.member = member


def _rest(feed: Feed, size: int) -> bytes:
    data = feed.exactly(size)
    if len(data) < size:
        raise BadArchive(b"premature end of archive")
    return data


def _name(feed: Feed, size: int, padding: int) -> bytes:
    if not 0 < size <= _LONGEST_NAME:
        raise BadArchive(b"Malformed archive: a name of %d bytes" % size)
    return _rest(feed, size + padding)[:size].partition(b"\0")[0]


def _newc(feed: Feed, magic: bytes) -> Member:
    raw = _rest(feed, 104)
    fields = [_number(raw[at : at + 8], 16) for at in range(0, 104, 8)]
    member = Member()
    member.form = "newc" if magic == b"070701" else "crc"
    (member.ino, member.mode, member.uid, member.gid, member.nlink, member.mtime, member.size, major, minor, rmajor, rminor,
     name_size, member.check) = fields  # fmt: skip
    member.dev = major << 32 | minor
    member.rdev = rmajor << 32 | rminor
    member.name = _name(feed, name_size, -(110 + name_size) % 4)
    return member


def _odc(feed: Feed) -> Member:
    raw = _rest(feed, 70)
    member = Member()
    member.form = "odc"
    sizes = (6, 6, 6, 6, 6, 6, 6, 11, 6, 11)
    fields = []
    at = 0
    for size in sizes:
        fields.append(_number(raw[at : at + size], 8))
        at += size
    (member.dev, member.ino, member.mode, member.uid, member.gid, member.nlink, rdev, member.mtime, name_size,
     member.size) = fields  # fmt: skip
    member.rdev = (rdev >> 8) << 32 | rdev & 255
    member.name = _name(feed, name_size, 0)
    return member


def _binary(feed: Feed, magic: bytes) -> Member:
    order = "<" if magic[:2] == b"\xc7\x71" else ">"
    raw = magic[2:] + _rest(feed, 20)
    words = struct.unpack(order + "12H", raw)
    member = Member()
    member.form = "bin"
    member.dev, member.ino, member.mode, member.uid, member.gid, member.nlink, rdev = words[:7]
    member.mtime = words[7] << 16 | words[8]
    member.size = words[10] << 16 | words[11]
    member.rdev = (rdev >> 8) << 32 | rdev & 255
    member.name = _name(feed, words[9], words[9] % 2)
    return member


def header(member: Member, form: str) -> bytes:
    """Return a member's header with its name. Raises BadArchive if a number doesn't fit."""
    name = member.name + b"\0"
    if form in ("newc", "crc"):
        numbers = (
            member.ino & 0xFFFFFFFF, member.mode, member.uid, member.gid, member.nlink, member.mtime & 0xFFFFFFFF, member.size,
            member.dev >> 32, member.dev & 0xFFFFFFFF, member.rdev >> 32, member.rdev & 0xFFFFFFFF, len(name), member.check,
        )  # fmt: skip
        if member.size >> 32:
            raise BadArchive(b"%s: field width not sufficient for storing file size" % member.name)
        magic = b"070701" if form == "newc" else b"070702"
        out = magic + b"".join([b"%08X" % (number & 0xFFFFFFFF) for number in numbers]) + name
        return out + bytes(-len(out) % 4)
    rdev = (member.rdev >> 32 & 255) << 8 | member.rdev & 255
    if form == "odc":
        if member.size >> 33:
            raise BadArchive(b"%s: field width not sufficient for storing file size" % member.name)
        six = b"".join(
            [
                b"%06o" % (number & 0o777777)
                for number in (
                    member.dev & 0o777777,
                    member.ino,
                    member.mode,
                    member.uid,
                    member.gid,
                    member.nlink,
                    rdev,
                )
            ]
        )
        return b"070707" + six + b"%011o%06o%011o" % (member.mtime & 0o77777777777, len(name), member.size) + name
    if member.size >> 32:
        raise BadArchive(b"%s: field width not sufficient for storing file size" % member.name)
    words = [0o070707, member.dev, member.ino, member.mode, member.uid, member.gid, member.nlink, rdev]
    words += [member.mtime >> 16, member.mtime, len(name), member.size >> 16, member.size]
    out = struct.pack("<13H", *[word & 0xFFFF for word in words]) + name
    return out + bytes(len(name) % 2)
