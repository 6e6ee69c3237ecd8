"""expand: tabs to spaces; unexpand: spaces to tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kos_kernel.api import Command, Flag, Inputs, Reader, SysError, Value, Writer, complain, parsed

from .tabs import BadTabs, TabStops

if TYPE_CHECKING:
    from collections.abc import Callable

    from kos_kernel.api import Syscalls

_CELL_BYTES = 1 << 20  # of text that is kept to know it again

EXPAND = Command(
    "expand",
    like="(GNU coreutils) 9.1",
    summary="Convert tabs in each FILE to spaces, writing to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("initial", "i", "initial", help="do not convert tabs after non blanks"),
        Value("tabs", "t", "tabs", metavar="N|LIST", repeat=True,
              help="have tabs N characters apart, not 8; or a comma separated list of tab positions."
              " The last may have '/' before it: stops at multiples of it after the last listed, or '+': relative to that"),
        Value("old_tabs", "old-tabs", repeat=True, hidden=True),
    ],
)  # fmt: skip
UNEXPAND = Command(
    "unexpand",
    like="(GNU coreutils) 9.1",
    summary="Convert blanks in each FILE to tabs, writing to standard output.\n\nWith no FILE, or when FILE is -, read standard input.",
    options=[
        Flag("all", "a", "all", help="convert all blanks, instead of just initial blanks"),
        Flag("first", "first-only", help="convert only leading sequences of blanks (overrides -a)"),
        Value("tabs", "t", "tabs", metavar="N|LIST", repeat=True,
              help="have tabs N characters apart instead of 8 (enables -a); or a comma separated list of tab positions"),
        Value("old_tabs", "old-tabs", repeat=True, hidden=True),
    ],
)  # fmt: skip


def main(k: Syscalls, argv: list[bytes]) -> int:
    """Be expand or unexpand, as argv[0] says. Status 1 if a file couldn't be read."""
    backwards = argv[0].rsplit(b"/", 1)[-1] == b"unexpand"
    opts, files = parsed(k, UNEXPAND if backwards else EXPAND, _modern(argv))
    try:
        stops = TabStops(opts.tabs + opts.old_tabs)
    except BadTabs as bad:
        complain(k, bad.message)
        return 1
    work = _unexpander(opts, stops) if backwards else _expander(opts, stops)
    inputs = Inputs(k, files)
    out = Writer(k)
    for name in inputs.names:
        fd = inputs.open(name)
        if fd is None:
            continue
        reader = Reader(k, fd, tied=out)
        try:
            while block := reader.block():
                out.write(work(block))
        except SysError as error:
            out.flush()
            inputs.failed(name, error)
        inputs.close(fd)
    out.flush()
    return inputs.status


def _modern(argv: list[bytes]) -> list[bytes]:
    """Return argv with -4 and -2,5 written as --old-tabs, which unlike -t don't imply unexpand's -a."""
    words = [argv[0]]
    index = 1
    while index < len(argv):
        word = argv[index]
        index += 1
        if word == b"--":
            return [*words, word, *argv[index:]]
        if word[:1] != b"-" or word[:2] == b"--":
            words.append(word)
            continue
        flags, mark, value = word.partition(b"t")
        letters = bytes(letter for letter in flags if letter not in b"0123456789,")
        if letters != b"-" or letters == flags:
            words.append(letters + mark + value)
        elif mark:
            words.append(b"-" + mark + value)
        if mark and not value and index < len(argv):
            words.append(argv[index])
            index += 1
        numbers = bytes(letter for letter in flags if letter in b"0123456789,")
        for part in numbers.split(b","):
            if part:
                words += [b"--old-tabs", part]
    return words


def _expander(opts: Any, stops: TabStops) -> Callable[[bytes], bytes]:
    simple = stops.width and not opts.initial

    def work(block: bytes) -> bytes:
        if b"\t" not in block:
            return block
        if simple and b"\r" not in block and b"\b" not in block:
            return block.expandtabs(stops.width)
        return b"\n".join(
            [line if b"\t" not in line else _expanded(line, stops, opts.initial) for line in block.split(b"\n")]
        )

    return work


def _expanded(line: bytes, stops: TabStops, initial: bool) -> bytes:
    out = bytearray()
    column = 0
    for index, byte in enumerate(line):
        if byte == 0x09:
            stop, _past = stops.next(column)
            out += b" " * (stop - column)
            column = stop
            continue
        if initial and byte != 0x20:
            return bytes(out) + line[index:]
        column = max(column - 1, 0) if byte == 0x08 else column + 1
        out.append(byte)
    return bytes(out)


def _unexpander(opts: Any, stops: TabStops) -> Callable[[bytes], bytes]:
    everywhere = (opts.all or bool(opts.tabs)) and not opts.first

    cells = _Cells(stops.width)

    def work(block: bytes) -> bytes:
        lines = block.split(b"\n")
        if everywhere and stops.width > 1 and b"\t" not in block and b"\b" not in block:
            return b"\n".join([_by_cells(line, cells) if b"  " in line else line for line in lines])
        return b"\n".join([_unexpanded(line, stops, everywhere) for line in lines])

    return work


class _Cells(dict[bytes, bytes]):
    """What becomes of the text between two tab stops, and one character more: texts have few such pieces, again and again."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.most = max(_CELL_BYTES // (width + 64), 1)

    def __missing__(self, piece: bytes) -> bytes:
        cell = shown = piece[: self.width]
        if len(cell) == self.width and cell[-1:] == b" " and (cell[-2:-1] == b" " or piece[self.width :] == b" "):
            shown = cell.rstrip(b" ") + b"\t"
        if len(self) >= self.most:
            self.clear()
        self[piece] = shown
        return shown


def _by_cells(line: bytes, cells: _Cells) -> bytes:
    """Unexpand a line whose only blanks are spaces: cell by cell between the tab stops."""
    width = cells.width
    more = width + 1
    return b"".join([cells[line[at : at + more]] for at in range(0, len(line), width)])


def _unexpanded(line: bytes, stops: TabStops, everywhere: bool) -> bytes:
    """Replace runs of blanks that reach a tab stop by tabs.

    A single blank just before a stop stays a blank, unless more blanks follow it: then it has become part of a run.
    """
    if b"  " not in line and b"\t" not in line and line[:1] != b" ":
        return line
    if not everywhere and line[:1] not in (b" ", b"\t"):
        return line
    if everywhere and stops.width > 1 and b"\t" not in line and b"\b" not in line:
        return _by_cells(line, _Cells(stops.width))
    out = bytearray()
    run = bytearray()  # blanks of which it isn't known yet whether they'll be a tab
    lone = False  # the run's first blank stood just before a stop
    column = 0
    after_blank = True

    def settle() -> None:
        nonlocal lone
        if len(run) > 1 and lone:
            run[0] = 0x09
        out.extend(run)
        run.clear()
        lone = False

    for index, byte in enumerate(line):
        blank = byte in b" \t"
        if blank:
            stop, past = stops.next(column)
            if past:
                settle()
                return bytes(out) + line[index:]
            if byte == 0x09:
                column = stop
                run[:1] = b"\t" if run else b""
            else:
                column += 1
                if not (after_blank and column == stop):
                    lone |= column == stop
                    run.append(byte)
                    after_blank = True
                    continue
                byte = 0x09
                run[:1] = b"\t"
            del run[1 if lone else 0 :]
        else:
            column = max(column - 1, 0) if byte == 0x08 else column + 1
        settle()
        out.append(byte)
        after_blank = blank
        if not blank and not everywhere:
            return bytes(out) + line[index + 1 :]
    settle()
    return bytes(out)
