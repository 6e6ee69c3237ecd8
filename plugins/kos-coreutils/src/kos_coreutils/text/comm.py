"""comm: two sorted files, line by line: only in the first, only in the second, in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import (
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
    quotef,
    refuse,
)

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls

COMM = Command(
    "comm",
    like="(GNU coreutils) 9.1",
    usage="[OPTION]... FILE1 FILE2",
    summary="Compare sorted files FILE1 and FILE2 line by line.\n\n"
    "With no options, produce three-column output.  Column one contains lines unique to FILE1, column two contains lines\n"
    "unique to FILE2, and column three contains lines common to both files.",
    options=[
        Flag("hide1", "1", help="suppress column 1 (lines unique to FILE1)"),
        Flag("hide2", "2", help="suppress column 2 (lines unique to FILE2)"),
        Flag("hide3", "3", help="suppress column 3 (lines that appear in both files)"),
        Flag("check", "check-order", value=True, default=None, help="check that the input is correctly sorted"),
        Flag(
            "check", "nocheck-order", value=False, default=None, help="do not check that the input is correctly sorted"
        ),
        Value("delimiter", "output-delimiter", metavar="STR", repeat=True, help="separate columns with STR"),
        Flag("total", "total", help="output a summary"),
        Flag("zero", "z", "zero-terminated", help="line delimiter is NUL, not newline"),
    ],
)


class Sorted:
    """A file's lines one by one, watched for being in order."""

    def __init__(self, name: bytes, reader: Reader, end: bytes, number: int) -> None:
        self.name = name
        self.reader = reader
        self.end = end
        self.number = number
        self.lines: list[bytes] = []
        self.current: bytes | None = None
        self.disordered = False
        self.looked = self.ordered = False  # whether the lines that are there were looked at, and are in order
        self.advance()

    def advance(self) -> None:
        """Go on to the next line; `current` is None at the end."""
        if not self.lines:
            try:
                block = self.reader.block()
            except SysError as error:
                error.filename = self.name
                raise
            if not block:
                self.current = None
                return
            self.lines = block.removesuffix(self.end).split(self.end)
            self.lines.reverse()
            self.looked = False
        line = self.lines.pop()
        if self.current is not None and line < self.current:
            self.disordered = True
        self.current = line


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Compare the files. Status 1 if one can't be read or isn't sorted."""
    opts, files = parsed(k, COMM, argv)
    if len(files) < 2:
        return refuse(k, b"missing operand after " + quote(files[0]) if files else b"missing operand")
    if len(files) > 2:
        return refuse(k, b"extra operand " + quote(files[2]))
    delimiters = set(opts.delimiter)
    if len(delimiters) > 1:
        complain(k, b"multiple output delimiters specified")
        return 1
    end = b"\0" if opts.zero else b"\n"
    out = Writer(k)
    readers = []
    for name in files:
        try:
            fd = 0 if name == b"-" else k.open(name)
            readers.append((name, Reader(k, fd, delimiter=end)))
        except SysError as error:
            complain(k, quotef(name) + b": " + cause(error))
            return 1
    try:
        sides = []
        for number, (name, reader) in enumerate(readers, 1):
            sides.append(Sorted(name, reader, end, number))
        status = _compare(k, out, sides[0], sides[1], opts, (opts.delimiter or [b"\t"])[0] or b"\0")
    except SysError as error:
        out.flush()
        complain(k, quotef(error.filename or b"") + b": " + cause(error))
        return 1
    out.flush()
    return status


def _compare(k: Syscalls, out: Writer, one: Sorted, two: Sorted, opts: Any, mark: bytes) -> int:
    end = one.end
    lead2 = b"" if opts.hide1 else mark
    lead3 = lead2 + (b"" if opts.hide2 else mark)
    totals = [0, 0, 0]
    warned = [False, False]
    unpaired = False
    while one.current is not None or two.current is not None:
        if one.current is not None and two.current is not None and _in_order(one) and _in_order(two):
            unpaired = _in_blocks(out, one, two, opts, (lead2, lead3), totals) or unpaired
            k.tick(0x1000)
        left, right = one.current, two.current
        moved = []
        if right is None or (left is not None and left < right):
            totals[0] += 1
            unpaired = True
            if not opts.hide1 and left is not None:
                out.write(left + end)
            moved = [one]
        elif left is None or right < left:
            totals[1] += 1
            unpaired = True
            if not opts.hide2:
                out.write(lead2 + right + end)
            moved = [two]
        else:
            totals[2] += 1
            if not opts.hide3:
                out.write(lead3 + right + end)
            moved = [one, two]
        for side in moved:
            side.advance()
            if side.disordered and opts.check is not False and (opts.check or unpaired) and not warned[side.number - 1]:
                out.flush()
                complain(k, b"file %d is not in sorted order" % side.number)
                if opts.check:
                    return 1
                warned[side.number - 1] = True
        k.tick()
    if opts.total:
        out.write(b"%d%s%d%s%d%stotal%s" % (totals[0], mark, totals[1], mark, totals[2], mark, end))
    if any(warned):
        out.flush()
        complain(k, b"input is not in sorted order")
        return 1
    return 0


def _in_order(side: Sorted) -> bool:
    """Tell whether there are lines behind the current one and all are in order: looked at once for each block."""
    if not side.lines:
        return False
    if not side.looked:
        side.looked = True
        forward = side.lines[::-1]
        side.ordered = forward == sorted(forward) and side.current is not None and side.current <= forward[0]
    return side.ordered


def _in_blocks(out: Writer, one: Sorted, two: Sorted, opts: Any, leads: tuple[bytes, bytes], totals: list[int]) -> bool:
    """Write what comes before either side's last line that is there; return whether a line had no partner.

    The current lines change, and the disorder of what follows is seen as before.
    """
    lead2, lead3 = leads
    take_one, take_two = one.lines.pop, two.lines.pop
    left, right = one.current, two.current
    assert left is not None and right is not None
    shown: list[bytes] = []
    show = shown.append
    hide1, hide2, hide3 = opts.hide1, opts.hide2, opts.hide3
    first = second = both = 0
    # a side's last line stays: what follows it is in a block that isn't read yet
    left_count, right_count = len(one.lines), len(two.lines)
    while left_count and right_count:
        if left < right:
            first += 1
            if not hide1:
                show(left)
            left = take_one()
            left_count -= 1
        elif right < left:
            second += 1
            if not hide2:
                show(lead2 + right)
            right = take_two()
            right_count -= 1
        else:
            both += 1
            if not hide3:
                show(lead3 + left)
            left = take_one()
            right = take_two()
            left_count -= 1
            right_count -= 1
    one.current, two.current = left, right
    totals[0] += first
    totals[1] += second
    totals[2] += both
    if shown:
        shown.append(b"")
        out.write(one.end.join(shown))
    return bool(first or second)
