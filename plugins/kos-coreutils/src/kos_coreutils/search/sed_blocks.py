"""sed on whole blocks: the same as line by line, for scripts whose commands look at nothing but the line they are at.

A script is cut at the line numbers that its addresses name: between two of them every numbered address is decided, once for
all lines of that stretch. What is left is a row of stages (sed_stages.py), each of which takes a block and returns a block:

    sed -n '100p;$p'        1-99: nothing    100: line by line    101-: nothing    the last: line by line
    sed '/a/,/b/d; s/x/y/'  1-: delete the lines between a and b, replace in what is left

Lines that a number names alone, short blocks, and the last line if `$` is asked for, go through the editor's own cycle, so any
command may stand there. planned() returns None for a script that can't be worked on so: it takes the next line (n, N, D), a
command other than s, y, d, p and q stands where it meets many lines, or one does after p.

The stretches and the cycle keep the same state (Step.active of a range), so a block may go either way.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from kos_kernel.api import SysError, cause, complain

from .sed_script import Quit, Step
from .sed_stages import Chooser, Cut, Deleted, Doubled, Kept, Replaced, Stage, Translated, Unfit

if TYPE_CHECKING:
    from .sed import Editor

SMALL = 2048  # a block of fewer bytes goes line by line: quicker than to compile its stages
MOST_STEPS = 64  # of a script that is looked at
SHORT_STRETCH = 1000  # lines that may go one by one between others
_FAR = 1 << 62
_NEXT_LINE = b"nND"  # commands that take the next line


class Stretch(NamedTuple):
    """Lines first to last. stages: what is done with them; None = line by line, empty and silent = nothing comes out.

    keeps: all is done to every line alike, so a last one without its newline needs no care.
    """

    first: int
    last: int
    stages: list[Stage] | None
    silent: bool = False
    keeps: bool = True


def planned(editor: Editor, steps: list[Step], quiet: bool) -> Blocks | None:
    """Return what runs the script on blocks, or None."""
    if len(steps) > MOST_STEPS:
        return None
    try:
        return Blocks(editor, steps, quiet)
    except Unfit:
        return None


class Blocks:
    """A script that works on blocks. Raises Unfit if it can't."""

    def __init__(self, editor: Editor, steps: list[Step], quiet: bool) -> None:
        self.editor = editor
        self.steps = steps
        self.quiet = quiet
        self.asks_last = False
        cuts = {1}
        for step in steps:
            if step.name in _NEXT_LINE:
                raise Unfit
            for address in (step.first, step.second):
                if address is not None and address.kind == "regex" and address.by_lines is None:
                    raise Unfit
                self.asks_last = self.asks_last or (address is not None and address.kind == "last")
            if step.name == 115 and step.flags.by_lines is None:
                raise Unfit
            span = _span(step)
            if span is not None:
                cuts |= {max(span[0], 1), span[1] + 1}
        self.firsts = sorted(cut for cut in cuts if cut < _FAR)
        lasts = [first - 1 for first in self.firsts[1:]] + [_FAR]
        self.stretches = [self._stretch(first, last) for first, last in zip(self.firsts, lasts, strict=True)]
        self.counts = self.asks_last or len(cuts) > 1 or any(step.name == 61 for step in steps)

    # ---------------------------------------------------------------- planning
    def _stretch(self, first: int, last: int) -> Stretch:
        if first == last:
            return Stretch(first, last, None)
        try:
            return self._stages(first, last)
        except Unfit:
            if last - first < SHORT_STRETCH:
                return Stretch(first, last, None)
            raise

    def _stages(self, first: int, last: int) -> Stretch:
        """Return what happens to the lines between two that a number names."""
        stages: list[Stage] = []
        keeps, shown, over = True, not self.quiet, False
        at = 0
        while at < len(self.steps):
            step = self.steps[at]
            at += 1
            name = step.name
            some: Chooser | None = None
            inside = self._inside(step, first)
            if inside is None:
                some = Chooser(step)
            elif inside == step.negated:
                if name == 123:
                    at = step.target
                continue
            if name == 123 and some is None:
                continue
            if over:
                raise Unfit
            if name == 115:
                flags = step.flags
                if flags.file is not None:
                    raise Unfit
                if flags.printed:
                    if not self.quiet or flags.number != 1:
                        raise Unfit
                    if some is not None:
                        stages.append(Kept(some))
                    stages.append(Kept(Chooser.of(flags.by_lines)))
                    some, keeps, shown, over = None, False, True, True
                stages.append(Replaced(self.editor.k, step, some))
                over = over or stages[-1].breaks
                keeps = keeps and some is None
            elif name == 121:
                stages.append(Translated(step, some))
                keeps = keeps and some is None
            elif name == 100:
                if some is None:
                    return Stretch(first, last, [], silent=True)
                stages.append(Deleted(some))
                keeps = False
            elif name == 112:
                if self.quiet:
                    stages += [Kept(some)] if some is not None else []
                else:
                    stages.append(Doubled(some))
                keeps, shown, over = False, True, True
            elif name in b"qQ" and some is not None and not self.quiet:
                stages.append(Cut(step, some))
                keeps, over = False, True
            else:
                raise Unfit
        return Stretch(first, last, stages, silent=not shown, keeps=keeps)

    def _inside(self, step: Step, number: int) -> bool | None:
        """Tell whether a line, which isn't the last, is one of the step's; None if its text says that."""
        if step.first is None:
            return True
        span = _span(step)
        if span is not None:
            return span[0] <= number <= span[1]
        first, second = step.first, step.second
        if first.kind == "last" and second is None:
            return False
        if first.kind == "regex" and (second is None or second.kind in ("regex", "last")):
            return None
        raise Unfit

    # ---------------------------------------------------------------- running
    def run(self) -> None:
        """Edit all inputs. Raises Quit where the script ends early."""
        editor = self.editor
        held = b""  # the last line so far, if the script asks which is the last
        while editor.open_next():
            while block := self._read():
                editor.k.tick(len(block) >> 8)
                if self.asks_last:
                    if held:
                        self._line(held)
                    cut = block.rfind(b"\n", 0, len(block) - 1) + 1
                    block, held = block[:cut], block[cut:]
                self._block(block)
            editor.close_input()
        if held:
            editor.known_last = True
            self._line(held)

    def _read(self) -> bytes:
        editor = self.editor
        assert editor.reader is not None
        try:
            return editor.reader.block()
        except SysError as error:
            complain(editor.k, b"read error on %s: %s" % (editor.name, cause(error)))
            editor.status = 4
            return b""

    def _block(self, block: bytes) -> None:
        editor = self.editor
        at, size = 0, len(block)
        while at < size:
            if not self.counts:
                stretch, end, lines = self.stretches[0], size, 0
            else:
                stretch = self.stretches[bisect_right(self.firsts, editor.number + 1) - 1]
                end, lines = _advanced(block, at, stretch.last - editor.number)
            piece = block if end - at == size else block[at:end]
            at = end
            if stretch.stages is None or (len(piece) < SMALL and not stretch.silent):
                for line in _lines(piece):
                    self._line(line)
            elif stretch.silent:
                editor.number += lines
            else:
                unfinished = b""
                if not stretch.keeps and piece[-1:] != b"\n":
                    cut = piece.rfind(b"\n") + 1
                    piece, unfinished = piece[:cut], piece[cut:]
                    lines -= 1
                self._piece(stretch.stages, piece)
                editor.number += lines
                if unfinished:
                    self._line(unfinished)

    def _piece(self, stages: list[Stage], piece: bytes) -> None:
        editor = self.editor
        end: Quit | None = None
        for stage in stages:
            piece = stage.done(piece)
            end = end or stage.end
            if not piece:
                break
        if piece:
            editor.emit(piece)
            editor.unfinished = piece[-1:] != b"\n"
        if end is not None:
            raise end

    def _line(self, line: bytes) -> None:
        editor = self.editor
        editor.space = editor.load(line)
        editor.replaced = False
        editor.k.tick()
        editor.cycle()


def _span(step: Step) -> tuple[int, int] | None:
    """Return the first and the last line of a step's numbers, None if it has others than numbers.

    A range whose end isn't behind its beginning is one line. If a command before took the first line away it begins with a
    later one: so it is the lines between that count, not whether the first was seen.
    """
    first, second = step.first, step.second
    if first is None or first.kind != "line":
        return None
    if second is None:
        return first.number, first.number
    if second.kind == "line":
        return first.number, max(first.number, second.number)
    if second.kind == "last":
        return first.number, _FAR
    raise Unfit


def _advanced(block: bytes, at: int, most: int) -> tuple[int, int]:
    """Return (where at most so many lines from `at` on end, how many they are)."""
    lines = block.count(b"\n", at)
    if lines < most:
        return len(block), lines + (block[-1:] != b"\n")
    if lines == most:
        return block.rfind(b"\n") + 1, lines
    find = block.find
    for _ in range(most):
        at = find(b"\n", at) + 1
    return at, most


def _lines(piece: bytes) -> list[bytes]:
    """Return the lines with their ends."""
    lines = [line + b"\n" for line in piece.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
