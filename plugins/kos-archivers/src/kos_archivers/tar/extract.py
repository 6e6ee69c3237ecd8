"""-x: making files of members, and never anything outside of the directory.

Names lose their leading slashes and members with ".." are refused. A symlink that points outside, or a hard link to such a
name, is first made as an empty file; the link takes its place at the very end, when nothing can be written through it any more.
Directories get their times and modes when the next member isn't below them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_NOFOLLOW,
    O_TRUNC,
    O_WRONLY,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFLNK,
    S_IFMT,
    FileExists,
    NoSuchFile,
    SysError,
    TooManySymlinks,
    cause,
    makedev,
)  # fmt: skip

from . import headers as h
from .attributes import Restorer, has_dot_dot
from .unlinking import remove

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .headers import Member
    from .listing import Lister
    from .reading import Members
    from .run import Tar

OK, SKIP, NO = "ok", "skip", "no"


class Placeholder:
    """A link to be made at the end. names: where; the first was the placeholder's own."""

    __slots__ = ("dev", "folder", "ino", "member", "names", "symlink", "target")

    def __init__(self, stat: Stat, member: Member, target: bytes, symlink: bool, folder: int) -> None:
        self.dev, self.ino = stat.dev, stat.ino
        self.member = member
        self.target = target
        self.symlink = symlink
        self.folder = folder
        self.names = [member.name]


