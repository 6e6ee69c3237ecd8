"""Copying files and trees: the engine behind `cp`, `install`, and `mv` across filesystems.

    job = Copier(con)
    job.recursive = True ...                what the command's options ask for
    job.copy(b"src", b"dst")                complains itself; job.errors counts what failed

Trees are copied with a stack of our own, so depth is no limit. Data goes in chunks of a mebibyte. What the kernel may
refuse (an owner, a set-id bit) is given up in the order that never leaves a file more open than it should be: a new file
starts without the permissions for others and gets them last.

The cases and their order are GNU's (coreutils 9.1), so are the words of the messages.
"""

from __future__ import annotations

from kos_kernel.api import (
    EEXIST,
    EISDIR,
    ENOENT,
    EPERM,
    O_CREAT,
    O_EXCL,
    O_RDONLY,
    O_TRUNC,
    O_WRONLY,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    W_OK,
    NotADirectory,
    Stat,
    SysError,
)

from .backups import Backups
from .console import Console
from .longpaths import LongPaths
from .modes import mode_string
from .paths import base, canonical, join, parent
from .prompts import ask

CHUNK = 1 << 20
NEVER, ARGUMENTS, ALWAYS = "never", "arguments", "always"
ASK, SKIP, FORCE, UNTOLD = "ask", "skip", "force", "untold"
Id = tuple[int, int]


def kind_of(stat: Stat) -> int:
    """Return the file type bits."""
    return stat.mode & S_IFMT


class _Folder:
    """A directory that is being copied: what is left to do in it, and what its attributes will be."""

    __slots__ = ("dst", "fresh", "made", "mode", "names", "next", "omitted", "restore", "src", "stat")

    def __init__(self, src: bytes, dst: bytes, stat: Stat, names: list[bytes]) -> None:
        self.src = src
        self.dst = dst
        self.stat = stat
        self.names = names
        self.next = 0
        self.made = False  # this run made it
        self.fresh = False  # nothing can be in it yet
        self.mode = 0
        self.omitted = 0
        self.restore = False


