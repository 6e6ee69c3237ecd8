"""The formats with context: unified and copied."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.changes import Change
from .paper import Paper

_SPACE = b" \t\n\v\f\r"


class _Functions:
    """The latest line before a hunk that matches -p's or -F's pattern. Looks at each line once."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._searched = 0
        self._found = -1

    def before(self, index: int) -> bytes:
        """Return " LINE", cut to 40 bytes, or nothing."""
        pattern = self._paper.look.function
        if pattern is None:
            return b""
        lines = self._paper.old.lines
        last, self._searched = self._searched, index
        for number in range(index - 1, last - 1, -1):
            if pattern.search(lines[number]) is not None:
                self._found = number
                break
        if self._found < 0:
            return b""
        return b" " + lines[self._found].lstrip(_SPACE)[:40].rstrip(_SPACE)


def _hunks(paper: Paper) -> Iterator[tuple[list[Change], int, int, int, int]]:
    """Yield (changes, first old line, end, first new line, end): changes near to each other, with their context."""
    context = paper.look.context
    ignores = paper.look.ignores
    hunk: list[Change] = []
    passed_before = False
    script = paper.script
    for number, change in enumerate(script):
        passed = ignores and not paper.counts([change])
        if hunk:
            last = hunk[-1]
            threshold = context if passed or passed_before else 2 * context + 1
            if change.old - (last.old + last.deleted) >= threshold:
                yield _framed(paper, hunk)
                hunk = []
        hunk.append(change)
        passed_before = passed
        if number == len(script) - 1:
            yield _framed(paper, hunk)


def _framed(paper: Paper, hunk: list[Change]) -> tuple[list[Change], int, int, int, int]:
    context = paper.look.context
    first, last = hunk[0], hunk[-1]
    return (
        hunk,
        max(0, first.old - context),
        min(len(paper.old.lines), last.old + last.deleted + context),
        max(0, first.new - context),
        min(len(paper.new.lines), last.new + last.inserted + context),
    )


def _unified_range(first: int, end: int) -> bytes:
    count = end - first
    if count == 1:
        return b"%d" % end
    return b"%d,%d" % (first + 1 if count else end, count)


def _context_range(first: int, end: int) -> bytes:
    return b"%d,%d" % (first + 1, end) if end - first > 1 else b"%d" % end


def unified(paper: Paper) -> None:
    """Write `@@ -1,3 +1,4 @@` and the lines of both files, interleaved."""
    functions = _Functions(paper)
    put, look = paper.put, paper.look
    blank = look.suppress_blank_empty
    tab = b"\t" if look.initial_tab else b""
    for hunk, first, end, new_first, new_end in _hunks(paper):
        if not paper.counts(hunk):
            continue
        paper.begin()
        paper.color("ln")
        put(b"@@ -%s +%s @@" % (_unified_range(first, end), _unified_range(new_first, new_end)))
        paper.color("rs")
        put(functions.before(first) + b"\n")
        index = first
        for old, new, deleted, inserted in [*hunk, Change(end, new_end, 0, 0)]:
            for number in range(index, old):
                line = paper.old.lines[number]
                lead = b"" if blank and not line else tab or b" "
                put(lead + paper.text(line) + paper.ends(paper.old, number))
            index = old + deleted
            for side, numbers, sign, color in (
                (paper.old, range(old, index), b"-", "de"),
                (paper.new, range(new, new + inserted), b"+", "ad"),
            ):
                for number in numbers:
                    line = side.lines[number]
                    paper.color(color)
                    put(sign + (b"" if blank and not line else tab) + paper.text(line))
                    paper.color("rs")
                    put(paper.ends(side, number))


def copied(paper: Paper) -> None:
    """Write `*** 1,3 ****` and the old file's lines, then `--- 1,4 ----` and the new one's."""
    functions = _Functions(paper)
    put = paper.put
    for hunk, first, end, new_first, new_end in _hunks(paper):
        if not paper.counts(hunk):
            continue
        paper.begin()
        put(b"***************" + functions.before(first) + b"\n")
        paper.color("ln")
        put(b"*** %s ****" % _context_range(first, end))
        paper.color("rs")
        put(b"\n")
        if any(change.deleted for change in hunk):
            marks = {
                number: b"!" if change.inserted else b"-"
                for change in hunk
                for number in range(change.old, change.old + change.deleted)
            }
            for number in range(first, end):
                paper.flagged(paper.old, number, marks.get(number, b" "), "de")
        paper.color("ln")
        put(b"--- %s ----" % _context_range(new_first, new_end))
        paper.color("rs")
        put(b"\n")
        if any(change.inserted for change in hunk):
            marks = {
                number: b"!" if change.deleted else b"+"
                for change in hunk
                for number in range(change.new, change.new + change.inserted)
            }
            for number in range(new_first, new_end):
                paper.flagged(paper.new, number, marks.get(number, b" "), "ad")
