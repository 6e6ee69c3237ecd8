"""The only file that touches the host: a folder, opened once, and what lies below it.

Confinement. The folder's descriptor is opened at the mount. From there every step is one system call with one plain name,
relative to the descriptor of the directory before it, that refuses to follow a symbolic link. There is no path of two
components, no "..", no absolute name anywhere in here, so whatever the host renames or swaps meanwhile, a step leads to an
entry of a directory that was reached the same way, or fails.

    folder (fd) ── openat(name, O_NOFOLLOW) ──► fd ── fstat: is it still the (device, inode) that was looked up? ──► use

Identity. A `Place` remembers which (device, inode) it stands for. A step that finds another there raises StaleHandle:
what was looked up is gone, and the next lookup finds what is there now.

Data. Only regular files are ever opened for reading or writing. Where the host has O_PATH and /proc, a file is first opened
as a place, checked, and then opened through /proc/self/fd, so that a fifo or device swapped in at the last moment isn't even
touched. Elsewhere it is opened with O_NONBLOCK, checked, and closed again if it was swapped.

Descriptors are cached, least recently used first out: `DIRECTORIES` and `FILES` at most, besides those of files that were
unlinked while open (`pin`), at most `PINS`.

Platforms. Linux has all of this. Where O_PATH or /proc is missing (macOS), the second way is taken, in which the mode of a
file that the host's user can't read can't be changed; every test runs that way too, but on Linux. Windows has neither
openat() nor O_NOFOLLOW, so a mount there is refused with a sentence that says so.
"""

from __future__ import annotations

import errno
import os
import stat as modes
from collections import OrderedDict
from typing import Any
from weakref import finalize

from kos_kernel.api import (
    InvalidArgument,
    NoSuchFile,
    NotSupported,
    StaleHandle,
    SysError,
    TooManyFilesInSystem,
    from_host,
)

from .places import Place, checked

DIRECTORIES, FILES, PINS = 64, 64, 256
SUPPORTED = hasattr(os, "O_NOFOLLOW") and {os.open, os.stat, os.unlink, os.rename, os.readlink} <= os.supports_dir_fd
_PATH = getattr(os, "O_PATH", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0)
_STEP = getattr(os, "O_NOFOLLOW", 0) | _CLOSE | getattr(os, "O_NONBLOCK", 0)
_DATA = _CLOSE | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_INTO = getattr(os, "O_DIRECTORY", 0) | _STEP


class Root:
    """The folder itself: a descriptor that stays open as long as any machine, parent or fork, has it mounted."""

    __slots__ = ("__weakref__", "fd", "place")

    def __init__(self, source: str) -> None:
        if not SUPPORTED:
            raise NotSupported(None, "host folders need openat() and O_NOFOLLOW, which this platform hasn't")
        try:
            self.fd = os.open(source, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOSE)
        except OSError as error:
            raise from_host(error) from None
        self.place = Place(None, b"", os.fstat(self.fd))
        finalize(self, os.close, self.fd)


