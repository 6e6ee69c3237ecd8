"""Two files to be compared, whatever they are: regular ones, directories, links, pipes, or not there at all.

Directories are worked through with a list of what is still to be done, not by recursion, so that depth costs no stack.
"""

from __future__ import annotations

import stat as modes
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import NoSuchFile, SysError, Writer, cause, complain

from .clock import old_stamp, stamp, zone_of
from .compare.changes import changes
from .compare.lines import Side
from .diff_options import Settings
from .formats import columns, context, groups, plain
from .formats.paper import Paper
from .naming import c_quoted

if TYPE_CHECKING:
    from kos_kernel.api import GlobBytes, Stat, Syscalls

_FORMATS: dict[str, Callable[[Paper], None]] = {
    "normal": plain.normal,
    "ed": plain.ed,
    "forward": plain.forward_ed,
    "rcs": plain.rcs,
    "context": context.copied,
    "unified": context.unified,
    "columns": columns.side_by_side,
    "merged": groups.merged,
}
_FIRST_BLOCK = 4096  # where a NUL makes a file binary
_LINE_BYTES = 80  # what a line costs beyond its text
_KINDS = {
    modes.S_IFDIR: b"directory",
    modes.S_IFIFO: b"fifo",
    modes.S_IFCHR: b"character special file",
    modes.S_IFBLK: b"block special file",
    modes.S_IFLNK: b"symbolic link",
    modes.S_IFSOCK: b"socket",
}


class One(NamedTuple):
    """One side of a pair. stat: None if it isn't there and counts as empty."""

    name: bytes
    stat: Stat | None

    @property
    def is_directory(self) -> bool:
        """Whether it's a directory."""
        return self.stat is not None and modes.S_ISDIR(self.stat.mode)

    def kind(self) -> bytes:
        """Return what it is, in words."""
        assert self.stat is not None
        if modes.S_ISREG(self.stat.mode):
            return b"regular file" if self.stat.size else b"regular empty file"
        return _KINDS.get(modes.S_IFMT(self.stat.mode), b"weird file")


