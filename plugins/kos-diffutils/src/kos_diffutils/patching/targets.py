"""The files that a patch is about: which one a heading means, what is in it, and how the new contents replace the old.

No name that a patch tells leads out of the directory: "..", absolute names and directories that are symbolic links to
elsewhere are refused. A name on the command line is the user's and may lead anywhere.
"""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from kos_kernel.api import (
    O_CREAT,
    O_EXCL,
    O_TRUNC,
    O_WRONLY,
    InvalidArgument,
    NoSuchFile,
    SysError,
    cause,
)

from .headings import INDEX, NEW, OLD, Heading
from .options import Fatal

if TYPE_CHECKING:
    from kos_kernel.api import Stat

    from .options import Settings


class Targets:
    """What is known of the files across the patches of one run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.k = settings.k
        self._warned: set[bytes] = set()
        self._written: set[tuple[int, int]] = set()

    # ---------------------------------------------------------------- which file
    def safe(self, name: bytes | None) -> bool:
        """Tell whether the name stays below this directory; complain of one that doesn't, once."""
        if not name:
            return False
        if not name.startswith(b"/") and b".." not in name.split(b"/"):
            return True
        if name not in self._warned:
            self._warned.add(name)
            self.settings.say(b"Ignoring potentially dangerous file name %s\n" % self.settings.quoted(name))
        return False

    def _leads_out(self, name: bytes) -> bool:
        """Tell whether a directory of the name is a symbolic link that leaves the working directory."""
        here: list[bytes] = []
        todo = [part for part in name.split(b"/") if part not in (b"", b".")][:-1]
        links = 0
        while todo:
            part = todo.pop(0)
            if part == b"..":
                if not here:
                    return True
                here.pop()
                continue
            path = b"/".join([*here, part])
            found = self.stat(path)
            if found is not None and modes.S_ISLNK(found.mode):
                links += 1
                target = self.k.readlink(path)
                if target.startswith(b"/") or links > 40:
                    return True
                todo[:0] = [piece for piece in target.split(b"/") if piece not in (b"", b".")]
                continue
            here.append(part)
        return False

    def stat(self, name: bytes) -> Stat | None:
        """Return what the name is, a link itself and not where it leads; None if it can't be told."""
        try:
            return self.k.lstat(name)
        except SysError:
            return None

    def best(self, found: Heading, posix: bool, reverse: bool) -> tuple[bytes | None, bytes | None]:
        """Return (the file to patch or None, the one that would be created if the patch were the other way round)."""
        if found.renames or found.copies:
            one, two = found.names[OLD], found.names[NEW]
            verb = b"rename" if found.renames else b"copy"
            if not (self.safe(one) and self.safe(two)) or any(name and self._leads_out(name) for name in (one, two)):
                self.settings.say(b"Cannot %s file without two valid file names\n" % verb)
                return None, None
            return (two if reverse else one), None
        order = [OLD, NEW, INDEX]
        names = {kind: found.names[kind] for kind in order}
        if not posix and (names[OLD] or names[NEW]):
            names[INDEX] = None
        named = [name for kind in order if (name := names[kind])]
        present = [
            name for name in named if self.stat(name) is not None and self.safe(name) and not self._leads_out(name)
        ]
        creates = found.nonexistent[reverse]
        if present:
            return (present[0] if posix else self._shortest(present)), None
        named = [name for name in named if self.stat(name) is None]
        if not named:
            return None, None
        best = self._shortest_new(named)
        if not (creates or found.nonexistent[not reverse]) or not self.safe(best):
            return None, None
        if self._leads_out(best):
            self.settings.say(b"Invalid file name %s -- skipping patch\n" % self.settings.quoted(best))
            return None, None
        return (best, None) if creates else (None, best)

    @staticmethod
    def _shortest(names: list[bytes]) -> bytes:
        return min(names, key=lambda name: (name.count(b"/"), len(name.rpartition(b"/")[2]), len(name)))

    def _shortest_new(self, names: list[bytes]) -> bytes:
        def missing(name: bytes) -> int:
            parts = name.split(b"/")[:-1]
            there = 0
            for count in range(1, len(parts) + 1):
                if self.stat(b"/".join(parts[:count])) is None:
                    break
                there = count
            return len(parts) - there

        fewest = min(map(missing, names))
        return self._shortest([name for name in names if missing(name) == fewest])

    # ---------------------------------------------------------------- contents
    def read(self, name: bytes, found: Stat | None) -> bytes:
        """Return the contents, a link's target if it is one, b"" if it isn't there."""
        if found is None:
            return b""
        try:
            if modes.S_ISLNK(found.mode):
                return self.k.readlink(name)
            fd = self.k.open(name)
            try:
                return self.k.read_all(fd)
            finally:
                self.k.close(fd)
        except SysError as error:
            raise Fatal(b"Can't open file %s : %s" % (self.settings.quoted(name), cause(error))) from None

    def back_up(self, name: bytes) -> None:
        """Keep the file as it was under its backup's name: an empty one if there was none. Once in a run."""
        before = self.stat(name)
        if before is not None and (before.dev, before.ino) in self._written:
            return
        backup = self.settings.backup_name(name)
        try:
            self._make_folders(backup)
            if before is None:
                try:
                    self.k.unlink(backup)
                except SysError:
                    pass
                self.k.close(self.k.open(backup, O_WRONLY | O_CREAT | O_TRUNC, 0o666))
                self.k.chmod(backup, 0)
            else:
                if self.settings.verbose:
                    say, quoted = self.settings.say, self.settings.quoted
                    say(b"Renaming file %s to %s\n" % (quoted(name), quoted(backup)))
                self.k.rename(name, backup)
        except SysError as error:
            quoted = self.settings.quoted
            raise Fatal(b"Can't rename file %s to %s : %s" % (quoted(name), quoted(backup), cause(error))) from None

    def write(self, name: bytes, data: bytes, mode: int, link: bool, times: tuple[int, int] | None) -> None:
        """Put the new contents in the old ones' place in one step; a name that isn't there yet gets its folders."""
        try:
            self._make_folders(name)
            passing = self._free_name(name)
            if link:
                if not data:
                    raise InvalidArgument()
                self.k.symlink(data, passing)
            else:
                fd = self.k.open(passing, O_WRONLY | O_CREAT | O_EXCL, 0o600)
                try:
                    rest = memoryview(data)
                    while rest:
                        rest = rest[self.k.write(fd, rest) :]
                finally:
                    self.k.close(fd)
                self.k.chmod(passing, mode & 0o7777)
            self._keep_owner(name, passing)
            self.k.rename(passing, name)
            if times is not None and not link:
                self.k.utimens(name, *times)
            done = self.k.lstat(name)
        except SysError as error:
            raise Fatal(b"Can't create file %s : %s" % (self.settings.quoted(name), cause(error))) from None
        self._written.add((done.dev, done.ino))

    def _keep_owner(self, name: bytes, passing: bytes) -> None:
        before = self.stat(name)
        mine = self.k.lstat(passing)
        if before is not None and (before.uid, before.gid) != (mine.uid, mine.gid):
            try:
                self.k.lchown(passing, before.uid, before.gid)
            except SysError:
                pass  # who may not give files away keeps them

    def _free_name(self, name: bytes) -> bytes:
        folder, slash, _ = name.rpartition(b"/")
        number = 0
        while True:
            passing = b"%s%s.patch-%d" % (folder, slash, number)
            if self.stat(passing) is None:
                return passing
            number += 1

    def remove(self, name: bytes) -> None:
        """Remove the file, and the folders that are empty then."""
        try:
            self.k.unlink(name)
        except NoSuchFile:
            pass
        except SysError as error:
            raise Fatal(b"Can't remove file %s : %s" % (self.settings.quoted(name), cause(error))) from None
        folder = name.rpartition(b"/")[0]
        while folder and folder not in (b".", b".."):
            try:
                self.k.rmdir(folder)
            except SysError:
                return
            folder = folder.rpartition(b"/")[0]

    def _make_folders(self, name: bytes) -> None:
        parts = name.split(b"/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = b"/".join(parts[:count])
            if folder and self.stat(folder) is None:
                self.k.mkdir(folder)
