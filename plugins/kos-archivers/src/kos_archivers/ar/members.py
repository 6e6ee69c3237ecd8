"""The members of an ar archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_MAGIC = b"!<arch>\n"
_LARGEST_NAMES = 1 << 24


class BadArchive(Exception):
    """What isn't an archive, or a broken one; text: what to say."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class Member:
    """A member: at and size say where its data are. source: the file that it will be made of, stamp its time."""

    __slots__ = ("at", "date", "gid", "mode", "name", "size", "source", "stamp", "uid")

    def __init__(self, name: bytes, at: int, size: int) -> None:
        self.name = name
        self.at = at
        self.size = size
        self.date = self.uid = self.gid = 0
        self.mode = 0o644
        self.source: bytes | None = None
        self.stamp = 0


def header(member: Member, field: bytes) -> bytes:
    """Return a member's header with that in the field for its name."""
    return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (
        field[:16], member.date, member.uid % 1000000, member.gid % 1000000, member.mode & 0o177777, member.size,
    )  # fmt: skip


def load(k: Syscalls, fd: int, name: bytes) -> list[Member]:
    """Return the members of an archive. Raises BadArchive."""
    size = k.fstat(fd).size
    if k.pread(fd, 8, 0) != _MAGIC:
        raise BadArchive(b"%s: file format not recognized" % name)
    members: list[Member] = []
    names = b""
    at = 8
    while at < size:
        head = k.pread(fd, 60, at)
        if len(head) < 60 or head[58:60] != b"`\n":
            raise BadArchive(b"%s: malformed archive" % name)
        length = _number(head[48:58], 10, name)
        at += 60
        if at + length > size:
            raise BadArchive(b"%s: malformed archive" % name)
        field = head[:16].rstrip(b" ")
        if field == b"//":
            if length > _LARGEST_NAMES:
                raise BadArchive(b"%s: malformed archive" % name)
            k.charge(length)
            names = k.pread(fd, length, at)
        elif field not in (b"/", b"/SYM64/", b"__.SYMDEF"):
            members.append(_member(k, fd, field, names, at, length, name))
            member = members[-1]
            member.date = _number(head[16:28], 10, name)
            member.uid = _number(head[28:34], 10, name)
            member.gid = _number(head[34:40], 10, name)
            member.mode = _number(head[40:48], 8, name)
            if len(members) % 1024 == 0:
                k.charge(1024 * 300)
            k.tick()
        at += length + length % 2
    return members


def _member(k: Syscalls, fd: int, field: bytes, names: bytes, at: int, length: int, archive: bytes) -> Member:
    """Return a member under its whole name: in the list of long names, before the data (BSD), or in the header."""
    if field[:1] == b"/" and field[1:].isdigit() and len(field) < 12:
        place = int(field[1:])
        end = names.find(b"\n", place)
        if place >= len(names):
            raise BadArchive(b"%s: malformed archive" % archive)
        return Member(names[place : end if end >= 0 else None].removesuffix(b"/"), at, length)
    if field[:3] == b"#1/" and field[3:].isdigit() and len(field) < 12:
        size = min(int(field[3:]), length, 4096)
        return Member(k.pread(fd, size, at).rstrip(b"\0"), at + size, length - size)
    return Member(field.removesuffix(b"/"), at, length)


def _number(field: bytes, base: int, archive: bytes) -> int:
    text = field.strip(b" ")
    if not text:
        return 0
    if not text.isdigit() or (base == 8 and text.strip(b"01234567")):
        raise BadArchive(b"%s: malformed archive" % archive)
    return int(text, base)