class Pairs:
    """Compares pairs, one after another, and what they contain."""

    def __init__(
        self, k: Syscalls, out: Writer, settings: Settings, switches: bytes, excluded: list[GlobBytes]
    ) -> None:
        self.k = k
        self.out = out
        self.settings = settings
        self.opts = settings.opts
        self.switches = switches
        self.excluded = excluded
        self.zone = zone_of(k)
        locale = k.env.get(b"LC_ALL") or k.env.get(b"LC_TIME") or k.env.get(b"LANG") or b"C"
        self.old_times = locale in (b"C", b"POSIX") and settings.style == "context"

    # ---------------------------------------------------------------- what to compare
    def compare(self, old: bytes, new: bytes) -> int:
        """Compare two operands and all below; return 0, 1 or 2."""
        status, pair = self._operands(old, new)
        if pair is None:
            return status
        one, two = pair
        if not ((one.is_directory or one.stat is None) and (two.is_directory or two.stat is None)):
            return self._files(*pair, inside=False)
        todo = [self._entries(*pair, [])]
        chain = [pair]
        while todo:
            found = next(todo[-1], None)
            if found is None:
                todo.pop()
                chain.pop()
                continue
            if isinstance(found, int):
                status = max(status, found)
                continue
            one, two = found
            missing = one.stat is None or two.stat is None
            if one.is_directory and two.is_directory or (missing and (one.is_directory or two.is_directory)):
                if not self.opts.recursive:
                    self._say(b"Common subdirectories: %s and %s\n" % (one.name, two.name))
                elif len(todo) > 5000 or self._loops(one, chain, 0) or self._loops(two, chain, 1):
                    self.out.flush()
                    complain(self.k, (one if self._loops(one, chain, 0) else two).name + b": recursive directory loop")
                    status = 2
                else:
                    todo.append(self._entries(one, two, chain))
                    chain.append(found)
                continue
            status = max(status, self._files(one, two, inside=True))
        return status

    def _loops(self, one: One, chain: list[tuple[One, One]], which: int) -> bool:
        if one.stat is None:
            return False
        place = (one.stat.dev, one.stat.ino)
        return any(
            outer[which].stat is not None and (outer[which].stat.dev, outer[which].stat.ino) == place  # type: ignore[union-attr]
            for outer in chain
        )

    def _operands(self, old: bytes, new: bytes) -> tuple[int, tuple[One, One] | None]:
        """Return the status so far and the pair that two operands mean: FILE and DIR mean DIR/FILE."""
        sides: list[One] = []
        errors: list[tuple[bytes, SysError]] = []
        for index, name in enumerate((old, new)):
            try:
                found = self.k.fstat(0) if name == b"-" else self._stat(name)
                sides.append(One(name, found))
            except SysError as error:
                absent = isinstance(error, NoSuchFile)
                sides.append(One(name, None))
                if not (absent and (self.opts.new_file or (self.opts.new_first and index == 0))):
                    errors.append((name, error))
        if all(side.stat is None for side in sides) and not errors:
            errors = [(side.name, NoSuchFile()) for side in sides]
        if errors:
            self.out.flush()
            for name, problem in errors:
                complain(self.k, name + b": " + cause(problem))
            return 2, None
        one, two = sides
        if one.is_directory != two.is_directory and one.stat is not None and two.stat is not None:
            folder, file = (one, two) if one.is_directory else (two, one)
            if file.name == b"-":
                self.out.flush()
                complain(self.k, b"cannot compare '-' to a directory")
                return 2, None
            name = _joined(folder.name, file.name.rstrip(b"/").rpartition(b"/")[2] or b"/")
            return self._operands(name, new) if one.is_directory else self._operands(old, name)
        return 0, (one, two)

    def _stat(self, name: bytes) -> Stat:
        return self.k.stat(name, follow=not self.opts.no_dereference)

    def _entries(self, one: One, two: One, chain: list[tuple[One, One]]) -> Iterator[tuple[One, One] | int]:
        """Yield the pairs of two directories (one of them may be missing), and statuses for what has been said already."""
        tables: list[dict[bytes, bytes]] = []
        for side in (one, two):
            names: list[bytes] = []
            if side.stat is not None:
                try:
                    names = self.k.listdir(side.name)
                except SysError as error:
                    self.out.flush()
                    complain(self.k, side.name + b": " + cause(error))
                    yield 2
                    return
            kept = [name for name in names if not any(glob.matches(name) for glob in self.excluded)]
            if not chain and self.opts.starting is not None:
                kept = [name for name in kept if name >= self.opts.starting]
            fold = self.opts.fold_names
            tables.append({(name.lower() if fold else name): name for name in sorted(kept, reverse=True)})
        for key in sorted(tables[0].keys() | tables[1].keys()):
            names_here = [tables[0].get(key), tables[1].get(key)]
            present = names_here[0] or names_here[1] or b""
            sides: list[One] = []
            failed = False
            for parent, name in zip((one, two), names_here, strict=True):
                path = _joined(parent.name, name or present)
                try:
                    sides.append(One(path, None if name is None else self._stat(path)))
                except SysError as error:
                    self.out.flush()
                    complain(self.k, path + b": " + cause(error))
                    failed = True
            if failed:
                yield 2
            elif None in names_here and not self._empty_counts(names_here[0] is None):
                parent = one if names_here[0] is not None else two
                self._say(b"Only in %s: %s\n" % (parent.name, present))
                yield 1
            else:
                yield sides[0], sides[1]

    def _empty_counts(self, first_is_missing: bool) -> bool:
        return bool(self.opts.new_file or (self.opts.new_first and first_is_missing))

    def _say(self, text: bytes) -> None:
        self.out.write(b" " + text if self.settings.look.merge_assist else text)

    # ---------------------------------------------------------------- two files
    def _files(self, one: One, two: One, *, inside: bool) -> int:
        """Compare two files that aren't both directories."""
        if one.stat is not None and two.stat is not None:
            kinds = [modes.S_IFMT(side.stat.mode) for side in (one, two) if side.stat is not None]
            if kinds == [modes.S_IFLNK, modes.S_IFLNK]:
                return self._links(one, two)
            plain_ones = all(kind == modes.S_IFREG for kind in kinds)
            if one.is_directory or two.is_directory or modes.S_IFLNK in kinds or (inside and not plain_ones):
                self._say(b"File %s is a %s while file %s is a %s\n" % (one.name, one.kind(), two.name, two.kind()))
                return 1
            same = (one.stat.dev, one.stat.ino) == (two.stat.dev, two.stat.ino)
            if same and not self.settings.always_shown:
                return self._identical(one, two)
        contents: list[bytes] = []
        for side in (one, two):
            try:
                if side.name == b"-" and contents and one.name == b"-":
                    contents.append(contents[0])
                else:
                    contents.append(b"" if side.stat is None else self._read(side.name))
            except SysError as error:
                self.out.flush()
                complain(self.k, side.name + b": " + cause(error))
                return 2
        held = sum(len(data) + _LINE_BYTES * data.count(b"\n") for data in contents)
        self.k.charge(held)
        try:
            return self._texts(one, two, contents[0], contents[1], inside)
        finally:
            contents.clear()
            self.k.charge(-held)

    def _read(self, name: bytes) -> bytes:
        if name == b"-":
            return self.k.read_all(0)
        fd = self.k.open(name)
        try:
            return self.k.read_all(fd)
        finally:
            self.k.close(fd)

    def _links(self, one: One, two: One) -> int:
        try:
            same = self.k.readlink(one.name) == self.k.readlink(two.name)
        except SysError as error:
            self.out.flush()
            complain(self.k, one.name + b": " + cause(error))
            return 2
        if same:
            return self._identical(one, two)
        self._say(b"Symbolic links %s and %s differ\n" % (one.name, two.name))
        return 1

    def _labels(self, one: One, two: One) -> tuple[bytes, bytes]:
        labels = [*self.opts.labels, None, None]
        return (
            one.name if labels[0] is None else labels[0],
            two.name if labels[1] is None else labels[1],
        )

    def _identical(self, one: One, two: One) -> int:
        if self.opts.identical:
            self._say(b"Files %s and %s are identical\n" % self._labels(one, two))
        return 0

    def _texts(self, one: One, two: One, first: bytes, second: bytes, inside: bool) -> int:
        settings, opts = self.settings, self.opts
        binary = not opts.text and (b"\0" in first[:_FIRST_BLOCK] or b"\0" in second[:_FIRST_BLOCK])
        if binary or settings.bytes_decide:
            if first == second:
                return self._identical(one, two)
            word = b"Files" if opts.brief or not binary else b"Binary files"
            self._say(b"%s %s and %s differ\n" % (word, *self._labels(one, two)))
            return 1
        if first == second and settings.rules.robust and not settings.always_shown:
            return self._identical(one, two)  # no rule makes a difference of nothing
        old, new = (Side.of(data, strip_cr=opts.strip_cr) for data in (first, second))
        script = changes(
            old, new, settings.rules, self.k.tick,
            minimal=opts.minimal, heuristic=opts.heuristic, horizon=settings.horizon,
        )  # fmt: skip
        paper = Paper(self.out.write, old, new, script, settings.look, lambda: self._heading(one, two, inside))
        differ = bool(script) if not settings.look.ignores else next(paper.counting(), None) is not None
        status = int(differ)
        if opts.brief:
            if differ:
                self._say(b"Files %s and %s differ\n" % self._labels(one, two))
                return 1
        elif differ or settings.always_shown:
            _FORMATS[settings.style](paper)
        if not settings.rules.robust:
            for side, label in zip((old, new), self._labels(one, two), strict=True):
                if side.incomplete:
                    self.out.flush()
                    complain(self.k, label + b": No newline at end of file\n")
                    status = 2
        return status if status else self._identical(one, two)

    def _heading(self, one: One, two: One, inside: bool) -> None:
        """Write which files the differences are of, where the style or a directory's comparison asks for it."""
        put = self.out.write
        if inside:
            put(b"diff%s %s %s\n" % (self.switches, *map(c_quoted, self._labels(one, two))))
        style = self.settings.style
        if style not in ("context", "unified"):
            return
        colors = self.settings.look.colors
        signs = (b"***", b"---") if style == "context" else (b"---", b"+++")
        for index, (side, sign) in enumerate(zip((one, two), signs, strict=True)):
            if colors is not None:
                put(b"\x1b[" + colors["hd"] + b"m")
            if index < len(self.opts.labels):
                put(b"%s %s" % (sign, self.opts.labels[index]))
            else:
                put(b"%s %s\t%s" % (sign, c_quoted(side.name), self._time(side)))
            if colors is not None:
                put(b"\x1b[" + colors["rs"] + b"m")
            put(b"\n")

    def _time(self, side: One) -> bytes:
        if side.stat is None:
            ns = 0
        elif side.name == b"-" and not modes.S_ISREG(side.stat.mode):
            ns = self.k.clock_ns()
        else:
            ns = side.stat.mtime_ns
        return old_stamp(ns, self.zone) if self.old_times else stamp(ns, self.zone)


def _joined(folder: bytes, name: bytes) -> bytes:
    return folder + name if folder.endswith(b"/") else folder + b"/" + name
