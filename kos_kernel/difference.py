"""What differs between the files of two machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .abi import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from .contracts.fs import Inode
from .kernel import Kernel

CHUNK = 1 << 20


def differences(one: Kernel, other: Kernel) -> Iterator[tuple[str, bytes]]:
    """Yield (A, D or M; path) in order of path, for all files on filesystems that can be forked (so not /proc).

    A directory that is there on one side only is told as one line. Headers count (mode, owner), times don't.
    """
    todo: list[tuple[bytes, Any, Any]] = [(b"", _top(one, b"/"), _top(other, b"/"))]
    found: list[tuple[bytes, str]] = []
    while todo:
        path, first, second = todo.pop()
        if first is None or second is None:
            found.append((path, "A" if first is None else "D"))
            continue
        if first is second or (
            getattr(first, "attr", None) is getattr(second, "attr", 0) and first.attr.mode & S_IFMT != S_IFDIR
        ):
            continue  # the very record is shared: nothing was written
        mode = first.attr.mode
        if _header(first) != _header(second):
            found.append((path or b"/", "M"))
            if mode & S_IFMT != second.attr.mode & S_IFMT:
                continue
        kind = mode & S_IFMT
        if kind == S_IFDIR:
            names = dict.fromkeys(entry[0] for entry in first.readdir())
            names.update(dict.fromkeys(entry[0] for entry in second.readdir()))
            for name in names:
                below = path + b"/" + name
                mine, theirs = _mounted(one, below), _mounted(other, below)
                if mine is None and theirs is None:
                    mine, theirs = first.lookup(name), second.lookup(name)
                elif mine is None or theirs is None or not mine.fs.cacheable:
                    continue
                todo.append((below, mine, theirs))
        elif (
            kind == S_IFREG
            and not _same_bytes(first, second)
            or kind == S_IFLNK
            and first.readlink() != second.readlink()
        ):
            found.append((path, "M"))
    seen: set[tuple[bytes, str]] = set()
    for path, change in sorted(found):
        if (path, change) not in seen:
            seen.add((path, change))
            yield change, path


def _header(inode: Inode) -> tuple[int, ...]:
    attr = inode.attr
    return attr.mode, attr.uid, attr.gid, attr.rdev


def _top(kernel: Kernel, path: bytes) -> Inode:
    return kernel.init.fs.at(path).inode


def _mounted(kernel: Kernel, path: bytes) -> Inode | None:
    """Return the root of what is mounted exactly at a path, or None."""
    namespace = kernel.init.fs.mounts
    for mount in namespace.trees.values():
        if mount.point is not None and namespace.path(mount.root, kernel.init.fs.root)[0] == path:
            return mount.root.inode
    return None


def _data(inode: Inode, offset: int, size: int) -> int:
    """Return where the next byte may be that isn't in a hole, if the driver knows (`next_data`): a terabyte of nothing is quick."""
    ask = getattr(inode, "next_data", None)
    found: int = offset if ask is None else ask(offset)
    return min(found, size)


def _same_bytes(first: Inode, second: Inode) -> bool:
    size = first.attr.size
    if size != second.attr.size:
        return False
    offset = 0
    while (offset := min(_data(first, offset, size), _data(second, offset, size))) < size:
        if first.read(offset, CHUNK) != second.read(offset, CHUNK):
            return False
        offset += CHUNK
    return True
