"""sort: lines in order. The command line; sortkeys.py makes the keys, sortmerge.py does the work.

The order is always that of the bytes (the C locale's collation), whatever LC_COLLATE says.
Not done, and refused by name: --debug, --compress-program. --parallel is taken as the upper limit that it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_WRONLY,
    R_OK,
    RLIMIT_NOFILE,
    S_IFMT,
    S_IFREG,
    SEEK_SET,
    BadNumber,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parse_size,
    parsed,
    quote,
    quoteaf,
    quotef,
    refuse,
)  # fmt: skip

from .sortkeys import ORDERINGS, KeySpec, cutter, values
from .sortmerge import TROUBLE, FileSource, Order, Output, Sorter, Source, check, merge
from .sortvalues import inverted

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

_DEFAULT_BUDGET = 256 << 20
_SORTS = {"general-numeric": "g", "human-numeric": "h", "month": "M", "numeric": "n", "random": "R", "version": "V"}
_CHECKS = {"quiet": "C", "silent": "C", "diagnose-first": "c"}

SORT = Command(
    "sort",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"),
    summary="Write sorted concatenation of all FILE(s) to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("letters", "b", "ignore-leading-blanks", value="b", repeat=True, help="ignore leading blanks"),
        Flag("letters", "d", "dictionary-order", value="d", repeat=True, help="consider only blanks and alphanumeric characters"),
        Flag("letters", "f", "ignore-case", value="f", repeat=True, help="fold lower case to upper case characters"),
        Flag("letters", "g", "general-numeric-sort", value="g", repeat=True, help="compare according to general numerical value"),
        Flag("letters", "i", "ignore-nonprinting", value="i", repeat=True, help="consider only printable characters"),
        Flag("letters", "M", "month-sort", value="M", repeat=True, help="compare (unknown) < 'JAN' < ... < 'DEC'"),
        Flag("letters", "h", "human-numeric-sort", value="h", repeat=True, help="compare human readable numbers (e.g., 2K 1G)"),
        Flag("letters", "n", "numeric-sort", value="n", repeat=True, help="compare according to string numerical value"),
        Flag("letters", "R", "random-sort", value="R", repeat=True, help="shuffle, but group identical keys.  See shuf(1)"),
        Value("random_source", "random-source", metavar="FILE", repeat=True, help="get random bytes from FILE"),
        Flag("letters", "r", "reverse", value="r", repeat=True, help="reverse the result of comparisons"),
        Value("letters", "sort", metavar="WORD", choices=_SORTS, repeat=True,
              help="sort according to WORD: general-numeric -g, human-numeric -h, month -M, numeric -n, random -R, version -V"),
        Flag("letters", "V", "version-sort", value="V", repeat=True, help="natural sort of (version) numbers within text"),
        Value("batch", "batch-size", metavar="NMERGE", help="merge at most NMERGE inputs at once; for more use temp files"),
        Value("checks", "check", metavar="WORD", optional=True, implied="c", choices=_CHECKS, repeat=True,
              help="check for sorted input; do not sort"),
        Flag("checks", "c", value="c", repeat=True, help="check for sorted input; do not sort"),
        Flag("checks", "C", value="C", repeat=True, help="like -c, but do not report first bad line"),
        Value("compress", "compress-program", metavar="PROG", help="not supported: temporary files aren't compressed"),
        Flag("debug", "debug", help="not supported"),
        Value("files0_from", "files0-from", metavar="F", help="read input from the files specified by NUL-terminated names in file F"),
        Value("keys", "k", "key", metavar="KEYDEF", repeat=True, help="sort via a key; KEYDEF gives location and type"),
        Flag("merge", "m", "merge", help="merge already sorted files; do not sort"),
        Value("output", "o", "output", metavar="FILE", repeat=True, help="write result to FILE instead of standard output"),
        Flag("stable", "s", "stable", help="stabilize sort by disabling last-resort comparison"),
        Value("size", "S", "buffer-size", metavar="SIZE", help="use SIZE for main memory buffer"),
        Value("separators", "t", "field-separator", metavar="SEP", repeat=True, help="use SEP instead of non-blank to blank transition"),
        Value("folders", "T", "temporary-directory", metavar="DIR", repeat=True, help="use DIR for temporaries, not $TMPDIR or /tmp"),
        Value("parallel", "parallel", metavar="N", help="change the number of sorts run concurrently to at most N"),
        Flag("unique", "u", "unique", help="with -c, check for strict ordering; without -c, output only the first of an equal run"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
        Flag("ignored", "y", hidden=True),
    ],
    epilog="KEYDEF is F[.C][OPTS][,F[.C][OPTS]] for start and stop position, where F is a field number and C a character\n"
    "position in the field; both are origin 1, and the stop position defaults to the line's end.  OPTS is one or more\n"
    "single-letter ordering options [bdfgiMhnRrV], which override global ordering options for that key.\n\n"
    "Lines are ordered by their bytes, whatever the locale.",
    status=TROUBLE,
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Sort, merge or check. Status 2 for trouble, 1 if a check finds disorder."""
    opts, files = parsed(k, SORT, modern(argv, posix=b"POSIXLY_CORRECT" in k.env))
    return _Sort(k, opts).run(files)


