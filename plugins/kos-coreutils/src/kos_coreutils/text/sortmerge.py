"""The engine of sort: runs that are sorted in memory, merged by blocks, spilled to files when memory is short.

    blocks of lines --> Run (4 MB, list.sort) --> ... --> merge --> output
                                  |                          ^
                                  +--> temporary file -------+     when the process's memory, or -S, is used up

Merging k sorted sources goes by blocks instead of lines: the smallest of the sources' last lines in memory is a bound up to
which all sources are complete; what lies below it is cut off everywhere, put together, and sorted once more: Timsort finds
the runs in it and merges them in C. So a merge costs a few Python steps a block, and no call of C is unbounded.

Lines are `str` in latin-1, a character a byte. Orders are stable: of equal lines the one from the earlier source comes first.
"""

from __future__ import annotations

from itertools import chain, compress
from operator import eq, le, lt, ne
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CLOEXEC,
    O_CREAT,
    O_EXCL,
    O_RDWR,
    SEEK_SET,
    FileExists,
    OutOfMemory,
    Reader,
    SysError,
    Writer,
    cause,
    complain,
    quoteaf,
    quotef,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

_RUN_BYTES = 4 << 20  # sorted by one call: some 20 ms
_SLICE = 1 << 14  # lines of a run in memory that are offered to a merge at once
_FEW = 16  # lines for each value at which heaps are quicker than comparing
_LINE_BYTES = 64  # what a line costs besides its text: the object, its place in the list
_KEY_BYTES = 48  # what a key costs
TROUBLE = 2


class Piece:
    """Lines and their keys, in two lists of one order; without keys of their own the lines are the keys.

    Not a list of pairs: a million tuples are a million objects for the garbage collector to look at.
    """

    __slots__ = ("keys", "lines")

    def __init__(self, keys: list[Any], lines: list[str]) -> None:
        self.keys = keys
        self.lines = lines

    def cut(self, start: int, stop: int) -> Piece:
        """Return a part of it."""
        lines = self.lines[start:stop]
        return Piece(lines if self.keys is self.lines else self.keys[start:stop], lines)


class Order:
    """How lines compare.

    keys: makes the keys of lines, None if lines compare as they are. reverse: whether the greater key comes first.
    last_resort: None, or whether among equal keys the greater line comes first. unique: equal keys are shown once.
    """

    __slots__ = ("keys", "last_resort", "line_bytes", "reverse", "unique")

    def __init__(
        self, keys: Callable[[list[str]], list[Any]] | None, *, reverse: bool, last_resort: bool | None, unique: bool
    ) -> None:
        self.keys = keys
        self.reverse = reverse
        self.last_resort = last_resort if keys is not None else None
        self.unique = unique
        self.line_bytes = _LINE_BYTES + (_KEY_BYTES if keys is not None else 0)

    def piece(self, lines: list[str]) -> Piece:
        """Return lines with their keys, as they come."""
        return Piece(lines if self.keys is None else self.keys(lines), lines)

    def sorted(self, piece: Piece, *, fresh: bool = False) -> Piece:
        """Return the piece in order; equal ones keep theirs. fresh: nothing of it is in order yet."""
        if piece.keys is piece.lines:
            piece.lines.sort(reverse=self.reverse)
            return piece
        places = _places(piece.keys, self.reverse) if fresh else None
        if places is None:
            places = sorted(range(len(piece.lines)), key=piece.keys.__getitem__, reverse=self.reverse)
        keys = list(map(piece.keys.__getitem__, places))
        lines = list(map(piece.lines.__getitem__, places))
        if self.last_resort is not None:
            end = 0
            for first in compress(range(len(keys)), map(eq, keys, keys[1:])):
                if first >= end:
                    key, end = keys[first], first + 2
                    while end < len(keys) and keys[end] == key:
                        end += 1
                    lines[first:end] = sorted(lines[first:end], reverse=self.last_resort)
        return Piece(keys, lines)

    def before(self, key: Any, line: str, other_key: Any, other_line: str, *, equal: bool = False) -> bool:
        """Tell whether a line comes before another. equal: the answer if neither does."""
        if key != other_key:
            return bool(key > other_key) if self.reverse else bool(key < other_key)
        if self.last_resort is None or line == other_line:
            return equal
        return line > other_line if self.last_resort else line < other_line

    def in_order(self, piece: Piece, *, strictly: bool = False) -> bool:
        """Tell whether a piece is sorted (strictly: and no two keys are equal)."""
        keys, lines = piece.keys, piece.lines
        if self.last_resort is None or strictly:
            less = lt if strictly else le
            return all(map(less, keys[1:], keys) if self.reverse else map(less, keys, keys[1:]))
        before = self.before
        return all(before(keys[at], lines[at], keys[at + 1], lines[at + 1], equal=True) for at in range(len(keys) - 1))

    def place(self, piece: Piece, key: Any, line: str, *, beyond_equal: bool) -> int:
        """Return how many lines of a sorted piece come before a line (beyond_equal: or with it)."""
        low, high = 0, len(piece.lines)
        while low < high:
            middle = (low + high) // 2
            if self.before(piece.keys[middle], piece.lines[middle], key, line, equal=beyond_equal):
                low = middle + 1
            else:
                high = middle
        return low


