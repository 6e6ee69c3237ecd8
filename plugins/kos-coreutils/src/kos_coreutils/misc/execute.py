"""Starting other commands: the search along PATH, and exec with a shell's exit statuses.

126  found, but couldn't be run          127  not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import (
    S_IFMT,
    S_IFREG,
    X_OK,
    AccessDenied,
    NoExec,
    NoSuchFile,
    NotADirectory,
    SysError,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

DEFAULT_PATH = b"/bin:/usr/bin"
CANNOT_RUN = 126
NOT_FOUND = 127


def folders(k: Syscalls) -> list[bytes]:
    """Return the directories of PATH; an empty entry is the working directory."""
    return [folder or b"." for folder in k.env.get(b"PATH", DEFAULT_PATH).split(b":")]


def executable(k: Syscalls, path: bytes) -> bool:
    """Tell whether a path is a regular file that we may run."""
    try:
        if k.stat(path).mode & S_IFMT != S_IFREG:
            return False
        k.access(path, X_OK, effective=True)
    except SysError:
        return False
    return True


def _candidates(k: Syscalls, name: bytes) -> list[bytes]:
    if b"/" in name:
        return [name]
    return [folder + b"/" + name for folder in folders(k)]


def run(k: Syscalls, argv: list[bytes], start: Callable[[bytes, list[bytes]], int]) -> int:
    """Start argv[0] as execvp finds it: `start(path, argv)` for each place until one isn't a failure; return what it returns.

    A file that is no program of any known kind is given to /bin/sh. Raises NoSuchFile if there's no such command, or the
    error of the last place where there was one.
    """
    worst: SysError = NoSuchFile(argv[0])
    if not argv[0]:
        raise worst
    for path in _candidates(k, argv[0]):
        try:
            return start(path, argv)
        except NoExec:
            return start(b"/bin/sh", [b"/bin/sh", path, *argv[1:]])
        except (NoSuchFile, NotADirectory):
            continue
        except AccessDenied as error:
            worst = error
    raise worst


def exec_command(k: Syscalls, argv: list[bytes]) -> SysError:
    """Become another command, found along PATH, with the environment in k.env. Returns only if that fails: the reason."""

    def start(path: bytes, words: list[bytes]) -> int:
        k.exec(path, words)
        raise AssertionError  # exec doesn't return

    try:
        run(k, argv, start)
    except SysError as error:
        return error
    raise AssertionError


def status_of(error: SysError) -> int:
    """Return the exit status that says why a command couldn't be started."""
    return NOT_FOUND if isinstance(error, NoSuchFile) else CANNOT_RUN
