"""Walk a tree of any depth, one file at a time, without recursion and without paths that outgrow the kernel's limit.

    for step in walk(k, b"top"):
        step.phase      FILE      anything that isn't descended into
                        ENTER     a directory, before its entries (set step.skip = True to stay out)
                        LEAVE     the same directory, after them
                        DENIED    a directory that couldn't be read; step.error says why
                        LOOP      a directory that is its own ancestor (only when symlinks are followed)
        step.path       as a message shows it: top/a/b
        step.at         what to hand to system calls. Below some depth the walk moves the process's own working directory
                        along, so that this stays short; it is put back before the walk ends.

A step's kind comes from the directory where the filesystem tells it; `stat` is asked only if `want_stat`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kos_kernel.api import O_CLOEXEC, O_DIRECTORY, O_RDONLY, S_IFDIR, S_IFLNK, S_IFMT, Stat, Syscalls, SysError

FILE, ENTER, LEAVE, DENIED, LOOP, GONE = "file", "enter", "leave", "denied", "loop", "gone"
_ANCHOR_AT = 64  # components below the working directory


class Step:
    """One moment of a walk."""

    __slots__ = ("at", "depth", "error", "kind", "path", "phase", "skip", "stat")

    def __init__(self, phase: str, path: bytes, at: bytes, kind: int, stat: Stat | None, depth: int) -> None:
        self.phase = phase
        self.path = path
        self.at = at
        self.kind = kind
        self.stat = stat
        self.depth = depth
        self.skip = False
        self.error: SysError | None = None


class _Level:
    """A directory whose entries are being visited."""

    __slots__ = ("anchor", "below", "entries", "identity", "inside", "next", "step")

    def __init__(self, step: Step, inside: bytes, below: int) -> None:
        self.step = step
        self.inside = inside  # the directory as seen from the working directory; b"" when it is the working directory
        self.below = below  # components between the two
        self.entries: list[tuple[bytes, int]] = []
        self.next = 0
        self.anchor = -1  # descriptor of the working directory to go back to
        self.identity: tuple[int, int] | None = None


def walk(
    k: Syscalls,
    root: bytes,
    *,
    follow_root: bool = False,
    follow_all: bool = False,
    want_stat: bool = False,
    one_filesystem: bool = False,
) -> Iterator[Step]:
    """Yield the steps of a walk over `root`. Raises SysError only if the root itself can't be looked at.

    follow_root: a symlink given as root is what it leads to; follow_all: every symlink is.
    one_filesystem: directories on another device than the root's are not entered and not shown.
    An entry that vanished, or can't be stat-ed, comes as GONE with its error.
    """
    st = k.stat(root) if follow_root or follow_all else k.lstat(root)
    step = Step(ENTER if st.mode & S_IFMT == S_IFDIR else FILE, root, root, st.mode & S_IFMT, st, 0)
    if step.phase == FILE:
        yield step
        return
    device = st.dev
    careful = want_stat or follow_all or one_filesystem
    yield step
    if step.skip:
        return
    levels: list[_Level] = []
    active: set[tuple[int, int]] = set()
    yield from _push(k, levels, step, root, root.count(b"/") + 1, active)
    while levels:
        level = levels[-1]
        if level.next >= len(level.entries):
            levels.pop()
            if level.anchor >= 0:
                k.fchdir(level.anchor)
                k.close(level.anchor)
            if level.identity is not None:
                active.discard(level.identity)
            top = level.step
            top.phase = LEAVE
            yield top
            continue
        name, kind = level.entries[level.next]
        level.next += 1
        inside = level.inside
        at = inside + name if not inside or inside.endswith(b"/") else inside + b"/" + name
        folder = level.step.path
        path = folder + name if folder.endswith(b"/") else folder + b"/" + name
        found: Stat | None = None
        if careful or not kind:
            try:
                found = k.lstat(at)
                if follow_all and found.mode & S_IFMT == S_IFLNK:
                    found = _target(k, at, found)
            except SysError as error:
                step = Step(GONE, path, at, kind, None, len(levels))
                step.error = error
                yield step
                continue
            kind = found.mode & S_IFMT
            if one_filesystem and found.dev != device and kind == S_IFDIR:
                continue
        if kind != S_IFDIR:
            yield Step(FILE, path, at, kind, found, len(levels))
            continue
        step = Step(ENTER, path, at, kind, found, len(levels))
        if follow_all and found is not None and (found.dev, found.ino) in active:
            step.phase = LOOP
            yield step
            continue
        yield step
        if not step.skip:
            yield from _push(k, levels, step, at, level.below + 1, active)


def _target(k: Syscalls, at: bytes, link: Stat) -> Stat:
    """Return what the symlink leads to; a dangling one is itself."""
    try:
        return k.stat(at)
    except SysError:
        return link


def _push(
    k: Syscalls, levels: list[_Level], step: Step, at: bytes, below: int, active: set[tuple[int, int]]
) -> Iterator[Step]:
    """Read the directory and make it the current level; yields a DENIED step instead if it can't be read."""
    level = _Level(step, at, below)
    try:
        if below > _ANCHOR_AT or len(at) > 2048:
            level.anchor = k.open(b".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try:
                k.chdir(at)
            except SysError:
                k.close(level.anchor)
                raise
            level.inside, level.below = b"", 0
        level.entries = [(entry.name, entry.type) for entry in k.scandir(level.inside or b".")]
    except SysError as error:
        if level.anchor >= 0:
            try:
                k.fchdir(level.anchor)
                k.close(level.anchor)
            except SysError:
                pass
        step.phase, step.error = DENIED, error
        yield step
        return
    if step.stat is not None:
        level.identity = (step.stat.dev, step.stat.ino)
        active.add(level.identity)
    levels.append(level)