def _places(keys: list[Any], reverse: bool) -> list[int] | None:
    """Return the order of keys that have several parts: by the last part first, each time keeping what was. None for others.

    Tuples are compared step by step, parts of one kind by the interpreter's quickest comparisons; and a part that has few
    values, as names of groups do, needs no comparisons but of these.
    """
    if len(keys) < _FEW or not isinstance(keys[0], tuple):
        return None
    places: Any = range(len(keys))
    for column in reversed(list(zip(*keys, strict=True))):
        values = set(column)
        if len(values) * _FEW < len(keys):
            heaps: dict[Any, list[int]] = {value: [] for value in sorted(values, reverse=reverse)}
            for place in places:
                heaps[column[place]].append(place)
            places = list(chain.from_iterable(heaps.values()))
        else:
            places = sorted(places, key=column.__getitem__, reverse=reverse)
    return list(places)


class Source:
    """Something sorted that is read piece by piece: `piece` is what is at hand from `at` on; None at the end."""

    __slots__ = ("at", "piece")

    def __init__(self) -> None:
        self.piece: Piece | None = None
        self.at = 0

    def refill(self) -> None:
        """Get the next piece; for when what was at hand is used up."""
        raise NotImplementedError

    def take(self, count: int) -> Piece:
        """Return the next `count` lines at hand and go beyond them."""
        assert self.piece is not None
        part = self.piece.cut(self.at, self.at + count)
        self.at += count
        return part

    @property
    def left(self) -> int:
        """How many lines are at hand."""
        return 0 if self.piece is None else len(self.piece.lines) - self.at


class RunSource(Source):
    """A run in memory."""

    __slots__ = ("_run", "_start")

    def __init__(self, run: Piece) -> None:
        super().__init__()
        self._run: Piece | None = run
        self._start = 0

    def refill(self) -> None:
        self.at = 0
        self.piece = None
        if self._run is not None and self._start < len(self._run.lines):
            self.piece = self._run.cut(self._start, self._start + _SLICE)
            self._start += _SLICE
        else:
            self._run = None


class FileSource(Source):
    """A file that is sorted already: a spilled run, or an input of sort -m."""

    __slots__ = ("_end", "_order", "_reader", "doubt", "fd", "last", "sorted")

    def __init__(self, k: Syscalls, fd: int, order: Order, end: bytes, *, doubt: bool) -> None:
        super().__init__()
        self.fd = fd
        self.doubt = doubt  # somebody else says that it's sorted
        self.sorted = True
        self.last: str | None = None
        self._order = order
        self._end = end
        self._reader = Reader(k, fd, delimiter=end, chunk=1 << 16)

    def refill(self) -> None:
        self.at = 0
        self.piece = None
        block = self._reader.block()
        if not block:
            return
        lines = _lines(block, self._end)
        self.piece = self._order.piece(lines)
        if self.doubt:
            seen = self._order.piece([self.last, *lines]) if self.last is not None else self.piece
            self.sorted = self.sorted and self._order.in_order(seen)
            self.last = lines[-1]


