"""Path texts: last component, directory part, joining; and the canonical name of a file, with every symlink resolved.

Nothing here but `canonical` asks the machine; the rest is about text alone.
"""

from __future__ import annotations

from kos_kernel.api import EINVAL, ELOOP, ENOENT, ENOTDIR, S_IFDIR, S_IFLNK, S_IFMT, Syscalls, SysError, sys_error

MAX_SYMLINKS = 40


def base(path: bytes) -> bytes:
    """Return the last component without trailing slashes; `/` for the root."""
    bare = path.rstrip(b"/")
    return bare[bare.rfind(b"/") + 1 :] if bare else path[:1]


def parent(path: bytes) -> bytes:
    """Return what dirname prints."""
    bare = path.rstrip(b"/")
    if not bare:
        return b"/" if path else b"."
    cut = bare.rfind(b"/")
    if cut < 0:
        return b"."
    return bare[:cut].rstrip(b"/") or b"/"


def strip_slashes(path: bytes) -> bytes:
    """Return the path without trailing slashes, but never empty."""
    return path.rstrip(b"/") or path[:1]


def join(folder: bytes, name: bytes) -> bytes:
    """Return folder/name with one slash between."""
    return folder + name if folder.endswith(b"/") else folder + b"/" + name


def normal(path: bytes) -> bytes:
    """Return the absolute path with `.`, `..` and double slashes resolved as text, no symlink looked at."""
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            if parts:
                parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/" + b"/".join(parts)


def relative_to(path: bytes, start: bytes) -> bytes:
    """Return the way from `start` to `path`, both absolute and normal."""
    ours = [part for part in path.split(b"/") if part]
    theirs = [part for part in start.split(b"/") if part]
    same = 0
    while same < len(ours) and same < len(theirs) and ours[same] == theirs[same]:
        same += 1
    return b"/".join([b".."] * (len(theirs) - same) + ours[same:]) or b"."


EXISTING, ALL_BUT_LAST, MISSING = "existing", "all-but-last", "missing"


def canonical(
    k: Syscalls, path: bytes, need: str = ALL_BUT_LAST, *, links: bool = True, logical: bool = False
) -> bytes:
    """Return the absolute name of the file without symlinks, `.` or `..`.

    need: EXISTING, every component must exist; ALL_BUT_LAST; MISSING, none needs to.  links=False: symlinks stay.
    logical: `..` is resolved as text, before symlinks.
    Raises NoSuchFile, NotADirectory, TooManySymlinks as the walk meets them.
    """
    if not path:
        raise sys_error(ENOENT, path)
    if logical:
        whole = path if path.startswith(b"/") else join(k.getcwd(), path)
        tail = b"/" if path.endswith((b"/", b"/.", b"/..")) or path in (b".", b"..") else b""
        path = normal(whole) + tail
    done: list[bytes] = [] if path.startswith(b"/") else [part for part in k.getcwd().split(b"/") if part]
    todo = path.split(b"/")[::-1]  # a stack, the next component last
    hops = 0
    seen: set[tuple[bytes, bytes]] = set()
    gone = False  # a component was missing: what follows is text
    while todo:
        part = todo.pop()
        if part in (b"", b"."):
            if part == b"" and not any(todo) and done and not gone and need != MISSING:
                _must_be_directory(k, done, need)
            continue
        if part == b"..":
            if done:
                if not links and need != MISSING and not gone:
                    _must_be_directory(k, done, need)
                done.pop()
            continue
        done.append(part)
        here = b"/" + b"/".join(done)
        last = not any(todo)
        try:
            mode = (k.lstat(here) if links else k.stat(here)).mode
        except SysError as error:
            if need == MISSING and error.errno in (ENOENT, ENOTDIR, ELOOP):
                gone = True
                continue
            if need == ALL_BUT_LAST and error.errno == ENOENT and (last or not any(x not in (b"", b".") for x in todo)):
                gone = True
                continue
            raise
        kind = mode & S_IFMT
        if kind == S_IFLNK and links:
            target = k.readlink(here)
            hops += 1
            rest = b"/".join(todo[::-1])
            if hops > MAX_SYMLINKS:
                if (here, rest) in seen:
                    if need == MISSING:
                        continue
                    raise sys_error(ELOOP, path)
                seen.add((here, rest))
            done.pop()
            if target.startswith(b"/"):
                done = []
            todo.extend(target.split(b"/")[::-1])
        elif kind != S_IFDIR and not last and need != MISSING:
            raise sys_error(ENOTDIR, path)
        elif kind != S_IFDIR and todo and not any(todo) and need != MISSING:
            raise sys_error(ENOTDIR, path)
    return b"/" + b"/".join(done)


def _must_be_directory(k: Syscalls, parts: list[bytes], need: str) -> None:
    here = b"/" + b"/".join(parts)
    try:
        mode = k.stat(here).mode
    except SysError as error:
        if error.errno == ENOENT and need == ALL_BUT_LAST:
            return
        raise
    if mode & S_IFMT != S_IFDIR:
        raise sys_error(ENOTDIR, here)


def read_link(k: Syscalls, path: bytes) -> bytes:
    """Return the symlink's text. Raises InvalidArgument if it is no symlink."""
    text = k.readlink(path)
    if not text:
        raise sys_error(EINVAL, path)
    return text
