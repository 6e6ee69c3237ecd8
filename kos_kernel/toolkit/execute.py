"""Starting other commands: the search along PATH, and exec with a shell's exit statuses.

126  found, but couldn't be run          127  not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..abi import S_IFMT, S_IFREG, X_OK
from ..errors import AccessDenied, NoExec, NoSuchFile, NotADirectory, SysError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..syscalls import Syscalls

DEFAULT_PATH = b"/bin:/usr/bin"
CANNOT_RUN = 126
COMMAND_NOT_FOUND = 127


def search_path(k: Syscalls) -> list[bytes]:
    """Return the directories of PATH; an empty entry is the working directory."""
    return [folder or b"." for folder in k.env.get(b"PATH", DEFAULT_PATH).split(b":")]


def is_executable(k: Syscalls, path: bytes) -> bool:
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
    return [folder + b"/" + name for folder in search_path(k)]


def run_command(k: Syscalls, argv: list[bytes], start: Callable[[bytes, list[bytes]], int]) -> int:
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
        run_command(k, argv, start)
    except SysError as error:
        return error
    raise AssertionError


def exec_status(error: SysError) -> int:
    """Return the exit status that says why a command couldn't be started."""
    return COMMAND_NOT_FOUND if isinstance(error, NoSuchFile) else CANNOT_RUN
