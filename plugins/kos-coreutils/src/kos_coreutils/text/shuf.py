"""shuf: lines, arguments or numbers in random order. With --random-source the same bytes give the same order as GNU's."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
    O_CREAT,
    O_TRUNC,
    O_WRONLY,
    S_IFMT,
    S_IFREG,
    Charge,
    Command,
    Flag,
    Reader,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
    quoteaf,
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

SHUF = Command(
    "shuf",
    like="(GNU coreutils) 9.1",
    usage=("[OPTION]... [FILE]", "-e [OPTION]... [ARG]...", "-i LO-HI [OPTION]..."),
    summary="Write a random permutation of the input lines to standard output.\n\n"
    "With no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("echo", "e", "echo", help="treat each ARG as an input line"),
        Value("ranges", "i", "input-range", metavar="LO-HI", repeat=True, help="treat each number LO through HI as an input line"),
        Value("counts", "n", "head-count", metavar="COUNT", repeat=True, help="output at most COUNT lines"),
        Value("outputs", "o", "output", metavar="FILE", repeat=True, help="write result to FILE instead of standard output"),
        Value("sources", "random-source", metavar="FILE", repeat=True, help="get random bytes from FILE"),
        Flag("repeat", "r", "repeat", help="output lines can be repeated"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
)  # fmt: skip
_SIZE_MAX = (1 << 64) - 1
_HEAP = 8192  # lines that are shuffled at once
_RESERVOIR = 8 << 20  # inputs beyond this many bytes aren't kept if only a few lines are wanted


class _Source:
    """Numbers below a bound, each as likely, out of as few random bytes as that takes."""

    def __init__(self, k: Syscalls, name: bytes | None) -> None:
        self.k = k
        self.name = name
        self.fd = -1 if name is None else k.open(name)
        self.number = self.most = 0
        self.buffer = b""

    def byte(self) -> int:
        if not self.buffer:
            self.buffer = self.k.getrandom(256) if self.fd < 0 else self.k.read(self.fd, 4096)
            if not self.buffer:
                complain(self.k, quoteaf(self.name or b"") + b": end of file")
                self.k.exit(1)
        first, self.buffer = self.buffer[0], self.buffer[1:]
        return first

    def below(self, choices: int) -> int:
        """Return a number from 0 to choices - 1."""
        highest = choices - 1
        number, most = self.number, self.most
        while True:
            while most < highest:
                number, most = number << 8 | self.byte(), most << 8 | 0xFF
            if most == highest:
                self.number = self.most = 0
                return number
            excess = most - highest
            unusable = excess % choices
            last = most - unusable
            if number <= last:
                self.number, self.most = number // choices, excess // choices
                return number % choices
            number -= last + 1
            most = unusable - 1


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Print lines in random order. Status 1 if something can't be read or written."""
    opts, words = parsed(k, SHUF, argv)
    if opts.echo and opts.ranges:
        return refuse(k, b"cannot combine -e and -i options")
    if len(opts.ranges) > 1:
        return _fault(k, b"multiple -i options specified")
    count = _SIZE_MAX
    for text in opts.counts:
        bare = text.lstrip(b" \t").removeprefix(b"+")
        if not bare.isdigit():
            return _fault(k, b"invalid line count: " + quote(text))
        count = min(count, int(bare[:20]) if len(bare) < 20 else _SIZE_MAX)
    for names, what in ((opts.outputs, b"output files"), (opts.sources, b"random sources")):
        if len(set(names)) > 1:
            return _fault(k, b"multiple %s specified" % what)
    numbers: range | None = None
    if opts.ranges:
        low, dash, high = opts.ranges[0].partition(b"-")
        for bound in (low, high) if dash else ():
            if not bound.isdigit():
                return _fault(k, b"invalid input range: " + quote(bound))
            if len(bound) > 20 or int(bound) > _SIZE_MAX:
                too_large = b"invalid input range: %s: Value too large for defined data type"
                return _fault(k, too_large % quote(bound))
        if not dash or int(low) > int(high) + 1:
            return _fault(k, b"invalid input range: " + quote(opts.ranges[0]))
        numbers = range(int(low), int(high) + 1)
    if len(words) > (0 if numbers is not None else 1) and not opts.echo:
        return refuse(k, b"extra operand " + quote(words[0 if numbers is not None else 1]))
    try:
        return _Shuffler(k, opts, count).run(numbers, words)
    except SysError as error:
        return _fault(k, (quotef(error.filename) if error.filename else b"read error") + b": " + cause(error))


def _fault(k: Syscalls, text: bytes) -> int:
    complain(k, text)
    return 1


