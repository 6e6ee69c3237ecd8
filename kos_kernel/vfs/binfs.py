"""/usr/bin: a read-only filesystem with a file for each announced program.

A file's content is a line that the `program` binary format knows, so a copy of it elsewhere runs too, and `head -c 4` of it
shows a magic number as of any executable. Nothing is imported to list them. One instance serves all machines of a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..abi import S_IFDIR, S_IFREG
from ..contracts.context import Context
from ..contracts.fs import Attributes, DirEntry, FileSystem, Inode, StatFs

MAGIC = b"\x7fKOS\n"


class BinFile(Inode):
    """A program's file."""

    __slots__ = ("attr", "data")

    def __init__(self, fs: FileSystem, ino: int, name: str, source: str) -> None:
        super().__init__(fs, ino)
        self.data = MAGIC + f"program={name}\nfrom={source}\n".encode()
        self.attr = Attributes(S_IFREG | 0o755, size=len(self.data))

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]


class BinDirectory(Inode):
    """The directory. Its files are made when they are looked up."""

    __slots__ = ("attr", "files", "names")

    def __init__(self, fs: FileSystem, names: Mapping[str, str]) -> None:
        super().__init__(fs, 1)
        self.names = {
            name.encode(): (number + 2, source) for number, (name, source) in enumerate(sorted(names.items()))
        }
        self.files: dict[bytes, BinFile] = {}
        self.attr = Attributes(S_IFDIR | 0o755, nlink=2)

    def lookup(self, name: bytes) -> Inode | None:
        found = self.files.get(name)
        if found is None:
            known = self.names.get(name)
            if known is None:
                return None
            found = self.files[name] = BinFile(self.fs, known[0], name.decode(), known[1])
        return found

    def readdir(self) -> Iterable[DirEntry]:
        return [DirEntry(name, number, S_IFREG) for name, (number, _) in self.names.items()]


class BinFs(FileSystem):
    """names: program -> who announces it."""

    fstype = "binfs"
    readonly = True
    immutable = True
    fork_policy = "share"

    def __init__(self, names: Mapping[str, str]) -> None:
        self._root = BinDirectory(self, names)

    def root(self) -> Inode:
        return self._root

    def inode(self, ino: int) -> Inode:
        if ino == 1:
            return self._root
        for name, (number, _) in self._root.names.items():
            if number == ino:
                found = self._root.lookup(name)
                assert found is not None
                return found
        return super().inode(ino)

    def statfs(self) -> StatFs:
        return StatFs("binfs", files=len(self._root.names))

    def fork(self, ctx: Context) -> FileSystem:
        return self
