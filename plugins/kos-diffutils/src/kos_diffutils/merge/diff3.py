"""diff3: three files, of which one is the ancestor: where they differ, or the merged result.

One file is compared with either of the two others; differences that touch each other in it become one block. A block knows its
lines in all three files, and whose are odd: one file's, or all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kos_kernel.api import (
    Command,
    Flag,
    HelpRequested,
    IsADirectory,
    SysError,
    Value,
    Writer,
    cause,
    complain,
    parsed,
    quote,
)

from ..compare.changes import Change, changes
from ..compare.lines import Rules, Side
from ..formats.paper import NO_NEWLINE

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

_ALL = 3  # "whose lines are odd": nobody's more than the others'
_HORIZON = 100  # so many equal lines around differences may be searched again: longer runs match better
_LINE_BYTES = 80

DIFF3 = Command(
    "diff3",
    like="(GNU diffutils) 3.8",
    usage="[OPTION]... MYFILE OLDFILE YOURFILE",
    summary="Compare three files line by line.",
    status=2,
    hint="{prog}: Try '{prog} --help' for more information.\n",
    options=[
        Flag("modes", "A", "show-all", value="A", repeat=True, help="output all changes, bracketing conflicts"),
        Flag(
            "modes", "e", "ed", value="e", repeat=True,
            help="output ed script incorporating changes from OLDFILE to YOURFILE into MYFILE",
        ),
        Flag("modes", "E", "show-overlap", value="E", repeat=True, help="like -e, but bracket conflicts"),
        Flag("modes", "3", "easy-only", value="3", repeat=True, help="like -e, but incorporate only nonoverlapping changes"),
        Flag("modes", "x", "overlap-only", value="x", repeat=True, help="like -e, but incorporate only overlapping changes"),
        Flag("modes", "X", value="x", repeat=True, help="the same"),
        Flag("final", "i", help="append 'w' and 'q' commands to ed scripts"),
        Flag("merge", "m", "merge", help="output actual merged file, according to -A if no other options are given"),
        Flag("text", "a", "text", help="treat all files as text"),
        Flag("strip_cr", "strip-trailing-cr", help="strip trailing carriage return on input"),
        Flag("initial_tab", "T", "initial-tab", help="make tabs line up by prepending a tab"),
        Value("labels", "L", "label", metavar="LABEL", repeat=True, help="use LABEL instead of file name"),
        Flag("show_version", "v", help="output version information and exit"),
    ],
    epilog="If a FILE is '-', read standard input.\nExit status is 0 if successful, 1 if conflicts, 2 if trouble.",
)  # fmt: skip


class Block(NamedTuple):
    """Lines low[f] to high[f] (1 is the first; high is low - 1 for none) of each file f. odd: whose are unlike; _ALL for all."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]
    odd: int


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Return 0, 1 if there are conflicts, 2 for trouble."""
    opts, names = parsed(k, DIFF3, argv)
    if opts.show_version:
        raise HelpRequested(DIFF3.version_text(opts.prog))
    modes = list(opts.modes)
    bare_merge = opts.merge and not modes
    flagging = bare_merge or modes in (["A"], ["E"])
    if len(modes) > 1 or (opts.final and opts.merge) or (opts.labels and not flagging):
        raise DIFF3.error(opts, "incompatible options")
    if len(opts.labels) > 3:
        raise DIFF3.error(opts, "too many file label options")
    if len(names) < 3:
        raise DIFF3.error(opts, b"missing operand after " + quote(names[-1] if names else argv[-1]))
    if len(names) > 3:
        raise DIFF3.error(opts, b"extra operand " + quote(names[3]))
    common = 1 if modes or opts.merge else 2
    if names[common] == b"-":  # which is compared twice, and can't be read twice
        common = 3 - common
        if b"-" in (names[0], names[common]):
            complain(k, b"'-' specified for more than one input file")
            return 2
    return _Merge(k, opts, names, common, bare_merge, flagging).run()


class _Merge:
    def __init__(
        self, k: Syscalls, opts: Any, names: list[bytes], common: int, bare_merge: bool, flagging: bool
    ) -> None:
        self.k = k
        self.opts = opts
        self.names = names
        self.common = common
        self.mode = opts.modes[0] if opts.modes else ""
        self.flagging = flagging
        self.show_old = bare_merge or self.mode == "A"
        self.labels = [*opts.labels, *names[len(opts.labels) :]]
        self.out = Writer(k, 1, complaint=b"standard output", status=2)
        self.sides: list[Side] = []

    def run(self) -> int:
        datas = [b"", b"", b""]
        held = 0
        others = [index for index in range(3) if index != self.common]
        for check in (True, False):
            for index in range(3) if check else (self.common, others[1], others[0]):
                name = self.names[index]
                try:
                    if check:
                        if name != b"-" and self.k.stat(name).mode & 0o170000 == 0o040000:
                            raise IsADirectory()
                    else:
                        fd = 0 if name == b"-" else self.k.open(name)
                        datas[index] = self.k.read_all(fd)
                        if fd:
                            self.k.close(fd)
                except SysError as error:
                    complain(self.k, name + b": " + cause(error))
                    return 2
        for data in datas:
            size = len(data) + _LINE_BYTES * data.count(b"\n")
            self.k.charge(size)
            held += size
        status = self._of(datas)
        self.out.flush()
        self.k.charge(-held)
        return status

    def _of(self, datas: list[bytes]) -> int:
        common = self.common
        others = [index for index in range(3) if index != common]
        if not self.opts.text:
            for index in reversed(others):
                pair = (datas[index], datas[common])
                if any(b"\0" in data[:4096] for data in pair) and pair[0] != pair[1]:
                    names = (self.names[index], self.names[common])
                    complain(self.k, b"diff failed: Binary files %s and %s differ" % names)
                    return 2
        self.sides = [Side.of(data, strip_cr=self.opts.strip_cr) for data in datas]
        lists = [
            changes(
                self.sides[index], self.sides[common], Rules(), self.k.tick,
                minimal=False, heuristic=False, horizon=_HORIZON,
            )
            for index in others
        ]  # fmt: skip
        blocks = self._blocks(others, lists)
        if self.opts.merge:
            return int(self._merged(blocks))
        if self.mode:
            self._complete(others, lists)
            return int(self._script(blocks))
        self._listing(blocks)
        return 0

    # ---------------------------------------------------------------- blocks
    def _blocks(self, others: list[int], lists: list[list[Change]]) -> list[Block]:
        """Return the blocks: differences of the two comparisons that touch in the common file, put together."""
        blocks: list[Block] = []
        at = [0, 0]
        past = [0, 0, 0]  # the ends of the last block
        while at[0] < len(lists[0]) or at[1] < len(lists[1]):
            heads = [lists[d][at[d]] if at[d] < len(lists[d]) else None for d in (0, 1)]
            first, second = heads
            if first is None or (second is not None and first.new > second.new):
                thread = 1
            else:
                thread = 0
            used: list[list[Change]] = [[], []]
            head = lists[thread][at[thread]]
            low_common = head.new + 1
            used[thread].append(head)
            at[thread] += 1
            mark = head.new + head.inserted
            high = thread
            while True:
                other = high ^ 1
                if at[other] >= len(lists[other]):
                    break
                following = lists[other][at[other]]
                if following.new + 1 > mark + 1:
                    break
                used[other].append(following)
                at[other] += 1
                if mark < following.new + following.inserted:
                    high = other
                    mark = following.new + following.inserted
            last = used[high][-1]
            high_common = last.new + last.inserted
            low, top = [0, 0, 0], [0, 0, 0]
            low[self.common], top[self.common] = low_common, high_common
            for d, index in enumerate(others):
                if used[d]:
                    start, end = used[d][0], used[d][-1]
                    low[index] = low_common - start.new + start.old
                    top[index] = high_common - (end.new + end.inserted) + end.old + end.deleted
                else:
                    low[index] = low_common - past[self.common] + past[index]
                    top[index] = high_common - past[self.common] + past[index]
            past = list(top)
            if not used[0]:
                odd = others[1]
            elif not used[1]:
                odd = others[0]
            else:
                same = self._lines(others[0], low, top) == self._lines(others[1], low, top)
                odd = self.common if same else _ALL
            blocks.append(Block((low[0], low[1], low[2]), (top[0], top[1], top[2]), odd))
        return blocks

    def _lines(self, index: int, low: list[int] | tuple[int, ...], high: list[int] | tuple[int, ...]) -> list[bytes]:
        """Return a file's lines of a block, with their newlines."""
        side = self.sides[index]
        lines = [line + b"\n" for line in side.lines[low[index] - 1 : high[index]]]
        if lines and side.incomplete and high[index] == len(side.lines):
            lines[-1] = lines[-1][:-1]
        return lines

    def _complete(self, others: list[int], lists: list[list[Change]]) -> None:
        """Give the last lines of a script's files the newlines that they lack, and say so for each that differs."""
        mine = self.sides[self.common]
        for index, found in reversed(list(zip(others, lists, strict=True))):
            side = self.sides[index]
            last = found[-1] if found else Change(0, 0, 0, 0)
            for one, count, end in ((side, last.deleted, last.old), (mine, last.inserted, last.new)):
                if one.incomplete and count and end + count == len(one.lines):
                    complain(self.k, b"No newline at end of file")
        for side in self.sides:
            side.incomplete = False

    # ---------------------------------------------------------------- output
    def _listing(self, blocks: list[Block]) -> None:
        lead = b"\t" if self.opts.initial_tab else b"  "
        put = self.out.write
        for block in blocks:
            put(b"====%s\n" % (b"" if block.odd == _ALL else b"%d" % (block.odd + 1)))
            # Of two files that are alike here, only the latter's lines are shown.
            order = (0, 2, 1) if block.odd == 1 else (0, 1, 2)
            hidden = {0: 1, _ALL: 3}.get(block.odd, 0)
            for index in order:
                low, high = block.low[index], block.high[index]
                span = b"%da" % high if low > high else b"%dc" % low if low == high else b"%d,%dc" % (low, high)
                put(b"%d:%s\n" % (index + 1, span))
                if index == hidden:
                    continue
                lines = self._lines(index, block.low, block.high)
                for line in lines:
                    put(lead + line)
                if lines and not lines[-1].endswith(b"\n"):
                    put(b"\n" + NO_NEWLINE)

    def _wanted(self, block: Block) -> tuple[bool, bool]:
        """Return whether a block is to be merged, and whether it is a conflict."""
        if block.odd == 1:
            return self.show_old, True
        if block.odd == 2:
            return self.mode != "x", False
        if block.odd == _ALL:
            return self.mode != "3", self.flagging
        return False, False

    def _script(self, blocks: list[Block]) -> bool:
        """Write a script for ed; return whether there are conflicts."""
        put = self.out.write
        found = False
        for block in reversed(blocks):
            wanted, conflict = self._wanted(block)
            if not wanted:
                continue
            low, high = block.low[0], block.high[0]
            counts = [block.high[index] - block.low[index] + 1 for index in range(3)]
            if conflict:
                found = True
                put(b"%da\n" % high)
                dots = False
                if block.odd == _ALL:
                    if self.show_old:
                        put(b"||||||| %s\n" % self.labels[1])
                        dots = self._dotted(block, 1)
                    put(b"=======\n")
                    dots = self._dotted(block, 2) or dots
                put(b">>>>>>> %s\n" % self.labels[2])
                self._undot(dots, high + 2, counts[1] + counts[2] + 1)
                put(b"%da\n<<<<<<< %s\n" % (low - 1, self.labels[0 if block.odd == _ALL else 1]))
                dots = False
                if block.odd == 1:
                    dots = self._dotted(block, 1)
                    put(b"=======\n")
                self._undot(dots, low + 1, counts[1])
            elif not counts[2]:
                put(b"%dd\n" % low if low == high else b"%d,%dd\n" % (low, high))
            else:
                span = b"%da" % high if low > high else b"%dc" % low if low == high else b"%d,%dc" % (low, high)
                put(span + b"\n")
                self._undot(self._dotted(block, 2), low, counts[2])
        if self.opts.final:
            put(b"w\nq\n")
        return found

    def _dotted(self, block: Block, index: int) -> bool:
        """Write lines for ed, those that begin with a dot with a second one; return whether there were such."""
        dots = False
        for line in self._lines(index, block.low, block.high):
            if line.startswith(b"."):
                dots = True
                line = b"." + line
            self.out.write(line)
        return dots

    def _undot(self, dots: bool, start: int, count: int) -> None:
        self.out.write(b".\n")
        if dots:
            span = b"%d" % start if count == 1 else b"%d,%d" % (start, start + count - 1)
            self.out.write(span + b"s/^\\.//\n")

    def _merged(self, blocks: list[Block]) -> bool:
        """Write the merged file; return whether there are conflicts."""
        put = self.out.write
        whole = (1, 0, 0), (len(self.sides[0].lines), 0, 0)
        mine = self._lines(0, *whole)
        done = 0
        found = False
        for block in blocks:
            wanted, conflict = self._wanted(block)
            if not wanted:
                continue
            put(b"".join(mine[done : block.low[0] - 1]))
            done = block.high[0]
            if conflict:
                found = True
                if block.odd == _ALL:
                    put(b"<<<<<<< %s\n" % self.labels[0] + b"".join(self._lines(0, block.low, block.high)))
                if self.show_old:
                    sign = b"|||||||" if block.odd == _ALL else b"<<<<<<<"
                    put(b"%s %s\n" % (sign, self.labels[1]) + b"".join(self._lines(1, block.low, block.high)))
                put(b"=======\n")
            put(b"".join(self._lines(2, block.low, block.high)))
            if conflict:
                put(b">>>>>>> %s\n" % self.labels[2])
        put(b"".join(mine[done:]))
        return found
