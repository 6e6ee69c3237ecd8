"""column's tables: lines cut into fields, columns by name or number, as text, as a tree or as JSON.

A table is held whole, since a column is as wide as its widest field. Source of the layout: util-linux's libsmartcols as
column(1) uses it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..width import char_width, encoded, width

if TYPE_CHECKING:
    from kos_kernel.api import Syscalls, Writer

_MOST_COLUMNS = 100_000  # of one line: more would be a table of pads


class TableError(Exception):
    """What a table can't do; the text is the message."""


class _Column:
    __slots__ = ("hidden", "name", "noextreme", "right", "truncate", "width", "wrap")

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.width = 0
        self.hidden = self.right = self.truncate = self.wrap = self.noextreme = False


class Table:
    """add(line) takes the input's lines, write() writes the table."""

    def __init__(self, opts: Any, total: int, utf8: bool) -> None:
        def text(value: bytes | None) -> str | None:
            return None if value is None else value.decode("utf-8", "surrogateescape")

        self.opts = opts
        self.total = total
        self.utf8 = utf8
        self.lines: list[list[str]] = []
        self.columns: list[_Column] = []
        self.separators = text(opts.separator)
        self.output = text(opts.output) or ""
        self.most = 0
        if opts.limit is not None:
            if not re.fullmatch(rb"\s*\+?[0-9]{1,9}", opts.limit):
                raise TableError(f"invalid columns limit argument: '{text(opts.limit)}'")
            self.most = int(opts.limit)
            if not self.most:
                raise TableError("columns limit must be greater than zero")
        names = text(opts.names)
        if names is not None:
            self.columns = [_Column(name) for name in names.split(",") if name]
        self.heading = names is not None and not opts.noheadings

    def add(self, line: str) -> None:
        """Take a line of the input."""
        fields = self._fields(line)
        if len(fields) > _MOST_COLUMNS:
            raise TableError(f"line {len(self.lines) + 1}: too many columns")
        while len(self.columns) < len(fields):
            if self.opts.json:
                place = len(self.columns) + 1
                raise TableError(f"line {len(self.lines) + 2}: for JSON the name of the column {place} is required")
            self.columns.append(_Column(None))
        self.lines.append(fields)

    def _fields(self, line: str) -> list[str]:
        if not line:
            return []
        if self.most == 1:
            return [line]
        if self.separators is None:
            if not self.most:
                return [field for field in re.split("[ \t]+", line) if field]
            return re.split("[ \t]+", line.lstrip(" \t"), maxsplit=self.most - 1)
        if not self.separators:
            return [line]
        cut = "[" + re.escape(self.separators) + "]"
        return re.split(cut, line, maxsplit=max(self.most - 1, 0))

    # ------------------------------------------------------------ columns by name
    def _named(self, text: str, what: str) -> _Column:
        for column in self.columns:
            if column.name == text and text:
                return column
        if re.fullmatch("[0-9]{1,9}", text):
            place = int(text)
            if 1 <= place <= len(self.columns):
                return self.columns[place - 1]
            return _Column(None)  # a number beyond the table stands for no column
        raise TableError(f"undefined column name '{text}'")

    def _flag(self, value: bytes | None, flag: str, what: str) -> None:
        if value is None:
            return
        for text in value.decode("utf-8", "surrogateescape").split(","):
            if text == "-" and flag == "hidden":
                for column in self.columns:
                    if column.name is None:
                        column.hidden = True
                continue
            setattr(self._named(text, what), flag, True)

    def _order(self, value: bytes) -> list[int]:
        first = []
        for text in value.decode("utf-8", "surrogateescape").split(","):
            column = self._named(text, "order")
            if column in self.columns:
                place = self.columns.index(column)
                if place not in first:
                    first.append(place)
        return first + [place for place in range(len(self.columns)) if place not in first]

    # ------------------------------------------------------------ writing
    def write(self, out: Writer, k: Syscalls) -> None:
        """Write the table. Raises TableError for columns that there aren't, and (without text) if there are none at all."""
        opts = self.opts
        if not self.lines:
            return
        if not self.columns:
            raise TableError
        for value, flag, what in (
            (opts.right, "right", "--table-right"),
            (opts.truncate, "truncate", "--table-trunc"),
            (opts.noextreme, "noextreme", "--table-noextreme"),
            (opts.wrap, "wrap", "--table-wrap"),
            (opts.hide, "hidden", "--table-hide"),
        ):
            self._flag(value, flag, what)
        count = len(self.columns)
        for line in self.lines:
            line += [""] * (count - len(line)) if not opts.json else []
        children: dict[int, list[int]] | None = None
        order = list(range(len(self.lines)))
        arts = [""] * len(self.lines)
        tree = -1
        if opts.tree is not None:
            children, order, arts, tree = self._tree()
        places = self._order(opts.order) if opts.order is not None else list(range(count))
        shown = [place for place in places if not self.columns[place].hidden]
        if opts.json:
            self._write_json(out, k, shown, children, order)
        else:
            if tree >= 0:
                for number in order:
                    self.lines[number][tree] = arts[number] + self.lines[number][tree]
            self._measure(shown)
            self._write_text(out, k, shown, order)
        out.flush()

    def _measure(self, shown: list[int]) -> None:
        """Give each column its width: its widest field, less where it may be cut and the line is too long."""
        least = {}
        for place in shown:
            column = self.columns[place]
            head = width(column.name) if column.name is not None and self.heading else 0
            widths = [width(line[place]) for line in self.lines]
            least[place] = max(head, 1)
            # An empty column without a name is as wide as nothing at all.
            column.width = max([head, *widths])
            if column.noextreme:
                counted = [size for size in widths if size]
                average = sum(counted) // len(counted) if counted else 0
                if average and column.width > 2 * average:
                    column.width = max([head, *[size for size in widths if size <= 2 * average]])
        glue = width(self.output)
        if not shown:
            return
        total = sum(self.columns[place].width for place in shown) + glue * (len(shown) - 1)
        for place in shown:  # room that is left goes to the columns whose extremes were set aside
            column = self.columns[place]
            if column.noextreme and total < self.total:
                most = max(width(line[place]) for line in self.lines)
                more = min(max(most - column.width, 0), self.total - total)
                column.width += more
                total += more
        while total > self.total:
            before = total
            for place in shown:
                column = self.columns[place]
                if (column.truncate or column.wrap) and column.width > least[place] and total > self.total:
                    column.width -= 1
                    total -= 1
            if total == before:
                break

    def _write_text(self, out: Writer, k: Syscalls, shown: list[int], order: list[int]) -> None:
        if not shown:
            return
        if self.heading:
            self._row(out, shown, [column.name or "" for column in self.columns])
        for number in order:
            self._row(out, shown, self.lines[number])
            k.tick()

    def _row(self, out: Writer, shown: list[int], fields: list[str]) -> None:
        cells = [fields[place] for place in shown]
        while True:
            rest = [""] * len(cells)
            parts = []
            for number, (place, cell) in enumerate(zip(shown, cells, strict=True)):
                column = self.columns[place]
                last = number == len(shown) - 1
                size = width(cell)
                spill = False
                if size > column.width:
                    if column.wrap:
                        cell, rest[number] = _cut(cell, column.width)
                        size = width(cell)
                    elif column.truncate:
                        cell, _ = _cut(cell, column.width)
                        size = width(cell)
                    else:
                        spill = not last and column.noextreme
                pad = " " * (column.width - size)
                parts.append(pad + cell if column.right else cell if last else cell + pad)
                if spill:  # the row goes on below, where the column after it begins
                    out.write(encoded(self.output.join(parts) + "\n"))
                    parts = [" " * self.columns[before].width for before in shown[: number + 1]]
            out.write(encoded(self.output.join(parts) + "\n"))
            if not any(rest):
                return
            cells = rest

    # ------------------------------------------------------------ trees and JSON
    def _tree(self) -> tuple[dict[int, list[int]], list[int], list[str], int]:
        """Return (children of a line's number, -1 for none), the lines' order, what stands before each, the column."""
        opts = self.opts
        found = []
        for value in (opts.tree, opts.tree_id, opts.tree_parent):
            column = self._named(value.decode("utf-8", "surrogateescape"), "--tree")
            if column not in self.columns:
                raise TableError(f"undefined column name '{value.decode('utf-8', 'surrogateescape')}'")
            found.append(self.columns.index(column))
        tree, ident, parent = found

        def field(line: list[str], place: int) -> str:
            return line[place] if place < len(line) else ""

        by_id: dict[str, int] = {}
        for number, line in enumerate(self.lines):
            by_id.setdefault(field(line, ident), number)
        children: dict[int, list[int]] = {}
        for number, line in enumerate(self.lines):
            above = by_id.get(field(line, parent), -1)
            children.setdefault(-1 if above == number else above, []).append(number)
        branch, last, bar = ("├─", "└─", "│ ") if self.utf8 else ("|-", "`-", "| ")
        order: list[int] = []
        arts = [""] * len(self.lines)
        stack = [(number, "", "") for number in reversed(children.get(-1, []))]
        while stack:
            number, art, below = stack.pop()
            order.append(number)
            arts[number] = art
            those = children.get(number, [])
            for place in range(len(those) - 1, -1, -1):
                final = place == len(those) - 1
                stack.append((those[place], below + (last if final else branch), below + ("  " if final else bar)))
        return children, order, arts, tree  # a ring of parents belongs to no root and isn't shown

    def _write_json(
        self, out: Writer, k: Syscalls, shown: list[int], children: dict[int, list[int]] | None, order: list[int]
    ) -> None:
        def quoted(text: str) -> str:
            return json.dumps(text, ensure_ascii=False)

        name = quoted(self.opts.name.decode("utf-8", "surrogateescape"))
        out.write(encoded(f"{{\n   {name}: [\n"))
        roots = order if children is None else children.get(-1, [])
        # (line, depth, first of its siblings, last of them), or text that closes an object with children
        stack: list[tuple[int, int, bool, bool] | str] = []

        def push(those: list[int], depth: int) -> None:
            for place in range(len(those) - 1, -1, -1):
                stack.append((those[place], depth, place == 0, place == len(those) - 1))

        push(roots, 2)
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                out.write(encoded(item))
                continue
            number, depth, first, final = item
            pad = "   " * depth
            fields = self.lines[number]
            pairs = []
            for place in shown:
                value = quoted(fields[place]) if place < len(fields) and fields[place] else "null"
                pairs.append(f"{pad}   {quoted((self.columns[place].name or '').lower())}: {value}")
            out.write(encoded((pad if first else "") + "{\n" + ",\n".join(pairs)))
            end = pad + ("}\n" if final else "},")
            below = children.get(number, []) if children is not None else []
            if below:
                out.write(encoded(f',\n{pad}   "children": [\n'))
                stack.append(f"{pad}   ]\n{end}")
                push(below, depth + 2)
            else:
                out.write(encoded("\n" + end))
            k.tick()
        out.write(b"   ]\n}\n")


def _cut(cell: str, columns: int) -> tuple[str, str]:
    """Return what of a cell fits the columns (at least one character), and the rest."""
    used = place = 0
    for place, char in enumerate(cell):
        used += char_width(char)
        if used > columns and place:
            return cell[:place], cell[place:]
    return cell, ""
