"""-c, -r, -u: putting files into an archive.

A file that is met again under another name becomes a hard link to the first. Directories come before what is in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    O_NOFOLLOW,
    O_NONBLOCK,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    NoSuchFile,
    SysError,
    cause,
    major,
    minor,
)  # fmt: skip

from . import headers as h
from .headers import BLOCK, Member, OutOfRange
from .sparse import map_text, pieces_of
from .transform import LINK, MEMBER, SYMLINK
from .writing import HeaderWriter, TooLong

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .listing import Lister
    from .names import File
    from .opening import Sink
    from .run import Tar

_CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"


class Creator:
    """skip: tells of (name, mtime in ns) that a file isn't to be added, for -u."""

    def __init__(self, tar: Tar, sink: Sink, lister: Lister, skip: Callable[[bytes, int], bool] | None = None) -> None:
        self._tar = tar
        self._k = tar.k
        self._sink = sink
        self._lister = lister
        self._skip = skip
        self._headers = HeaderWriter(tar)
        self._links: dict[tuple[int, int], tuple[bytes, int]] = {}  # (device, inode) -> (name, links to come)
        self._archive = self._identity(sink.fd)
        self._device: int | None = None
        self._trivial = 1
        self._mode: Callable[[int, bool], int] | None = None
        self._owner: tuple[int | None, bytes] | None = None
        self._group: tuple[int | None, bytes] | None = None

    def _identity(self, fd: int) -> tuple[int, int] | None:
        try:
            stat = self._k.fstat(fd)
        except SysError:
            return None
        return (stat.dev, stat.ino) if stat.mode & S_IFMT == S_IFREG else None

    def force(
        self,
        mode: Callable[[int, bool], int] | None,
        owner: tuple[int | None, bytes] | None,
        group: tuple[int | None, bytes] | None,
    ) -> None:
        """Take what --mode, --owner and --group say: (number or None to look it up, name)."""
        self._mode, self._owner, self._group = mode, owner, group

    def run(self, names: list[File]) -> None:
        """Add files."""
        tar = self._tar
        self._trivial = 0 if len(names) > 1 or tar.o.dereference else 1
        for name, recursive, folder, excluding in names:
            tar.go(folder)
            tar.excluded.limit = excluding
            stripped = name.rstrip(b"/") or name[:1]
            if not tar.excluded.matches(stripped):
                self._device = None
                self.add(stripped, recursive, top=True)
        if tar.o.check_links:
            for first, left in self._links.values():
                if left > 0:
                    tar.differs(b"Missing links to %s." % tar.quoted(first))

    # -- one file ------------------------------------------------------------------------------------------------------

    def add(self, name: bytes, recursive: bool, *, top: bool = False) -> None:
        """Add a file, and what is below it: an explicit stack, since trees may be deep."""
        stack = [iter([name])]
        depth_top = top
        removals: list[bytes | None] = [None]
        while stack:
            path = next(stack[-1], None)
            if path is None:
                stack.pop()
                folder = removals.pop()
                if folder is not None and self._tar.o.remove_files:
                    self._remove(folder, directory=True)
                continue
            below = self._one(path, depth_top)
            depth_top = False
            if below is not None and recursive:
                stack.append(iter(below))
                removals.append(path)
            elif below is not None and self._tar.o.remove_files:
                self._remove(path, directory=True)
            self._k.tick()

    def _stat(self, name: bytes, top: bool) -> Stat | None:
        tar = self._tar
        try:
            return self._k.stat(name, follow=bool(tar.o.dereference))
        except NoSuchFile as error:
            if not top:
                tar.differs(b"%s: File removed before we read it" % tar.shown(name), "file-removed")
                return None
            self._unreadable(b"stat", name, error)
        except SysError as error:
            self._unreadable(b"stat", name, error)
        return None

    def _unreadable(self, what: bytes, name: bytes, error: SysError) -> None:
        tar = self._tar
        if tar.o.ignore_failed_read:
            tar.warn(b"%s: Warning: Cannot %s: %s" % (tar.shown(name), what, cause(error)), "failed-read")
        else:
            tar.failed(what, name, error)

    def _one(self, name: bytes, top: bool) -> list[bytes] | None:
        """Add one file; for a directory return the paths of what is in it."""
        tar = self._tar
        stat = self._stat(name, top)
        if stat is None:
            return None
        kind = stat.mode & S_IFMT
        if self._archive is not None and (stat.dev, stat.ino) == self._archive:
            tar.warn(b"%s: file is the archive; not dumped" % tar.shown(name), "file-ignored")
            return None
        if tar.newer_ns is not None and kind != S_IFDIR:
            if stat.mtime_ns < tar.newer_ns and (not tar.o.newer_ctime or stat.ctime_ns < tar.newer_ns):
                if top and tar.verbose:
                    tar.warn(b"%s: file is unchanged; not dumped" % tar.shown(name), "file-unchanged")
                return None
        if self._skip is not None and kind != S_IFDIR and self._skip(name, stat.mtime_ns):
            return None
        member = self._member(name, stat)
        if kind == S_IFDIR:
            return self._directory(name, stat, member, top)
        if self._linked(name, stat, member):
            return None
        if kind == S_IFREG:
            self._file(name, stat, member)
        elif kind == S_IFLNK:
            self._symlink(name, stat, member)
        elif kind in (S_IFCHR, S_IFBLK, S_IFIFO):
            self._special(name, stat, member, kind)
        elif kind == S_IFSOCK:
            tar.warn(b"%s: socket ignored" % tar.shown(name), "file-ignored")
        else:
            tar.warn(b"%s: Unknown file type; file ignored" % tar.shown(name), "file-ignored")
        return None

    def _member(self, name: bytes, stat: Stat) -> Member:
        """Return a member with what its file's header says, changed as the options want it."""
        tar = self._tar
        member = Member(tar.safer(tar.transformed(name, MEMBER)))
        directory = stat.mode & S_IFMT == S_IFDIR
        member.mode = (self._mode(stat.mode, directory) if self._mode else stat.mode) & 0o7777
        member.uid, uname = self._forced(self._owner, stat.uid)
        member.gid, gname = self._forced(self._group, stat.gid)
        if not tar.o.numeric:
            member.uname = uname or tar.accounts.user(member.uid) or b""
            member.gname = gname or tar.accounts.group(member.gid) or b""
        member.mtime_ns = stat.mtime_ns
        if tar.mtime_ns is not None and not (tar.o.clamp and stat.mtime_ns < tar.mtime_ns):
            member.mtime_ns = tar.mtime_ns
        if tar.form == "pax":
            member.atime_ns, member.ctime_ns = stat.atime_ns, stat.ctime_ns
        if tar.o.xattrs:
            self._xattrs(name, member)
        return member

    def _forced(self, wish: tuple[int | None, bytes] | None, number: int) -> tuple[int, bytes]:
        """Return (number, name, b"" for the number's own) of an owner or group after --owner, --group."""
        if wish is None:
            return number, b""
        return (number if wish[0] is None else wish[0]), wish[1]

    def _xattrs(self, name: bytes, member: Member) -> None:
        from .xattrs import chosen

        k = self._k
        try:
            for key in k.listxattr(name, follow=False):
                if chosen(self._tar, key, making=True):
                    member.xattrs[key] = k.getxattr(name, key, follow=False)
        except SysError:
            pass

    def _linked(self, name: bytes, stat: Stat, member: Member) -> bool:
        """Add a file as a hard link if it is in the archive already."""
        tar = self._tar
        if tar.o.hard_dereference or stat.nlink <= self._trivial:
            return False
        key = (stat.dev, stat.ino)
        known = self._links.get(key)
        if known is None:
            self._links[key] = (tar.safer(tar.transformed(name, LINK), link=True), stat.nlink - 1)
            if len(self._links) % 4096 == 0:
                self._k.charge(4096 * 200)
            return False
        self._links[key] = (known[0], known[1] - 1)
        member.type = h.LINK
        member.link = known[0]
        if self._put(name, member) and tar.o.remove_files:
            self._remove(name)
        return True

    def _put(self, name: bytes, member: Member, pieces: list[tuple[int, int]] | None = None) -> bool:
        """Write a member's header; tell whether that went well."""
        tar = self._tar
        try:
            blocks = self._headers.blocks(member, pieces)
        except TooLong as problem:
            shown = member.link if problem.text.startswith(b"link") else member.name
            tar.error(tar.shown(shown) + b": " + problem.text)
            return False
        except OutOfRange as problem:
            tar.error(problem.text)
            return False
        if tar.verbose:
            self._list(name, member)
        self._sink.write(blocks)
        return True

    def _list(self, name: bytes, member: Member) -> None:
        if self._tar.o.show_transformed:
            member.original = member.name
        else:
            member.original = name + b"/" if member.type == h.DIRECTORY and not name.endswith(b"/") else name
        member.original_link = member.link
        self._lister.show(member)

    def _directory(self, name: bytes, stat: Stat, member: Member, top: bool) -> list[bytes] | None:
        tar, k = self._tar, self._k
        if self._device is None:
            self._device = stat.dev
        elif tar.o.one_file_system and stat.dev != self._device:
            tar.warn(b"%s: file is on a different filesystem; not dumped" % tar.shown(name + b"/"), "xdev")
            return None
        try:
            entries = k.scandir(name)
        except SysError as error:
            self._unreadable(b"open", name, error)
            return None
        member.type = h.DIRECTORY
        if not member.name.endswith(b"/"):
            member.name += b"/"
        tag = self._tagged(name, entries)
        if tag is not None and tag[1] == "all":
            return None
        if not self._put(name, member):
            return None
        if tar.o.sort == "name":
            entries = sorted(entries, key=lambda entry: entry.name)
        elif tar.o.sort == "inode":
            entries = sorted(entries, key=lambda entry: entry.ino)
        lead = name if name.endswith(b"/") else name + b"/"
        if tag is not None:
            return [lead + tag[0]] if tag[1] == "contents" else None
        return [path for entry in entries if not tar.excluded.matches(path := lead + entry.name)]

    def _tagged(self, name: bytes, entries: list) -> tuple[bytes, str] | None:  # type: ignore[type-arg]
        """Return what --exclude-caches or --exclude-tag says of a directory: (the tag's name, what is left out)."""
        tar, k = self._tar, self._k
        if not tar.o.caches:
            return None
        there = {entry.name for entry in entries}
        for tag, what, signed in tar.o.caches:
            if tag not in there:
                continue
            if signed:
                try:
                    fd = k.open(name + b"/" + tag)
                    begin = k.read(fd, len(_CACHE_SIGNATURE))
                    k.close(fd)
                except SysError:
                    continue
                if begin != _CACHE_SIGNATURE:
                    continue
            end = {"contents": b"contents not dumped", "under": b"contents not dumped", "all": b"directory not dumped"}[
                what
            ]
            if tar.verbose:
                tar.warn(
                    b"%s: contains a cache directory tag %s; %s" % (tar.shown(name + b"/"), tar.listed(tag), end),
                    "cachedir",
                )
            return tag, what
        return None

    def _symlink(self, name: bytes, stat: Stat, member: Member) -> None:
        try:
            target = self._k.readlink(name)
        except SysError as error:
            self._unreadable(b"readlink", name, error)
            return
        member.type = h.SYMLINK
        member.link = self._tar.transformed(target, SYMLINK)
        if self._put(name, member) and self._tar.o.remove_files:
            self._remove(name)

    def _special(self, name: bytes, stat: Stat, member: Member, kind: int) -> None:
        tar = self._tar
        if tar.form == "v7":
            tar.warn(b"%s: Unknown file type; file ignored" % tar.shown(name), "file-ignored")
            tar.status = 2
            return
        member.type = {S_IFCHR: h.CHAR, S_IFBLK: h.DEVICE, S_IFIFO: h.FIFO}[kind]
        if kind != S_IFIFO:
            member.major, member.minor = major(stat.rdev), minor(stat.rdev)
        if self._put(name, member) and tar.o.remove_files:
            self._remove(name)

    def _file(self, name: bytes, stat: Stat, member: Member) -> None:
        """Add a file's header and data. What grows meanwhile is cut, what shrinks is filled with zeros."""
        tar, k = self._tar, self._k
        try:
            fd = k.open(name, O_NONBLOCK | (0 if tar.o.dereference else O_NOFOLLOW))
        except NoSuchFile:
            tar.differs(b"%s: File removed before we read it" % tar.shown(name), "file-removed")
            return
        except SysError as error:
            self._unreadable(b"open", name, error)
            return
        try:
            member.size = member.stored = stat.size
            holes = tar.o.sparse and stat.size > 0 and tar.form in ("gnu", "oldgnu", "pax")
            pieces = pieces_of(k, fd, stat.size) if holes and stat.blocks < -(-stat.size // 512) else None
            if pieces is not None and sum(length for _, length in pieces) < stat.size:
                written = self._sparse(name, fd, member, pieces)
            else:
                written = self._put(name, member) and self._data(name, fd, stat.size)
            if written:
                after = k.fstat(fd)
                if after.mtime_ns != stat.mtime_ns or after.size != stat.size:
                    tar.differs(b"%s: file changed as we read it" % tar.shown(name), "file-changed")
        finally:
            k.close(fd)
        if written and tar.o.remove_files:
            self._remove(name)

    def _sparse(self, name: bytes, fd: int, member: Member, pieces: list[tuple[int, int]]) -> bool:
        member.stored = sum(length for _, length in pieces)
        text = b""
        if self._tar.form == "pax":
            text = map_text(pieces)
            member.stored += len(text)
        else:
            member.type = h.SPARSE
        if not self._put(name, member, pieces):
            return False
        self._sink.write(text)
        total = 0
        for offset, length in pieces:
            at, end = offset, offset + length
            while at < end:
                data = self._k.pread(fd, min(CHUNK, end - at), at)
                if not data:
                    data = bytes(min(CHUNK, end - at))
                self._sink.write(data)
                at += len(data)
            total += length
        self._sink.write(bytes(-total % BLOCK))
        return True

    def _data(self, name: bytes, fd: int, size: int) -> bool:
        tar, k = self._tar, self._k
        left = size
        write = self._sink.write
        while left > 0:
            try:
                data = k.read(fd, CHUNK if left > CHUNK else left)
            except SysError as error:
                tar.error(
                    b"%s: Read error at byte %d, while reading %d bytes: %s"
                    % (tar.shown(name), size - left, min(left, tar.record_size), cause(error))
                )
                self._fill(left)
                left = 0
                break
            if not data:
                tar.differs(
                    b"%s: File shrank by %d byte%s; padding with zeros"
                    % (tar.shown(name), left, b"" if left == 1 else b"s"),
                    "file-shrank",
                )
                self._fill(left)
                break
            write(data)
            left -= len(data)
        if size % BLOCK:
            write(bytes(-size % BLOCK))
        return True

    def _fill(self, size: int) -> None:
        while size > 0:
            self._sink.write(bytes(min(size, CHUNK)))
            size -= CHUNK
            self._k.tick()

    def _remove(self, name: bytes, *, directory: bool = False) -> None:
        """Remove what is in the archive now (--remove-files)."""
        try:
            if directory:
                self._k.rmdir(name)
            else:
                self._k.unlink(name)
        except SysError as error:
            self._tar.failed(b"rmdir" if directory else b"unlink", name, error)
