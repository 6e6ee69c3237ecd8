"""Calls on open files: open, read, write, seek, dup, pipe, poll, locks. The hottest file of the kernel.

open(), read(), write() and close() are written for speed: the usual case (a regular file, found through the prefix cache)
runs without further calls; everything unusual goes to `_open_slowly`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import errors
from ..abi import (
    F_UNLCK,
    FIONREAD,
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    LOCK_UN,
    O_ACCMODE,
    O_APPEND,
    O_CLOEXEC,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOATIME,
    O_NOCTTY,
    O_NOFOLLOW,
    O_NONBLOCK,
    O_PATH,
    O_TMPFILE,
    O_TRUNC,
    POLLNVAL,
    RLIMIT_FSIZE,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
    SEEK_SET,
    SIGXFSZ,
    TCGETS,
    TIOCNOTTY,
    TIOCSCTTY,
)
from ..contracts.fs import Attributes, DirEntry, GeneratedFile
from ..credentials import EXECUTE, READ, WRITE, may
from ..fibers import SYSCALL_NS
from ..process import post_signal
from ..vfs.dentry import AllKids, Dentry
from ..vfs.locks import byte_range, file_locks
from ..vfs.openfile import Bytes, DirectoryFile, OpenFile, PathFile, RegularFile, SnapshotFile
from ..vfs.pipe import FifoBoth, Pipe, PipeReader, PipeWriter
from .base import Call
from .names import drop_set_id_bits

_SPECIAL = frozenset((b"", b".", b".."))
_WANT = (READ, WRITE, READ | WRITE, READ | WRITE)
_UNUSUAL = O_EXCL | O_DIRECTORY | O_NOFOLLOW | O_PATH | O_TMPFILE
_UNUSUAL_MODE = S_IFMT | S_ISUID | S_ISGID
_KEPT = O_ACCMODE | O_APPEND | O_NONBLOCK | O_NOATIME
MAX_READ = 0x7FFFF000


class FileCalls(Call):
    """open ... poll."""

    __slots__ = ()

    def open(self, path: bytes, flags: int = 0, mode: int = 0o666, *, dirfd: int | None = None) -> int:
        """Return the lowest free descriptor, for the file at `path`, made if O_CREAT says so.

        Raises NoSuchFile, FileExists (O_EXCL), IsADirectory, AccessDenied, ReadOnlyFilesystem, TooManySymlinks (O_NOFOLLOW),
        NotADirectory (O_DIRECTORY), NoSuchDeviceOrAddress (a fifo or device nobody serves), TooManyOpenFiles, NoSpace.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        if dirfd is not None or flags & _UNUSUAL:
            return self._open_slowly(path, flags, mode, dirfd)
        fs = self.fs
        cred = fs.cred
        cut = path.rfind(b"/")
        if cut < 0:
            name = path
            directory = fs.cwd
            if not may(cred, directory.inode.attr, EXECUTE):
                raise errors.AccessDenied(path)
        else:
            found = fs.prefixes.get(path[:cut])
            if found is None:
                return self._open_slowly(path, flags, mode, None)
            name = path[cut + 1 :]
            directory = found
        kids = directory.kids
        entry = kids.get(name) if kids is not None else None
        if entry is None:  # not there, or not looked up yet
            if name in _SPECIAL:
                return self._open_slowly(path, flags, mode, None)
            if (type(kids) is not AllKids and (kids is None or name not in kids)) or len(name) > 255 or 0 in name:
                if 0 in name:
                    raise errors.InvalidArgument(path, "a path can't hold a NUL byte")
                entry = fs.child(directory, name)
            if entry is None:
                if not flags & O_CREAT:
                    raise errors.NoSuchFile(path)
                return self._create(directory, name, path, flags, mode)
        inode = entry.inode
        attr = inode.attr
        bits = attr.mode
        if bits & _UNUSUAL_MODE != S_IFREG or entry.covered or inode.special:
            return self._open_slowly(path, flags, mode, None)
        access = flags & O_ACCMODE
        want = _WANT[access]
        if flags & O_TRUNC:
            want |= WRITE
        if cred.euid == attr.uid:
            bits >>= 6
        elif attr.gid in cred.groups:
            bits >>= 3
        if bits & want != want and not cred.overrides:
            raise errors.AccessDenied(path)
        mounts = fs.mounts
        if access or flags & O_TRUNC:
            if inode.fs.readonly or mounts.restricted:
                fs.may_write(entry, path)
            if flags & O_TRUNC and attr.size:
                self._truncate(inode, 0)
        clock = None if mounts.noatime and entry.tree in mounts.noatime else self.clock
        file = RegularFile(inode, flags & _KEPT, entry, clock)
        table = self.fds
        files = table.files
        fd = table.hint
        while fd in files:
            fd += 1
        if fd >= table.limit:
            return table.add(file)
        files[fd] = file
        table.hint = fd + 1
        if flags & O_CLOEXEC:
            table.cloexec |= {fd}
        return fd

    def _create(self, directory: Dentry, name: bytes, path: bytes, flags: int, mode: int) -> int:
        """Make a regular file that isn't there and open it."""
        fs = self.fs
        inode = directory.inode
        attr = inode.attr
        cred = fs.cred
        bits = attr.mode
        if attr.nlink == 0:
            raise errors.NoSuchFile(path)
        if cred.euid == attr.uid:
            bits >>= 6
        elif attr.gid in cred.groups:
            bits >>= 3
        if bits & 3 != 3 and not cred.overrides:
            raise errors.AccessDenied(path)
        if inode.fs.readonly or fs.mounts.restricted:
            fs.may_write(directory, path)
        gid = cred.egid
        if attr.mode & S_ISGID:
            gid = attr.gid
            if mode & S_ISGID and gid not in cred.groups and not cred.privileged:
                mode &= ~S_ISGID
        try:
            made = inode.create(name, S_IFREG | mode & 0o7777 & ~fs.umask, cred.euid, gid)
        except errors.SysError as error:
            raise type(error)(path, error.why) from None
        entry = Dentry(directory, name, made)
        if inode.fs.cacheable:
            kids = directory.kids
            if kids is None:
                kids = directory.kids = {}
            kids[name] = entry
        file = RegularFile(made, flags & _KEPT, entry, self.clock)
        table = self.fds
        files = table.files
        fd = table.hint
        while fd in files:
            fd += 1
        if fd >= table.limit:
            return table.add(file)
        files[fd] = file
        table.hint = fd + 1
        if flags & O_CLOEXEC:
            table.cloexec |= {fd}
        return fd

    def _open_slowly(self, path: bytes, flags: int, mode: int, dirfd: int | None) -> int:
        fs = self.fs
        follow = not flags & O_NOFOLLOW
        if flags & O_PATH:
            entry = self._at(path, follow, dirfd)
            return self.fds.add(PathFile(entry.inode, O_PATH, entry), 0, bool(flags & O_CLOEXEC))
        if flags & O_TMPFILE == O_TMPFILE:
            return self._open_nameless(path, flags, mode, dirfd)
        if flags & O_CREAT:
            found = self._find_or_parent(path, flags, dirfd)
            if isinstance(found, tuple):
                directory, name = found
                return self._create(directory, name, path, flags, mode)
            entry = found
            if flags & O_EXCL:
                raise errors.FileExists(path)
        else:
            entry = self._at(path, follow, dirfd)
        inode = entry.inode
        attr = inode.attr
        kind = attr.mode & S_IFMT
        access = flags & O_ACCMODE
        if kind == S_IFLNK and flags & O_DIRECTORY:
            raise errors.NotADirectory(path)
        if kind == S_IFLNK:
            raise errors.TooManySymlinks(path, "it is a symbolic link and O_NOFOLLOW was given")
        if kind == S_IFDIR:
            if access or flags & (O_CREAT | O_TRUNC):
                raise errors.IsADirectory(path)
        elif flags & O_DIRECTORY:
            raise errors.NotADirectory(path)
        if not may(fs.cred, attr, _WANT[access] | (WRITE if flags & O_TRUNC else 0)):
            raise errors.AccessDenied(path)
        if (access or flags & O_TRUNC) and kind in (S_IFREG, S_IFDIR):
            fs.may_write(entry, path)
        file: OpenFile
        if inode.special:
            made = inode.open(flags & _KEPT)
            if isinstance(made, OpenFile):
                file = made
            elif isinstance(inode, GeneratedFile):
                file = SnapshotFile(inode, flags & _KEPT, entry)
            else:
                file = (
                    DirectoryFile(inode, flags & _KEPT, entry)
                    if kind == S_IFDIR
                    else RegularFile(inode, flags & _KEPT, entry, None)
                )
        elif kind == S_IFREG:
            if flags & O_TRUNC and attr.size:
                self._truncate(inode, 0)
                drop_set_id_bits(fs.cred, inode, self.clock.realtime_ns())
            noatime = fs.mounts.noatime and entry.tree in fs.mounts.noatime
            file = RegularFile(inode, flags & _KEPT, entry, None if noatime else self.clock)
        elif kind == S_IFDIR:
            file = DirectoryFile(inode, flags & _KEPT, entry)
        elif kind == S_IFIFO:
            file = self._open_fifo(entry, flags)
        elif kind in (S_IFCHR, S_IFBLK):
            if fs.mounts.restricted and fs.mounts.flags(entry) & 4:
                raise errors.AccessDenied(path, "the mount has nodev")
            file = self._kernel.devices.open(self.process, inode, entry, flags & _KEPT, not flags & O_NOCTTY)
        elif kind == S_IFSOCK:
            raise errors.NoSuchDeviceOrAddress(path, "it is a socket; connect to it")
        else:
            raise errors.NoSuchDeviceOrAddress(path)
        return self.fds.add(file, 0, bool(flags & O_CLOEXEC))

    def _find_or_parent(self, path: bytes, flags: int, dirfd: int | None) -> Dentry | tuple[Dentry, bytes]:
        """Return what O_CREAT meets: the dentry that is there, or (directory, name) where the file is to be made."""
        fs = self.fs
        seen = 0
        start = self._start(dirfd)
        while True:
            directory, name = self._parent(path, dirfd) if start is None else fs.parent_at(path, start)
            if name.rstrip(b"/") in (b".", b"..", b""):
                return fs.walk(path, True, start)  # FileExists with O_EXCL, else IsADirectory
            if name[-1:] == b"/":
                raise errors.IsADirectory(path)
            entry = fs.child(directory, name)
            if entry is None:
                return directory, name
            if entry.inode.attr.mode & S_IFMT != S_IFLNK or flags & (O_EXCL | O_NOFOLLOW):
                return entry
            if entry.inode.follow() is not None:
                return fs.walk(path, True, start)
            seen += 1
            if seen > 40:
                raise errors.TooManySymlinks(path)
            path, start = entry.inode.readlink(), directory  # a dangling link: O_CREAT makes what it points to

    def _open_nameless(self, path: bytes, flags: int, mode: int, dirfd: int | None) -> int:
        """O_TMPFILE: a file that never has a name."""
        fs = self.fs
        if not flags & O_ACCMODE:
            raise errors.InvalidArgument(path, "O_TMPFILE needs write access")
        directory = self._at(path, True, dirfd)
        if directory.inode.attr.mode & S_IFMT != S_IFDIR:
            raise errors.NotADirectory(path)
        fs.may_write_in(directory, path)
        name = b".tmpfile-%d-%d" % (self.pid, self.task.runtime_ns)
        parent = directory.inode
        cred = fs.cred
        gid = parent.attr.gid if parent.attr.mode & S_ISGID else cred.egid
        inode = parent.create(name, S_IFREG | mode & 0o7777 & ~fs.umask, cred.euid, gid)
        file = RegularFile(inode, flags & _KEPT, Dentry(directory, name, inode), self.clock)
        parent.unlink(name, inode)
        return self.fds.add(file, 0, bool(flags & O_CLOEXEC))

    def _open_fifo(self, entry: Dentry, flags: int) -> OpenFile:
        """Open a named pipe: wait for the other side, as POSIX says."""
        inode = entry.inode
        kernel = self._kernel
        pipe = kernel.fifos.get(inode)
        if pipe is None:
            pipe = kernel.fifos[inode] = self._new_pipe()
        access = flags & O_ACCMODE
        kept = flags & _KEPT
        if access == 2:
            both = FifoBoth(pipe, kept, inode, entry)
            pipe.not_empty.wake_all()
            pipe.not_full.wake_all()
            return both
        if access == 0:
            reader = PipeReader(pipe, kept, inode, entry)
            pipe.opened += 1
            pipe.not_full.wake_all()
            if not flags & O_NONBLOCK and not pipe.writers:
                self._await_peer(pipe, reader, lambda seen=pipe.opened: pipe.writers or pipe.opened != seen)
            return reader
        if not pipe.readers and flags & O_NONBLOCK:
            raise errors.NoSuchDeviceOrAddress(None, "the fifo has no reader")
        writer = PipeWriter(pipe, kept, inode, entry)
        pipe.opened += 1
        pipe.not_empty.wake_all()
        if not pipe.readers:
            self._await_peer(pipe, writer, lambda seen=pipe.opened: pipe.readers or pipe.opened != seen)
        return writer

    def _await_peer(self, pipe: Pipe, mine: OpenFile, met: Any) -> None:
        queue = pipe.not_empty if isinstance(mine, PipeReader) else pipe.not_full
        try:
            while not met():
                queue.wait()
        except BaseException:
            mine.close()
            raise

    def _new_pipe(self) -> Pipe:
        kernel = self._kernel
        return Pipe(kernel.dispatcher, kernel.next_anon(), kernel.broken_pipe)

    def _truncate(self, inode: Any, size: int) -> None:
        inode.truncate(size)

    def close(self, fd: int) -> None:
        """Give a descriptor back; the last one of an open file releases it and the locks it holds."""
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        table = self.fds
        file = table.files.pop(fd, None)
        if file is None:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open")
        if fd < table.hint:
            table.hint = fd
        if table.cloexec:
            table.cloexec -= {fd}
        if self._kernel.locks:
            self._drop_locks(file)
        if file.refs == 1 and type(file) is RegularFile:
            file.refs = 0
            inode = file.inode
            inode.opens -= 1
            if inode.opens == 0 and inode.attr.nlink == 0:
                inode.fs.forget(inode)
        else:
            file.close()

    def read(self, fd: int, size: int = 65536) -> bytes:
        """Return up to `size` bytes, blocking until there are some; b"" at the end of the file.

        Raises IsADirectory, ResourceUnavailable (O_NONBLOCK), Interrupted, InputOutputError.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        file = self.fds.files.get(fd)
        if file is None or file.flags & 3 == 1:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open for reading")
        if size < 0:
            raise errors.InvalidArgument(None, f"a read of {size} bytes")
        return file.read(size)

    def read_until(self, fd: int, delimiter: bytes, limit: int = 65536) -> bytes:
        """Return the bytes up to and with the next `delimiter` (one byte), `limit` at most; nothing behind it is consumed.

        Shorter, without the delimiter, at the end of the file. Linux has no such call: there a shell reads byte by byte, or
        reads too much and seeks back. Errors as of `read`; Interrupted carries what was taken until then as `data`.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        file = self.fds.files.get(fd)
        if file is None or file.flags & 3 == 1:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open for reading")
        if len(delimiter) != 1 or limit < 0:
            raise errors.InvalidArgument(None, "a delimiter is one byte, a limit not negative")
        return file.read_until(delimiter, limit)

    def write(self, fd: int, data: Bytes) -> int:
        """Write and return how many bytes were taken: all of them, unless O_NONBLOCK, a full disk or a handled signal cut it short.

        Raises BrokenPipe (after SIGPIPE), NoSpace, FileTooLarge (after SIGXFSZ), ResourceUnavailable, Interrupted.
        """
        task = self.task
        task.runtime_ns += SYSCALL_NS
        if task.runtime_ns >= task.until:
            self._kernel.dispatcher.attend()
        file = self.fds.files.get(fd)
        if file is None or not file.flags & 3:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open for writing")
        if not self.fs.cred.overrides:
            self._drop_set_id(file)
        if self.process.limited and isinstance(file, RegularFile):
            limit = self.process.rlimits[RLIMIT_FSIZE][0]
            data = self._within_limit(file, data, file.inode.attr.size if file.flags & O_APPEND else file.pos, limit)
        return file.write(data)

    def _drop_set_id(self, file: OpenFile) -> None:
        """Somebody other than root writes: a set-id file is none any more."""
        if isinstance(file, RegularFile) and file.inode.attr.mode & (S_ISUID | S_ISGID):
            drop_set_id_bits(self.fs.cred, file.inode, self.clock.realtime_ns())

    def _within_limit(self, file: RegularFile, data: Bytes, offset: int, limit: int) -> Bytes:
        """Cut a write at RLIMIT_FSIZE; past it SIGXFSZ and FileTooLarge."""
        if offset + len(data) <= limit:
            return data
        if offset >= limit:
            post_signal(self.process, SIGXFSZ)
            self.process.attend()
            raise errors.FileTooLarge(None, f"the process may write files of up to {limit} bytes")
        return memoryview(data)[: limit - offset]

    def pread(self, fd: int, size: int, offset: int) -> bytes:
        """Read at an offset, leaving the position. Raises IllegalSeek for pipes and the like."""
        self._enter()
        file = self._file(fd)
        if not file.readable:
            if type(file).pread is OpenFile.pread:
                raise errors.IllegalSeek()
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open for reading")
        if offset < 0 or size < 0:
            raise errors.InvalidArgument(None, "a negative offset or size")
        return file.pread(size, offset)

    def pwrite(self, fd: int, data: Bytes, offset: int) -> int:
        """Write at an offset, leaving the position."""
        self._enter()
        file = self._file(fd)
        if not file.writable:
            if type(file).pwrite is OpenFile.pwrite:
                raise errors.IllegalSeek()
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open for writing")
        if offset < 0:
            raise errors.InvalidArgument(None, "a negative offset")
        if not self.fs.cred.overrides:
            self._drop_set_id(file)
        if self.process.limited and isinstance(file, RegularFile):
            data = self._within_limit(file, data, offset, self.process.rlimits[RLIMIT_FSIZE][0])
        return file.pwrite(data, offset)

    def lseek(self, fd: int, offset: int, whence: int = SEEK_SET) -> int:
        """Move the position of an open file and return it. Raises IllegalSeek (a pipe), InvalidArgument (before the start)."""
        self._enter()
        return self._file(fd).seek(offset, whence)

    def lines(self, fd: int) -> Iterator[bytes]:
        """Yield the lines of a descriptor, each with its newline (the last perhaps without). Reads ahead."""
        rest = b""
        read = self.read
        while True:
            data = read(fd, 65536)
            if not data:
                if rest:
                    yield rest
                return
            data = rest + data
            lines = data.splitlines(True) if b"\r" not in data else _split(data)
            rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
            yield from lines

    def read_all(self, fd: int) -> bytes:
        """Return everything up to the end; charged to the process's memory while it is read."""
        parts: list[bytes] = []
        held = 0
        try:
            while True:
                data = self.read(fd, 1 << 20)
                if not data:
                    return b"".join(parts)
                parts.append(data)
                if len(data) >= 65536:
                    held += len(data)
                    self._kernel.memory.charge(self.process, len(data))
        finally:
            if held:
                self._kernel.memory.charge(self.process, -held)

    def getdents(self, fd: int) -> list[DirEntry]:
        """Return the names of an open directory; an empty list at the second call until lseek(fd, 0)."""
        self._enter()
        file = self._file(fd)
        if isinstance(file, PathFile):
            raise errors.BadDescriptor(None, f"descriptor {fd} is a place (O_PATH)")
        if not isinstance(file, DirectoryFile):
            raise errors.NotADirectory(None, f"descriptor {fd} is no directory")
        if file.pos:
            return []
        file.pos = 1
        assert file.inode is not None
        return list(file.inode.readdir())

    # ---------------------------------------------------------------- descriptors
    def dup(self, fd: int, lowest: int = 0, *, cloexec: bool = False) -> int:
        """Return one more descriptor of the same open file, not below `lowest`."""
        self._enter()
        file = self._file(fd)
        file.refs += 1
        return self.fds.add(file, lowest, cloexec)

    def dup2(self, fd: int, to: int, *, cloexec: bool = False) -> int:
        """Make `to` a descriptor of fd's open file, closing what it was; return `to`."""
        self._enter()
        file = self._file(fd)
        if fd == to:
            return to
        file.refs += 1
        self.fds.put(to, file, cloexec)
        return to

    def pipe(self, *, cloexec: bool = False, nonblock: bool = False) -> tuple[int, int]:
        """Return (reading end, writing end) of a new pipe. Raises TooManyOpenFiles."""
        self._enter()
        kernel = self._kernel
        pipe = Pipe(kernel.dispatcher, kernel.next_anon(), kernel.broken_pipe)
        cred = self.fs.cred
        if cred.euid:  # root's are made when somebody asks for them
            pipe.attr = Attributes(S_IFIFO | 0o600, cred.euid, cred.egid)
        flags = O_NONBLOCK if nonblock else 0
        table = self.fds
        reader = table.add(PipeReader(pipe, flags), 0, cloexec)
        try:
            return reader, table.add(PipeWriter(pipe, flags | 1), 0, cloexec)
        except errors.TooManyOpenFiles:
            table.close(reader).close()
            raise

    def get_cloexec(self, fd: int) -> bool:
        """Tell whether an exec closes the descriptor."""
        self._enter()
        self._file(fd)
        return fd in self.fds.cloexec

    def kept_fds(self) -> list[int]:
        """Return the descriptors that an exec keeps, in order. Linux has no such call: its programs read /proc/self/fd."""
        self._enter()
        cloexec = self.fds.cloexec
        return sorted(fd for fd in self.fds.files if fd not in cloexec)

    def set_cloexec(self, fd: int, on: bool) -> None:
        """Say whether an exec closes the descriptor."""
        self._enter()
        self._file(fd)
        table = self.fds
        table.cloexec = table.cloexec | {fd} if on else table.cloexec - {fd}

    def get_flags(self, fd: int) -> int:
        """Return access mode and status flags (fcntl F_GETFL)."""
        self._enter()
        return self._file(fd).flags

    def set_flags(self, fd: int, flags: int) -> None:
        """Set O_APPEND, O_NONBLOCK, O_NOATIME of the open file (fcntl F_SETFL); other bits are left as they are."""
        self._enter()
        file = self._file(fd)
        changeable = O_APPEND | O_NONBLOCK | O_NOATIME
        file.flags = file.flags & ~changeable | flags & changeable

    def fsync(self, fd: int) -> None:
        """Make a file's data durable, as far as its filesystem goes."""
        self._enter()
        inode = self._file(fd).inode
        if inode is None:
            raise errors.InvalidArgument(None, "it is not a file")
        inode.fsync()

    def isatty(self, fd: int) -> bool:
        """Tell whether a descriptor is a terminal."""
        self._enter()
        try:
            self._file(fd).ioctl(TCGETS, None)
        except (errors.NotATerminal, errors.InvalidArgument, errors.NotSupported):
            return False
        return True

    def ioctl(self, fd: int, request: int, arg: Any = None) -> Any:
        """Ask a device. Raises NotATerminal (ENOTTY) for a request it doesn't know."""
        self._enter()
        file = self._file(fd)
        if request == FIONREAD and isinstance(file, RegularFile):
            return max(0, file.inode.attr.size - file.pos)
        answer = file.ioctl(request, arg)
        if request in (TIOCSCTTY, TIOCNOTTY):
            self.process.group.session.tty = getattr(file, "device", None) if request == TIOCSCTTY else None
        return answer

    def poll(self, watched: list[tuple[int, int]], timeout_ns: int | None = None) -> list[tuple[int, int]]:
        """Return (fd, events that hold) for those of `watched` [(fd, events asked)] where any holds, blocking until one does.

        timeout_ns: None = for ever, 0 = just look. POLLERR, POLLHUP, POLLNVAL are told unasked. Raises Interrupted.
        """
        self._enter()
        files = [(fd, events, self.fds.files.get(fd)) for fd, events in watched]
        dispatcher = self._kernel.dispatcher
        deadline = None if timeout_ns is None else self.clock.now_ns() + timeout_ns
        while True:
            ready = []
            for fd, events, file in files:
                holds = POLLNVAL if file is None else file.poll() & (events | 0x18)
                if holds:
                    ready.append((fd, holds))
            if ready or timeout_ns == 0:
                return ready
            queues = tuple({q: None for _, events, file in files if file is not None for q in file.wait_queues(events)})
            if not dispatcher.sleep(queues, deadline):
                timeout_ns = 0

    # ---------------------------------------------------------------- locks
    def flock(self, fd: int, operation: int) -> None:
        """Lock or unlock a whole open file (LOCK_SH, LOCK_EX, LOCK_UN, | LOCK_NB). Raises ResourceUnavailable, Interrupted."""
        self._enter()
        file = self._file(fd)
        if file.inode is None:
            raise errors.BadDescriptor(None, "pipes and sockets can't be locked")
        kind = operation & ~LOCK_NB
        if kind not in (LOCK_SH, LOCK_EX, LOCK_UN):
            raise errors.InvalidArgument(None, f"unknown lock operation {operation}")
        locks = file_locks(self._kernel, file.inode)
        if kind == LOCK_UN:
            locks.unflock(file)
        else:
            locks.flock(file, kind == LOCK_EX, operation & LOCK_NB == 0)

    def setlk(self, fd: int, kind: int, start: int, length: int, *, wait: bool = False) -> None:
        """Lock (F_RDLCK, F_WRLCK) or unlock (F_UNLCK) bytes for this process; length 0 = to the end of all files.

        Raises ResourceUnavailable when another process holds them, Deadlock when waiting would never end, Interrupted.
        """
        self._enter()
        file = self._file(fd)
        if file.inode is None:
            raise errors.InvalidArgument(None, "it is not a file")
        if kind != F_UNLCK and not (file.writable if kind else file.readable):
            raise errors.BadDescriptor(None, "the descriptor's access doesn't fit the lock")
        file_locks(self._kernel, file.inode).setlk(self.process, kind, *byte_range(start, length), wait)

    def getlk(self, fd: int, kind: int, start: int, length: int) -> tuple[int, int, int, int] | None:
        """Return (kind, start, length, pid) of a lock that would be in the way, or None."""
        self._enter()
        file = self._file(fd)
        if file.inode is None:
            raise errors.InvalidArgument(None, "it is not a file")
        return file_locks(self._kernel, file.inode).getlk(self.process, kind, *byte_range(start, length))

    def _drop_locks(self, file: OpenFile) -> None:
        """POSIX: closing any descriptor of a file gives up the process's byte locks on it; flock goes with the open file."""
        inode = file.inode
        locks = self._kernel.locks.get(inode) if inode is not None else None
        if locks is not None and inode is not None:
            locks.drop(self.process, file if file.refs == 1 else None)
            if locks.unused():
                self._kernel.locks.pop(inode, None)


def _split(data: bytes) -> list[bytes]:
    """Split after newlines only."""
    lines = data.split(b"\n")
    last = lines.pop()
    lines = [line + b"\n" for line in lines]
    if last:
        lines.append(last)
    return lines
