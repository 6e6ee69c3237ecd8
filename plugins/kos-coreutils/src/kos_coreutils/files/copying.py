"""Copying files and trees: the engine behind `cp`, `install`, and `mv` across filesystems.

    job = Copier(con)
    job.recursive = True ...                what the command's options ask for
    job.copy(b"src", b"dst")                complains itself; job.errors counts what failed

Trees are copied with a stack of our own, so depth is no limit. Data goes in chunks of a mebibyte. What the kernel may
refuse (an owner, a set-id bit) is given up in the order that never leaves a file more open than it should be: a new file
starts without the permissions for others and gets them last.

The parts: obstacles.py (what is there already), contents.py (data), specials.py (links, devices), attributes.py (times,
owners, modes). The cases and their order are GNU's (coreutils 9.1), so are the words of the messages.
"""

from __future__ import annotations

from kos_kernel.api import ENOENT, S_IFDIR, S_IFLNK, S_IFREG, Stat, SysError

from .attributes import omitted, set_attributes, target_mode
from .backups import Backups
from .console import Console
from .contents import copy_data
from .longpaths import LongPaths
from .obstacles import clear_way, is_same_entry
from .paths import join
from .rules import ALWAYS, ARGUMENTS, UNTOLD, kind_of
from .specials import copy_special, copy_symlink, link_over, make_link, make_symlink

Id = tuple[int, int]


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
        self.made: dict[bytes, Id] = {}  # destinations of this run's arguments
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

    def fail_on(self, what: bytes, name: bytes, error: SysError | None = None) -> None:
        """Complain about a copy that failed; the name comes quoted behind the text."""
        self.fail(what + b" " + self.con.quoted(name), error)

    # ------------------------------------------------------------ one file
    def _one(self, src: bytes, dst: bytes, fresh: bool, argument: bool, stack: list[_Folder]) -> None:
        """Copy one file, or push a directory on the stack. fresh: the destination's directory is new and empty."""
        k, quoted = self.k, self.con.quoted
        follow = self.follow == ALWAYS or (self.follow == ARGUMENTS and argument)
        try:
            stat = k.stat(src, follow=follow)
        except SysError as error:
            self.fail_on(b"cannot stat", src, error)
            return
        kind = kind_of(stat)
        if kind == S_IFDIR and not self.recursive:
            if self.installing:
                self.fail_on(b"omitting directory", src)
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
                    self.fail_on(b"cannot stat", dst, error)
                    return
                new = True
        backup: bytes | None = None
        if old is not None:
            settled, new, backup = clear_way(self, src, stat, dst, old)
            if settled:
                return
        if argument and not self.moving and dst in self.made and not self.backups:
            try:
                link = k.lstat(dst)
            except SysError:
                link = None
            if link is not None and kind_of(link) == S_IFLNK and (link.dev, link.ino) == self.made[dst]:
                self.fail(b"will not copy " + quoted(src) + b" through just-created symlink " + quoted(dst))
                return
        if self.verbose and not self.moving and kind != S_IFDIR:
            self.tell(src, dst, backup)
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
            done = make_symlink(self, src, dst)
        elif self.hard_link:
            done = make_link(self, src, dst, follow)
        elif kind == S_IFREG or (self.copy_contents and kind != S_IFLNK):
            if copy_data(self, src, dst, stat, new, follow):
                self._note_made(dst, argument)
            return
        elif kind == S_IFLNK:
            done = copy_symlink(self, src, dst, new, stat)
        else:
            done = copy_special(self, src, dst, stat, kind)
        if not done:
            return
        self._note_made(dst, argument)
        if not (self.symbolic_link or self.hard_link) and kind != S_IFLNK:
            set_attributes(self, src, dst, stat, target_mode(self, stat), 0, new)

    def _is_repeated(self, src: bytes, kind: int, identity: Id) -> bool:
        """Tell (and warn) whether the argument was given before."""
        names = self._sources.setdefault(identity, [])
        if any(is_same_entry(self, src, name) for name in names):
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
            self.made[dst] = (link.dev, link.ino)

    def tell(self, src: bytes, dst: bytes, backup: bytes | None, lead: bytes = b"") -> None:
        """Report a copy, as -v asks."""
        tail = b"" if backup is None else b" (backup: " + self.con.quoted(backup) + b")"
        self.con.out(lead + self.con.quoted(src) + b" -> " + self.con.quoted(dst) + tail + b"\n")

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
            link_over(self, earlier, dst, new)
        except SysError as error:
            self.fail(b"cannot create hard link " + quoted(dst) + b" to " + quoted(earlier), error)
        return True

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
                self.tell(src, dst, backup, b"renamed ")
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
            self.tell(src, dst, backup, b"copied ")
        return False

    # ------------------------------------------------------------ directories
    def _enter(
        self, src: bytes, dst: bytes, stat: Stat, old: Stat | None, argument: bool, stack: list[_Folder]
    ) -> None:
        """Make the directory if need be, and push it on the stack."""
        k = self.k
        identity = (stat.dev, stat.ino)
        if self.follow == ALWAYS and any((f.stat.dev, f.stat.ino) == identity for f in stack):
            self.fail_on(b"cannot copy cyclic symbolic link", src)
            return
        folder = _Folder(src, dst, stat, [])
        folder.mode = target_mode(self, stat)
        if old is None or kind_of(old) != S_IFDIR:
            folder.omitted = omitted(self, stat)
            try:
                k.mkdir(dst, folder.mode & ~folder.omitted)
                made = k.lstat(dst)
                if made.mode & 0o700 != 0o700:
                    folder.restore = True
                    folder.mode = made.mode & 0o7777
                    k.chmod(dst, folder.mode | 0o700)
            except SysError as error:
                self.fail_on(b"cannot create directory", dst, error)
                return
            folder.made = folder.fresh = True
            if not self._made_one:
                self._made_one = True
                self._made_folders.add((made.dev, made.ino))
            if self.verbose:
                if self.moving:
                    self.con.out(b"created directory " + self.con.quoted(dst) + b"\n")
                else:
                    self.tell(src, dst, None)
        else:
            folder.mode = old.mode & 0o7777
        self._note_made(dst, argument)
        if self.one_filesystem and stack and stat.dev != stack[0].stat.dev:
            stack.append(folder)
            return
        try:
            entries = [(entry.ino, entry.name) for entry in k.scandir(src)]
        except SysError as error:
            self.fail_on(b"cannot access", src, error)
        else:
            entries.sort()
            folder.names = [name for _, name in entries]
        stack.append(folder)

    def _finish(self, folder: _Folder) -> None:
        """Give a directory its attributes, now that all is in it."""
        set_attributes(
            self, folder.src, folder.dst, folder.stat, folder.mode, folder.omitted, folder.made, restore=folder.restore
        )

    # ------------------------------------------------------------ everything else
