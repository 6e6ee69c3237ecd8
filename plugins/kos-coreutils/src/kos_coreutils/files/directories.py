"""Making directories together with the ones above them, of any depth: `mkdir -p`, `install -d`, `cp --parents`."""

from __future__ import annotations

from collections.abc import Callable

from kos_kernel.api import (
    EEXIST,
    O_CLOEXEC,
    O_DIRECTORY,
    O_RDONLY,
    S_IFDIR,
    S_IFMT,
    NoSuchFile,
    NotADirectory,
    Syscalls,
    SysError,
)

_TOO_LONG = 2048


def make_parents(
    k: Syscalls, path: bytes, leaf_mode: int, parent_mode: int, made: Callable[[bytes], None] | None = None
) -> None:
    """Make the directory and what is missing above it; a directory that exists is fine.

    Long paths are walked with chdir; the working directory is put back at the end.
    made: called with each path that was made. Raises SysError whose `filename` is the path that failed.
    """
    if not path:
        raise NoSuchFile(path)
    parts = path.split(b"/")
    home = -1
    here = b""  # the path from the working directory
    shown = b""
    last = max((index for index, part in enumerate(parts) if part), default=-1)
    try:
        for index, part in enumerate(parts[: last + 1]):
            if index == 0 and not part:
                here = shown = b"/"
                continue
            if not part:
                if not here.endswith(b"/"):
                    here, shown = here + b"/", shown + b"/"
                continue
            here = part if not here else here + part if here.endswith(b"/") else here + b"/" + part
            shown = part if not shown else shown + part if shown.endswith(b"/") else shown + b"/" + part
            if part == b".":
                continue
            try:
                k.mkdir(here, leaf_mode if index == last else parent_mode)
                if made is not None:
                    made(shown)
            except SysError as error:
                error.filename = shown
                there = _kind(k, here)
                if there is not None and there != S_IFDIR and error.errno == EEXIST and index != last:
                    raise NotADirectory(shown) from None
                if there != S_IFDIR:
                    raise
            if len(here) > _TOO_LONG:
                if home < 0:
                    home = k.open(b".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                k.chdir(here)
                here = b""
    finally:
        if home >= 0:
            k.fchdir(home)
            k.close(home)


def _kind(k: Syscalls, path: bytes) -> int | None:
    """Return the type of what is there, None if nothing is."""
    try:
        return k.stat(path).mode & S_IFMT
    except SysError:
        return None