# ---------------------------------------------------------------- the command line
_OLD_FROM = re.compile(rb"\+([0-9]+)(?:\.([0-9]+))?([bdfgiMhnRrV]*)\Z")
_OLD_TO = re.compile(rb"-([0-9]+)(?:\.([0-9]+))?([bdfgiMhnRrV]*)\Z")


def modern(argv: list[bytes], *, posix: bool = False) -> list[bytes]:
    """Return argv with the keys of old, +1 -2, written as -k 2,2."""
    if not any(word[:1] == b"+" for word in argv):
        return argv
    words, index = argv[:1], 1
    while index < len(argv):
        word = argv[index]
        index += 1
        if word == b"--":
            return [*words, word, *argv[index:]]
        start = _OLD_FROM.match(word)
        if start is None:
            words.append(word)
            if (
                word[:1] == b"-"
                and word[:2] != b"--"
                and word[-1:] in (b"k", b"o", b"S", b"t", b"T")
                and index < len(argv)
            ):
                if not any(letter in b"koStT" for letter in word[1:-1]):
                    words.append(argv[index])
                    index += 1
            elif posix and word[:1] != b"-":
                return words + argv[index:]
            continue
        key = b"%d.%d%s" % (int(start[1]) + 1, int(start[2] or b"0") + 1, start[3])
        stop = _OLD_TO.match(argv[index]) if index < len(argv) else None
        if stop is not None:
            index += 1
            field, char = int(stop[1]), int(stop[2] or b"0")
            if char:
                key += b",%d.%d%s" % (field + 1, char, stop[3])
            elif field:
                key += b",%d%s" % (field, stop[3])
            else:
                key = b"1.1,1.0" + start[3]  # ends where it begins: GNU compares the first field
        words += [b"-k", key]
    return words


class _BadKey(Exception):
    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


def _count(text: bytes, whole: bytes, what: bytes) -> tuple[int, bytes]:
    digits = len(text) - len(text.lstrip(b"0123456789"))
    if not digits:
        raise _BadKey(b"%s: invalid count at start of %s" % (what, quote(text)))
    return min(int(text[: min(digits, 30)]), 1 << 60), text[digits:]


def _letters(spec: KeySpec, text: bytes, *, begin: bool, end: bool) -> bytes:
    while text and chr(text[0]) in ORDERINGS:
        spec.add(chr(text[0]), begin=begin, end=end)
        text = text[1:]
    return text


