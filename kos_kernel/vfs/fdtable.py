"""The descriptors of a process: small numbers -> open files, and which of them an exec closes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import errors
from .openfile import OpenFile
from .pipe import FilledPipe

if TYPE_CHECKING:
    from ..kernel import Kernel

NO_FDS: frozenset[int] = frozenset()


class FdTable:
    """files: fd -> OpenFile. cloexec: the fds that an exec closes. limit: RLIMIT_NOFILE. hint: no free fd is below it.

    cloexec is never changed in place, so that the usual empty one is shared by all.
    """

    __slots__ = ("cloexec", "files", "hint", "limit")

    def __init__(self, limit: int) -> None:
        self.files: dict[int, OpenFile] = {}
        self.cloexec: frozenset[int] = NO_FDS
        self.limit = limit
        self.hint = 0

    def add(self, file: OpenFile, lowest: int = 0, cloexec: bool = False) -> int:
        """Give a file the lowest free number and return it. TooManyOpenFiles at the limit (the file is then closed)."""
        files = self.files
        fd = self.hint if lowest <= self.hint else lowest
        while fd in files:
            fd += 1
        if fd >= self.limit:
            file.close()
            raise errors.TooManyOpenFiles(None, f"the process has {len(files)} open files, its limit is {self.limit}")
        files[fd] = file
        if lowest <= self.hint:
            self.hint = fd + 1
        if cloexec:
            self.cloexec |= {fd}
        return fd

    def get(self, fd: int) -> OpenFile:
        """Return the open file of a descriptor; BadDescriptor if there is none."""
        file = self.files.get(fd)
        if file is None:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open")
        return file

    def put(self, fd: int, file: OpenFile, cloexec: bool = False) -> None:
        """Make `fd` point to a file, closing what it pointed to (dup2)."""
        if not 0 <= fd < self.limit:
            file.close()
            raise errors.BadDescriptor(None, f"descriptor {fd} is out of range")
        old = self.files.get(fd)
        self.files[fd] = file
        if cloexec:
            self.cloexec |= {fd}
        elif self.cloexec:
            self.cloexec -= {fd}
        if old is not None:
            old.close()

    def close(self, fd: int) -> OpenFile:
        """Take a descriptor out and return its file, not yet closed."""
        file = self.files.pop(fd, None)
        if file is None:
            raise errors.BadDescriptor(None, f"descriptor {fd} is not open")
        if fd < self.hint:
            self.hint = fd
        if self.cloexec:
            self.cloexec -= {fd}
        return file

    def fork(self) -> FdTable:
        """Return a child's copy: the same open files, one reference more each."""
        twin = FdTable.__new__(FdTable)
        twin.files = self.files.copy()
        twin.cloexec = self.cloexec
        twin.limit = self.limit
        twin.hint = self.hint
        for file in twin.files.values():
            file.refs += 1
        return twin

    def for_spawn(self, mapping: Mapping[int, int | bytes] | None, kernel: Kernel) -> FdTable:
        """Return a spawned child's table: `mapping` (child fd -> own fd) is the whole of it; None = all but close-on-exec.

        Bytes in place of a descriptor stand for a pipe that holds them and has no writer. Raises BadDescriptor.
        """
        twin = FdTable.__new__(FdTable)
        mine = self.files
        if mapping is None:
            if self.cloexec:
                cloexec = self.cloexec
                twin.files = {fd: file for fd, file in mine.items() if fd not in cloexec}
            else:
                twin.files = mine.copy()
            for file in twin.files.values():
                file.refs += 1
        else:
            files: dict[int, OpenFile] = {}
            twin.files = files
            try:
                for fd, source in mapping.items():
                    if type(source) is bytes:
                        files[fd] = FilledPipe(kernel, source)
                    else:
                        found = mine[source]  # type: ignore[index]  # an int: the only other type
                        found.refs += 1
                        files[fd] = found
            except (KeyError, errors.InvalidArgument) as error:
                twin.close_all()
                if isinstance(error, KeyError):
                    raise errors.BadDescriptor(None, f"descriptor {error} is not open") from None
                raise
        twin.cloexec = NO_FDS
        twin.limit = self.limit
        twin.hint = 0
        return twin

    def close_on_exec(self) -> None:
        """Close what an exec closes."""
        for fd in sorted(self.cloexec):
            file = self.files.pop(fd, None)
            if file is not None:
                file.close()
        self.cloexec = NO_FDS
        self.hint = 0

    def close_all(self) -> None:
        """Close everything, oldest first: the process ends."""
        files = self.files
        self.files = {}
        self.hint = 0
        for file in files.values():
            if file.refs > 1:
                file.refs -= 1
            else:
                file.close()