class Folder:
    """A folder of the host, as one machine works with it. Every method raises SysError, never the host's OSError, and never
    shows a host path.

    through_proc: whether files are opened through /proc/self/fd; found out unless given.
    """

    __slots__ = ("__weakref__", "_directories", "_files", "_pinned", "root", "through_proc")

    def __init__(self, root: Root, through_proc: bool | None = None) -> None:
        self.root = root
        if through_proc is None:
            through_proc = bool(_PATH) and os.path.exists(f"/proc/self/fd/{root.fd}")
        self.through_proc = through_proc
        self._directories: OrderedDict[Place, int] = OrderedDict()
        self._files: OrderedDict[tuple[Place, int], int] = OrderedDict()
        self._pinned: set[int] = set()
        finalize(self, _close_all, self._directories, self._files, self._pinned)

    # ---------------------------------------------------------------- descriptors
    def fork(self) -> Folder:
        """Return the folder for another machine: it shares the root and no cache, for it may live on another thread."""
        return Folder(self.root, self.through_proc)

    def release(self) -> None:
        """Close what is cached. What is needed again is opened again."""
        _close_all(self._directories, self._files, set())

    def directory(self, place: Place) -> int:
        """Return a descriptor of a directory to take a step from. It is the cache's: use it at once, don't close it."""
        chain = []
        here: Place | None = place
        while here is not self.root.place:
            if here is None:
                raise StaleHandle(None, "the folder above it is gone")
            found = self._directories.get(here)
            if found is not None:
                self._directories.move_to_end(here)
                break
            chain.append(here)
            here = here.parent
        else:
            found = self.root.fd
        for step in reversed(chain):
            found = self._enter(found, step)
        return found

    def _enter(self, above: int, place: Place) -> int:
        """Open a subdirectory and make sure it is still the same."""
        try:
            fd = os.open(place.name, _INTO | (_PATH or os.O_RDONLY), dir_fd=above)
        except OSError as error:
            raise _gone_or(error) from None
        if not place.is_at(os.fstat(fd)):
            os.close(fd)
            raise StaleHandle(None, "another directory has taken its place")
        self._directories[place] = fd
        if len(self._directories) > DIRECTORIES:
            os.close(self._directories.popitem(last=False)[1])
        return fd

    def data(self, place: Place, access: int) -> int:
        """Return a descriptor of a regular file for O_RDONLY or O_WRONLY. It is the cache's."""
        fd = self._files.get((place, access))
        if fd is not None:
            self._files.move_to_end((place, access))
            return fd
        if place.pins:
            if access not in place.pins:
                raise StaleHandle(None, "it has no name any more and was not opened for this")
            return place.pins[access]
        return self._cached(place, access, self._open(place, access))

    def _cached(self, place: Place, access: int, fd: int) -> int:
        self._files[place, access] = fd
        if len(self._files) > FILES:
            os.close(self._files.popitem(last=False)[1])
        return fd

    def _open(self, place: Place, access: int) -> int:
        if place.parent is None:
            raise StaleHandle()
        above = self.directory(place.parent)
        flags = _PATH | _STEP if self.through_proc else access | _STEP | _DATA
        try:
            fd = os.open(place.name, flags, dir_fd=above)
        except OSError as error:
            raise _gone_or(error) from None
        if place.kind != modes.S_IFREG or not place.is_at(os.fstat(fd)):
            os.close(fd)
            raise StaleHandle(None, "another file has taken its place")
        if not self.through_proc:
            return fd
        try:
            return os.open(f"/proc/self/fd/{fd}", access | _DATA)
        except OSError as error:
            raise from_host(error) from None
        finally:
            os.close(fd)

    def forget(self, place: Place) -> None:
        """Close what is open of a place that has no name and no user any more."""
        fd = self._directories.pop(place, None)
        if fd is not None:
            os.close(fd)
        for access in (os.O_RDONLY, os.O_WRONLY):
            fd = self._files.pop((place, access), None)
            if fd is not None:
                os.close(fd)
        for fd in place.pins.values():
            os.close(fd)
            self._pinned.discard(fd)
        place.pins = {}

    def pin(self, place: Place) -> None:
        """Keep a file usable that loses its last name while it is open. TooManyFilesInSystem at the limit."""
        if place.kind != modes.S_IFREG or place.pins:
            return
        if len(self._pinned) + 2 > PINS:
            raise TooManyFilesInSystem(None, f"at most {PINS // 2} open files of a host folder may be without a name")
        pins = {}
        for access in (os.O_RDONLY, os.O_WRONLY):
            try:
                pins[access] = os.dup(self.data(place, access))
            except SysError:
                continue  # the host lets us read but not write it, or the reverse
        place.pins = pins
        self._pinned.update(pins.values())

    # ---------------------------------------------------------------- looking
    def look(self, parent: Place, name: bytes) -> os.stat_result | None:
        """Return the stat of a name (of a link itself, if it is one), or None if there is none."""
        above = self.directory(parent)
        try:
            return os.stat(checked(name), dir_fd=above, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise from_host(error) from None

    def stat(self, place: Place) -> os.stat_result | None:
        """Return the stat of a place as it is now, or None if it is gone."""
        try:
            fd = self._descriptor(place)
            if fd is not None:
                return os.fstat(fd)
            assert place.parent is not None, "the folder itself has a descriptor"
            st = self.look(place.parent, place.name)
        except OSError:  # also a SysError: the way there is gone
            return None
        return st if st is not None and place.is_at(st) else None

    def _descriptor(self, place: Place) -> int | None:
        if place is self.root.place:
            return self.root.fd
        if place.kind == modes.S_IFDIR:
            return self._directories.get(place)
        for fd in place.pins.values():
            return fd
        return self._files.get((place, os.O_RDONLY)) or self._files.get((place, os.O_WRONLY))

    def names(self, place: Place) -> list[tuple[bytes, int, int]]:
        """Return (name, host's inode number, type bits or 0) of a directory's entries, sorted by name."""
        above = self.directory(place)
        try:
            fd = os.open(b".", os.O_RDONLY | _INTO, dir_fd=above)
        except OSError as error:
            raise _gone_or(error) from None
        try:
            with os.scandir(fd) as entries:
                return sorted((os.fsencode(entry.name), entry.inode(), _kind(entry)) for entry in entries)
        except OSError as error:
            raise from_host(error) from None
        finally:
            os.close(fd)

    def readlink(self, place: Place) -> bytes:
        """Return a link's text."""
        if place.parent is None:
            raise StaleHandle()
        return bytes(self._call(os.readlink, place.name, dir_fd=self.directory(place.parent)))

    def disk(self) -> os.statvfs_result:
        """Return the figures of the disk that the folder is on."""
        try:
            return os.fstatvfs(self.root.fd)
        except OSError as error:
            raise from_host(error) from None

    # ---------------------------------------------------------------- changing
    def _call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except OSError as error:
            raise from_host(error) from None

    def make_file(self, parent: Place, name: bytes, bits: int) -> Place:
        """Make an empty regular file and return its place."""
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _STEP
        fd = self._call(os.open, checked(name), flags, bits, dir_fd=self.directory(parent))
        st = os.fstat(fd)
        if modes.S_IMODE(st.st_mode) != bits:  # the host's umask took something away
            self._call(os.fchmod, fd, bits)
        place = Place(parent, name, st)
        self._cached(place, os.O_WRONLY, fd)
        return place

    def make_node(self, parent: Place, name: bytes, mode: int) -> None:
        """Make a directory, fifo or socket."""
        make = os.mkdir if modes.S_ISDIR(mode) else os.mkfifo if modes.S_ISFIFO(mode) else os.mknod
        bits = mode if make is os.mknod else modes.S_IMODE(mode)
        self._call(make, checked(name), bits, dir_fd=self.directory(parent))

    def make_link(self, parent: Place, name: bytes, target: bytes) -> None:
        """Make a symbolic link. Its text means something inside the machine only."""
        if b"\0" in target:
            raise InvalidArgument(None, "a link's target can't hold a NUL byte")
        self._call(os.symlink, target, checked(name), dir_fd=self.directory(parent))

    def link(self, place: Place, parent: Place, name: bytes) -> None:
        """Give a file one more name."""
        if place.parent is None or place.pins:
            raise NoSuchFile()
        source = os.dup(self.directory(place.parent))  # the second lookup might close the first descriptor
        try:
            into = self.directory(parent)
            self._call(os.link, place.name, checked(name), src_dir_fd=source, dst_dir_fd=into, follow_symlinks=False)
        finally:
            os.close(source)

    def remove(self, parent: Place, name: bytes, directory: bool) -> None:
        """Remove a name."""
        self._call(os.rmdir if directory else os.unlink, checked(name), dir_fd=self.directory(parent))

    def rename(self, parent: Place, name: bytes, into: Place, new_name: bytes) -> None:
        """Move a name, replacing what is there."""
        source = os.dup(self.directory(parent))
        try:
            target = self.directory(into)
            self._call(os.rename, checked(name), checked(new_name), src_dir_fd=source, dst_dir_fd=target)
        finally:
            os.close(source)

    def set_mode(self, place: Place, bits: int) -> None:
        """Set permission bits of a file or directory, never of what a link points to."""
        with self._object(place) as path:
            self._call(os.chmod, path, bits)

    def set_times(self, place: Place, atime_ns: int, mtime_ns: int) -> None:
        """Set both stamps."""
        if place.kind == modes.S_IFLNK:
            assert place.parent is not None
            above = self.directory(place.parent)
            self._call(os.utime, place.name, ns=(atime_ns, mtime_ns), dir_fd=above, follow_symlinks=False)
            return
        with self._object(place) as path:
            self._call(os.utime, path, ns=(atime_ns, mtime_ns))

    def _object(self, place: Place) -> _Object:
        return _Object(self, place)


class _Object:
    """Something to give os.chmod or os.utime that means the very file and can't be swapped: a descriptor, or its /proc path."""

    __slots__ = ("_folder", "_own", "_place")

    def __init__(self, folder: Folder, place: Place) -> None:
        self._folder = folder
        self._place = place
        self._own = -1

    def __enter__(self) -> int | str:
        folder, place = self._folder, self._place
        if place.pins:
            return next(iter(place.pins.values()))
        if place is folder.root.place:
            return folder.root.fd
        if place.parent is None:
            raise StaleHandle()
        above = folder.directory(place.parent)
        if folder.through_proc:
            self._own = folder._call(os.open, place.name, _PATH | _STEP, dir_fd=above)
        else:
            self._own = folder._call(os.open, place.name, os.O_RDONLY | _STEP | _DATA, dir_fd=above)
        if not place.is_at(os.fstat(self._own)):
            self.__exit__()
            raise StaleHandle(None, "another file has taken its place")
        return f"/proc/self/fd/{self._own}" if folder.through_proc else self._own

    def __exit__(self, *_: object) -> None:
        if self._own >= 0:
            os.close(self._own)
            self._own = -1


def _close_all(directories: dict[Place, int], files: dict[tuple[Place, int], int], pinned: set[int]) -> None:
    for fd in (*directories.values(), *files.values(), *pinned):
        os.close(fd)
    directories.clear()
    files.clear()
    pinned.clear()


def _kind(entry: os.DirEntry[Any]) -> int:
    """Return the type bits that the listing told for nothing, else 0."""
    try:
        if entry.is_symlink():
            return modes.S_IFLNK
        if entry.is_dir(follow_symlinks=False):
            return modes.S_IFDIR
        return modes.S_IFREG if entry.is_file(follow_symlinks=False) else 0
    except OSError:
        return 0


def _gone_or(error: OSError) -> SysError:
    """Translate the failure of a step: a name that is gone, or has become a link or a file, leads nowhere any more."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
        return StaleHandle(None, "the host has taken it away")
    return from_host(error)