def _lines(block: bytes, end: bytes) -> list[str]:
    mark = end.decode("latin-1")
    return block.decode("latin-1").removesuffix(mark).split(mark)


class Output:
    """Where merged lines go, each with its delimiter, without duplicates if the order says so."""

    def __init__(self, out: Writer, order: Order, end: bytes) -> None:
        self.out = out
        self.unique = order.unique
        self.end = end.decode("latin-1")
        self.last: Any = None
        self.any = False

    def put(self, piece: Piece) -> None:
        """Write a sorted piece that comes after all before."""
        lines, keys = piece.lines, piece.keys
        if self.unique and lines:
            new = [not self.any or keys[0] != self.last, *map(ne, keys[1:], keys)]
            self.last, self.any = keys[-1], True
            lines = list(compress(lines, new))
        if lines:
            self.out.write((self.end.join(lines) + self.end).encode("latin-1"))


def merge(k: Syscalls, sources: list[Source], order: Order, output: Output) -> None:
    """Write all lines of sorted sources in order. Sources that turn out unsorted are merged line by line, as GNU does."""
    for source in sources:
        source.refill()
    live = [source for source in sources if source.left]
    while live:
        if len(live) > 1 and any(isinstance(source, FileSource) and not source.sorted for source in live):
            _merge_lines(k, live, order, output)
            return
        if len(live) == 1:
            output.put(live[0].take(live[0].left))
        else:
            _merge_blocks(live, order, output)
        for source in live:
            if not source.left:
                source.refill()
        live = [source for source in live if source.left]
        k.tick(64)


def _merge_blocks(live: list[Source], order: Order, output: Output) -> None:
    """Write what lies below the smallest last line of all sources."""
    lasts = []
    for source in live:
        assert source.piece is not None
        lasts.append((source.piece.keys[-1], source.piece.lines[-1]))
    chosen = 0
    for index in range(1, len(lasts)):
        if order.before(*lasts[index], *lasts[chosen]):
            chosen = index
    parts = []
    for index, source in enumerate(live):
        # the next piece of `chosen` may begin with more lines like its last: later sources' equals must wait for them
        if index == chosen:
            count = source.left
        else:
            assert source.piece is not None
            count = order.place(source.piece, *lasts[chosen], beyond_equal=index < chosen) - source.at
        if count > 0:
            parts.append(source.take(count))
    lines: list[str] = []
    keys: list[Any] = []
    for part in parts:
        lines += part.lines
        if part.keys is not part.lines:
            keys += part.keys
    output.put(order.sorted(Piece(keys or lines, lines)))


def _merge_lines(k: Syscalls, live: list[Source], order: Order, output: Output) -> None:
    """Write always the smallest of the sources' first lines."""
    keys: list[Any] = []
    lines: list[str] = []
    while live:
        chosen, best = 0, _first(live[0])
        for index in range(1, len(live)):
            value = _first(live[index])
            if order.before(*value, *best):
                chosen, best = index, value
        source = live[chosen]
        source.at += 1
        keys.append(best[0])
        lines.append(best[1])
        if len(lines) >= 1024:
            output.put(Piece(keys, lines))
            keys, lines = [], []
            k.tick(64)
        if not source.left:
            source.refill()
            if not source.left:
                del live[chosen]
    output.put(Piece(keys, lines))


def _first(source: Source) -> tuple[Any, str]:
    assert source.piece is not None
    return source.piece.keys[source.at], source.piece.lines[source.at]


