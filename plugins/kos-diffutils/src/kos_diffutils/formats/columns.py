"""Side by side: the old file's lines on the left, the new one's on the right, and what became of each between them."""

from __future__ import annotations

from .paper import Paper

_GUTTER = 3


class _Columns:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        look = paper.look
        self.tab = look.tab_size
        self.expand = look.expand_tabs
        tab = 1 if look.expand_tabs else look.tab_size
        width = look.width
        both = tab + _GUTTER
        offset = (width >> 1) + (both >> 1) + (width & both & 1)
        offset -= offset % tab
        self.half = max(0, min(offset - _GUTTER, width - offset))
        self.second = offset if self.half else width

    def fill(self, out: bytearray, column: int, to: int) -> int:
        """Go to a column with tabs (unless -t) and spaces."""
        if not self.expand:
            stop = column + self.tab - column % self.tab
            while stop <= to:
                out.append(9)
                column = stop
                stop += self.tab
        if column < to:
            out += b" " * (to - column)
        return to

    def half_line(self, out: bytearray, line: bytes, indent: int) -> int:
        """Put out as much of a line as fits into a column; return how many columns it took."""
        bound = self.half
        if line.isascii() and line.isalnum():
            out += line[:bound]
            return min(len(line), bound)
        place = done = 0
        for char in line:
            if char == 9:
                spaces = self.tab - place % self.tab
                if place == done:
                    stop = done + spaces
                    if self.expand:
                        stop = min(stop, bound)
                        if stop > done:
                            out += b" " * (stop - done)
                            done = stop
                    elif stop < bound:
                        done = stop
                        out.append(9)
                place += spaces
            elif char == 13:
                out.append(13)
                self.fill(out, 0, indent)
                place = done = 0
            elif char == 8:
                if place:
                    place -= 1
                    if place < bound:
                        if done <= place:
                            out += b" " * (place - done)
                            done = place
                        else:
                            done = place
                            out.append(8)
            elif 32 <= char < 127:
                if place < bound:
                    done = place + 1
                    out.append(char)
                place += 1
            elif place < bound:
                out.append(char)
        return done

    def line(self, left: int | None, mark: bytes, right: int | None) -> None:
        """Write a line: the numbers of the left and of the right one, or None."""
        paper = self.paper
        old, new = paper.old, paper.new
        out = bytearray()
        column = 0
        newline = False
        if left is not None:
            newline = not (old.incomplete and left == len(old.lines) - 1)
            column = self.half_line(out, old.lines[left], 0)
        right_newline = right is not None and not (new.incomplete and right == len(new.lines) - 1)
        if mark != b" ":
            column = self.fill(out, column, (self.half + self.second - 1) // 2) + 1
            if mark == b"|" and newline != right_newline:
                mark = b"/" if newline else b"\\"
            out += mark
        if right is not None:
            newline = newline or right_newline
            if new.lines[right] or not right_newline:
                column = self.fill(out, column, self.second)
                self.half_line(out, new.lines[right], column)
        color = {b"<": "de", b">": "ad"}.get(mark)
        if color:
            paper.color(color)
        paper.put(bytes(out))
        if newline:
            paper.put(b"\n")
        if color:
            paper.color("rs")

    def common(self, i: int, j: int, to_i: int, to_j: int) -> None:
        """Write what didn't change (or doesn't count)."""
        look = self.paper.look
        if look.suppress_common or (i == to_i and j == to_j):
            return
        if look.merge_assist:
            self.paper.put(b"i%d,%d\n" % (to_i - i, to_j - j))
        if not look.left_column:
            while i != to_i and j != to_j:
                self.line(i, b" ", j)
                i += 1
                j += 1
            for number in range(j, to_j):
                self.line(None, b")", number)
        for number in range(i, to_i):
            self.line(number, b"(", None)


def side_by_side(paper: Paper) -> None:
    """Write both files in two columns."""
    columns = _Columns(paper)
    i = j = 0
    paper.begin()
    for old, new, deleted, inserted in paper.counting():
        columns.common(i, j, old, new)
        if paper.look.merge_assist:
            paper.put(b"c%d,%d\n" % (deleted, inserted))
        i, j = old + deleted, new + inserted
        paired = min(deleted, inserted)
        for number in range(paired):
            columns.line(old + number, b"|", new + number)
        for number in range(new + paired, j):
            columns.line(None, b">", number)
        for number in range(old + paired, i):
            columns.line(number, b"<", None)
    columns.common(i, j, len(paper.old.lines), len(paper.new.lines))