def parse_key(text: bytes) -> KeySpec:
    """Return the key that a KEYDEF describes. Raises _BadKey with GNU's words."""

    def bad(reason: bytes) -> _BadKey:
        return _BadKey(b"%s: invalid field specification %s" % (reason, quote(text)))

    spec = KeySpec()
    field, rest = _count(text, text, b"invalid number at field start")
    if not field:
        raise bad(b"field number is zero")
    spec.first_field = field - 1
    if rest[:1] == b".":
        char, rest = _count(rest[1:], text, b"invalid number after '.'")
        if not char:
            raise bad(b"character offset is zero")
        spec.first_char = char - 1
    rest = _letters(spec, rest, begin=True, end=False)
    if rest[:1] == b",":
        field, rest = _count(rest[1:], text, b"invalid number after ','")
        if not field:
            raise bad(b"field number is zero")
        spec.last_field = field - 1
        if rest[:1] == b".":
            spec.last_char, rest = _count(rest[1:], text, b"invalid number after '.'")
        rest = _letters(spec, rest, begin=False, end=True)
    if rest:
        raise bad(b"stray character in field spec")
    return spec


class _Sort:
    def __init__(self, k: Syscalls, opts: Any) -> None:
        self.k = k
        self.opts = opts
        self.end = b"\0" if opts.zero else b"\n"

    def die(self, message: bytes) -> None:
        complain(self.k, message)
        self.k.exit(TROUBLE)

    def run(self, files: list[bytes]) -> int:
        opts = self.opts
        for wanted, name in ((opts.debug, b"--debug"), (opts.compress is not None, b"--compress-program")):
            if wanted:
                self.die(name + b" is not supported")
        if opts.parallel is not None and (not opts.parallel.isdigit() or not int(opts.parallel[:30])):
            zero = opts.parallel.isdigit()
            self.die(
                b"number in parallel must be nonzero"
                if zero
                else b"invalid --parallel argument " + quote(opts.parallel)
            )
        batch = self.batch_size()
        budget = self.budget()
        if opts.files0_from is not None:
            files = self.listed(opts.files0_from, files)
        order = self.order()
        checks = set(opts.checks)
        if len(checks) > 1:
            self.die(b"options '-cC' are incompatible")
        if len(set(opts.output)) > 1:
            self.die(b"multiple output files specified")
        output = opts.output[-1] if opts.output else None
        if checks:
            if len(files) > 1:
                mode = checks.pop().encode()
                self.die(b"extra operand %s not allowed with -%s" % (quoteaf(files[1]), mode))
            if output is not None:
                self.die(b"options '-%so' are incompatible" % checks.pop().encode())
            return self.check(files[0] if files else b"-", order, checks == {"c"})
        files = files or [b"-"]
        self.readable(files)
        target = self.open_output(output)
        folders = opts.folders or [self.k.env.get(b"TMPDIR") or b"/tmp"]
        sorter = Sorter(self.k, order, self.end, budget=budget, folders=folders, batch=batch)
        if opts.merge:
            self.merge(files, order, sorter, target, output)
        else:
            self.sort(files, sorter)
            sorter.write(self.writer(target, output))
        return 0

    # ------------------------------------------------------------ options
    def batch_size(self) -> int:
        text = self.opts.batch
        if text is None:
            return 16
        if not text.isdigit():
            self.die(b"invalid --batch-size argument " + quote(text))
        number = int(text[:30])
        if number >= 1 << 64:
            complain(self.k, b"--batch-size argument %s too large" % quote(text))
            self.die(
                b"maximum --batch-size argument with current rlimit is %d" % (self.k.getrlimit(RLIMIT_NOFILE)[0] - 3)
            )
        if number < 2:
            complain(self.k, b"invalid --batch-size argument " + quote(text))
            self.die(b"minimum --batch-size argument is '2'")
        return min(number, 256)

    def budget(self) -> int:
        text = self.opts.size
        if text is None:
            return _DEFAULT_BUDGET
        try:
            if text.endswith(b"%"):
                return max(parse_size(text[:-1], suffixes="") * _DEFAULT_BUDGET // 100, 1 << 16)
            if text.endswith(b"b") and text[:-1].isdigit():
                return max(int(text[:-1]), 1 << 16)
            number = parse_size(text, suffixes="EgGkKmMPtTYZ")
        except BadNumber as bad:
            what = b"suffix in -S argument" if bad.reason == "suffix" else b"-S argument"
            if bad.reason == "overflow":
                self.die(b"-S argument %s too large" % quote(text))
            self.die(b"invalid %s %s" % (what, quote(text)))
        if text.isdigit():
            number *= 1024
        return max(number, 1 << 16)  # as GNU, which needs some room in any case

    def separator(self) -> str | None:
        separator: bytes | None = None
        for text in self.opts.separators:
            if text == b"\\0":
                text = b"\0"
            elif not text:
                self.die(b"empty tab")
            elif len(text) > 1:
                self.die(b"multi-character tab " + quote(text))
            if separator is not None and separator != text:
                self.die(b"incompatible tabs")
            separator = text
        return None if separator is None else separator.decode("latin-1")

    def order(self) -> Order:
        """Return how lines compare."""
        opts = self.opts
        overall = KeySpec()
        for letter in opts.letters:
            overall.add(letter, begin=True, end=True)
        try:
            specs = [parse_key(text) for text in opts.keys]
        except _BadKey as bad:
            self.die(bad.message)
        for spec in specs:
            if spec.plain():
                spec.letters = set(overall.letters)
                spec.begin_blanks, spec.end_blanks = overall.begin_blanks, overall.end_blanks
                spec.reverse = overall.reverse
        if not specs and (overall.letters or overall.begin_blanks):
            specs = [overall]
        for spec in specs:
            wrong = spec.incompatible()
            if wrong:
                self.die(b"options '-%s' are incompatible" % wrong.encode())
        tab = self.separator()
        stable = opts.stable or opts.unique
        if not specs or all(spec.whole() and not spec.letters and spec.reverse == overall.reverse for spec in specs):
            return Order(None, reverse=overall.reverse, last_resort=None, unique=opts.unique)
        seed = self.seed() if any("R" in spec.letters for spec in specs) else b""
        reverse = specs[0].reverse
        parts = [_part(spec, tab, seed, turn=spec.reverse != reverse) for spec in specs]
        keys = parts[0] if len(parts) == 1 else _tuple_of(parts)
        return Order(keys, reverse=reverse, last_resort=None if stable else overall.reverse, unique=opts.unique)

    def seed(self) -> bytes:
        sources = self.opts.random_source
        if len(set(sources)) > 1:
            self.die(b"multiple random sources specified")
        if not sources:
            return self.k.getrandom(16)
        try:
            fd = self.k.open(sources[-1])
            seed = self.k.read(fd, 16)
            self.k.close(fd)
        except SysError as error:
            self.die(b"open failed: %s: %s" % (quotef(sources[-1]), cause(error)))
        if len(seed) < 16:
            self.die(b"%s: end of file" % quotef(sources[-1]))
        return seed

    def listed(self, source: bytes, files: list[bytes]) -> list[bytes]:
        """Return the names that --files0-from gives."""
        k = self.k
        if files:
            text = b"extra operand %s\nfile operands cannot be combined with --files0-from" % quoteaf(files[0])
            k.exit(refuse(k, text, TROUBLE))
        try:
            fd = 0 if source == b"-" else k.open(source)
        except SysError as error:
            self.die(b"open failed: %s: %s" % (quotef(source), cause(error)))
        reader = Reader(k, fd, delimiter=b"\0")
        names: list[bytes] = []
        while block := reader.block():
            names += block.removesuffix(b"\0").split(b"\0")
        if not names:
            self.die(b"no input from " + quoteaf(source))
        for number, name in enumerate(names, 1):
            if name == b"-" and source == b"-":
                self.die(b"when reading file names from stdin, no file name of %s allowed" % quoteaf(name))
            if not name:
                self.die(b"%s:%d: invalid zero-length file name" % (quotef(source), number))
        return names

    # ------------------------------------------------------------ files
    def readable(self, files: list[bytes]) -> None:
        """End with a complaint before anything is written, if a file can't be read."""
        for name in files:
            if name != b"-":
                try:
                    self.k.access(name, R_OK, effective=True)
                except SysError as error:
                    self.die(b"cannot read: %s: %s" % (quotef(name), cause(error)))

    def open_output(self, output: bytes | None) -> int:
        if output is None:
            return 1
        try:
            return self.k.open(output, O_WRONLY | O_CREAT)
        except SysError as error:
            self.die(b"open failed: %s: %s" % (quotef(output), cause(error)))
            raise

    def writer(self, target: int, output: bytes | None) -> Writer:
        """Return what writes the result; only now is the output file emptied, for it may be an input."""
        if target != 1 and self.k.fstat(target).mode & S_IFMT == S_IFREG:
            self.k.ftruncate(target, 0)
        shown = b"'standard output'" if output is None else quotef(output)
        return Writer(self.k, target, complaint=b"write failed: " + shown, status=TROUBLE)

    def open_input(self, name: bytes) -> int:
        try:
            return 0 if name == b"-" else self.k.open(name)
        except SysError as error:
            self.die(b"cannot read: %s: %s" % (quotef(name), cause(error)))
            raise

    def failed(self, name: bytes, error: SysError) -> None:
        self.die(b"read failed: %s: %s" % (quotef(name), cause(error)))

    def sort(self, files: list[bytes], sorter: Sorter) -> None:
        for name in files:
            fd = self.open_input(name)
            reader = Reader(self.k, fd, delimiter=self.end)
            while True:
                try:
                    block = reader.block()
                except SysError as error:
                    self.failed(name, error)
                if not block:
                    break
                sorter.feed(block)
            if fd:
                self.k.close(fd)

    def merge(self, files: list[bytes], order: Order, sorter: Sorter, target: int, output: bytes | None) -> None:
        """Merge sorted files, in groups of the batch size if there are many."""
        k = self.k
        own = k.fstat(target) if output is not None else None
        name = files[0]
        try:
            while len(files) > sorter.batch:
                group, files = files[: sorter.batch], files[sorter.batch :]
                sorter.spilled.append(sorter.to_file(self.sources(group, order)))
            sources: list[Source] = [sorter.file(fd) for fd in sorter.spilled] + self.sources(files, order)
            clash = False
            for source in sources:
                if own is not None and isinstance(source, FileSource):
                    about = k.fstat(source.fd)
                    clash |= (about.dev, about.ino) == (own.dev, own.ino)
            if clash:  # what would be overwritten is read first
                sources = [sorter.file(sorter.to_file(sources))]
            if target != 1:
                k.lseek(target, 0, SEEK_SET)
            out = self.writer(target, output)
            merge(k, sources, order, Output(out, order, self.end))
            out.flush()
        except SysError as error:
            self.failed(name, error)

    def sources(self, files: list[bytes], order: Order) -> list[Source]:
        return [FileSource(self.k, self.open_input(name), order, self.end, doubt=True) for name in files]

    def check(self, name: bytes, order: Order, loud: bool) -> int:
        try:
            fd = 0 if name == b"-" else self.k.open(name)
        except SysError as error:
            self.die(b"open failed: %s: %s" % (quotef(name), cause(error)))
        try:
            wrong = check(self.k, fd, order, self.end)
        except SysError as error:
            self.failed(name, error)
        if wrong is None:
            return 0
        if loud:
            complain(self.k, b"%s:%d: disorder: %s" % (quotef(name), wrong[0], wrong[1]))
        return 1


def _part(spec: KeySpec, tab: str | None, seed: bytes, *, turn: bool) -> Callable[[list[str]], list[Any]]:
    """Return what makes one key of each line; turn: it goes against the first key's direction."""
    cut = cutter(spec, tab)
    value = values(spec, seed)
    if value is None and not turn:
        return cut
    if value is None:
        return lambda lines: inverted(cut(lines))
    rule = value
    if turn:
        return lambda lines: inverted(rule(cut(lines)))
    return lambda lines: rule(cut(lines))


def _tuple_of(parts: list[Callable[[list[str]], list[Any]]]) -> Callable[[list[str]], list[Any]]:
    return lambda lines: list(zip(*[part(lines) for part in parts], strict=True))