class Sorter:
    """Takes lines, keeps them in sorted runs, and writes them in order at the end."""

    def __init__(self, k: Syscalls, order: Order, end: bytes, *, budget: int, folders: list[bytes], batch: int) -> None:
        self.k = k
        self.order = order
        self.end = end
        self.budget = budget
        self.folders = folders
        self.batch = batch
        self.pending: list[str] = []
        self.pending_bytes = 0
        self.runs: list[Piece] = []
        self.spilled: list[int] = []  # descriptors of temporary files, earlier lines first
        self.charged = 0
        self.made = 0

    def feed(self, block: bytes) -> None:
        """Take a block of whole records."""
        lines = _lines(block, self.end)
        self.account(len(block) + len(lines) * self.order.line_bytes)
        self.pending += lines
        self.pending_bytes += len(block)
        if self.pending_bytes >= _RUN_BYTES:
            self.finish_run()

    def account(self, size: int) -> None:
        """Charge for lines to come; make room first if that is too much."""
        if self.charged + size > self.budget and self.charged:
            self.spill()
        try:
            self.k.charge(size)
        except OutOfMemory:
            if not self.charged:
                self.die(b"memory exhausted")
            self.spill()
            try:
                self.k.charge(size)
            except OutOfMemory:
                self.die(b"memory exhausted")
        self.charged += size

    def die(self, message: bytes) -> None:
        complain(self.k, message)
        self.k.exit(TROUBLE)

    def finish_run(self) -> None:
        if self.pending:
            self.runs.append(self.order.sorted(self.order.piece(self.pending), fresh=True))
            self.pending = []
            self.pending_bytes = 0
            self.k.tick(64)

    # ------------------------------------------------------------ temporary files
    def spill(self) -> None:
        """Write all runs in memory to a temporary file as one run."""
        self.finish_run()
        runs: list[Source] = [RunSource(run) for run in self.runs]
        self.runs = []
        self.spilled.append(self.to_file(runs))
        self.k.charge(-self.charged)
        self.charged = 0
        if len(self.spilled) >= self.batch * 2:
            self.reduce(self.batch)

    def to_file(self, sources: list[Source]) -> int:
        """Merge sources into a new temporary file; return its descriptor, at the beginning."""
        fd, name = self.temporary()
        out = Writer(self.k, fd, complaint=b"write failed: " + quotef(name), status=TROUBLE)
        merge(self.k, sources, self.order, Output(out, self.order, self.end))
        out.flush()
        self.k.lseek(fd, 0, SEEK_SET)
        return fd

    def temporary(self) -> tuple[int, bytes]:
        """Return a new file that has no name any more, and the name it had."""
        k = self.k
        folder = self.folders[self.made % len(self.folders)]
        self.made += 1
        for _ in range(100):
            name = b"%s/sort%s" % (folder, k.getrandom(6).hex().encode())
            try:
                fd = k.open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            except FileExists:
                continue
            except SysError as error:
                self.die(b"cannot create temporary file in %s: %s" % (quoteaf(folder), cause(error)))
                raise
            k.unlink(name)  # whatever ends us, nothing is left behind
            return fd, name
        self.die(b"cannot create temporary file in %s: File exists" % quoteaf(folder))
        raise AssertionError

    def reduce(self, most: int) -> None:
        """Merge the first temporary files until there are no more than `most`."""
        while len(self.spilled) > most:
            count = min(self.batch, len(self.spilled) - most + 1)
            some = self.spilled[:count]
            merged = self.to_file([self.file(fd) for fd in some])
            for fd in some:
                self.k.close(fd)
            self.spilled[:count] = [merged]

    def file(self, fd: int) -> Source:
        return FileSource(self.k, fd, self.order, self.end, doubt=False)

    def write(self, out: Writer) -> None:
        """Write everything in order."""
        self.finish_run()
        sources: list[Source] = []
        if self.spilled:
            self.reduce(self.batch)
            sources = [self.file(fd) for fd in self.spilled]
        sources += [RunSource(run) for run in self.runs]
        self.runs = []
        merge(self.k, sources, self.order, Output(out, self.order, self.end))
        out.flush()
        for fd in self.spilled:
            self.k.close(fd)


def check(k: Syscalls, fd: int, order: Order, end: bytes) -> tuple[int, bytes] | None:
    """Return (number, text) of the first line that is out of order, None if there's none."""
    reader = Reader(k, fd, delimiter=end)
    last: list[str] = []
    number = 0
    while block := reader.block():
        lines = last + _lines(block, end)
        piece = order.piece(lines)
        if not order.in_order(piece, strictly=order.unique):
            for at in range(1, len(lines)):
                if not order.in_order(piece.cut(at - 1, at + 1), strictly=order.unique):
                    return number + at + (0 if last else 1), lines[at].encode("latin-1")
        number += len(lines) - len(last)
        last = lines[-1:]
        k.tick(16)
    return None
