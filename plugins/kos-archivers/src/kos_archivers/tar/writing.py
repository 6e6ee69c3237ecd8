"""A member's blocks: what stands before its data in each format.

gnu: names that are too long come before it as members of their own. pax: in an extended header. ustar: cut at a slash into
two fields, or refused. v7: refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import headers as h
from . import pax, sparse
from .headers import BLOCK, NAME_SIZE, PREFIX_SIZE, Member, OutOfRange, encode, padded

if TYPE_CHECKING:
    from .run import Tar

_LARGEST_OCTAL = {"uid": 0o7777777, "gid": 0o7777777, "size": 0o77777777777, "mtime": 0o77777777777}


class TooLong(Exception):
    """A name that a format has no room for; text: what to say behind it."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


class HeaderWriter:
    """Makes headers. keep, put: what --pax-option says."""

    def __init__(self, tar: Tar) -> None:
        self._tar = tar
        self._dropped: list[bytes] = []
        self._put: dict[bytes, bytes] = {}
        self._header_name = b"%d/PaxHeaders/%f"
        self._globals: dict[bytes, bytes] = {}
        self._pax_mtime: int | None = None
        for text in tar.o.pax_options:
            for part in text.split(b","):
                self._option(part.strip())
        self._global_written = False

    def _option(self, part: bytes) -> None:
        from kos_kernel.api import compile_glob_bytes

        keyword, equals, value = part.partition(b"=")
        if not equals:
            self._tar.fatal(b"Malformed pax option: %s" % self._tar.shown(part))
        if keyword == b"delete":
            compile_glob_bytes(value)
            self._dropped.append(value)
        elif keyword == b"exthdr.name":
            self._header_name = value
        elif keyword == b"exthdr.mtime":
            if not value.isdigit() or len(value) > 12:
                self._tar.fatal(b"Time stamp is out of allowed range")
            self._pax_mtime = int(value)
        elif keyword.startswith((b"globexthdr.", b"exthdr.")):
            self._tar.fatal(b"Keyword %s is unknown or not yet implemented" % self._tar.shown(keyword))
        elif keyword.endswith(b":"):
            self._put[keyword[:-1]] = value
        else:
            self._globals[keyword] = value

    def blocks(self, member: Member, pieces: list[tuple[int, int]] | None = None) -> bytes:
        """Return all blocks before a member's data. pieces: of a file with holes. Raises TooLong, OutOfRange."""
        form = self._tar.form
        if form == "pax":
            return self._pax(member, pieces)
        name, prefix, before = member.name, b"", b""
        if form in ("gnu", "oldgnu"):
            limit = NAME_SIZE - (form == "oldgnu")
            if member.type in (h.LINK, h.SYMLINK) and len(member.link) > limit:
                before += self._long(member.link, h.LONG_LINK)
            if len(name) > limit:
                before += self._long(name, h.LONG_NAME)
                name = name[:limit]
            form = "gnu"
        else:
            if len(member.link) > NAME_SIZE:
                raise TooLong(b"link name is too long; not dumped")
            if len(name) > NAME_SIZE:
                if form == "v7":
                    raise TooLong(b"file name is too long (max %d); not dumped" % (NAME_SIZE - 1))
                prefix, name = cut(name)
        block = encode(member, form, name, prefix, member.link)
        if pieces is not None and form == "gnu":
            raw = bytearray(block)
            more = sparse.put_old(raw, pieces, member.size)
            return before + bytes(h.finish(raw)) + more
        return before + block

    def _long(self, text: bytes, kind: bytes) -> bytes:
        """Return the member that holds a name too long for the header."""
        member = Member(b"././@LongLink", kind)
        member.mode = 0o644
        member.stored = len(text) + 1
        if not self._tar.o.numeric:
            member.uname = self._tar.accounts.user(0) or b""
            member.gname = self._tar.accounts.group(0) or b""
        return encode(member, "gnu", member.name, b"", b"") + padded(text + b"\0")

    def _pax(self, member: Member, pieces: list[tuple[int, int]] | None) -> bytes:
        records: list[tuple[bytes, bytes]] = []
        name = member.name
        if member.type in (h.LINK, h.SYMLINK) and (len(member.link) > NAME_SIZE or not member.link.isascii()):
            records.append((b"linkpath", member.link))
        if len(name) > NAME_SIZE or not name.isascii():
            records.append((b"path", name))
        for key, value in ((b"uid", member.uid), (b"gid", member.gid)):
            if value > _LARGEST_OCTAL[key.decode()]:
                records.append((key, b"%d" % value))
        if member.stored > _LARGEST_OCTAL["size"]:
            records.append((b"size", b"%d" % member.stored))
        if member.mtime_ns % 10**9 or not 0 <= member.mtime_ns // 10**9 <= _LARGEST_OCTAL["mtime"]:
            records.append((b"mtime", pax.time_text(member.mtime_ns)))
        for key, text in ((b"uname", member.uname), (b"gname", member.gname)):
            if len(text) > 32 or not text.isascii():
                records.append((key, text))
        if member.atime_ns is not None:
            records.append((b"atime", pax.time_text(member.atime_ns)))
        if member.ctime_ns is not None:
            records.append((b"ctime", pax.time_text(member.ctime_ns)))
        records += [(pax.XATTR + key, text) for key, text in sorted(member.xattrs.items())]
        if pieces is not None:
            records += [
                (b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", name),
                (b"GNU.sparse.realsize", b"%d" % member.size),
            ]  # fmt: skip
            folder, _, base = name.rpartition(b"/")
            name = b"%s/GNUSparseFile.%d/%s" % (folder or b".", self._tar.k.pid, base)
        if self._put:
            records = [(key, text) for key, text in records if key not in self._put] + list(self._put.items())
        if self._dropped:
            from kos_kernel.api import compile_glob_bytes

            globs = [compile_glob_bytes(pattern) for pattern in self._dropped]
            records = [(key, text) for key, text in records if not any(glob.matches(key) for glob in globs)]
        before = b""
        if self._globals and not self._global_written:
            self._global_written = True
            data = b"".join([pax.record(key, text) for key, text in self._globals.items()])
            before = self._extended(b"/tmp/GlobalHead.0.1", h.PAX_GLOBAL, data, member.mtime_ns)
        if records:
            data = b"".join([pax.record(key, text) for key, text in records])
            before += self._extended(self._extended_name(member.name), h.PAX, data, member.mtime_ns)
        return before + encode(member, "pax", name, b"", member.link)

    def _extended(self, name: bytes, kind: bytes, data: bytes, mtime_ns: int) -> bytes:
        """Return the member that holds records."""
        header = Member(name, kind)
        header.mode = 0o644
        header.stored = len(data)
        header.mtime_ns = mtime_ns if self._pax_mtime is None else self._pax_mtime * 10**9
        return encode(header, "pax", name, b"", b"", names=False) + padded(data)

    def _extended_name(self, name: bytes) -> bytes:
        folder, _, base = name.rstrip(b"/").rpartition(b"/")
        out = (
            self._header_name.replace(b"%d", folder or b".")
            .replace(b"%f", base)
            .replace(b"%p", b"%d" % self._tar.k.pid)
        )
        return out.replace(b"%%", b"%")


def cut(name: bytes) -> tuple[bytes, bytes]:
    """Return a long name as ustar's (prefix, name). Raises TooLong."""
    most = PREFIX_SIZE + NAME_SIZE + 1
    if len(name) > most:
        raise TooLong(b"file name is too long (max %d); not dumped" % most)
    length = PREFIX_SIZE + 2 if len(name) > PREFIX_SIZE else len(name)
    at = name.rfind(b"/", 1, length)
    if at < 1 or not 0 < len(name) - at - 1 <= NAME_SIZE:
        raise TooLong(b"file name is too long (cannot be split); not dumped")
    return name[:at], name[at + 1 :]


__all__ = ["BLOCK", "HeaderWriter", "OutOfRange", "TooLong", "cut"]