class Copier:
    """One run's copies: the options, and what has been copied so far."""

    def __init__(self, con: Console) -> None:
        self.con = con
        self.k = LongPaths(con.k)
        self.recursive = False
        self.follow = ALWAYS  # which symlinks are followed in the source
        self.copy_contents = False  # read devices and fifos instead of making new ones
        self.keep_mode = self.keep_owner = self.keep_times = self.keep_links = self.keep_xattrs = False
        self.require_xattrs = False
        self.drop_mode = False  # --no-preserve=mode
        self.fixed_mode: int | None = None  # install's -m
        self.hard_link = self.symbolic_link = False
        self.interactive = UNTOLD
        self.force = False  # an unwritable destination is removed and tried again
        self.remove_destination = False
        self.update = False
        self.verbose = False
        self.attributes_only = False
        self.one_filesystem = False
        self.moving = False
        self.installing = False
        self.sparse = "auto"
        self.backups = Backups()
        self.stdin_is_tty = False
        self.umask = self.k.umask(0)
        self.k.umask(self.umask)
        self.errors = 0
        self.into_itself = False
        self.copied = False  # the last argument was copied, not renamed or left alone
        self._sources: dict[Id, list[bytes]] = {}
        self._made: dict[bytes, Id] = {}  # destinations of this run's arguments
        self._links: dict[Id, bytes] = {}
        self._made_folders: set[Id] = set()  # the first directory that each argument made
        self._made_one = False
        self._top: tuple[bytes, bytes] = (b"", b"")

    # ------------------------------------------------------------ entry
    def copy(self, src: bytes, dst: bytes) -> bool:
        """Copy one argument, with everything below it if that is asked for. Returns whether all went well."""
        before = self.errors
        self._top = (src, dst)
        self._made_one = False
        self.into_itself = self.copied = False
        stack: list[_Folder] = []
        self._one(src, dst, False, True, stack)
        while stack:
            folder = stack[-1]
            if self.into_itself:
                folder.next = len(folder.names)
            if folder.next < len(folder.names):
                name = folder.names[folder.next]
                folder.next += 1
                self._one(join(folder.src, name), join(folder.dst, name), folder.fresh, False, stack)
            else:
                stack.pop()
                self._finish(folder)
        return self.errors == before

    def fail(self, text: bytes, error: SysError | None = None) -> None:
        """Complain about a copy that failed."""
        self.errors += 1
        self.con.complain(text, error)

    def _fail_on(self, what: bytes, name: bytes, error: SysError | None = None) -> None:
        self.fail(what + b" " + self.con.quoted(name), error)

    # ------------------------------------------------------------ one file
    def _one(self, src: bytes, dst: bytes, fresh: bool, argument: bool, stack: list[_Folder]) -> None:
        """Copy one file, or push a directory on the stack. fresh: the destination's directory is new and empty."""
        k, quoted = self.k, self.con.quoted
        follow = self.follow == ALWAYS or (self.follow == ARGUMENTS and argument)
        try:
            stat = k.stat(src, follow=follow)
        except SysError as error:
            self._fail_on(b"cannot stat", src, error)
            return
        kind = kind_of(stat)
        if kind == S_IFDIR and not self.recursive:
            if self.installing:
                self._fail_on(b"omitting directory", src)
            else:
                self.fail(b"-r not specified; omitting directory " + quoted(src))
            return
        if argument and self._is_repeated(src, kind, (stat.dev, stat.ino)):
            return
        new = fresh
        old: Stat | None = None
        if not fresh:
            literally = (
                (kind != S_IFREG and not (self.copy_contents and kind not in (S_IFDIR, S_IFLNK)))
                or self.moving
                or self.symbolic_link
                or self.hard_link
                or bool(self.backups)
                or self.remove_destination
            )
            try:
                old = k.stat(dst, follow=not literally)
            except SysError as error:
                if error.errno != ENOENT and not (error.errno == 40 and self.force):
                    self._fail_on(b"cannot stat", dst, error)
                    return
                new = True
        backup: bytes | None = None
        if old is not None:
            settled, new, backup = self._clear_way(src, stat, dst, old)
            if settled:
                return
        if argument and not self.moving and dst in self._made and not self.backups:
            try:
                link = k.lstat(dst)
            except SysError:
                link = None
            if link is not None and kind_of(link) == S_IFLNK and (link.dev, link.ino) == self._made[dst]:
                self.fail(b"will not copy " + quoted(src) + b" through just-created symlink " + quoted(dst))
                return
        if self.verbose and not self.moving and kind != S_IFDIR:
            self._tell(src, dst, backup)
        if self._is_earlier(src, dst, stat, kind, new, argument):
            return
        if self.moving and self._rename(src, dst, stat, old if not new else None, backup, argument):
            return
        self.copied = True
        done = False
        if kind == S_IFDIR:
            self._enter(src, dst, stat, old if not new else None, argument, stack)
            return
        if self.symbolic_link:
            done = self._make_symlink(src, dst)
        elif self.hard_link:
            done = self._make_link(src, dst, follow)
        elif kind == S_IFREG or (self.copy_contents and kind != S_IFLNK):
            if self._copy_data(src, dst, stat, new, follow):
                self._note_made(dst, argument)
            return
        elif kind == S_IFLNK:
            done = self._copy_symlink(src, dst, new, stat)
        else:
            done = self._copy_special(src, dst, stat, kind)
        if not done:
            return
        self._note_made(dst, argument)
        if not (self.symbolic_link or self.hard_link) and kind != S_IFLNK:
            self._set_attributes(src, dst, stat, self._target_mode(stat), 0, new)

    def _is_repeated(self, src: bytes, kind: int, identity: Id) -> bool:
        """Tell (and warn) whether the argument was given before."""
        names = self._sources.setdefault(identity, [])
        if any(self._is_same_entry(src, name) for name in names):
            if kind == S_IFDIR and not (self.moving or self.hard_link):
                self.con.say(b"warning: source directory " + self.con.quoted(src) + b" specified more than once")
                return True
            if kind != S_IFDIR and not self.backups and not self.moving:
                self.con.say(b"warning: source file " + self.con.quoted(src) + b" specified more than once")
                return True
        names.append(src)
        return False

    def _note_made(self, dst: bytes, argument: bool) -> None:
        if argument:
            try:
                link = self.k.lstat(dst)
            except SysError:
                return
            self._made[dst] = (link.dev, link.ino)

    def _tell(self, src: bytes, dst: bytes, backup: bytes | None, lead: bytes = b"") -> None:
        tail = b"" if backup is None else b" (backup: " + self.con.quoted(backup) + b")"
        self.con.out(lead + self.con.quoted(src) + b" -> " + self.con.quoted(dst) + tail + b"\n")

    # ------------------------------------------------------------ what is in the way
    def _clear_way(self, src: bytes, stat: Stat, dst: bytes, old: Stat) -> tuple[bool, bool, bytes | None]:
        """Deal with an existing destination. Returns (nothing is left to do, the destination is new now, its backup)."""
        k, quoted = self.k, self.con.quoted
        kind, old_kind = kind_of(stat), kind_of(old)
        fine, finished = self._may_be_same(src, stat, dst, old)
        if not fine:
            self.fail(quoted(src) + b" and " + quoted(dst) + b" are the same file")
            return True, False, None
        if self.update and kind != S_IFDIR and stat.mtime_ns <= old.mtime_ns:
            return True, False, None
        if kind != S_IFDIR and (self.interactive == SKIP or not self._may_overwrite(dst, old)):
            return True, False, None
        if finished:
            return True, False, None
        if kind == S_IFDIR and old_kind != S_IFDIR:
            if self.moving and self.backups:
                pass
            elif self.moving:
                self.fail(b"cannot overwrite non-directory " + quoted(dst) + b" with directory " + quoted(src))
                return True, False, None
            else:
                self.fail(b"cannot overwrite non-directory " + quoted(dst) + b" with directory " + quoted(src))
                return True, False, None
        if kind != S_IFDIR:
            if old_kind == S_IFDIR and not (self.moving and self.backups):
                self.fail(b"cannot overwrite directory " + quoted(dst) + b" with non-directory")
                return True, False, None
            if dst in self._made and self.backups.kind != "numbered":
                link = k.lstat(dst)
                if (link.dev, link.ino) == self._made[dst]:
                    self.fail(b"will not overwrite just-created " + quoted(dst) + b" with " + quoted(src))
                    return True, False, None
        elif self.moving and dst in self._made and not self.backups:
            link = k.lstat(dst)
            if (link.dev, link.ino) == self._made[dst]:
                self.fail(b"will not overwrite just-created " + quoted(dst) + b" with " + quoted(src))
                return True, False, None
        if self.backups and base(src) not in (b".", b"..") and (self.moving or old_kind != S_IFDIR):
            return self._back_up(src, dst)
        if (
            old_kind != S_IFDIR
            and not self.moving
            and (
                self.remove_destination
                or (self.keep_links and old.nlink > 1 and not self.attributes_only)
                or (self.follow == NEVER and kind != S_IFREG)
            )
        ):
            try:
                k.unlink(dst)
            except SysError as error:
                if error.errno != ENOENT:
                    self._fail_on(b"cannot remove", dst, error)
                    return True, False, None
            if self.verbose:
                self.con.out(b"removed " + quoted(dst) + b"\n")
            return False, True, None
        return False, False, None

    def _back_up(self, src: bytes, dst: bytes) -> tuple[bool, bool, bytes | None]:
        name = self.backups.name_for(self.k, dst)
        if self._is_same_entry(src, name):
            verb = b"moved" if self.moving else b"copied"
            shown = self.con.quoted
            self.fail(b"backing up " + shown(dst) + b" might destroy source;  " + shown(src) + b" not " + verb)
            return True, False, None
        try:
            self.k.rename(dst, name)
        except SysError as error:
            if error.errno == ENOENT:
                return False, True, None
            self._fail_on(b"cannot backup", dst, error)
            return True, False, None
        return False, True, name

    def _is_same_entry(self, one: bytes, other: bytes) -> bool:
        """Tell whether two names are one directory entry."""
        if base(one) != base(other):
            return False
        try:
            a, b = self.k.stat(parent(one)), self.k.stat(parent(other))
        except SysError:
            return False
        return (a.dev, a.ino) == (b.dev, b.ino)

    def _may_be_same(self, src: bytes, stat: Stat, dst: bytes, old: Stat) -> tuple[bool, bool]:
        """Return (source and destination may be what they are, there's nothing to do at all)."""
        same = (stat.dev, stat.ino) == (old.dev, old.ino)
        if same and self.hard_link:
            return True, True
        if self.follow == NEVER:
            same_link, src_link, dst_link = same, stat, old
            if kind_of(stat) == S_IFLNK and kind_of(old) == S_IFLNK:
                same_name = self._is_same_entry(src, dst)
                if not same_name:
                    if self.backups:
                        return True, False
                    if same_link:
                        return not self.moving, True
                return not same_name, False
        else:
            if not same:
                return True, False
            src_link, dst_link = self.k.lstat(src), self.k.lstat(dst)
            same_link = (src_link.dev, src_link.ino) == (dst_link.dev, dst_link.ino)
            if kind_of(src_link) == S_IFLNK and kind_of(dst_link) == S_IFLNK and self.remove_destination:
                return True, False
        src_is_link, dst_is_link = kind_of(src_link) == S_IFLNK, kind_of(dst_link) == S_IFLNK
        if self.backups:
            if not same_link:
                return self.moving or self.follow == NEVER or not src_is_link or dst_is_link, False
            return not self._is_same_entry(src, dst), False
        if self.moving or self.remove_destination:
            if dst_is_link:
                return True, False
            if same_link and dst_link.nlink > 1 and not self._is_same_entry(src, dst):
                return not self.moving, False
        if not src_is_link and not dst_is_link:
            if not same_link:
                return True, False
            if self.hard_link:
                return True, True
        if self.moving and src_is_link and dst_link.nlink > 1:
            try:
                return not self._is_same_entry(canonical(self.con.k, src), dst), False
            except SysError:
                return True, False
        if self.symbolic_link or ((self.hard_link or self.remove_destination) and dst_is_link):
            return dst_link.dev == src_link.dev, False
        if self.follow == NEVER:
            try:
                a = self.k.stat(src) if src_is_link else src_link
                b = self.k.stat(dst) if dst_is_link else dst_link
            except SysError:
                return True, False
            if (a.dev, a.ino) != (b.dev, b.ino):
                return True, False
            if self.hard_link:
                return True, not dst_is_link
        return False, False

    def _may_overwrite(self, dst: bytes, old: Stat) -> bool:
        """Ask before overwriting, if asking is due."""
        link = kind_of(old) == S_IFLNK
        writable = True
        if self.interactive == ASK or (self.moving and self.interactive == UNTOLD and self.stdin_is_tty):
            if not link:
                try:
                    self.k.access(dst, W_OK, effective=True)
                except SysError:
                    writable = False
            if self.interactive != ASK and writable:
                return True
        else:
            return True
        shown = self.con.quoted(dst)
        if writable:
            return ask(self.con, b"overwrite " + shown + b"? ")
        mode = b"%04o" % (old.mode & 0o7777)
        letters = mode_string(old.mode)[1:].encode()
        if self.moving or self.remove_destination or self.force:
            return ask(self.con, b"replace " + shown + b", overriding mode " + mode + b" (" + letters + b")? ")
        return ask(self.con, b"unwritable " + shown + b" (mode " + mode + b", " + letters + b"); try anyway? ")

    # ------------------------------------------------------------ links between copies
    def _is_earlier(self, src: bytes, dst: bytes, stat: Stat, kind: int, new: bool, argument: bool) -> bool:
        """Deal with a file that has been copied before under another name, and with a copy into itself."""
        identity = (stat.dev, stat.ino)
        quoted = self.con.quoted
        earlier: bytes | None = None
        if kind == S_IFDIR:
            if identity in self._made_folders:
                self.fail(
                    b"cannot copy a directory, " + quoted(self._top[0]) + b", into itself, " + quoted(self._top[1])
                )
                self.into_itself = True
                return True
            return False
        if self.keep_links and not self.hard_link and (stat.nlink > 1 or self.follow == ALWAYS or argument):
            earlier = self._links.setdefault(identity, dst)
            if earlier is dst or earlier == dst:
                return False
        elif self.moving and stat.nlink == 1:
            earlier = self._links.get(identity)
        if earlier is None:
            return False
        try:
            self._link_over(earlier, dst, new)
        except SysError as error:
            self.fail(b"cannot create hard link " + quoted(dst) + b" to " + quoted(earlier), error)
        return True

    def _link_over(self, target: bytes, name: bytes, new: bool, *, follow: bool = False) -> None:
        """Make a hard link, replacing what is there."""
        try:
            self.k.link(target, name, follow=follow)
        except SysError as error:
            if error.errno != EEXIST or new:
                raise
            self.k.unlink(name)
            self.k.link(target, name, follow=follow)

    # ------------------------------------------------------------ moving
    def _rename(
        self, src: bytes, dst: bytes, stat: Stat, old: Stat | None, backup: bytes | None, argument: bool
    ) -> bool:
        """Rename, if both are on one filesystem. Returns False if the file must be copied."""
        if not argument:
            return False  # below an argument that is being copied already
        k, quoted = self.k, self.con.quoted
        try:
            k.rename(src, dst)
        except SysError as error:
            if error.errno == 22:  # EINVAL
                self.fail(b"cannot move " + quoted(src) + b" to a subdirectory of itself, " + quoted(dst))
                self.into_itself = True
                return True
            if error.errno != 18:  # EXDEV
                self.fail(b"cannot move " + quoted(src) + b" to " + quoted(dst), error)
                return True
        else:
            if self.verbose:
                self._tell(src, dst, backup, b"renamed ")
            self._note_made(dst, argument)
            return True
        if old is not None:
            try:
                (k.rmdir if kind_of(old) == S_IFDIR else k.unlink)(dst)
            except SysError as error:
                if error.errno != ENOENT:
                    self.fail(
                        b"inter-device move failed: "
                        + quoted(src)
                        + b" to "
                        + quoted(dst)
                        + b"; unable to remove target",
                        error,
                    )
                    return True
        if self.verbose and kind_of(stat) != S_IFDIR:
            self._tell(src, dst, backup, b"copied ")
        return False

    # ------------------------------------------------------------ directories
    def _target_mode(self, stat: Stat) -> int:
        return (stat.mode if self.fixed_mode is None else self.fixed_mode) & 0o7777

    def _omitted(self, stat: Stat) -> int:
        """Return the permissions that a new file doesn't get before it is complete."""
        mode = self._target_mode(stat)
        if self.keep_owner:
            return mode & 0o077
        return mode & 0o022 if kind_of(stat) == S_IFDIR else 0

    def _enter(
        self, src: bytes, dst: bytes, stat: Stat, old: Stat | None, argument: bool, stack: list[_Folder]
    ) -> None:
        """Make the directory if need be, and push it on the stack."""
        k = self.k
        identity = (stat.dev, stat.ino)
        if self.follow == ALWAYS and any((f.stat.dev, f.stat.ino) == identity for f in stack):
            self._fail_on(b"cannot copy cyclic symbolic link", src)
            return
        folder = _Folder(src, dst, stat, [])
        folder.mode = self._target_mode(stat)
        if old is None or kind_of(old) != S_IFDIR:
            folder.omitted = self._omitted(stat)
            try:
                k.mkdir(dst, folder.mode & ~folder.omitted)
                made = k.lstat(dst)
                if made.mode & 0o700 != 0o700:
                    folder.restore = True
                    folder.mode = made.mode & 0o7777
                    k.chmod(dst, folder.mode | 0o700)
            except SysError as error:
                self._fail_on(b"cannot create directory", dst, error)
                return
            folder.made = folder.fresh = True
            if not self._made_one:
                self._made_one = True
                self._made_folders.add((made.dev, made.ino))
            if self.verbose:
                if self.moving:
                    self.con.out(b"created directory " + self.con.quoted(dst) + b"\n")
                else:
                    self._tell(src, dst, None)
        else:
            folder.mode = old.mode & 0o7777
        self._note_made(dst, argument)
        if self.one_filesystem and stack and stat.dev != stack[0].stat.dev:
            stack.append(folder)
            return
        try:
            entries = [(entry.ino, entry.name) for entry in k.scandir(src)]
        except SysError as error:
            self._fail_on(b"cannot access", src, error)
        else:
            entries.sort()
            folder.names = [name for _, name in entries]
        stack.append(folder)

    def _finish(self, folder: _Folder) -> None:
        """Give a directory its attributes, now that all is in it."""
        self._set_attributes(
            folder.src, folder.dst, folder.stat, folder.mode, folder.omitted, folder.made, restore=folder.restore
        )

    # ------------------------------------------------------------ files
    def _copy_data(self, src: bytes, dst: bytes, stat: Stat, new: bool, follow: bool) -> bool:
        """Copy a file's data and attributes."""
        k = self.k
        mode, omitted = self._target_mode(stat), self._omitted(stat)
        try:
            source = k.open(src, O_RDONLY | (0 if follow else 0o400000))
        except SysError as error:
            self.fail(b"cannot open " + self.con.quoted(src) + b" for reading", error)
            return False
        try:
            target, new = self._open_target(dst, mode & 0o777 & ~omitted, new)
            if target < 0:
                return False
            try:
                if not self.attributes_only and not self._pour(source, target, src, dst, stat):
                    return False
                return self._set_file_attributes(source, target, src, dst, stat, mode, omitted, new)
            finally:
                k.close(target)
        finally:
            k.close(source)

    def _open_target(self, dst: bytes, mode: int, new: bool) -> tuple[int, bool]:
        """Return (descriptor or -1, whether the file is new)."""
        k = self.k
        if not new:
            try:
                return k.open(dst, O_WRONLY | (0 if self.attributes_only else O_TRUNC)), False
            except SysError as error:
                if not self.force:
                    if error.errno == ENOENT:
                        new = True
                    else:
                        self._fail_on(b"cannot create regular file", dst, error)
                        return -1, False
                else:
                    try:
                        k.unlink(dst)
                    except SysError as failure:
                        if failure.errno != ENOENT:
                            self._fail_on(b"cannot remove", dst, failure)
                            return -1, False
                    if self.verbose:
                        self.con.out(b"removed " + self.con.quoted(dst) + b"\n")
        try:
            return k.open(dst, O_WRONLY | O_CREAT | O_EXCL, mode), True
        except SysError as error:
            if error.errno == EEXIST and not self.moving:
                try:
                    dangling = kind_of(k.lstat(dst)) == S_IFLNK
                except SysError:
                    dangling = False
                if dangling:
                    if b"POSIXLY_CORRECT" in k.env:
                        return k.open(dst, O_WRONLY | O_CREAT, mode), True
                    self._fail_on(b"not writing through dangling symlink", dst)
                    return -1, False
            if error.errno == EISDIR and dst.endswith(b"/"):
                error = NotADirectory(dst)
            self._fail_on(b"cannot create regular file", dst, error)
            return -1, False

    def _pour(self, source: int, target: int, src: bytes, dst: bytes, stat: Stat) -> bool:
        """Copy all data; blocks of zeros become holes with --sparse=always, or if the source has holes too."""
        k = self.k
        holes = self.sparse == "always" or (self.sparse == "auto" and stat.blocks * 512 < stat.size)
        whole = stat.size if kind_of(stat) == S_IFREG and stat.size else 1 << 63  # at which the end needs no proof
        size = 0
        ends_in_hole = False
        while size < whole:
            try:
                data = k.read(source, CHUNK)
            except SysError as error:
                self._fail_on(b"error reading", src, error)
                return False
            if not data:
                break
            try:
                if holes:
                    ends_in_hole = self._write_sparse(target, data)
                else:
                    written = k.write(target, data)
                    while written < len(data):
                        written += k.write(target, data[written:])
            except SysError as error:
                self._fail_on(b"error writing", dst, error)
                return False
            size += len(data)
        if ends_in_hole:
            k.ftruncate(target, size)
        return True

    def _write_sparse(self, target: int, data: bytes) -> bool:
        """Write data, skipping blocks of zeros; tell whether the last block was skipped."""
        k = self.k
        skipped = False
        for start in range(0, len(data), 4096):
            block = data[start : start + 4096]
            skipped = not block.strip(b"\0")
            if skipped:
                k.lseek(target, len(block), 1)
            else:
                k.write(target, block)
        return skipped

    def _set_file_attributes(
        self, source: int, target: int, src: bytes, dst: bytes, stat: Stat, mode: int, omitted: int, new: bool
    ) -> bool:
        """Set times, owner and mode of a file that is still open."""
        k = self.k
        fine = True
        if self.keep_times:
            try:
                k.futimens(target, stat.atime_ns, stat.mtime_ns)
            except SysError as error:
                self._fail_on(b"preserving times for", dst, error)
                fine = False
        now = k.fstat(target) if self.keep_owner or self.keep_mode or self.moving else stat
        changed = False
        if self.keep_owner:
            if (now.uid, now.gid) != (stat.uid, stat.gid):
                changed = True
                mode = self._change_owner(lambda uid, gid: k.fchown(target, uid, gid), dst, stat, mode)
        if self.keep_xattrs:
            fine = self._copy_xattrs(src, dst) and fine
        try:
            if self.keep_mode or self.moving:
                if changed or now.mode & 0o7777 != mode:
                    k.fchmod(target, mode)
            elif self.fixed_mode is not None:
                k.fchmod(target, self.fixed_mode)
            elif self.drop_mode and new:
                k.fchmod(target, 0o666 & ~self.umask)
            elif omitted & ~self.umask:
                k.fchmod(target, mode & 0o777 & ~self.umask)
        except SysError as error:
            self._fail_on(b"preserving permissions for", dst, error)
            fine = False
        return fine

    def _change_owner(self, chown: object, dst: bytes, stat: Stat, mode: int) -> int:
        """Set the owner; if that isn't allowed, the group; returns the mode without set-id bits if neither was."""
        assert callable(chown)
        try:
            chown(stat.uid, stat.gid)
        except SysError as error:
            if error.errno != EPERM and error.errno != 22:
                self._fail_on(b"failed to preserve ownership for", dst, error)
                return mode
            try:
                chown(-1, stat.gid)
            except SysError:
                pass
            return mode & ~0o7000
        return mode

    def _copy_xattrs(self, src: bytes, dst: bytes) -> bool:
        """Copy extended attributes; only --preserve=xattr complains if that isn't possible."""
        k = self.k
        try:
            for name in k.listxattr(src):
                k.setxattr(dst, name, k.getxattr(src, name))
        except SysError as error:
            if self.require_xattrs:
                self._fail_on(b"preserving attributes for", dst, error)
                return False
        return True

    # ------------------------------------------------------------ everything else
    def _make_symlink(self, src: bytes, dst: bytes) -> bool:
        """cp -s."""
        if not src.startswith(b"/") and b"/" in dst.removeprefix(b"./") and not self._is_here(parent(dst)):
            self.fail(self.con.plain(dst) + b": can make relative symbolic links only in current directory")
            return False
        try:
            try:
                self.k.symlink(src, dst)
            except SysError as error:
                if error.errno != EEXIST or not (self.force or self.remove_destination):
                    raise
                self.k.unlink(dst)
                self.k.symlink(src, dst)
        except SysError as error:
            self.fail(b"cannot create symbolic link " + self.con.quoted(dst) + b" to " + self.con.quoted(src), error)
            return False
        return True

    def _is_here(self, folder: bytes) -> bool:
        here, there = self.k.stat(b"."), self.k.stat(folder)
        return (here.dev, here.ino) == (there.dev, there.ino)

    def _make_link(self, src: bytes, dst: bytes, follow: bool) -> bool:
        """cp -l."""
        try:
            try:
                self.k.link(src, dst, follow=follow)
            except SysError as error:
                if error.errno != EEXIST or not (self.force or self.remove_destination):
                    raise
                self.k.unlink(dst)
                self.k.link(src, dst, follow=follow)
        except SysError as error:
            self.fail(b"cannot create hard link " + self.con.quoted(dst) + b" to " + self.con.quoted(src), error)
            return False
        return True

    def _copy_symlink(self, src: bytes, dst: bytes, new: bool, stat: Stat) -> bool:
        """Make a symlink with the same text."""
        k = self.k
        try:
            text = k.readlink(src)
        except SysError as error:
            self._fail_on(b"cannot read symbolic link", src, error)
            return False
        try:
            k.symlink(text, dst)
        except SysError as error:
            if not (error.errno == EEXIST and self.update and not new and self._reads(dst, text)):
                self._fail_on(b"cannot create symbolic link", dst, error)
                return False
        if self.keep_owner:
            try:
                k.chown(dst, stat.uid, stat.gid, follow=False)
            except SysError as error:
                if error.errno != EPERM:
                    self._fail_on(b"failed to preserve ownership for", dst, error)
        if self.keep_times:
            try:
                k.utimens(dst, stat.atime_ns, stat.mtime_ns, follow=False)
            except SysError as error:
                self._fail_on(b"preserving times for", dst, error)
        return True

    def _reads(self, link: bytes, text: bytes) -> bool:
        try:
            return self.k.readlink(link) == text
        except SysError:
            return False

    def _copy_special(self, src: bytes, dst: bytes, stat: Stat, kind: int) -> bool:
        """Make a fifo, device or socket like the source."""
        mode = self._target_mode(stat) & 0o777 & ~self._omitted(stat)
        if kind not in (S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK):
            self.fail(self.con.quoted(src) + b" has unknown file type")
            return False
        try:
            self.k.mknod(dst, kind | mode, stat.rdev if kind in (S_IFCHR, S_IFBLK) else 0)
        except SysError as error:
            what = b"cannot create fifo" if kind == S_IFIFO else b"cannot create special file"
            self._fail_on(what, dst, error)
            return False
        return True

    def _set_attributes(
        self, src: bytes, dst: bytes, stat: Stat, mode: int, omitted: int, new: bool, *, restore: bool = False
    ) -> None:
        """Set owner, times and mode of what isn't a regular file."""
        k = self.k
        if self.keep_times:
            try:
                k.utimens(dst, stat.atime_ns, stat.mtime_ns)
            except SysError as error:
                self._fail_on(b"preserving times for", dst, error)
        keep = self._target_mode(stat)
        if self.keep_owner:
            keep = self._change_owner(lambda uid, gid: k.chown(dst, uid, gid), dst, stat, keep)
        if self.keep_xattrs:
            self._copy_xattrs(src, dst)
        try:
            if self.keep_mode or self.moving:
                k.chmod(dst, keep)
            elif self.fixed_mode is not None:
                k.chmod(dst, self.fixed_mode)
            elif self.drop_mode and new:
                k.chmod(dst, (0o777 if kind_of(stat) == S_IFDIR else 0o666) & ~self.umask)
            elif omitted & ~self.umask:
                k.chmod(
                    dst,
                    (k.stat(dst).mode & 0o7777) | (omitted & ~self.umask)
                    if not restore
                    else mode | (omitted & ~self.umask),
                )
            elif restore:
                k.chmod(dst, mode)
        except SysError as error:
            self._fail_on(b"preserving permissions for" if self.keep_mode else b"setting permissions for", dst, error)
