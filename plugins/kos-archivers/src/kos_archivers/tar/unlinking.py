"""Removing what is in the way of a new file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kos_kernel.api import S_IFDIR, S_IFMT, SysError

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls


def remove(k: Syscalls, name: bytes, *, recursive: bool) -> SysError | None:
    """Remove a file, or a directory that is empty; with `recursive` all that is in it. Return None, or why it didn't go."""
    try:
        if k.lstat(name).mode & S_IFMT != S_IFDIR:
            k.unlink(name)
            return None
        if not recursive:
            k.rmdir(name)
            return None
        waiting = [(name, False)]
        while waiting:
            path, emptied = waiting.pop()
            if emptied:
                k.rmdir(path)
                continue
            waiting.append((path, True))
            for entry in k.listdir(path):
                below = path + b"/" + entry
                if k.lstat(below).mode & S_IFMT == S_IFDIR:
                    waiting.append((below, False))
                else:
                    k.unlink(below)
    except SysError as error:
        return error
    return None