class _Shuffler:
    def __init__(self, k: Syscalls, opts: Any, count: int) -> None:
        self.k = k
        self.opts = opts
        self.count = count
        self.end = b"\0" if opts.zero else b"\n"
        self.charge = Charge(k)

    def run(self, numbers: range | None, words: list[bytes]) -> int:
        k, opts = self.k, self.opts
        source = _Source(k, opts.sources[0] if opts.sources else None)
        lines: Sequence[bytes | int]
        if numbers is not None:
            lines = numbers
        elif opts.echo:
            lines = words
        elif not self.count and not opts.repeat:
            lines = []
        else:
            fd = 0 if not words or words[0] == b"-" else k.open(words[0])
            lines = self.read(fd, source)
        out = self.output()
        if opts.repeat:
            if not self.count:
                pass
            elif not lines:
                return _fault(k, b"no lines to repeat")
            done = 0
            while done < self.count:
                self.write(out, lines[source.below(len(lines))])
                done += 1
        else:
            wanted = min(self.count, len(lines))
            if isinstance(lines, list) and not opts.sources:
                self.shuffle(out, lines, wanted)
                wanted = 0
            moved: dict[int, int] = {}  # where the swaps put what; the rest is in its place
            for index in range(wanted):
                other = index + source.below(len(lines) - index)
                chosen = moved.get(other, other)
                moved[other] = moved.get(index, index)
                if other != index and not index & 0xFFF:
                    self.charge.change(0x1000 * 100)
                self.write(out, lines[chosen])
        out.flush()
        return 0

    def shuffle(self, out: Writer, lines: list[bytes], wanted: int) -> None:
        """Write so many of the lines, each order as likely as any other. No file says here which bytes chance consists of.

        Each line goes into one of some heaps, and each heap is shuffled: swapping within what the processor's cache holds
        is several times as quick as all over a big list.
        """
        k, end = self.k, self.end
        heaps = [lines]
        if len(lines) > _HEAP:
            heaps = [[] for _ in range(256)]
            for begin in range(0, len(lines), _HEAP):
                part = lines[begin : begin + _HEAP]
                for line, which in zip(part, self.chance(len(part)), strict=True):
                    heaps[which].append(line)
                k.tick(len(part) >> 2)
        for heap in heaps:
            for begin in range(0, min(len(heap), wanted), _HEAP):
                stop = min(begin + _HEAP, len(heap), wanted)
                left = len(heap) - begin
                for index, number in enumerate(array("Q", self.chance(8 * (stop - begin))), begin):
                    # 56 bits, so that one of 2**20 places is too likely by 2**-36 at most
                    other = index + ((number >> 8) * left >> 56)
                    left -= 1
                    heap[index], heap[other] = heap[other], heap[index]
                shown = heap[begin:stop]
                shown.append(b"")
                out.write(end.join(shown))
                k.tick(len(shown))
            wanted -= min(len(heap), wanted)

    def chance(self, count: int) -> bytes:
        """Return so many bytes of chance, made of a few: the machine's own come slowly."""
        from hashlib import shake_128  # seldom wanted

        return shake_128(self.k.getrandom(32)).digest(count)

    def write(self, out: Writer, line: bytes | int) -> None:
        out.write((line if isinstance(line, bytes) else b"%d" % line) + self.end)
        self.k.tick()

    def output(self) -> Writer:
        if not self.opts.outputs:
            return Writer(self.k)
        return Writer(self.k, self.k.open(self.opts.outputs[0], O_WRONLY | O_CREAT | O_TRUNC, 0o666))

    def read(self, fd: int, source: _Source) -> list[bytes]:
        """Return the lines; of a big input, from which a few are wanted, so many chosen at random."""
        k = self.k
        stat = k.fstat(fd)
        size = stat.size if stat.mode & S_IFMT == S_IFREG else _SIZE_MAX
        few = self.count < _SIZE_MAX and not self.opts.repeat and size > _RESERVOIR
        reader = Reader(k, fd, delimiter=self.end)
        lines: list[bytes] = []
        if not few:
            while block := reader.block():
                self.charge.change(len(block) * 2)
                lines += block.removesuffix(self.end).split(self.end)
            return lines
        while len(lines) < self.count and (line := reader.line()):
            self.charge.change(len(line) + 64)
            lines.append(line.removesuffix(self.end))
        if len(lines) < self.count:
            return lines
        seen = len(lines)
        while True:
            place = source.below(seen + 1)
            line = reader.line()
            if not line:
                return lines
            if place < len(lines):
                lines[place] = line.removesuffix(self.end)
            seen += 1
            k.tick()
