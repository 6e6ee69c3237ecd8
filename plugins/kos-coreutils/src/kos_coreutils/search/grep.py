"""grep: lines that match. A block of lines is searched in one pass; lines are looked at one by one only where that's asked for.

Search.file(name) ─► _blocks()   no context, no colours: regex.lines(block), the rest is slicing
                  └► _lines()    context, -o, --color, -b ...: line by line
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kos_kernel.api import (
    CHUNK,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFLNK,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    PatternLimit,
    Reader,
    SysError,
    Writer,
    cause,
    complain,
    quotef,
)

from .grep_options import Settings, fail, matcher

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_MATCH, _NAME, _LINE, _SEP, _END = (
    b"\x1b[01;31m\x1b[K",
    b"\x1b[35m\x1b[K",
    b"\x1b[32m\x1b[K",
    b"\x1b[36m\x1b[K",
    b"\x1b[m\x1b[K",
)


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0 if a line was selected, 1 if none was, 2 after trouble."""
    search = Search(k, argv)
    try:
        return search.run()
    except PatternLimit as error:
        raise fail(argv, str(error).encode()) from None


class Search:
    """One run of grep."""

    def __init__(self, k: Syscalls, argv: list[bytes]) -> None:
        self.k = k
        self.settings = settings = Settings(k, argv)
        opts = settings.opts
        self.opts = opts
        self.out = Writer(k, 1, status=2)
        self.regex = settings.regex
        self.end = settings.end
        self.selected = False
        self.trouble = False
        files = settings.files
        if not files and settings.recursive:
            files = [b"."]
            self.bare = True
        else:
            self.bare = False
        self.files = files or [b"-"]
        several = len(self.files) > 1 or (settings.recursive and (self.bare or self._is_directory(self.files[0])))
        self.names = several if opts.filename is None else opts.filename
        self.quiet = opts.quiet
        self.only_names = opts.list is not None
        self.silent_output = self.quiet or self.only_names or opts.count
        excluded = [*opts.exclude]
        for file in opts.exclude_from:
            try:
                fd = k.open(file)
            except SysError as error:
                raise fail(argv, quotef(file) + b": " + cause(error)) from None
            excluded.extend(line for line in k.read_all(fd).split(b"\n") if line)
            k.close(fd)
        self.included = matcher(opts.include) if opts.include else None
        self.excluded = matcher(excluded) if excluded else None
        self.excluded_dir = matcher(opts.exclude_dir) if opts.exclude_dir else None
        self.by_line = bool(settings.before or settings.after or opts.only or settings.color or opts.line_buffered)
        self.separated = False  # something was printed, so a group separator is due before what isn't adjacent
        self.output_id = self._output_id()
        self.width = 19  # of numbers with -T: what the file's size needs

    def _is_directory(self, name: bytes) -> bool:
        try:
            return self.k.stat(name).mode & S_IFMT == S_IFDIR
        except SysError:
            return False

    def _output_id(self) -> tuple[int, int] | None:
        """Return which regular file the output goes to: `grep x * > out` must not read what it writes."""
        if self.silent_output or self.settings.max_count in (0, 1):
            return None
        try:
            stat = self.k.fstat(1)
        except SysError:
            return None
        return (stat.dev, stat.ino) if stat.mode & S_IFMT == S_IFREG else None

    def run(self) -> int:
        """Search all files and return the exit status."""
        if (self.settings.max_count == 0 or self.settings.nothing) and self.opts.list != "without":
            return 1  # without a look at the files, and so without counts
        for name in self.files:
            if name == b"-":
                self._descriptor(0, self.opts.label)
            else:
                self._operand(name)
            if self.quiet and self.selected:
                break
        self.out.flush()
        if self.trouble and not (self.quiet and self.selected):
            return 2
        return 0 if self.selected else 1

    # ---------------------------------------------------------------- files
    def _complain(self, name: bytes, error: SysError) -> None:
        self.trouble = True
        if not self.opts.silent:
            self.out.flush()
            complain(self.k, quotef(name) + b": " + cause(error))

    def _operand(self, name: bytes) -> None:
        try:
            stat = self.k.stat(name)
        except SysError as error:
            self._complain(name, error)
            return
        kind = stat.mode & S_IFMT
        if kind == S_IFDIR and self.settings.recursive:
            if (
                self.excluded_dir is not None
                and name not in (b".", b"./")
                and self.excluded_dir(name.rstrip(b"/").rpartition(b"/")[2])
            ):
                return
            self._tree(name)
        elif not self._passed_over(name):
            self._open(name, kind)

    def _passed_over(self, name: bytes) -> bool:
        base = name.rpartition(b"/")[2]
        if self.excluded is not None and (self.excluded(base) or self.excluded(name)):
            return True
        return self.included is not None and not self.included(base)

    def _tree(self, top: bytes) -> None:
        """Search a directory, in the filesystem's order, without recursion: trees can be deep."""
        todo: list[tuple[bytes, int]] = [(top, S_IFDIR)]
        first = True
        while todo:
            name, kind = todo.pop()
            if kind == S_IFDIR:
                if not first and self.excluded_dir is not None and self.excluded_dir(name.rpartition(b"/")[2]):
                    continue
                try:
                    entries = self.k.scandir(name)
                except SysError as error:
                    self._complain(name, error)
                    continue
                prefix = b"" if first and self.bare else name if name.endswith(b"/") else name + b"/"
                first = False
                found = []
                for entry in entries:
                    path = prefix + entry.name
                    try:
                        found.append((path, self._kind(path, entry.type)))
                    except SysError as error:
                        self._complain(path, error)
                todo.extend(reversed(found))
                continue
            if kind == S_IFLNK or kind in (S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK) or self._passed_over(name):
                continue
            self._open(name, kind)
            if self.quiet and self.selected:
                return

    def _kind(self, path: bytes, known: int) -> int:
        if self.opts.dereference:
            return self.k.stat(path).mode & S_IFMT
        return known or self.k.lstat(path).mode & S_IFMT

    def _open(self, name: bytes, kind: int) -> None:
        if kind == S_IFDIR and self.opts.directories == "skip":
            return
        if kind in (S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK) and self.opts.devices == "skip":
            return
        try:
            fd = self.k.open(name)
        except SysError as error:
            self._complain(name, error)
            return
        try:
            self._descriptor(fd, name)
        finally:
            self.k.close(fd)

    def _descriptor(self, fd: int, name: bytes) -> None:
        opts = self.opts
        try:
            if self.output_id is not None:
                stat = self.k.fstat(fd)
                if (stat.dev, stat.ino) == self.output_id and fd:
                    self.trouble = True
                    if not self.opts.silent:
                        self.out.flush()
                        complain(self.k, b"%s: input file is also the output" % quotef(name))
                    return
            if opts.tab:
                stat = self.k.fstat(fd)
                self.width = len(str(stat.size)) if stat.mode & S_IFMT == S_IFREG else 19
            count = self._lines(fd, name) if self.by_line and not self.silent_output else self._blocks(fd, name)
            if fd == 0 and count and not (self.quiet or self.only_names) and count != self.settings.max_count:
                self._drain()
        except SysError as error:
            self._complain(name, error)
            return
        if self.only_names:
            if count:
                self.selected = True  # with -L, too: since 3.5 what is listed doesn't count
            if (count > 0) == (opts.list == "with") and not self.quiet:
                self.out.write(self._colored(_NAME, name) + (b"\0" if opts.null else b"\n"))
            return
        if count:
            self.selected = True
        if opts.count and not self.quiet:
            self.out.write(self._name_prefix(name, b":") + b"%d\n" % count)

    def _drain(self) -> None:
        """Read what is left of a pipe, so that whoever writes isn't killed because a first match was enough."""
        try:
            self.k.lseek(0, 0, 1)
        except SysError:
            while self.k.read(0, CHUNK):
                pass

    # ---------------------------------------------------------------- prefixes
    def _colored(self, color: bytes, text: bytes) -> bytes:
        return color + text + _END if self.settings.color else text

    def _name_prefix(self, name: bytes, mark: bytes) -> bytes:
        if not self.names:
            return b""
        return self._colored(_NAME, name) + (b"\0" if self.opts.null else self._colored(_SEP, mark))

    def _prefix(self, name: bytes, mark: bytes, number: int, offset: int) -> bytes:
        opts = self.opts
        parts = [self._name_prefix(name, mark)]
        if opts.number:
            digits = b"%d" % number
            parts.append(
                self._colored(_LINE, digits.rjust(self.width) if opts.tab else digits) + self._colored(_SEP, mark)
            )
        if opts.offset:
            digits = b"%d" % offset
            parts.append(
                self._colored(_LINE, digits.rjust(self.width) if opts.tab else digits) + self._colored(_SEP, mark)
            )
        prefix = b"".join(parts)
        return prefix + b"\t" if opts.tab and prefix else prefix

    # ---------------------------------------------------------------- whole blocks at a time
    def _blocks(self, fd: int, name: bytes) -> int:
        """Search block by block; return how many lines were selected."""
        opts, k, out, end = self.opts, self.k, self.out, self.end
        silent = self.silent_output
        first_is_enough = self.quiet or self.only_names
        limit = self.settings.max_count
        reader = Reader(k, fd, delimiter=end, tied=out)
        plain = not (self.names or opts.number or opts.offset)
        bare_number = opts.number and not (self.names or opts.offset or opts.tab or self.settings.color)
        looks_binary = opts.binary != "text"
        readable = looks_binary and self.settings.utf8
        inverted = opts.invert and not opts.number and not opts.offset and not self.settings.everything
        number, offset, count = 1, 0, 0
        binary = garbled = False
        while True:
            block = reader.block()
            if not block:
                if garbled:
                    self._say_binary(name)
                return count
            k.tick(len(block) >> 8)
            if looks_binary and b"\0" in block and end != b"\0":
                binary = True
                if opts.binary == "without-match":
                    return 0
            if binary:  # a NUL ends a line there: what looks for text in such a file finds it between them
                block = block.replace(b"\0", end)
            if limit is None and silent and not first_is_enough:
                count += self._counted(block)
                continue
            if inverted and plain and limit is None and not silent and not binary and (block.isascii() or not readable):
                left, lines = self._without(block)
                out.write(left)
                count += lines
                continue
            spans = self._spans(block)
            if limit is not None and count + len(spans) > limit:
                spans = spans[: limit - count]
            count += len(spans)
            if spans and first_is_enough:
                return count
            if spans and not silent:
                if binary:
                    self._say_binary(name)
                    return count
                if looks_binary and self.settings.utf8 and not block.isascii():
                    shown = self._readable(block, spans)
                    garbled = garbled or len(shown) < len(spans)
                else:
                    shown = spans
                if not shown:
                    pass
                elif plain:
                    self._write_plain(block, shown)
                elif bare_number:
                    parts, at, line = [], 0, number
                    for start, stop in shown:
                        line += block.count(end, at, start)
                        at = start
                        parts.append(b"%d:%b%b" % (line, block[start:stop], end))
                    out.write(b"".join(parts))
                else:
                    at, line = 0, number
                    for start, stop in shown:
                        line += block.count(end, at, start)
                        at = start
                        out.write(self._prefix(name, b":", line, offset + start) + block[start:stop] + end)
            if limit is not None and count >= limit:
                self._rewind(fd, offset + (spans[-1][1] + 1 if spans else 0))
                if garbled:
                    self._say_binary(name)
                return count
            if opts.number:
                number += block.count(end)
            offset += len(block)

    def _rewind(self, fd: int, offset: int) -> None:
        """After -m a file's position is left behind the last line shown, so that `(grep -m1 x; cat) < f` goes on there."""
        if fd == 0:
            try:
                self.k.lseek(fd, offset, 0)
            except SysError:
                pass  # a pipe

    def _write_plain(self, block: bytes, spans: list[tuple[int, int]]) -> None:
        """Write lines as they are; neighbours together."""
        out, end = self.out, self.end
        begin, stop = spans[0]
        for start, finish in spans:
            if start != stop + 1 and start != begin:
                out.write(block[begin : stop + 1])
                begin = start
            stop = finish
        piece = block[begin : stop + 1]
        out.write(piece if piece.endswith(end) and len(piece) == stop + 1 - begin else block[begin:stop] + end)

    def _spans(self, block: bytes) -> list[tuple[int, int]]:
        """Return (start, end) of the selected lines."""
        if self.settings.everything:
            spans = _all_lines(block, self.end)
            return [] if self.opts.invert else spans
        hits = self.regex.lines(block)
        return _others(block, self.end, hits) if self.opts.invert else hits

    def _counted(self, block: bytes) -> int:
        """Return how many lines are selected."""
        everything = self.settings.everything
        if not (everything or self.opts.invert):
            return self.regex.count_lines(block)
        lines = block.count(self.end) + (not block.endswith(self.end))
        if everything:
            return 0 if self.opts.invert else lines
        return lines - self.regex.count_lines(block)

    def _without(self, block: bytes) -> tuple[bytes, int]:
        """Return (the block without the lines that match, each with its end; how many there are)."""
        end = self.end
        if not block.endswith(end):
            block += end
        hits = self.regex.lines(block)
        if not hits:
            return block, block.count(end)
        parts, at = [], 0
        for start, stop in hits:
            if start > at:
                parts.append(block[at:start])
            at = stop + 1
        parts.append(block[at:])
        left = b"".join(parts)
        return left, left.count(end)

    def _readable(self, block: bytes, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the lines that are UTF-8: others aren't shown, as they might harm a terminal."""
        try:
            block.decode()
            return spans
        except UnicodeDecodeError:
            return [(start, stop) for start, stop in spans if _is_text(block[start:stop])]

    def _say_binary(self, name: bytes) -> None:
        self.out.flush()
        complain(self.k, name + b": binary file matches")

    # ---------------------------------------------------------------- line by line
    def _lines(self, fd: int, name: bytes) -> int:
        """Search line by line: context, parts of lines, colours. Return how many lines were selected."""
        opts, settings, k, out, end = self.opts, self.settings, self.k, self.out, self.end
        reader = Reader(k, fd, delimiter=end, tied=out)
        before: deque[tuple[int, int, bytes]] = deque(maxlen=min(settings.before, 1 << 32))
        number, offset, count = 0, 0, 0
        after = 0  # lines of trailing context still due
        last = 0  # number of the last line shown
        looks_binary = opts.binary != "text"
        binary = garbled = False
        limit = settings.max_count
        plain = not (self.names or opts.number or opts.offset or settings.color or opts.line_buffered)
        bare = opts.only and plain and limit is None and not (settings.before or settings.after or opts.invert)
        bare = bare and not settings.everything
        while True:
            block = reader.block()
            if not block:
                if garbled:
                    self._say_binary(name)
                return count
            if looks_binary and b"\0" in block and end != b"\0":
                binary = True
                if opts.binary == "without-match":
                    return 0
            if binary:
                block = block.replace(b"\0", end)
            if bare and (block.isascii() or not settings.utf8 or not looks_binary) and not binary:
                count += self._parts(block)
                continue
            selected = {start for start, _ in self._spans(block)}
            for start, stop in _all_lines(block, end):
                k.tick()
                number += 1
                line = block[start:stop]
                if start in selected and (limit is None or count < limit):
                    count += 1
                    if binary:
                        self._say_binary(name)
                        return count
                    if looks_binary and settings.utf8 and not line.isascii() and not _is_text(line):
                        garbled = True
                        continue
                    if (settings.before or settings.after) and not opts.no_separator:
                        first = before[0][0] if before else number
                        if self.separated and first > last + 1 or (self.separated and last == 0):
                            out.write(self._colored(_SEP, opts.separator) + b"\n")
                    for earlier, its_offset, text in before:
                        if not opts.only:
                            self._show(name, b"-", earlier, its_offset, text)
                    before.clear()
                    self.separated = True
                    self._show_match(name, number, offset + start, line)
                    last, after = number, settings.after
                    if opts.line_buffered:
                        out.flush()
                elif after > 0:
                    after -= 1
                    last = number
                    if not opts.only:
                        self._show(name, b"-", number, offset + start, line)
                elif limit is not None and count >= limit:
                    return count
                elif settings.before:
                    before.append((number, offset + start, line))
            if limit is not None and count >= limit and not after:
                return count
            offset += len(block)

    def _parts(self, block: bytes) -> int:
        """Write what matches in a block, each match as a line; return how many lines have a match, or fewer but not 0."""
        tick = self.k.tick
        texts = []
        any_match = False
        for match in self.regex.finditer(block):
            tick()
            any_match = True
            start, stop = match.span()
            if stop > start:
                texts.append(block[start:stop])
        if texts:
            texts.append(b"")
            self.out.write(self.end.join(texts))
        return int(any_match)

    def _show(self, name: bytes, mark: bytes, number: int, offset: int, line: bytes) -> None:
        self.out.write(self._prefix(name, mark, number, offset) + line + self.end)

    def _show_match(self, name: bytes, number: int, offset: int, line: bytes) -> None:
        opts = self.opts
        if opts.only:
            if opts.invert:
                return
            for match in self.regex.finditer(line):
                start, stop = match.span()
                if stop > start:
                    text = self._colored(_MATCH, line[start:stop])
                    self.out.write(self._prefix(name, b":", number, offset + start) + text + self.end)
            return
        if self.settings.color and not opts.invert:
            parts, at = [], 0
            for match in self.regex.finditer(line):
                start, stop = match.span()
                if stop > start:
                    parts += [line[at:start], _MATCH, line[start:stop], _END]
                    at = stop
            line = b"".join([*parts, line[at:]])
        self._show(name, b":", number, offset, line)


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _all_lines(block: bytes, end: bytes) -> list[tuple[int, int]]:
    spans = []
    at, size = 0, len(block)
    while at < size:
        stop = block.find(end, at)
        if stop < 0:
            stop = size
        spans.append((at, stop))
        at = stop + 1
    return spans


def _others(block: bytes, end: bytes, hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the lines that aren't among `hits`."""
    if not hits:
        return _all_lines(block, end)
    spans: list[tuple[int, int]] = []
    at = 0
    find = block.find
    size = len(block)
    for start, stop in [*hits, (size, size)]:
        while at < start:
            finish = find(end, at)
            if finish < 0:
                finish = size
            spans.append((at, finish))
            at = finish + 1
        at = stop + 1
    return spans