class Extractor:
    """One run of -x."""

    def __init__(self, tar: Tar, members: Members, lister: Lister) -> None:
        self._tar = tar
        self._k = tar.k
        self._members = members
        self._lister = lister
        self._restorer = Restorer(tar)
        self._placeholders: dict[tuple[int, int], Placeholder] = {}

    def take(self, member: Member) -> None:
        """Extract a member, under the name that strips and transforms have left it."""
        tar = self._tar
        if not tar.o.absolute and has_dot_dot(member.original):
            tar.error(b"%s: Member name contains '..'" % tar.shown(member.original))
            return
        if not member.name:
            return
        if tar.verbose:
            self._lister.show(member)
        if tar.o.stdout:
            if member.type in (h.REGULAR, h.OLD_REGULAR, h.CONTIGUOUS, h.SPARSE):
                tar.listing.flush()
                self._write_data(member, 1)
            return
        if not tar.o.delay:
            self._restorer.leave(member.name)
        if not self._prepared(member):
            return
        kind = member.type
        if kind in (h.REGULAR, h.OLD_REGULAR, h.CONTIGUOUS, h.SPARSE):
            self._file(member)
            return
        self._members.left = 0  # whatever size a header gives what has no data: that is how GNU tar reads them
        if kind in (h.DIRECTORY, h.DUMPDIR):
            self._directory(member)
        elif kind == h.SYMLINK:
            self._symlink(member)
        elif kind == h.LINK:
            self._link(member)
        elif kind in (h.CHAR, h.DEVICE, h.FIFO):
            self._special(member)
        elif kind == h.VOLUME:
            return
        elif kind == h.MULTIVOLUME:
            tar.error(b"%s: Cannot extract -- file is continued from another volume" % tar.shown(member.name))
        else:
            tar.warn(
                b"%s: Unknown file type '%s', extracted as normal file" % (tar.shown(member.name), kind), "unknown-cast"
            )
            self._members.left = member.stored
            self._file(member)

    def finish(self) -> None:
        """Give directories their times, and make the links that had to wait."""
        self._restorer.leave(b"")
        for holder in self._placeholders.values():
            self._make(holder)
        self._restorer.leave(b"", after_links=True)

    # -- before and after ----------------------------------------------------------------------------------------------

    def _prepared(self, member: Member) -> bool:
        tar = self._tar
        if tar.o.old_files == "unlink":
            error = remove(self._k, member.name, recursive=bool(tar.o.recursive_unlink))
            if error is not None and not isinstance(error, NoSuchFile):
                tar.failed(b"unlink", member.name, error)
                return False
        elif tar.o.old_files == "newer" and self._is_newer(member):
            tar.warn(b"Current %s is newer or same age" % tar.quoted(member.name), "ignore-newer")
            return False
        return True

    def _is_newer(self, member: Member) -> bool:
        try:
            stat = self._k.lstat(member.name)
        except SysError:
            return False
        return stat.mode & S_IFMT != S_IFDIR and stat.mtime_ns >= member.mtime_ns

    def _recover(self, member: Member, error: SysError, *, regular: bool, made: list[bool]) -> str:
        """Try to remove what is in the way of a new file: another file, or a directory that isn't there yet.

        made: set when directories were made, which is tried once.
        """
        tar, name = self._tar, member.name
        mode = tar.o.old_files
        if made[0]:
            return NO
        if isinstance(error, FileExists) or (
            isinstance(error, TooManySymlinks) and regular and mode == "overwrite" and not tar.o.dereference
        ):
            if mode == "skip":
                tar.warn(b"%s: skipping existing file" % tar.shown(name), "existing-file")
                return SKIP
            if mode == "keep":
                return NO
            if mode == "newer" and self._is_newer(member):
                return NO
            if mode != "unlink" and remove(self._k, name, recursive=False) is None:
                return OK
            return NO
        if isinstance(error, NoSuchFile):
            if self._make_parents(name):
                made[0] = True
                return OK
        return NO

    def _make_parents(self, name: bytes) -> bool:
        """Make the directories on the way to a name; tell whether any was made."""
        k, done = self._k, False
        at = name.find(b"/", 1)
        while at >= 0:
            if name[at - 1] != 47 and name[:at].rpartition(b"/")[2] not in (b".", b".."):
                folder = name[:at]
                mode = 0o777 & ~self._tar.umask
                try:
                    k.mkdir(folder, mode | 0o300)
                    done = True
                    self._restorer.parent(folder, mode)
                except FileExists:
                    pass
                except SysError:
                    return done
            at = name.find(b"/", at + 1)
        return done

    # -- kinds ---------------------------------------------------------------------------------------------------------

    def _directory(self, member: Member) -> None:
        tar, k = self._tar, self._k
        name = member.name
        made = [False]
        while True:
            try:
                k.mkdir(name, member.mode & 0o777 & ~tar.umask | 0o300)  # we have to get at what is in it
                self._restorer.directory(member, fresh=True)
                return
            except FileExists as error:
                there = self._existing_directory(name)
                if there is None:
                    answer = self._recover(member, error, regular=False, made=made)
                    if answer == OK:
                        continue
                    if answer == SKIP:
                        return
                    tar.failed(b"mkdir", name, error)
                    return
                if tar.o.keep_directory_symlink and there == "link":
                    return
                if tar.o.old_files in ("default", "overwrite") and not made[0]:
                    self._restorer.directory(member, fresh=False)
                return
            except SysError as error:
                if self._recover(member, error, regular=False, made=made) == OK:
                    made[0] = True
                    continue
                tar.failed(b"mkdir", name, error)
                return

    def _existing_directory(self, name: bytes) -> str | None:
        """Tell what is there under a directory's name: "directory", "link" (to one, and links stay), None for another file."""
        k = self._k
        try:
            kind = k.lstat(name).mode & S_IFMT
            if kind == S_IFDIR:
                return "directory"
            if kind == S_IFLNK and self._tar.o.keep_directory_symlink and k.stat(name).mode & S_IFMT == S_IFDIR:
                return "link"
        except SysError:
            pass
        return None

    def _file(self, member: Member) -> None:
        tar, k = self._tar, self._k
        name = member.name
        overwrite = tar.o.old_files == "overwrite"
        flags = O_WRONLY | O_CREAT | ((O_TRUNC | (0 if tar.o.dereference else O_NOFOLLOW)) if overwrite else O_EXCL)
        made = [False]
        # Nobody else gets at a file before it has its owner.
        mode = member.mode & 0o777 & ~(0o077 if self._restorer.same_owner else 0)
        while True:
            try:
                fd = k.open(name, flags, mode)
                break
            except SysError as error:
                answer = self._recover(member, error, regular=True, made=made)
                if answer == OK:
                    continue
                if answer == NO:
                    tar.failed(b"open", name, error)
                return
        try:
            self._write_data(member, fd)
            self._restorer.file(member, fd)
        finally:
            k.close(fd)

    def _write_data(self, member: Member, fd: int) -> None:
        """Write a member's data; after an error the rest is passed over."""
        tar, k, members = self._tar, self._k, self._members
        name = member.name
        try:
            if member.sparse is not None:
                self._write_sparse(member, fd)
                return
            while data := members.data():
                written = k.write(fd, data)
                while written < len(data):
                    data = data[written:]
                    written = k.write(fd, data)
        except SysError as error:
            if fd == 1:
                tar.fatal(b"%s: Cannot write: %s" % (tar.shown(name), cause(error)))
            tar.failed(b"write", name, error)

    def _write_sparse(self, member: Member, fd: int) -> None:
        k, members = self._k, self._members
        buffer = b""
        total = 0
        seeks = fd != 1
        at = 0
        for offset, length in member.sparse or []:
            if not seeks:
                self._zeros(fd, offset - at)
            at = offset
            while length > 0:
                if not buffer:
                    buffer = members.data()
                    if not buffer:
                        return
                piece, buffer = buffer[:length], buffer[length:]
                total += len(piece)
                if seeks:
                    k.pwrite(fd, piece, at)
                else:
                    k.write(fd, piece)
                at += len(piece)
                length -= len(piece)
        if seeks:
            k.ftruncate(fd, member.size)
        else:
            self._zeros(fd, member.size - at)

    def _zeros(self, fd: int, size: int) -> None:
        while size > 0:
            size -= self._k.write(fd, bytes(min(size, 1 << 16)))

    def _symlink(self, member: Member) -> None:
        tar, k = self._tar, self._k
        link = member.link
        if not tar.o.absolute and (link[:1] == b"/" or has_dot_dot(link)):
            self._placeholder(member, symlink=True)
            return
        made = [False]
        while True:
            try:
                k.symlink(link, member.name)
                break
            except SysError as error:
                answer = self._recover(member, error, regular=False, made=made)
                if answer == OK:
                    continue
                if answer == NO:
                    self._not_linked(b"create symlink", member.name, link, error)
                return
        self._restorer.symlink(member)

    def _not_linked(self, what: bytes, name: bytes, link: bytes, error: SysError) -> None:
        tar = self._tar
        tar.error(b"%s: Cannot %s to %s: %s" % (tar.shown(name), what, tar.quoted(link), cause(error)))

    def _link(self, member: Member) -> None:
        tar, k = self._tar, self._k
        name, link = member.name, member.link
        if not tar.o.absolute and has_dot_dot(link):
            self._placeholder(member, symlink=False)
            return
        made = [False]
        while True:
            try:
                k.link(link, name)
                break
            except SysError as error:
                if self._same(link, name):
                    return
                answer = self._recover(member, error, regular=False, made=made)
                if answer == OK:
                    continue
                if answer == NO:
                    self._not_linked(b"hard link", name, link, error)
                return
        if self._placeholders:
            stat = k.lstat(link)
            holder = self._placeholders.get((stat.dev, stat.ino))
            if holder is not None and holder.folder == tar.folder:
                holder.names.append(name)

    def _same(self, one: bytes, other: bytes) -> bool:
        try:
            a, b = self._k.lstat(one), self._k.lstat(other)
        except SysError:
            return False
        return (a.dev, a.ino) == (b.dev, b.ino)

    def _placeholder(self, member: Member, *, symlink: bool) -> None:
        """Make an empty file that the link will replace at the end."""
        tar, k = self._tar, self._k
        made = [False]
        while True:
            try:
                fd = k.open(member.name, O_WRONLY | O_CREAT | O_EXCL, 0)
                break
            except SysError as error:
                answer = self._recover(member, error, regular=False, made=made)
                if answer == OK:
                    continue
                if answer == NO:
                    tar.failed(b"open", member.name, error)
                return
        stat = k.fstat(fd)
        k.close(fd)
        self._placeholders[stat.dev, stat.ino] = Placeholder(stat, member, member.link, symlink, tar.folder)
        if len(self._placeholders) % 1024 == 0:
            k.charge(1024 * 500)
        self._restorer.wait_for_links(member.name)

    def _make(self, holder: Placeholder) -> None:
        """Put a link where its placeholder is, if that is still there."""
        tar, k = self._tar, self._k
        tar.go(holder.folder)
        valid: bytes | None = None
        for name in holder.names:
            try:
                stat = k.lstat(name)
            except SysError:
                continue
            if (stat.dev, stat.ino) != (holder.dev, holder.ino):
                continue
            try:
                k.unlink(name)
            except SysError as error:
                tar.failed(b"unlink", name, error)
                continue
            try:
                if valid is not None:
                    k.link(valid, name)
                    continue
            except SysError:
                pass
            try:
                if holder.symlink:
                    k.symlink(holder.target, name)
                else:
                    k.link(holder.target, name)
                    continue
            except SysError as error:
                self._not_linked(b"create symlink" if holder.symlink else b"hard link", name, holder.target, error)
                continue
            valid = name
            self._restorer.symlink(holder.member, name)

    def _special(self, member: Member) -> None:
        tar, k = self._tar, self._k
        made = [False]
        kind = member.type
        mode = member.mode & 0o777 & ~(0o077 if self._restorer.same_owner else 0)
        while True:
            try:
                if kind == h.FIFO:
                    k.mkfifo(member.name, mode)
                else:
                    device = makedev(member.major & 0xFFFFFFFF, member.minor & 0xFFFFFFFF)
                    k.mknod(member.name, (S_IFCHR if kind == h.CHAR else S_IFBLK) | mode, device)
                break
            except SysError as error:
                answer = self._recover(member, error, regular=False, made=made)
                if answer == OK:
                    continue
                if answer == NO:
                    tar.failed(b"mkfifo" if kind == h.FIFO else b"mknod", member.name, error)
                return
        self._restorer.node(member)
