"""What can run: the announced commands, and what exec makes of a file.

exec looks at the file's first bytes and asks the `kos.binfmt` drivers in their order of priority. One of them says which
function runs it, or which other file does (`#!`). A program's module is imported when it is first run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import errors
from .abi import MS_NOEXEC, MS_NOSUID, S_IFMT, S_IFREG, S_ISGID, S_ISUID
from .contracts.fs import Inode
from .contracts.program import BinaryFormat, Image, Main, Redirect
from .credentials import EXECUTE, Credentials, may
from .vfs.walk import FsStruct

if TYPE_CHECKING:
    from .registry import Program

HEAD_BYTES = 256
MAX_INTERPRETERS = 5  # a script's interpreter may be a script, so often
MAX_ARGUMENT_BYTES = 2 * 1024 * 1024  # of all arguments: a quarter of the stack
MAX_ARGUMENT = 32 * 4096  # of one, with the NUL behind it: MAX_ARG_STRLEN


Loaded = tuple[Main, list[bytes], bytes, Credentials | None]
"""What a process becomes: its function, argv, name, and other credentials if the file is setuid or setgid."""


class ProgramTable:
    """The announced commands of a platform: name -> function, imported at first use. Shared by all its machines."""

    __slots__ = ("_loaded", "_resolve", "announced")

    def __init__(self, announced: Mapping[str, Program], resolve: Callable[[str, str, str], Any]) -> None:
        self.announced = announced
        self._resolve = resolve
        self._loaded: dict[str, Main] = {}

    def load(self, name: str) -> Main:
        """Return the function of a command, importing its module. NoSuchFile if none is announced, BrokenProgram if that fails."""
        main = self._loaded.get(name)
        if main is None:
            program = self.announced.get(name)
            if program is None:
                raise errors.NoSuchFile(None, f"no installed plugin announces a program {name!r}")
            try:
                main = self._resolve(program.target, "kos.program", program.family)
            except errors.PluginError as error:
                raise errors.BrokenProgram(
                    None, str(error)
                ) from error  # not NoExec: a shell would read the file as a script
            self._loaded[name] = main
        return main


class Programs:
    """exec, for one machine: the table and the binary formats in their order."""

    __slots__ = ("_known", "formats", "table")

    def __init__(self, table: ProgramTable, formats: Sequence[tuple[bytes, BinaryFormat]]) -> None:
        self.table = table
        self.formats = tuple(formats)
        self._known: dict[Inode, Main] = {}  # files that never change -> what runs them

    def image(self, fs: FsStruct, path: bytes, argv: list[bytes]) -> Loaded:
        """Return what running the file at `path` means.

        Raises NoSuchFile, AccessDenied, NoExec, BrokenProgram, TooManySymlinks.
        """
        main = fs.prefixes.programs.get(path)
        if main is not None:
            return main, argv, path.rpartition(b"/")[2][:15], None
        cred = None
        called = path.rpartition(b"/")[2][:15]  # Linux: a script is called as it is, not as its interpreter
        first = True
        for _ in range(MAX_INTERPRETERS):
            entry = fs.at(path)
            inode = entry.inode
            attr = inode.attr
            mode = attr.mode
            if mode & S_IFMT != S_IFREG or (mode & 0o111 != 0o111 and not may(fs.cred, attr, EXECUTE)):
                raise errors.AccessDenied(path)
            if fs.mounts.restricted and fs.mounts.flags(entry) & MS_NOEXEC:
                raise errors.AccessDenied(path, "the mount has noexec")
            if (
                mode & (S_ISUID | S_ISGID)
                and first
                and not (fs.mounts.restricted and fs.mounts.flags(entry) & MS_NOSUID)
            ):
                cred = _raised(fs.cred, attr)
            main = self._known.get(inode)
            if main is not None:
                above = entry.parent
                if first and cred is None and above and fs.prefixes.get(path.rpartition(b"/")[0]) is above:
                    fs.prefixes.programs[path] = main
                return main, argv, called, cred
            head = inode.read(0, HEAD_BYTES)
            for magic, format in self.formats:
                if magic and not head.startswith(magic):
                    continue
                found = format.load(head, path, argv, self.table)
                if type(found) is Image:
                    if inode.fs.immutable and found.argv is argv:
                        self._known[inode] = found.main
                    return found.main, found.argv, found.name if first else called, cred
                if type(found) is Redirect:
                    cred = None  # Linux: the bits of a script don't count
                    path, argv = found.path, found.argv
                    break
            else:
                raise errors.NoExec(path)
            first = False
        raise errors.TooManySymlinks(path, f"more than {MAX_INTERPRETERS} interpreters run one another")


def check_size(path: bytes, argv: list[bytes]) -> None:
    """Raise ArgumentListTooLong for what Linux has no room for: one argument too long, or all of them.

    For programs that start others; who starts one from outside may pass a script of any length.
    """
    size = sum(map(len, argv))
    if (len(argv) > 1000 or size >= MAX_ARGUMENT) and (
        size + 9 * len(argv) > MAX_ARGUMENT_BYTES or max(map(len, argv)) >= MAX_ARGUMENT
    ):
        raise errors.ArgumentListTooLong(path)


def program_of(fs: FsStruct, path: bytes, given: list[bytes], argv: list[bytes]) -> bytes:
    """Return the path of what runs (/proc/PID/exe), from the root: the file at `path`, or the interpreter of a script.

    given, argv: what `image` got and returned: a script's arguments are others, and begin with its interpreter.
    """
    if argv is not given:
        path = argv[0]
    return path if path[:1] == b"/" else fs.mounts.path(fs.at(path), fs.root)[0]


def _raised(cred: Credentials, attr: Any) -> Credentials:
    """Return the credentials of a setuid or setgid program."""
    changes: dict[str, int] = {}
    if attr.mode & S_ISUID:
        changes |= {"euid": attr.uid, "suid": attr.uid}
    if attr.mode & S_ISGID and attr.mode & 0o010:
        changes |= {"egid": attr.gid, "sgid": attr.gid}
    return cred.replace(**changes)
